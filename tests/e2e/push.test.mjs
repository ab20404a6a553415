// Records that programs push: folded into versions by the worker. Two portals that do not trust each other. What is
// expected is worked out by hand from the records sent here.

import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import assert from 'node:assert/strict';
import { processes } from './counters.mjs';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

let t;
const A = 'a.r.localhost', B = 'b.r.localhost';
const keys = {};
before(async () => {
  t = await installation();
  await t.tenants();
  for (const slug of ['a', 'b'])
    keys[`${slug}.r.localhost`] = (await t.must(['token', 'add', `admin@${slug}.example`, '--host', `${slug}.r.localhost`, '--json'])).key;
});
after(() => t?.stop());

const one = (query) => sql(t, `${query};`);
const api = (host, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key: keys[host], ...options });
const push = (host, id, key, body, method = 'POST') => api(host, `/datasets/${id}/push`, {
  method, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  headers: { 'Content-Type': 'application/json', ...(key !== null && { 'Idempotency-Key': key }) } });
const batch = async (host, id, which) => (await api(host, `/datasets/${id}/push/${which}`)).json;
const rows = async (host, id, by = 'code') => (await t.http(host, `/api/explore/v2.1/catalog/datasets/${id}/records?order_by=${by}&limit=100`)).json.results;
const uuidOf = (id) => one(`SELECT id FROM portal.dataset WHERE dataset_id = '${id}' AND is_origin`);
const records = (id) => Number(one(`SELECT records FROM portal.dataset WHERE id = '${uuidOf(id)}'`));
const table = (id) => one(`SELECT 'data.v_' || replace(version_id::text, '-', '') FROM portal.dataset WHERE id = '${uuidOf(id)}'`);
const versions = (id) => Number(one(`SELECT count(*) FROM portal.dataset_version WHERE dataset_id = '${uuidOf(id)}'`));
/** Folds have their rhythm: here the next one is due at once. */
const hurry = () => one("UPDATE portal.task SET run_at = now() WHERE kind = 'push'");
async function folded(host, id, which) {
  return poll(async () => { const b = await batch(host, id, which); if (b.state === 'folded') return b; hurry(); return null; }, { what: `the fold of ${which}`, every: 200 });
}
/** The batch of A that is held, and no fold at work: while one is, nothing can be taken back. */
async function isHeld(id, which) {
  await poll(async () => { hurry(); return (await batch(A, id, which)).waits_for; }, { what: 'why it is held', every: 200 });
  await poll(() => one(`SELECT lease_until IS NULL AND run_at > now() FROM portal.task WHERE kind = 'push' AND subject = '${uuidOf(id)}'`) === 't', { what: 'the end of the fold' });
  return batch(A, id, which);
}
async function shown(host, id, want, by) {
  await poll(async () => JSON.stringify(await rows(host, id, by)) === JSON.stringify(want), { what: `${id} as expected`, deadline: 8000 }).catch(() => {});
  assert.deepEqual(await rows(host, id, by), want);
}
let password;
/** A's administrator, signed in. */
async function office() {
  password ??= await t.accept(A, t.links[A]);
  return t.signIn(A, 'admin@a.example', password);
}
/** A dataset whose updates by program somebody attests for. */
async function dataset(host, id, csv, key) {
  await t.importCsv(host, id, csv);
  one(`UPDATE portal.attestation SET standing = true WHERE dataset_id = '${uuidOf(id)}'`);
  if (key) one(`UPDATE portal.dataset SET key_columns = '${key}' WHERE id = '${uuidOf(id)}'`);
}

test('records with a declared key take the place of those with the same key, the others are added', async () => {
  await dataset(A, 'villes', 'code;nom;hab;montant;jour;actif\n1;Tours;10;1,50;2024-01-02;oui\n2;Blois;20;2,50;2024-01-03;non\n3;Vierzon;30;3,50;2024-01-04;oui\n', '{code}');
  const sent = await push(A, 'villes', 'k1', [{ code: 2, nom: 'Blois, "la haute"', hab: 21, montant: 2.75, jour: '2025-02-03', actif: true }, { code: 4, nom: 'Bourges\nNord', hab: null, montant: 0.1, jour: null, actif: false }]);
  assert.equal(sent.status, 202, sent.text);
  assert.equal(sent.json.records, 2);
  assert.match(sent.headers.location, new RegExp(`/datasets/villes/push/${sent.json.batch}$`));
  const done = await folded(A, 'villes', sent.json.batch);
  assert.deepEqual(done.aside, []);
  assert.equal(done.waits_for, null);
  const got = await poll(async () => { const r = await rows(A, 'villes'); return r.length === 4 && r; }, { what: 'four rows' });
  assert.deepEqual(got.map((r) => [String(r.code), r.nom, r.hab, r.montant, r.jour]), [['1', 'Tours', 10, 1.5, '2024-01-02'], ['2', 'Blois, "la haute"', 21, 2.75, '2025-02-03'],
    ['3', 'Vierzon', 30, 3.5, '2024-01-04'], ['4', 'Bourges\nNord', null, 0.1, null]]);
  assert.equal(records('villes'), 4);
  // The numbers of the rows run on without a gap.
  assert.equal(one(`SELECT string_agg(_id::text, ',' ORDER BY _id) FROM ${table('villes')}`), '1,2,3,4');
});

test('the same key with the same body is taken once; with another body it is refused', async () => {
  const before = one("SELECT bytes FROM portal.usage_update u JOIN portal.tenant t ON t.id = u.tenant_id WHERE t.slug = 'a'");
  const body = '{"code": 5, "nom": "Dreux"}';
  const first = await push(A, 'villes', 'k2', body);
  const again = await push(A, 'villes', 'k2', body);
  assert.deepEqual([again.status, again.json], [202, first.json]);
  const other = await push(A, 'villes', 'k2', '{"code": 6}');
  assert.deepEqual([other.status, other.json.title], [409, 'push_other_body']);
  assert.equal((await push(A, 'villes', 'k2', '["5"]', 'DELETE')).status, 409);
  await folded(A, 'villes', first.json.batch);
  assert.deepEqual((await push(A, 'villes', 'k2', body)).json, first.json);
  assert.equal(records('villes'), 5);
  // Only pushed bytes count as today's update, once.
  const spent = Number(one("SELECT bytes FROM portal.usage_update u JOIN portal.tenant t ON t.id = u.tenant_id WHERE t.slug = 'a'")) - Number(before);
  assert.equal(spent, body.length);
});

test('removal by key, in the order of arrival among pushes', async () => {
  const gone = await push(A, 'villes', 'd1', [1, { code: 3 }, { code: 99 }], 'DELETE');
  assert.equal(gone.status, 202, gone.text);
  const back = await push(A, 'villes', 'k3', [{ code: 3, nom: 'Vierzon-Ville' }]);
  await folded(A, 'villes', gone.json.batch);
  await folded(A, 'villes', back.json.batch);
  const got = await poll(async () => { const r = await rows(A, 'villes'); return r.find((x) => x.nom === 'Vierzon-Ville') && r; }, { what: 'the last push' });
  assert.deepEqual(got.map((r) => [String(r.code), r.nom]), [['2', 'Blois, "la haute"'], ['3', 'Vierzon-Ville'], ['4', 'Bourges\nNord'], ['5', 'Dreux']]);
});

test('without a key records are added, doubles too; nothing is removed', async () => {
  await dataset(A, 'mesures', 'n;v\n1;1,5\n2;2,5\n');
  const sent = await push(A, 'mesures', 'k', [{ n: 1, v: 1.5 }, { n: 3, v: 3 }]);
  await folded(A, 'mesures', sent.json.batch);
  await shown(A, 'mesures', [{ n: 1, v: 1.5 }, { n: 1, v: 1.5 }, { n: 2, v: 2.5 }, { n: 3, v: 3 }], 'n');
  const refused = await push(A, 'mesures', 'd', [1], 'DELETE');
  assert.deepEqual([refused.status, refused.json.title], [409, 'push_no_key']);
});

test('a table without rows says whether the filter or the dataset has none (I83)', async () => {
  await dataset(A, 'vide', 'code;nom\n1;Blois\n', '{code}');
  const table = async (query) => (await t.http(A, `/explore/dataset/vide/table/${query}`)).text;
  assert.match(await table('?q=Tours'), /Aucune ligne ne correspond\. <a /);
  await folded(A, 'vide', (await push(A, 'vide', 'd', [1], 'DELETE')).json.batch);
  const empty = await poll(async () => { const page = await table(''); return !page.includes('Blois') && page; }, { what: 'the table without its row' });
  assert.match(empty, /<p>Ce jeu de données n’a encore aucune ligne\.<\/p>/);
  assert.doesNotMatch(empty, /Aucune ligne ne correspond/);
});

test('files of rows are told of where there are rows only: in data.json, data packages, feeds, tables and to search engines', async () => {
  const listed = async () => {
    const pod = (await t.http(A, '/api/explore/v2.1/catalog/exports/data.json')).json.dataset.find((d) => d.landingPage.endsWith('/vide/'));
    const ld = JSON.parse(/<script type="application\/ld\+json">([^]*?)<\/script>/.exec((await t.http(A, '/explore/dataset/vide/')).text)[1]);
    const feed = (await t.http(A, '/catalog.ttl')).text.match(/datasets\/vide\/(exports\/\w+|attachments\/\w+)/g) ?? [];
    const row = (await t.http(A, '/catalog-scdl.csv')).text.split('\r\n').find((l) => l.includes('"vide"'));
    const { profile, resources } = (await t.http(A, '/explore/dataset/vide/datapackage.json')).json;
    return { pod: pod.distribution.map((d) => d.title), ld: (ld.distribution ?? []).map((d) => new URL(d.contentUrl).pathname.split('/').at(-1)),
      exports: feed.some((f) => f.includes('exports')), scdl: row.includes('csv;json'), profile, pack: resources.map((x) => x.name) };
  };
  // Feeds follow behind: what they say in the end is asked.
  const becomes = async (wanted, what) => {
    let last;
    await poll(async () => isDeepStrictEqual(last = await listed(), wanted), { deadline: 60000, what }).catch(() => {});
    assert.deepEqual(last, wanted, what);
  };
  await becomes({ pod: [], ld: [], exports: false, scdl: false, profile: 'tabular-data-package', pack: ['vide'] }, 'a package has a resource: the head of the table');
  const made = await api(A, '/datasets/vide/attachments?name=plan.pdf', { method: 'POST', body: Buffer.from('%PDF-1.4\n'), headers: { 'Content-Type': 'application/octet-stream' } });
  assert.equal(made.status, 201, made.text);
  await becomes({ pod: ['plan.pdf'], ld: ['plan_pdf'], exports: false, scdl: false, profile: 'data-package', pack: ['attachments.plan_pdf'] }, 'the file alone');
  await folded(A, 'vide', (await push(A, 'vide', 'p', [{ code: 2, nom: 'Tours' }])).json.batch);
  await becomes({ pod: ['vide.csv', 'vide.json', 'vide.xlsx', 'plan.pdf'], ld: ['csv', 'json', 'plan_pdf'], exports: true, scdl: true, profile: 'data-package', pack: ['vide', 'attachments.plan_pdf'] }, 'the files of the rows');
});

test('a record that does not fit is set aside, with its number and why, in two languages', async () => {
  await dataset(A, 'stations', 'code;places;jour\nA;1;2024-01-02\nB;2;2024-01-03\n', '{code}');
  const sent = await push(A, 'stations', 'k', [{ code: 'C', places: 3, jour: '2024-01-05' }, { code: 'D', places: 'beaucoup' }, { code: 'E', couleur: 'x' },
    { places: 5 }, { code: 'F\nG', places: 6 }, { code: 'H', jour: 'demain' }, {}]);
  const done = await folded(A, 'stations', sent.json.batch);
  assert.deepEqual(done.aside.map((x) => [x.record, x.field]).sort((a, b) => a[0] - b[0]), [[2, 'places'], [3, 'couleur'], [4, 'code'], [6, 'jour'], [7, 'code']]);
  assert.deepEqual(done.aside.find((x) => x.record === 2).value, 'beaucoup');
  assert.ok(done.aside.every((x) => x.message.length > 10 && x.code), JSON.stringify(done.aside));
  const fr = (await api(A, `/datasets/stations/push/${sent.json.batch}`, { headers: { 'Accept-Language': 'fr' } })).json.aside.find((x) => x.record === 3);
  assert.equal(fr.message, 'Le jeu n’a pas de champ « couleur » qui puisse être là.');
  assert.equal(records('stations'), 4);
  const before = versions('stations');
  // Nothing but unfit values: no row comes, and the batch is done all the same.
  const bad = await push(A, 'stations', 'k4', [{ code: 'Z', places: 'x' }]);
  assert.equal((await folded(A, 'stations', bad.json.batch)).aside.length, 1);
  const unknown = await push(A, 'stations', 'k5', [{ z: 1 }]);
  assert.equal((await folded(A, 'stations', unknown.json.batch)).aside.length, 1);
  assert.equal(versions('stations'), before);
  assert.equal(records('stations'), 4);
});

test('values keep their types and every digit; a point is an object or a text', async () => {
  await dataset(A, 'types', 'n;insee;montant;actif;vu;lieu\n1;01001;12345678901234567,25;oui;2024-01-02T03:04:05Z;47.39,0.68\n2;02002;1,5;non;2024-01-03T03:04:05Z;47.58,1.33\n', '{n}');
  const of = () => one(`SELECT string_agg((c ->> 'name') || ':' || (c ->> 'type'), ',') FROM portal.version v, jsonb_array_elements(v.columns) AS c WHERE v.id = (SELECT version_id FROM portal.dataset WHERE id = '${uuidOf('types')}')`);
  const types = of();
  assert.equal(types, 'n:int,insee:text,montant:decimal,actif:boolean,vu:datetime,lieu:geo_point_2d');
  const sent = await push(A, 'types', 'k', '[{"n":3,"insee":"00007","montant":98765432109876543.75,"actif":true,"vu":"2025-06-07T08:09:10+02:00","lieu":{"lat":47.1,"lon":2.4}},'
    + '{"n":4,"insee":"2A004","montant":"7.10","actif":false,"vu":"2025-06-07T08:09:10Z","lieu":"48.5, 1.5"}]');
  assert.deepEqual((await folded(A, 'types', sent.json.batch)).aside, []);
  assert.equal(of(), types);
  const place = (name) => one(`SELECT c ->> 'sql' FROM portal.version v, jsonb_array_elements(v.columns) AS c WHERE v.id = (SELECT version_id FROM portal.dataset WHERE id = '${uuidOf('types')}') AND c ->> 'name' = '${name}'`);
  const [n, insee, montant, actif, vu, lieu] = ['n', 'insee', 'montant', 'actif', 'vu', 'lieu'].map(place);
  assert.equal(one(`SELECT string_agg(concat_ws('|', ${insee}, trim_scale(${montant}), ${actif}, ${vu} AT TIME ZONE 'UTC', public.st_x(${lieu}), public.st_y(${lieu})), ';' ORDER BY _id) FROM ${table('types')} WHERE ${n} > 2`),
    '00007|98765432109876543.75|t|2025-06-07 06:09:10|2.4|47.1;2A004|7.1|f|2025-06-07 08:09:10|1.5|48.5');
});

test('what is pushed is written as the API says, whatever the files of the dataset do; the next file is read as they are', async () => {
  await dataset(A, 'ordre', 'n;lieu\n1;[0.68,47.39]\n', '{n}');
  const column = (key) => one(`SELECT c ->> '${key}' FROM portal.version v, jsonb_array_elements(v.columns) AS c WHERE v.id = (SELECT version_id FROM portal.dataset WHERE id = '${uuidOf('ordre')}') AND c ->> 'name' = 'lieu'`);
  assert.equal(column('format'), 'lon_first');
  const sent = await push(A, 'ordre', 'k', [{ n: 2, lieu: { lat: 47.5, lon: 0.7 } }, { n: 3, lieu: '-30.25, 10.5' }]);
  assert.deepEqual((await folded(A, 'ordre', sent.json.batch)).aside, []);
  assert.equal(one(`SELECT string_agg(concat_ws(' ', public.st_x(${column('sql')}), public.st_y(${column('sql')})), '|' ORDER BY _id) FROM ${table('ordre')}`), '0.68 47.39|0.7 47.5|10.5 -30.25');
  assert.equal(column('format'), 'lon_first');
});

test('personal data that a program pushes does not come into an open dataset', async () => {
  await dataset(A, 'contacts', 'code;mot\n1;Tours\n2;Blois\n', '{code}');
  const sent = await push(A, 'contacts', 'k', Array.from({ length: 20 }, (_, i) => ({ code: 10 + i, mot: `jeanne.martin${i}@exemple-prive.fr` })));
  const held = await poll(async () => { const b = await batch(A, 'contacts', sent.json.batch); return b.waits_for && b; }, { what: 'the reason' });
  assert.match(held.waits_for, /adresses électroniques|e-mail/);
  assert.equal(records('contacts'), 2);
});

test('after a fold the next one rests for half a minute, and a push meanwhile does not hasten it', async () => {
  await dataset(A, 'rythme', 'n;nom\n0;zero\n');
  const rest = () => Number(one(`SELECT extract(epoch FROM run_at - clock_timestamp()) FROM portal.task WHERE kind = 'push' AND subject = '${uuidOf('rythme')}'`));
  const first = await push(A, 'rythme', 'k1', { n: 1, nom: 'un' });
  await poll(async () => (await batch(A, 'rythme', first.json.batch)).state === 'folded', { what: 'the first fold' });
  assert.ok(rest() > 20 && rest() <= 30, String(rest()));
  const second = await push(A, 'rythme', 'k2', { n: 2, nom: 'deux' });
  assert.ok(rest() > 20, String(rest()));
  assert.equal((await batch(A, 'rythme', second.json.batch)).state, 'waiting');
});

test('many programs at once: every record is there once', async () => {
  await dataset(A, 'foule', 'n;nom\n0;zero\n');
  const all = await Promise.all(Array.from({ length: 40 }, (_, i) => push(A, 'foule', `k${i % 20}`, [{ n: 1 + (i % 20), nom: `n${i % 20}` }])));
  assert.ok(all.every((x) => x.status === 202), all.map((x) => x.status).join());
  assert.equal(new Set(all.map((x) => x.json.batch)).size, 20);
  for (const x of all) await folded(A, 'foule', x.json.batch);
  assert.equal(one(`SELECT count(*) || ',' || count(DISTINCT c1) FROM ${table('foule')}`), '21,21');
  // With nothing left to do the task goes.
  await poll(() => { hurry(); return one(`SELECT count(*) FROM portal.task WHERE kind = 'push' AND subject = '${uuidOf('foule')}'`) === '0'; }, { what: 'no task', every: 200 });
});

test('a body or a key that is none is refused, and nothing is stored', async () => {
  const count = () => one('SELECT count(*) FROM portal.push_batch');
  const before = count();
  for (const key of [null, '', 'a b', 'é', 'x'.repeat(81)])
    assert.equal((await push(A, 'villes', key === 'é' ? 'a,b' : key, [{ code: 1 }])).status, 400, String(key));
  for (const body of ['', '[]', '3', '"x"', '[1]', '{', '[{"code":1}]x', '{"code":"\\u0000"}', '[[]]', `${'['.repeat(5000)}`, '{"code":1,"code":2}'])
    assert.equal((await push(A, 'villes', 'bad', body)).status, 400, body);
  assert.equal((await push(A, 'villes', 'many', Array.from({ length: 10001 }, (_, i) => ({ code: i })))).status, 400);
  assert.equal((await push(A, 'villes', 'big', `[{"nom":"${'x'.repeat(5 << 20)}"}]`)).status, 413);
  assert.equal((await push(A, 'inconnu', 'k', [{ code: 1 }])).status, 404);
  assert.equal(count(), before);
});

test('when the day is spent the push is refused and nothing is stored', async () => {
  const count = () => one('SELECT count(*) FROM portal.push_batch');
  const before = count();
  one("INSERT INTO portal.share (tenant_id, metric, reserved, ceiling) SELECT id, 'update_bytes_day', 0, 1 FROM portal.tenant WHERE slug = 'a' ON CONFLICT (tenant_id, metric) DO UPDATE SET ceiling = 1");
  const refused = await push(A, 'villes', 'spent', [{ code: 7 }]);
  assert.ok([409, 429, 507].includes(refused.status), refused.text);
  assert.equal(count(), before);
  one("UPDATE portal.share SET ceiling = NULL WHERE metric = 'update_bytes_day'");
});

test('another portal, nobody, and its key reach neither the dataset nor the batch', async () => {
  const [which] = one("SELECT id FROM portal.push_batch ORDER BY id").split('\n');
  assert.equal((await push(B, 'villes', 'k', [{ code: 1 }])).status, 404);
  assert.equal((await api(B, `/datasets/villes/push/${which}`)).status, 404);
  assert.equal((await t.http(A, '/api/portal/v1/datasets/villes/push', { method: 'POST', key: keys[B], body: Buffer.from('{}'), headers: { 'Idempotency-Key': 'k' } })).status, 401);
  assert.equal((await t.http(A, '/api/portal/v1/datasets/villes/push', { method: 'POST', body: Buffer.from('{}'), headers: { 'Idempotency-Key': 'k' } })).status, 401);
});

test('while a draft waits, or nobody attests for programs, what is pushed waits and says why', async () => {
  await dataset(A, 'attente', 'code;nom\n1;Tours\n', '{code}');
  await api(A, '/datasets/attente/draft', { method: 'PUT', body: { metas: { default: { title: 'Autre titre' } } } });
  const sent = await push(A, 'attente', 'k', [{ code: 2, nom: 'Blois' }]);
  const held = await poll(async () => { const b = await batch(A, 'attente', sent.json.batch); return b.waits_for && b; }, { what: 'the reason' });
  assert.equal(held.state, 'waiting');
  assert.equal((await api(A, '/datasets/attente/draft', { method: 'DELETE' })).status, 200);
  one(`UPDATE portal.attestation SET standing = false WHERE dataset_id = '${uuidOf('attente')}'`);
  hurry();
  await poll(async () => /RGPD|GDPR/.test((await batch(A, 'attente', sent.json.batch)).waits_for), { what: 'the attestation asked' });
  one(`UPDATE portal.attestation SET standing = true WHERE dataset_id = '${uuidOf('attente')}'`);
  await folded(A, 'attente', sent.json.batch);
  assert.equal(records('attente'), 2);
});

test('a worker killed while it folds: every record is there once', async () => {
  const lines = ['n;nom'];
  for (let i = 1; i <= 100000; i++) lines.push(`${i};ligne ${i}`);
  await dataset(A, 'gros', `${lines.join('\n')}\n`);
  const state = () => one("SELECT (lease_until IS NOT NULL)::text FROM portal.task WHERE kind = 'push' AND subject = (SELECT id FROM portal.dataset WHERE dataset_id = 'gros' AND is_origin)");
  const sent = await push(A, 'gros', 'k', Array.from({ length: 10000 }, (_, i) => ({ n: 200000 + i, nom: `pousse ${i}` })));
  await poll(() => state() === 'true', { what: 'the fold begun', every: 5 });
  const pids = processes(t, 'worker-process');
  assert.equal(pids.length, 1);
  process.kill(pids[0], 'SIGKILL');
  assert.equal((await batch(A, 'gros', sent.json.batch)).state, 'waiting', 'the fold was over before the kill');
  await poll(async () => (await batch(A, 'gros', sent.json.batch)).state === 'folded', { what: 'the fold', deadline: 60000, every: 200 });
  assert.equal(one(`SELECT count(*) || ',' || count(DISTINCT c1) || ',' || max(_id) FROM ${table('gros')}`), '110000,110000,110000');
  assert.equal(versions('gros'), 2);
});

test('a batch that does not pass is found, read and taken back; those before and behind it are folded', async () => {
  await dataset(A, 'retenu', 'code;nom\n1;Tours\n', '{code}');
  const bad = [{ code: 3, nom: 'jean.dupont@example.org' }, { code: 4, nom: 'marie.durand@example.org' }];
  const sent = [];
  for (const [i, body] of [[{ code: 2, nom: 'Blois' }], bad, [{ code: 5, nom: 'Bourges' }]].entries())
    sent.push((await push(A, 'retenu', `r${i}`, body)).json.batch);
  hurry();
  await folded(A, 'retenu', sent[0]);
  const held = await isHeld('retenu', sent[1]);
  assert.equal(held.state, 'waiting');
  const list = (await api(A, '/datasets/retenu/push')).json.results;
  // The oldest that waits stands first: it is the one that stops the others.
  assert.deepEqual(list.map((b) => [b.batch, b.state, b.records]), [[sent[1], 'waiting', 2], [sent[2], 'waiting', 1], [sent[0], 'folded', 1]]);
  assert.ok(list[0].waits_for);
  assert.deepEqual((await api(A, `/datasets/retenu/push/${sent[1]}/records`)).json, bad);
  assert.equal((await api(A, `/datasets/retenu/push/${sent[0]}/records`)).status, 409);
  // Another portal and people without rights neither read nor take it back.
  for (const path of ['', `/${sent[1]}`, `/${sent[1]}/records`]) {
    const seen = await api(B, `/datasets/retenu/push${path}`);
    assert.ok(seen.status === 404 || (path === '' && seen.json.results.length === 0), path);
    assert.equal((await t.http(A, `/api/portal/v1/datasets/retenu/push${path}`)).status, 401);
  }
  assert.equal((await api(B, `/datasets/retenu/push/${sent[1]}`, { method: 'DELETE' })).status, 404);
  assert.equal((await api(A, '/datasets/retenu/push/x', { method: 'DELETE' })).status, 404);
  assert.equal((await api(A, `/datasets/retenu/push/${sent[1]}`, { method: 'DELETE' })).status, 200);
  assert.equal((await batch(A, 'retenu', sent[1])).state, 'dropped');
  assert.equal((await api(A, `/datasets/retenu/push/${sent[1]}`, { method: 'DELETE' })).status, 409);
  assert.equal((await api(A, `/datasets/retenu/push/${sent[1]}/records`)).status, 409);
  await poll(async () => (await batch(A, 'retenu', sent[2])).state === 'folded', { what: 'the fold of what stood behind, unhurried' });
  assert.deepEqual((await rows(A, 'retenu')).map((r) => String(r.code)), ['1', '2', '5']);
  // Its key stays used: a program that repeats it brings nothing back.
  assert.equal((await push(A, 'retenu', 'r1', bad)).json.batch, sent[1]);
  assert.equal((await batch(A, 'retenu', sent[1])).state, 'dropped');
  assert.equal(one("SELECT count(*) FROM portal.audit WHERE action = 'push_drop'"), '1');
});

test('a batch is taken back on the page', async () => {
  const session = await office();
  await dataset(A, 'page', 'code;nom\n1;Tours\n', '{code}');
  const sent = (await push(A, 'page', 'p', [{ code: 3, nom: 'jean.dupont@example.org' }])).json.batch;
  await isHeld('page', sent);
  const page = (await session.get('/backoffice/datasets/page/push/')).text;
  assert.match(page, new RegExp(`name="batch" value="${sent}"`));
  assert.match(page, /Le plus ancien lot est retenu[^<]*adresses électroniques/);
  assert.match(page, /<td>Retenu<\/td>/);
  const done = await session.post('/backoffice/datasets/page/push/drop', { batch: sent });
  assert.equal(done.status, 303, done.text);
  assert.match((await session.get(done.headers.location)).text, /Lot retiré/);
  assert.equal((await batch(A, 'page', sent)).state, 'dropped');
});

test('programs of the former portal push and delete at their address, with ?pushkey= or the header, and no key is logged', async () => {
  await dataset(A, 'livres', 'isbn;titre;nombre\n978-1;Zen;3\n978-2;Moto;5\n978-3;Loire;1\n', '{isbn}');
  const former = (host, verb, key, body, { header } = {}) => t.http(host, `/api/push/1.0/livres/realtime/${verb}/${header ? '' : `?pushkey=${key}`}`, {
    method: 'POST', body: Buffer.from(JSON.stringify(body)), ...(header && { key }),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }); // what curl -d says
  const one200 = await former(A, 'push', keys[A], { isbn: '978-1', titre: 'Zen', nombre: 2 });
  assert.equal(one200.status, 200, one200.text);
  assert.deepEqual(one200.json, { status: 'OK' });
  assert.deepEqual((await former(A, 'push', keys[A], [{ isbn: '978-4', titre: 'Cher', nombre: 7 }, { isbn: '978-5', titre: 'Indre', nombre: 8 }], { header: true })).json, { status: 'OK' });
  // As it was pushed: its key counts, the rest is not read.
  assert.deepEqual((await former(A, 'delete', keys[A], { isbn: '978-2', titre: 'autre', nombre: 'x' })).json, { status: 'OK' });
  const want = [['978-1', 2], ['978-3', 1], ['978-4', 7], ['978-5', 8]];
  await poll(async () => { hurry(); return JSON.stringify((await rows(A, 'livres', 'isbn')).map((r) => [r.isbn, r.nombre])) === JSON.stringify(want); }, { what: 'the books', every: 200 });
  for (const refused of [await former(A, 'push', 'faux', {}), await former(A, 'push', keys[B], { isbn: 'x' }), await t.http(A, '/api/push/1.0/livres/realtime/push/', { method: 'POST', body: Buffer.from('{"isbn":"x"}') })])
    assert.equal(refused.status, 401, refused.text);
  assert.equal((await former(B, 'push', keys[B], { isbn: 'x' })).status, 404);
  const bad = await former(A, 'push', keys[A], 'texte');
  assert.equal(bad.status, 400);
  assert.ok(bad.json.errorcode && bad.json.error, bad.text);
  assert.equal(versions('livres') >= 2, true);
  assert.match(t.log, /pushkey=\*\*\*/);
  for (const host of [A, B]) assert.equal(t.log.includes(keys[host]), false, 'a key stands in the log');
});

const former = (host, path, body, { key = keys[host], method = body === undefined ? 'GET' : 'POST' } = {}) => t.http(host, `/api/push/1.0/${path}/${key ? `?pushkey=${key}` : ''}`, {
  method, ...(body !== undefined && { body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
const idOf = async (host, id, nth) => (await t.http(host, `/api/records/1.0/search/?dataset=${id}&rows=100`)).json.records[nth].recordid;
const until = (fn) => poll(async () => { hurry(); return fn(); }, { deadline: 60000, every: 200, what: 'the fold' });
/** Once the folds that wait are done. */
async function shownSoon(id, want, by) {
  await until(async () => JSON.stringify(await rows(A, id, by)) === JSON.stringify(want)).catch(() => {});
  assert.deepEqual(await rows(A, id, by), want);
}
const waits = (id) => Number(one(`SELECT count(*) FROM portal.push_batch WHERE dataset_id = '${uuidOf(id)}' AND folded_at IS NULL`));

test('a record is removed by its id, as of the former portal: by its key where there is one', async () => {
  await dataset(A, 'stock', 'ref;nb\nr1;1\nr2;2\nr3;3\n', '{ref}');
  const second = await idOf(A, 'stock', 1);
  const gone = await former(A, `stock/temps_reel/${second}/delete`);
  assert.deepEqual([gone.status, gone.json], [200, { status: 'OK' }], gone.text);
  await shownSoon('stock', [{ ref: 'r1', nb: 1 }, { ref: 'r3', nb: 3 }], 'ref');
  // Rows stand elsewhere by now: an id from before is another row's, or nobody's.
  assert.equal((await former(A, `stock/temps_reel/${await idOf(A, 'stock', 1)}/delete`)).status, 200);
  await shownSoon('stock', [{ ref: 'r1', nb: 1 }], 'ref');
});

test('whoever may not push removes nothing by an id; a session, a HEAD and another portal\'s id do not either', async () => {
  await dataset(A, 'garde', 'ref;nb\nr1;1\nr2;2\n', '{ref}');
  await dataset(B, 'autrui', 'ref;nb\nr1;1\n', '{ref}');
  const record = await idOf(A, 'garde', 0), path = `garde/x/${record}/delete`;
  const session = await office();
  const refused = [[401, await former(A, path, undefined, { key: '' })], [401, await former(A, path, undefined, { key: keys[B] })],
    [403, await session.get(`/api/push/1.0/${path}/`)], [405, await former(A, path, undefined, { method: 'HEAD' })],
    [404, await former(A, `garde/x/${record.replace(/^./, (c) => (c === '0' ? '1' : '0'))}/delete`)], [404, await former(A, `garde/x/1/delete`)], [404, await former(A, `garde/x/${await idOf(B, 'autrui', 0)}/delete`)],
    [404, await former(A, `villes_de_nulle_part/x/${record}/delete`)]];
  for (const [status, answer] of refused) assert.equal(answer.status, status, answer.text);
  assert.equal(waits('garde'), 0);
  assert.equal(records('garde'), 2);
});

test('without a key the rows go that are the same in every value, NULL and all kinds of values; others stay', async () => {
  const csv = 'nom;n;d;jour;heure;ok;point\nx;1;1,50;2024-01-02;2024-01-02T10:00:00Z;oui;47.5,0.7\nx;1;1,50;2024-01-02;2024-01-02T10:00:00Z;oui;47.5,0.7\nx;;1,50;2024-01-02;2024-01-02T10:00:00Z;oui;47.5,0.7\n"a; ""b""\nc";2;2,25;2024-02-03;2024-02-03T11:30:00Z;non;48.123456,1.25\n';
  await dataset(A, 'sans_cle', csv);
  const all = await rows(A, 'sans_cle', 'nom');
  assert.equal(all.length, 4);
  // By what it says: every row that says the same. One that says less is another.
  const [row] = all.filter((x) => x.nom === 'x' && x.n === 1);
  const { n: ignored, ...less } = row;
  assert.equal((await former(A, 'sans_cle/r/delete', [less, { ...row, d: 9.5 }])).status, 200);
  await shownSoon('sans_cle', all.filter((x) => !(x.nom === 'x' && x.n === null)), 'nom');
  assert.equal((await former(A, 'sans_cle/r/delete', row)).status, 200);
  await shownSoon('sans_cle', all.filter((x) => x.nom !== 'x'), 'nom');
  // By its id, whatever stands in it.
  assert.equal((await former(A, 'sans_cle/r/push', { nom: 'dernier' })).status, 200);
  await until(() => records('sans_cle') === 2);
  assert.equal((await former(A, `sans_cle/r/${await idOf(A, 'sans_cle', 0)}/delete`)).status, 200);
  await until(() => records('sans_cle') === 1);
  await until(async () => (await rows(A, 'sans_cle', 'nom')).map((x) => x.nom).join() === 'dernier');
  assert.equal((await push(A, 'sans_cle', 'cle', [{ nom: 'dernier' }], 'DELETE')).status, 409, 'our own address removes by keys alone');
});

// A PNG of one red point and a JPEG's beginning, as bytes.
const point = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC', 'base64');

test('a file in a record is kept, named in its cell and served; numbers beside it keep every digit', async () => {
  await dataset(A, 'photos', 'code;photo;mesure\nc0;rien;0.5\n', '{code}');
  const content = () => Number(one(`SELECT content_bytes FROM portal.dataset WHERE id = '${uuidOf('photos')}'`));
  const body = `[{"code": "c1", "mesure": 12345678901234567.123456789, "photo": {"content": "${point.toString('base64')}", "content-type": "image/png"}},
    {"code": "c2", "mesure": 0.1, "photo": {"content": "${point.toString('base64').replace(/.{20}/g, '$&\\n')}", "content-type": "image/png"}}, {"code": "c3", "photo": null}]`;
  const sent = await former(A, 'photos/r/push', body);
  assert.equal(sent.status, 200, sent.text);
  const got = await until(async () => { const x = await rows(A, 'photos'); return x.length === 4 && typeof x[1].photo === 'object' && x; });
  assert.equal(got[1].photo.mimetype, 'image/png');
  assert.match(got[1].photo.filename, /^[0-9a-f]{32}\.png$/);
  assert.equal(got[2].photo.id, got[1].photo.id, 'the same bytes are one file');
  assert.equal(got[3].photo, null);
  assert.deepEqual((await t.http(A, new URL(got[1].photo.url).pathname)).body, point);
  assert.match((await t.http(A, '/api/explore/v2.1/catalog/datasets/photos/exports/csv')).text, /12345678901234567\.123456789/);
  assert.equal(content(), point.length);
  await until(async () => (await rows(A, 'photos'))[1].photo.thumbnail);
  // The same request again, with its key: nothing is kept or counted twice.
  const again = () => push(A, 'photos', 'un-fichier', [{ code: 'c4', photo: { content: Buffer.from('%PDF-1.4\n').toString('base64'), 'content-type': 'application/pdf' } }]);
  const [first, second] = [await again(), await again()];
  assert.deepEqual([first.status, second.status, first.json.batch === second.json.batch], [202, 202, true], second.text);
  assert.equal(content(), point.length + 9);
});

test('what is no file, no known type, or not what it says is refused, and nothing of the push is kept', async () => {
  await dataset(A, 'refus', 'code;photo;n\nc0;rien;1\n', '{code}');
  const with64 = (bytes, type, more = {}) => [{ code: 'c1', photo: { content: Buffer.from(point).toString('base64'), 'content-type': 'image/png' } }, { code: 'c2', photo: { content: bytes, 'content-type': type }, ...more }];
  const b64 = (s) => Buffer.from(s).toString('base64');
  for (const [status, records_, why] of [[422, with64('***', 'image/png'), /Record 2.*photo/], [422, with64('', 'image/png'), /Record 2/],
    [415, with64(b64('<script>'), 'text/html'), null], [415, with64(b64('<script>alert(1)</script>'), 'image/jpeg'), null], [422, [{ code: 'c1', n: { content: b64('GIF89a'), 'content-type': 'image/gif' } }], null]]) {
    const answer = await t.http(A, `/api/push/1.0/refus/r/push/?pushkey=${keys[A]}`, { method: 'POST', body: Buffer.from(JSON.stringify(records_)), headers: { 'Content-Type': 'application/json' } });
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.text}`);
    if (why) assert.equal(answer.status, status);
    if (why) assert.match(answer.json.error, why);
  }
  assert.equal(waits('refus'), 0);
  assert.equal(one(`SELECT count(*) FROM portal.attachment WHERE dataset_id = '${uuidOf('refus')}'`), '0');
  assert.equal(one(`SELECT content_bytes FROM portal.dataset WHERE id = '${uuidOf('refus')}'`), '0');
  assert.equal(JSON.stringify(one(`SELECT fields FROM portal.dataset WHERE id = '${uuidOf('refus')}'`)).includes('file'), false);
});

test('many programs push files at once: each is there, none waits for another for ever', async () => {
  await dataset(A, 'albums', 'code;photo\nc0;rien\n', '{code}');
  const one64 = (i) => Buffer.concat([point, Buffer.from(String(i))]).toString('base64');
  const done = await Promise.all(Array.from({ length: 12 }, (_, i) => push(A, 'albums', `f${i}`, { code: `f${i}`, photo: { content: one64(i), 'content-type': 'image/png' } })));
  assert.deepEqual(done.map((d) => d.status), Array(12).fill(202), done.map((d) => d.text).join());
  assert.equal(one(`SELECT count(*) FROM portal.attachment WHERE dataset_id = '${uuidOf('albums')}' AND kind = 'file'`), '12');
  await until(async () => (await rows(A, 'albums')).filter((x) => x.photo?.id).length === 12);
});
