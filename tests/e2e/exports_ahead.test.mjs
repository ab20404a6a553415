// Files of whole open datasets that the worker makes behind a publication: the first HEAD, Range and download are told the
// truth about bytes that nobody asked for before. What is expected is worked out from the rows below.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { installation, poll } from './harness.mjs';
import { publish, sql } from './fixtures.mjs';

const H = 'r.localhost', ROWS = 45000, MANY = { deadline: 120000, every: 200 };
let t;

const rowsOf = (n, word) => Array.from({ length: n }, (_, i) => [i, `${word} ${i % 977}`, i % 12, `${(47.0625 + (i % 180) / 64).toFixed(6)},${(1.0625 + (i % 90) / 64).toFixed(6)}`]);
const csv = (rows) => `n;nom;mois;lieu\n${rows.map((row) => row.join(';')).join('\n')}\n`;
const fields = [{ name: 'lieu', type: 'geo_point_2d' }];
const give = (id, rows, meta, host = H) => t.importCsv(host, id, csv(rows), { title: `Jeu ${id}`, fields, ...meta });

before(async () => {
  t = await installation();
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 1000000');
  await t.tenants(['a']);
});
after(() => t?.stop());

const idOf = (id) => sql(t, `SELECT id FROM portal.dataset WHERE dataset_id = '${id}'`);
const kept = (id) => readdirSync(join(t.home, 'spool')).filter((name) => name.startsWith(`artefact-${id}-`) && !name.endsWith('.part'));
const size = (names) => names.reduce((sum, name) => sum + statSync(join(t.home, 'spool', name)).size, 0);
const task = (id, what) => sql(t, `SELECT ${what} FROM portal.task WHERE kind = 'exports' AND subject = '${id}'`);
const done = (id) => poll(() => task(id, 'count(*)') === '0', { ...MANY, what: 'the end of the files' });
const url = (id, format) => `/api/explore/v2.1/catalog/datasets/${id}/exports/${format}`;
const ask = (id, format, coding, options) => t.http(H, url(id, format), { timeout: 60000, ...options, headers: { 'Accept-Encoding': coding, ...options?.headers } });
const head = async (id, format, coding) => {
  const began = performance.now();
  const answer = await ask(id, format, coding, { method: 'HEAD' });
  assert.ok(performance.now() - began < 1000, `${format}: ${performance.now() - began} ms`);
  assert.deepEqual([answer.status, answer.body.length], [200, 0], format);
  return answer.headers;
};
const sqlFile = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const age = (names) => names.forEach((name) => utimesSync(join(t.home, 'spool', name), Date.now() / 1000 - 700, Date.now() / 1000 - 700));

test('of rows that nobody has asked for: HEAD in a second, the length and the tag of what GET then sends, as it is and as gzip', async () => {
  const rows = rowsOf(ROWS, 'rue');
  await give('grand', rows);
  await done(idOf('grand'));
  const wanted = Buffer.from(`\ufeffn;nom;mois;lieu\r\n${rows.map(([n, nom, mois, lieu]) => {
    const [lat, lon] = lieu.split(',').map(Number);
    return `${n};${nom};${mois};${Number.isInteger(lat) ? `${lat}.0` : lat}, ${Number.isInteger(lon) ? `${lon}.0` : lon}`;
  }).join('\r\n')}\r\n`);
  for (const format of ['csv', 'json', 'jsonl', 'geojson', 'xlsx', 'parquet']) {
    for (const coding of ['identity', 'gzip']) {
      const said = await head('grand', format, coding);
      assert.ok(Number(said['content-length']) > 100000, `${format} ${coding}: ${said['content-length']}`);
      const sent = await ask('grand', format, coding);
      assert.deepEqual([sent.headers['content-length'], sent.headers.etag, sent.headers['content-encoding'], sent.headers['last-modified']],
        [said['content-length'], said.etag, said['content-encoding'], said['last-modified']], `${format} ${coding}`);
      assert.equal(sent.body.length, Number(said['content-length']), `${format} ${coding}`);
      const text = coding === 'gzip' && !['xlsx', 'parquet'].includes(format);
      assert.equal(said['content-encoding'], text ? 'gzip' : undefined, format);
      if (format === 'csv') assert.ok((text ? gunzipSync(sent.body) : sent.body).equals(wanted), coding);
      if (format === 'json') assert.equal(JSON.parse((text ? gunzipSync(sent.body) : sent.body).toString()).length, ROWS);
    }
  }
});

test('the first request for a file may be for a part of it', async () => {
  const { 'content-length': length, etag } = await head('grand', 'csv', 'identity');
  const part = await ask('grand', 'csv', 'identity', { headers: { Range: 'bytes=3-16', 'If-Range': etag } });
  assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, 'n;nom;mois;lie', `bytes 3-16/${length}`]);
  assert.equal((await head('grand', 'csv?use_labels=true', 'identity'))['content-length'], length, 'labels that are the names');
});

test('what is larger than a request may make is told without a length until the worker came by; smaller ones are left to it', async () => {
  const rows = { fields: { n: ['int'], a: ['text'], b: ['text'], c: ['text'] }, generate: "SELECT i, i, 'a', 'b', 'c' FROM generate_series(1, 300000) i" };
  await publish(t, H, { ...rows, id: 'pas-encore' }); // put into the database by hand: nothing was asked of the worker
  const said = await head('pas-encore', 'csv', 'gzip');
  assert.deepEqual([said['content-length'], typeof said.etag], [undefined, 'string']);
  await give('moindre', rowsOf(20000, 'voie')); // 80,000 cells
  await done(idOf('moindre'));
  assert.deepEqual(kept(idOf('moindre')), []);
});

test('a version that is replaced: its files go, those of the new one come, though not more often than every ten minutes', async () => {
  await give('suivi', rowsOf(30000, 'avant'));
  const id = idOf('suivi');
  await done(id);
  const former = kept(id), { etag } = await head('suivi', 'csv', 'identity');
  assert.equal(former.length, 11);
  const rows = rowsOf(30000, 'depuis');
  await give('suivi', rows);
  await poll(() => task(id, "run_at BETWEEN now() + interval '8 minutes' AND now() + interval '10 minutes'") === 't', { ...MANY, what: 'the wait' });
  assert.deepEqual(kept(id), former);
  age(former);
  sql(t, `UPDATE portal.task SET run_at = now() WHERE kind = 'exports' AND subject = '${id}'`);
  await done(id);
  assert.deepEqual([kept(id).length, kept(id).filter((name) => former.includes(name))], [11, []]);
  const said = await head('suivi', 'csv', 'identity'), sent = await ask('suivi', 'csv', 'identity');
  assert.notEqual(said.etag, etag);
  assert.deepEqual([sent.headers.etag, sent.body.length, sent.text.split('\r\n')[1].split(';')[1]], [said.etag, Number(said['content-length']), 'depuis 0']);
});

test('of a closed dataset none is made, whatever another portal shows under its name; none is left of it, nor of its copy, when it closes', async () => {
  const A = 'a.r.localhost';
  await give('clos', rowsOf(30000, 'clos'), { visibility: 'closed' }, A);
  const id = sql(t, "SELECT id FROM portal.dataset WHERE dataset_id = 'clos'");
  await give('clos', rowsOf(30000, 'ouvert'));
  const other = sql(t, `SELECT id FROM portal.dataset WHERE dataset_id = 'clos' AND id <> '${id}'`);
  await done(id);
  await done(other);
  assert.deepEqual([kept(id), kept(other).length], [[], 11]);
  await t.must(['dataset', 'open', 'clos', '--host', A]);
  await poll(() => kept(id).length === 11, { ...MANY, what: 'its files' });
  const copy = await poll(() => sql(t, `SELECT id FROM portal.dataset WHERE source_id = '${id}'`), { ...MANY, what: 'its copy' });
  await poll(() => kept(copy).length === 11, { ...MANY, what: 'files of the copy' });
  await t.must(['dataset', 'close', 'clos', '--host', A]);
  await poll(() => kept(id).length === 0 && kept(copy).length === 0, { ...MANY, what: 'no file' });
  await done(id);
  await done(copy);
  assert.deepEqual([kept(id), kept(copy), kept(other).length], [[], [], 11]);
});

/** A download that is begun and not taken: gives its end. */
const slow = (path) => new Promise((done) => {
  const socket = connect({ port: t.port, host: '127.0.0.1' }, () => socket.write(`GET ${path} HTTP/1.1\r\nHost: ${H}:${t.port}\r\n\r\n`));
  socket.on('error', () => {}).once('data', () => { socket.pause(); done(() => socket.destroy()); });
});

test('what a request is writing is not written twice; the worker comes back for it', async () => {
  const { dataset, table } = await publish(t, H, { id: 'double', fields: { n: ['int'], t: ['text'] },
    generate: "SELECT i, i, 'ligne ' || i || repeat(' et du texte', 20) FROM generate_series(1, 60000) i" });
  sql(t, `GRANT SELECT ON ${table} TO terrasse_worker`);
  const end = await slow(url('double', 'csv'));
  const parts = () => readdirSync(join(t.home, 'spool')).filter((name) => name.startsWith(`artefact-${dataset}-`) && name.endsWith('.part'));
  await poll(() => parts().length === 1, { what: 'a file being written' });
  const [part] = parts();
  sql(t, `INSERT INTO portal.task (id, tenant_id, kind, subject) SELECT gen_random_uuid(), tenant_id, 'exports', id FROM portal.dataset WHERE id = '${dataset}'`);
  await poll(() => task(dataset, "attempts = 0 AND run_at > now() + interval '30 seconds'") === 't', { ...MANY, what: 'the wait' });
  assert.deepEqual([parts(), kept(dataset)], [[part], []]);
  end();
  await poll(() => parts().length === 0, { what: 'the end of the download' });
  sql(t, `UPDATE portal.task SET run_at = now() WHERE kind = 'exports' AND subject = '${dataset}'`);
  await done(dataset);
  assert.ok(kept(dataset).includes(part.slice(0, -'.part'.length)));
});

test('a table that does not lie in the order of its rows is told in their order all the same, once, with one line of names', async () => {
  const { dataset, table } = await publish(t, H, { id: 'envers', fields: { n: ['int'], t: ['text'] },
    generate: "SELECT i, i, 'ligne ' || i FROM generate_series(1, 60000) i ORDER BY i DESC" });
  sql(t, `GRANT SELECT ON ${table} TO terrasse_worker;
    INSERT INTO portal.task (id, tenant_id, kind, subject) SELECT gen_random_uuid(), tenant_id, 'exports', id FROM portal.dataset WHERE id = '${dataset}'`);
  await done(dataset);
  await head('envers', 'csv', 'identity');
  const lines = (await ask('envers', 'csv', 'identity')).text.trimEnd().split('\r\n');
  assert.deepEqual(lines, ['\ufeffn;t', ...Array.from({ length: 60000 }, (_, i) => `${i + 1};ligne ${i + 1}`)]);
});

test('asked again while files are being made, it begins anew; what waits for the same thread goes first', async () => {
  const id = idOf('moindre'), read = (name) => sqlFile(`tenants/explore/sql/${name}.sql`);
  const outcome = sql(t, `BEGIN;
    PREPARE ask (uuid, uuid, uuid) AS ${sqlFile('tenants/publishing/sql/exports_ask.sql')}
    PREPARE claim (uuid) AS ${read('exports_claim')}
    PREPARE next (uuid, uuid, int, int, int) AS ${read('exports_next')}
    PREPARE finish (uuid, uuid, int) AS ${read('exports_end')}
    SELECT gen_random_uuid() AS task, gen_random_uuid() AS token, tenant_id AS tenant FROM portal.dataset WHERE id = '${id}' \\gset
    EXECUTE ask (:'task', :'tenant', '${id}');
    INSERT INTO portal.task (id, tenant_id, kind, subject) VALUES (gen_random_uuid(), :'tenant', 'push', gen_random_uuid());
    EXECUTE claim (:'token') \\g /dev/null
    SELECT 'behind another', attempts FROM portal.task WHERE id = :'task';
    DELETE FROM portal.task WHERE kind = 'push';
    EXECUTE claim (:'token') \\g /dev/null
    SELECT 'claimed', attempts, lease_token = :'token' FROM portal.task WHERE id = :'task';
    EXECUTE next (:'task', :'token', 1, 4, 0);
    EXECUTE claim (:'token') \\g /dev/null
    SELECT 'further on', attempts FROM portal.task WHERE id = :'task';
    EXECUTE ask (gen_random_uuid(), :'tenant', '${id}');
    EXECUTE finish (:'task', :'token', 5);
    EXECUTE next (:'task', :'token', 5, 7, 60);
    SELECT 'anew', attempts, lease_token IS NULL, run_at <= now() FROM portal.task WHERE id = :'task';
    ROLLBACK;`);
  assert.deepEqual(outcome.split('\n'), ['behind another|0', 'claimed|1|t', 'further on|5', 'anew|0|t|t']);
});

test('one dataset takes a quarter of the room at most', async () => {
  await t.halt();
  await t.serve({ env: { TERRASSE_EXPORTS_KEPT: '8' } });
  await give('borne', rowsOf(30000, 'mesure'));
  const id = idOf('borne');
  await done(id);
  assert.ok(kept(id).length > 1 && kept(id).length < 11, `${kept(id).length} files`);
  assert.ok(size(kept(id)) <= 2 << 20, `${size(kept(id))} bytes`);
});
