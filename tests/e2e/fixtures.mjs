// The data sets K, D2, T, M and V of the contract (explore-api.md 9), put straight into the database:
// their types (shapes, lists) are chosen here, not detected, and every value is written by hand.

import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from './harness.mjs';

const read = (file) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
export const bin = (() => {
  const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => b - a);
  return join('/usr/lib/postgresql', versions[0], 'bin', 'psql');
})();

/** A psql that stays, for one start of one database: beginning one costs more than most questions. Tests ask and wait in one
 * line, so it is spoken to through two FIFOs; a script that fails ends it. */
class Session {
  constructor(t, started) {
    this.started = started;
    this.folder = mkdtempSync(join(t.folder, 'psql-'));
    const [asked, said] = ['asked', 'said'].map((name) => join(this.folder, name));
    execFileSync('mkfifo', [asked, said]);
    const env = { ...process.env, PGPASSWORD: readFileSync(join(t.home, 'secrets/superuser'), 'utf8').trim() };
    const socket = readFileSync(join(t.home, 'socket'), 'utf8').trim();
    spawn('sh', ['-c', 'exec "$0" "$@" <asked >said 2>errors', bin, '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', socket,
      '-U', 'terrasse_superuser', '-d', 'terrasse'], { env, cwd: this.folder, stdio: 'ignore' }).unref();
    [this.asked, this.said] = [openSync(asked, 'w'), openSync(said, 'r')];
  }

  /** What the script prints; undefined: it failed, and the session is over. */
  ask(script) {
    const mark = `done ${randomBytes(8).toString('hex')}\n`;
    const [parts, part] = [[], Buffer.alloc(1 << 16)];
    writeFileSync(join(this.folder, 'script'), script);
    writeSync(this.asked, `ROLLBACK; DISCARD ALL;\n\\i script\n\\echo ${mark}`);
    for (let n; (n = readSync(this.said, part)) > 0;) {
      parts.push(Buffer.from(part.subarray(0, n)));
      if (Buffer.concat(parts.slice(-2)).toString('latin1').endsWith(mark)) return Buffer.concat(parts).toString('utf8').slice(0, -mark.length);
    }
    return undefined;
  }

  end() {
    closeSync(this.asked);
    closeSync(this.said);
    return readFileSync(join(this.folder, 'errors'), 'utf8');
  }
}
const sessions = new WeakMap();

/** One SQL script as the cluster's superuser; gives its rows as text. */
export function sql(t, script) {
  const started = readFileSync(join(t.home, 'cluster/postmaster.pid'), 'utf8').split('\n').slice(0, 3).join(' ');
  if (sessions.get(t)?.started !== started) {
    sessions.get(t)?.end();
    sessions.set(t, new Session(t, started));
  }
  const said = sessions.get(t).ask(script);
  if (said !== undefined) return said.trim();
  const why = sessions.get(t).end();
  sessions.delete(t);
  throw new Error(`${why.slice(-4000)}\n${script.slice(0, 2000)}`);
}

const types = { text: 'text', int: 'bigint', double: 'double precision', decimal: 'numeric', date: 'date', datetime: 'timestamptz',
  boolean: 'boolean', geo_point_2d: 'public.geometry(Point,4326)', geo_shape: 'public.geometry(Geometry,4326)' };

/** A time-ordered id, as the program makes them. */
export function uuid() {
  const b = randomBytes(16);
  b.writeUIntBE(Date.now(), 0, 6);
  b[6] = 0x70 | (b[6] & 15);
  b[8] = 0x80 | (b[8] & 63);
  return b.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const text = (s) => (s === null || s === undefined ? 'NULL' : `'${String(s).replaceAll("'", "''")}'`);
const point = (lon, lat) => ({ sql: `public.st_setsrid(public.st_makepoint(${lon}, ${lat}), 4326)` });
const value = (v) => (v?.sql ? v.sql : typeof v === 'number' || typeof v === 'boolean' ? String(v) : text(v));

export const K = {
  id: 'koumoul',
  fields: { id: ['text', { facet: true }], adr: ['text'], some_date: ['date'], loc: ['geo_point_2d'], bool: ['boolean'], nb: ['double'] },
  rows: [['koumoul', '19 rue de la voie lactée saint avé', '2017-12-12', point(-2.748526, 47.687375), false, 11],
    ['bidule', 'adresse inconnue', '2017-10-10', point(2.6, 45.5), true, 22.2]],
};
export const D2 = {
  id: 'd2',
  fields: { id: ['text', { facet: true }], somedate: ['date'], employees: ['int'], adr: ['text'] },
  rows: [['koumoul', '2017-12-12', 3, '19 rue de la voie lactée saint avé'], ['koumoul', '2017-12-12', 0, 'bureau'],
    ['koumoul', '2017-12-12', 0, 'bureau'], ['bidule', '2017-10-10', 11, 'adresse inconnue'],
    ['bidule', '2017-10-10', 2, 'bureau 2'], [null, null, 3, 'missing id']],
};
export const T = { id: 'temps', fields: { date1: ['datetime', { facet: true }] }, rows: [['2025-09-11T06:00:00Z'], ['2025-09-10T08:00:00Z']] };
export const M = {
  id: 'multi',
  fields: { str1: ['text'], str2: ['text', { facet: true, multivalued: ', ' }] },
  rows: [['val 1', 'val 1, val 2']],
};
const tree = (id, name, genus, diameter, planted, lon, lat) => [id, name, genus, 4.6, diameter, planted, point(lon, lat), point(lon, lat)];
export const V = {
  id: 'public-trees',
  fields: { asset_id: ['int'], common_name: ['text'], genus_name: ['text', { facet: true, sortable: true }], height_m: ['double'],
    diameter_cm: ['double'], date_planted: ['date'], geom: ['geo_shape'], geo_point_2d: ['geo_point_2d'] },
  rows: [
    tree(244086, 'AKEBONO FLOWERING CHERRY', 'PRUNUS', 12.7, '2012-11-13', -123.06036999913398, 49.27117199821082),
    tree(244093, 'PACIFIC SUNSET MAPLE', 'ACER', 7.6, '2013-01-12', -123.18, 49.25),
    tree(244096, 'KARPICK RED MAPLE', 'ACER', 22.9, '2012-12-03', -123.1, 49.2446),
    tree(244097, 'PISSARD PLUM', 'PRUNUS', 7.6, '2012-11-27', -123.2, 49.22),
    tree(244105, 'KARPICK RED MAPLE', 'ACER', 7.6, '2013-01-10', -123.159, 49.265),
  ],
};
export const W = {
  id: 'noms',
  fields: { 12: ['int'], '1_uai': ['text'], 'libelle_long': ['text'] },
  rows: [[11, '0450001A', 'un;deux'], [7, null, 'dit "oui"']],
};

/** Publishes a table on the portal of `host`; options: visibility, metas (default, dcat), processed, copy (SQL giving the rows). */
export async function publish(t, host, { id, fields, rows = [], generate }, { visibility = 'open', metas = {}, processed } = {}) {
  const [version, dataset] = [uuid(), uuid()];
  const table = `data.v_${version.replaceAll('-', '')}`;
  const names = Object.keys(fields).sort((a, b) => 0); // integer-like keys come first in any object
  const columns = names.map((name, i) => ({ name, label: name, type: fields[name][0], sql: `c${i + 1}` }));
  const list = names.map((name) => ({ name, label: fields[name][2] ?? name, description: null, type: fields[name][0], annotations: fields[name][1] ?? {} }));
  const meta = { default: { title: `Jeu ${id}`, description: `Le jeu ${id}.`, publisher: 'Région d’essai', theme: ['Environnement'],
    keyword: ['arbre', 'essai'], license: 'Licence Ouverte v2.0 (Etalab)', license_url: 'https://www.etalab.gouv.fr/licence-ouverte-open-licence',
    ...metas.default }, dcat: { accrualperiodicity: 'Annuelle', spatial: 'Centre-Val de Loire', granularity: 'commune', ...metas.dcat } };
  const fill = generate ? `INSERT INTO ${table} ${generate};`
    : rows.length ? `INSERT INTO ${table} VALUES ${rows.map((row, i) => `(${i}, ${row.map(value).join(', ')})`).join(', ')};` : '';
  sql(t, `
BEGIN;
CREATE TABLE ${table} (_id int PRIMARY KEY, ${columns.map((c) => `${c.sql} ${types[c.type]}`).join(', ')});
${columns.filter((c) => /^c\d/.test(c.sql) && ['text', 'file', 'geo_shape'].includes(c.type)).map((c) => `ALTER TABLE ${table} ALTER ${c.sql} SET STORAGE EXTERNAL;`).join('\n')}
${fill}
GRANT SELECT ON ${table} TO terrasse_reader;
SELECT tenant_id AS tenant FROM portal.host WHERE host = ${text(host)} \\gset
SELECT coalesce((SELECT id FROM portal.organisation WHERE tenant_id = :'tenant' LIMIT 1), '${uuid()}') AS organisation \\gset
INSERT INTO portal.organisation (tenant_id, id, slug, name) VALUES (:'tenant', :'organisation', 'essai', 'Essai') ON CONFLICT DO NOTHING;
INSERT INTO portal.version (id, columns, rows, bytes, state)
  SELECT '${version}', ${text(JSON.stringify(columns))}, count(*), 1000, 'ready' FROM ${table};
INSERT INTO portal.dataset (tenant_id, id, dataset_id, uid, identifier, organisation_id, visibility, state, version_id, metas, fields, records,
    published_at, created_at, data_processed, metadata_processed)
  SELECT :'tenant', '${dataset}', ${text(id)}, 'da_${randomBytes(3).toString('hex')}', 'https://x/${id}', :'organisation', ${text(visibility)}, 'published',
    '${version}', ${text(JSON.stringify(meta))}, ${text(JSON.stringify(list))}, rows, now(), now(), ${processed ? text(processed) : 'now()'}, now()
    FROM portal.version WHERE id = '${version}';
SET LOCAL portal.tenant_id = :'tenant';
PREPARE put (uuid, uuid) AS ${read('tenants/publishing/sql/catalogue_put.sql')}
EXECUTE put (:'tenant', '${dataset}');
UPDATE portal.tenant SET generation = generation + 1 WHERE id = :'tenant';
COMMIT;
ANALYZE ${table};
`);
  if (visibility === 'open') {
    await poll(async () => (await t.http(host, `/api/explore/v2.1/catalog/datasets/${id}/records?limit=0`)).status === 200, { what: `data set ${id} on ${host}` });
  }
  return { version, dataset, table };
}

// BLAKE2b (RFC 7693), keyed, 32 bytes: what the database holds in the place of an API key.
const IV = [0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n, 0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n];
const SIGMA = ['0123456789abcdef', 'ea489fd61c02b753', 'b8c052fdae367194', '7931dcbe265a40f8', '905724afe1bc683d',
  '2c6a0b834d75fe19', 'c51fed4a0763928b', 'db7ec13950f4862a', '6fe9b308c2d714a5', 'a2847615fb9e3cd0'];
const M64 = (1n << 64n) - 1n;

export function blake2b(message, key = Buffer.alloc(0), length = 32) {
  const h = [...IV];
  h[0] ^= 0x01010000n ^ (BigInt(key.length) << 8n) ^ BigInt(length);
  const rotate = (x, n) => ((x >> n) | (x << (64n - n))) & M64;
  const padded = key.length ? Buffer.concat([key, Buffer.alloc(128 - key.length), message]) : message;
  const blocks = Math.max(1, Math.ceil(padded.length / 128));
  for (let b = 0; b < blocks; b++) {
    const last = b === blocks - 1;
    const block = Buffer.alloc(128);
    padded.copy(block, 0, b * 128, b * 128 + 128);
    const m = Array.from({ length: 16 }, (_, i) => block.readBigUInt64LE(i * 8));
    const v = [...h, ...IV];
    v[12] ^= BigInt(last ? padded.length : (b + 1) * 128);
    if (last) v[14] ^= M64;
    const mix = (a, c, d, e, x, y) => {
      v[a] = (v[a] + v[c] + x) & M64; v[e] = rotate(v[e] ^ v[a], 32n);
      v[d] = (v[d] + v[e]) & M64; v[c] = rotate(v[c] ^ v[d], 24n);
      v[a] = (v[a] + v[c] + y) & M64; v[e] = rotate(v[e] ^ v[a], 16n);
      v[d] = (v[d] + v[e]) & M64; v[c] = rotate(v[c] ^ v[d], 63n);
    };
    for (let round = 0; round < 12; round++) {
      const s = [...SIGMA[round % 10]].map((c) => m[parseInt(c, 16)]);
      mix(0, 4, 8, 12, s[0], s[1]); mix(1, 5, 9, 13, s[2], s[3]); mix(2, 6, 10, 14, s[4], s[5]); mix(3, 7, 11, 15, s[6], s[7]);
      mix(0, 5, 10, 15, s[8], s[9]); mix(1, 6, 11, 12, s[10], s[11]); mix(2, 7, 8, 13, s[12], s[13]); mix(3, 4, 9, 14, s[14], s[15]);
    }
    for (let i = 0; i < 8; i++) h[i] ^= v[i] ^ v[i + 8];
  }
  const out = Buffer.alloc(64);
  h.forEach((x, i) => out.writeBigUInt64LE(x, i * 8));
  return out.subarray(0, length);
}

/** An account of the portal and a key of it; the key is kept as the program keeps it. */
export function makeKey(t, host, role = 'reader') {
  const [secret, account] = [randomBytes(24).toString('base64url'), uuid()];
  const people = readFileSync(join(t.home, 'secrets/people'), 'utf8').trim();
  const hash = blake2b(Buffer.from(secret), blake2b(Buffer.from(people)));
  sql(t, `
SELECT tenant_id AS tenant FROM portal.host WHERE host = ${text(host)} \\gset
INSERT INTO portal.account (tenant_id, id, email, name, role) VALUES (:'tenant', '${account}', '${account}@essai.example', 'Essai', '${role}');
INSERT INTO portal.api_key (tenant_id, id, hash, account_id, label) VALUES (:'tenant', '${uuid()}', '\\x${hash.toString('hex')}', '${account}', 'essai');
`);
  return secret;
}

/** A key of the administrator of each portal: { host: key }. */
export async function administrators(t, hosts = ['r.localhost', 'a.r.localhost', 'b.r.localhost']) {
  const keys = {};
  for (const host of hosts) {
    const who = `admin@${host.split('.')[0]}.example`;
    keys[host] = (await t.must(['token', 'add', who, '--host', host, '--json'])).key;
  }
  return keys;
}
