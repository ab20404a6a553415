// From a file to the public: terrasse dataset import, the upload API, the worker killed in the middle.
// Values are worked out by hand from the bytes written here.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { processes } from './counters.mjs';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

const ExcelJS = createRequire(import.meta.url)('exceljs');
let t, key;
before(async () => {
  t = await installation();
  key = (await t.must(['token', 'add', 'admin@r.example', '--host', 'r.localhost', '--json'])).key;
});
after(() => t?.stop());

const metas = (title, more = {}) => ({
  default: { title, description: 'Un jeu d’essai.', license: 'lov2', theme: ['Régions et villes'], keyword: ['essai'], ...more },
  dcat: { accrualperiodicity: 'Annuelle', spatial: 'Centre-Val de Loire', granularity: 'commune' },
});
const file = (name, bytes) => t.file(name, bytes);
function described(id, bytes, meta = {}, { name = `${id}.csv` } = {}) {
  return ['dataset', 'import', file(name, bytes), '--host', 'r.localhost', '--id', id,
    '--meta', file(`${id}.json`, JSON.stringify({ metas: metas(id), attestations: true, ...meta })), '--publish', '--json'];
}
const table = (version) => `data.v_${version.replaceAll('-', '')}`;
const one = (query) => sql(t, `${query};`);
const tables = () => one("SELECT count(*) FROM pg_class WHERE relnamespace = 'data'::regnamespace AND relname ~ '^v_[0-9a-f]{32}$'");
const versions = () => one('SELECT count(*) FROM portal.version');
const column = (done, name) => done.columns.find((c) => c.name === name).sql;
const values = (done, name) => one(`SELECT string_agg(${column(done, name)}::text, '|' ORDER BY _id) FROM ${table(done.version)}`);

test('the same rows come out of every encoding and separator', async () => {
  const text = (sep) => ['ville', 'prix', 'jour'].join(sep) + '\r\n' + ['Orléans', '"1 234,50"', '31/12/1999'].join(sep) + '\r\n' +
    ['"Vendôme\nbis"', '"0,05"', '29/02/2024'].join(sep) + '\r\n';
  const files = {
    'utf8-semicolon': [Buffer.from(text(';')), 'utf-8', ';'],
    'utf8-comma': [Buffer.from(text(',')), 'utf-8', ','],
    'utf8-tab': [Buffer.from(text('\t')), 'utf-8', '\t'],
    'utf8-bar': [Buffer.from(text('|')), 'utf-8', '|'],
    'utf8-bom': [Buffer.from('\ufeff' + text(';')), 'utf-8', ';'],
    'latin': [Buffer.from(text(';'), 'latin1'), 'windows-1252', ';'],
  };
  for (const [id, [bytes, encoding, separator]] of Object.entries(files)) {
    const done = await t.must(described(id, bytes));
    assert.equal(done.encoding, encoding, id);
    assert.equal(done.separator, separator, id);
    assert.deepEqual(done.rows, { seen: 2, kept: 2, aside: 0, blank: 0 }, id);
    assert.equal(values(done, 'ville'), 'Orléans|Vendôme\nbis', id);
    assert.equal(values(done, 'prix'), '1234.50|0.05', id);
    assert.equal(values(done, 'jour'), '1999-12-31|2024-02-29', id);
  }
});

test('the first visible sheet of a workbook is read as it shows', async () => {
  const book = new ExcelJS.Workbook();
  book.addWorksheet('caché', { state: 'hidden' }).addRow(['non']);
  const sheet = book.addWorksheet('subventions');
  sheet.addRow(['siret', 'montant', 'le']);
  sheet.addRow(['01234567890123', 1500.5, new Date(Date.UTC(2024, 0, 31))]);
  sheet.addRow(['98765432109876', 20, new Date(Date.UTC(2024, 1, 1))]);
  const done = await t.must(described('classeur', Buffer.from(await book.xlsx.writeBuffer()), {}, { name: 'classeur.xlsx' }));
  assert.equal(done.format, 'xlsx');
  assert.equal(values(done, 'siret'), '01234567890123|98765432109876');
  assert.equal(values(done, 'montant'), '1500.5|20');
  assert.equal(values(done, 'le'), '2024-01-31|2024-02-01');
});

test('an update keeps address, settings and types; rows may be added behind the others', async () => {
  const first = await t.must(described('suivi', 'code;n\n01;1\n02;2\n', { fields: [{ name: 'code', label: 'Le code', annotations: { facet: true } }] }));
  assert.equal(first.bytes, 'Le code,n\n01,1\n02,2\n'.length);
  const more = await t.must(['dataset', 'import', file('suivi2.csv', 'n;Le code\n3;10\n2;02\n'), '--host', 'r.localhost', '--id', 'suivi', '--append', '--publish', '--json']);
  assert.equal(more.records, 4);
  assert.equal(more.bytes, 'Le code,n\n01,1\n02,2\n10,3\n02,2\n'.length);
  assert.equal(values(more, 'code'), '01|02|10|02');
  assert.equal(one(`SELECT string_agg(_id::text, ',' ORDER BY _id) FROM ${table(more.version)}`), '1,2,3,4');
  assert.deepEqual(more.diff.rows, { before: 2, after: 4 });
  // Why each column has its type is what the values say, here as in the first file.
  assert.deepEqual(first.columns.map((c) => c.reason.code), ['leading_zero', 'all_int']);
  assert.deepEqual(more.columns.map((c) => c.reason.code), ['all_int', 'leading_zero']);
  assert.equal(one("SELECT (SELECT (x ->> 'label') || ' ' || (x #>> '{annotations,facet}') FROM jsonb_array_elements(fields) x WHERE x ->> 'name' = 'code') FROM portal.dataset WHERE dataset_id = 'suivi'"), 'Le code true');
});

test('an update keeps the types: what breaks one is set aside, and said', async () => {
  await t.must(described('fixe', 'n;nom\n1;x\n2;y\n'));
  const held = await t.cli(['dataset', 'import', file('fixe2.csv', 'n;nom\n1;x\ndeux;y\n'), '--host', 'r.localhost', '--id', 'fixe', '--publish']);
  assert.equal(held.code, 1);
  assert.match(held.stderr, /1 rows were set aside, the first on line 3/);
  assert.equal(one("SELECT records FROM portal.dataset WHERE dataset_id = 'fixe'"), '2');
  // Somebody who wants another type says so.
  const done = await t.must(described('fixe', 'n;nom\n1;x\ndeux;y\n', { fields: [{ name: 'n', type: 'text' }] }));
  assert.equal(values(done, 'n'), '1|deux');
  assert.deepEqual(done.diff.columns.retyped, [{ name: 'n', from: 'int', to: 'text' }]);
});

test('an update keeps which coordinate comes first, whatever its own values look like', async () => {
  const at = (done) => one(`SELECT string_agg(concat_ws(' ', public.st_x(${column(done, 'lieu')}), public.st_y(${column(done, 'lieu')})), '|' ORDER BY _id) FROM ${table(done.version)}`);
  const update = (bytes, ...more) => t.must(['dataset', 'import', file('lieux.csv', bytes), '--host', 'r.localhost', '--id', 'lieux', '--publish', '--json', ...more]);
  const format = (done) => one(`SELECT x ->> 'format' FROM portal.version v, jsonb_array_elements(v.columns) x WHERE v.id = '${done.version}' AND x ->> 'name' = 'lieu'`);
  assert.equal(at(await t.must(described('lieux', 'n;lieu\n1;[1.9,47.9]\n'))), '1.9 47.9');
  const far = await update('n;lieu\n1;[-30.5,10.25]\n');
  assert.equal(at(far), '-30.5 10.25');
  assert.equal(format(far), 'lon_first');
  const few = await update('n;lieu\n1;[-61.0,14.6]\n2;inconnu\n3;inconnu\n', '--accept-errors');
  assert.equal(at(few), '-61 14.6');
  const more = await update('n;lieu\n4;"{""lat"": 47.5, ""lon"": 0.7}"\n', '--append');
  assert.equal(at(more), '-61 14.6|0.7 47.5');
  assert.equal(format(more), 'lon_first');
  const last = await update('n;lieu\n1;[10.5,-30.25]\n');
  assert.equal(at(last), '10.5 -30.25');
  // All of them in France the other way round, and only so: that is for somebody to see.
  const turned = await t.cli(['dataset', 'import', file('lieux.csv', 'n;lieu\n1;[14.6,-61.0]\n2;[14.7,-61.1]\n'), '--host', 'r.localhost', '--id', 'lieux', '--publish', '--json']);
  assert.equal(turned.code, 1);
  assert.match(turned.stderr, /held back.*of another type: lieu/);
  assert.deepEqual(JSON.parse(turned.stdout).diff.columns.retyped, [{ name: 'lieu', from: 'lon_first', to: 'lat_first' }]);
  assert.equal(at(last), '10.5 -30.25');
  const agreed = await update('n;lieu\n1;[14.6,-61.0]\n2;[14.7,-61.1]\n', '--accept-shape');
  assert.equal(at(agreed), '-61 14.6|-61.1 14.7');
  assert.equal(format(agreed), 'lat_first');
});

test('rows of other columns are not added', async () => {
  await t.must(described('autre', 'a;b\n1;x\n'));
  const before = [tables(), versions()];
  const done = await t.cli(['dataset', 'import', file('autre2.csv', 'a;c\n1;x\n'), '--host', 'r.localhost', '--id', 'autre', '--append', '--publish'], { env: { LC_ALL: 'fr_FR.UTF-8' } });
  assert.equal(done.code, 1);
  assert.match(done.stderr, /mêmes colonnes/);
  assert.deepEqual([tables(), versions()], before);
});

test('a dataset is open with --publish, closed when META.json says so', async () => {
  assert.equal((await t.must(described('ouvert', 'a;b\n1;2\n'))).visibility, 'open');
  assert.equal((await t.must(described('ferme', 'a;b\n1;2\n', { visibility: 'closed' }))).visibility, 'closed');
  assert.equal(one("SELECT visibility FROM portal.dataset WHERE dataset_id = 'ferme'"), 'closed');
  assert.equal(one("SELECT is_open FROM portal.catalogue_search WHERE dataset_id = 'ferme'"), 'f');
  assert.equal(one("SELECT count(*) FROM portal.outbox o JOIN portal.dataset d ON d.id = o.dataset_id WHERE d.dataset_id = 'ferme'"), '0');
  await t.must(['dataset', 'open', 'ferme', '--host', 'r.localhost']);
  assert.equal(one("SELECT visibility FROM portal.dataset WHERE dataset_id = 'ferme'"), 'open');
  await t.must(['dataset', 'withdraw', 'ferme', '--host', 'r.localhost', '--reason', 'essai']);
  assert.equal(one("SELECT state FROM portal.dataset WHERE dataset_id = 'ferme'"), 'withdrawn');
});

test('publishing without a description names each missing heading', async () => {
  const done = await t.cli(['dataset', 'import', file('nu.csv', 'a;b\n1;2\n'), '--host', 'r.localhost', '--id', 'nu', '--publish'], { env: { LC_ALL: 'fr_FR.UTF-8' } });
  assert.equal(done.code, 1);
  for (const word of ['titre', 'description', 'licence', 'thématiques', 'mots-clés', 'fréquence', 'couverture', 'granularité'])
    assert.match(done.stderr, new RegExp(word));
  assert.equal(one("SELECT count(*) FROM portal.dataset WHERE dataset_id = 'nu'"), '0');
});

test('rows set aside stop --publish, unless they are accepted', async () => {
  const bytes = 'a;b\n1;x\n2;y;z\n3\n4;t\n';
  const done = await t.cli(described('ecarts', bytes));
  assert.equal(done.code, 1);
  assert.match(done.stderr, /2 rows were set aside, the first on line 3/);
  assert.equal(one("SELECT count(*) FROM portal.dataset WHERE dataset_id = 'ecarts'"), '0');
  const kept = await t.must([...described('ecarts', bytes), '--accept-errors']);
  assert.deepEqual(kept.rows, { seen: 4, kept: 2, aside: 2, blank: 0 });
  assert.deepEqual(kept.aside.map((a) => a.line), [3, 4]);
});

const bad = [
  ['vide', '', /The file is empty/],
  ['binaire', Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), Buffer.alloc(4096, 7)]), /not a table/],
  ['guillemet', 'a;b\n1;"x\n2;y\n', /Line 2, column 2: a quote is opened and never closed/],
  ['large', `${Array.from({ length: 501 }, (_, i) => `c${i}`).join(';')}\n${Array(501).fill('1').join(';')}\n`, /501 columns; a dataset has at most 500/],
  ['ligne', `a;b\n1;${'x'.repeat(9 << 20)}\n`, /Line 2/],
  ['sans', 'a;b\n', /no data below/],
];
for (const [id, bytes, words] of bad) {
  test(`refused with its reason, and nothing is left: ${id}`, async () => {
    const before = [tables(), versions()];
    const done = await t.cli(described(id, bytes));
    assert.equal(done.code, 1);
    assert.match(done.stderr, words);
    assert.deepEqual([tables(), versions()], before);
    assert.equal(one(`SELECT count(*) FROM portal.dataset WHERE dataset_id = '${id}'`), '0');
  });
}

test('500 columns of 60 characters are published', async () => {
  const names = Array.from({ length: 500 }, (_, i) => `c${String(i).padStart(3, '0')}`);
  const row = (letter) => names.map((n) => `${letter}${n}`.padEnd(60, 'é')).join(';');
  const done = await t.must(described('large500', `${names.join(';')}\n${row('a')}\n${row('b')}\n`));
  assert.equal(done.columns.length, 500);
  assert.equal(values(done, 'c499'), `${'ac499'.padEnd(60, 'é')}|${'bc499'.padEnd(60, 'é')}`);
});

test('300,000 rows pass, row 300,001 is refused and nothing is left', async () => {
  const lines = ['n;nom'];
  for (let i = 1; i <= 300000; i++) lines.push(`${i};ligne ${i}`);
  const full = lines.join('\n') + '\n';
  const done = await t.must(described('pleins', full));
  assert.equal(done.records, 300000);
  assert.equal(one(`SELECT count(*) || ' ' || sum(${column(done, 'n')}) FROM ${table(done.version)}`), '300000 45000150000');
  const before = [tables(), versions()];
  const more = await t.cli(described('trop', full + '300001;ligne 300001\n'));
  assert.equal(more.code, 1);
  assert.match(more.stderr, /at most 300000/);
  assert.deepEqual([tables(), versions()], before);
  const added = await t.cli(['dataset', 'import', file('un.csv', 'n;nom\n1;x\n'), '--host', 'r.localhost', '--id', 'pleins', '--append', '--publish']);
  assert.equal(added.code, 1);
  assert.match(added.stderr, /brings 1 rows, and 300000 stand already: a dataset may have at most 300000/);
  assert.deepEqual([tables(), versions()], before);
});

// ---- the API ----

const api = (path, options = {}) => t.http('r.localhost', `/api/portal/v1${path}`, { key, ...options });
const send = (bytes, query = '') => api(`/uploads?name=f.csv${query}`, { method: 'POST', body: Buffer.from(bytes), headers: { 'Content-Type': 'text/csv' } });
const settled = (id) => poll(async () => {
  const answer = (await api(`/uploads/${id}`)).json;
  return ['ready', 'failed'].includes(answer.state) && answer;
}, { what: `upload ${id}`, deadline: 60000 });
const verb = (id, word, body = {}) => api(`/datasets/${id}/${word}`, { method: 'POST', body: { attest: true, ...body } });

test('the API takes a file, says what it understood, and publishes closed', async () => {
  const sent = await send('code;ouvert\n01;oui\n02;non\n');
  assert.equal(sent.status, 202);
  assert.equal(sent.headers.location, `/api/portal/v1/uploads/${sent.json.id}`);
  const ready = await settled(sent.json.id);
  assert.equal(ready.state, 'ready');
  assert.deepEqual(ready.report.columns.map((c) => [c.name, c.type]), [['code', 'text'], ['ouvert', 'boolean']]);
  const draft = await api('/datasets/par-api/draft', { method: 'PUT', body: { upload: sent.json.id, metas: { default: { title: 'Par API' } } } });
  assert.equal(draft.status, 201);
  // Licence, theme, frequency, coverage, granularity and keywords come from the producer's last publication.
  assert.deepEqual(draft.json.missing, ['description']);
  const early = await verb('par-api', 'publish');
  assert.equal(early.status, 400);
  assert.match(early.text, /description/);
  await api('/datasets/par-api/draft', { method: 'PUT', body: { metas: { ...metas('Par API') } } });
  const done = await verb('par-api', 'publish');
  assert.equal(done.status, 200);
  assert.equal(done.json.visibility, 'closed');
  assert.equal(done.json.records, 2);
  assert.equal((await verb('par-api', 'open')).status, 200);
  assert.equal(one("SELECT visibility FROM portal.dataset WHERE dataset_id = 'par-api'"), 'open');
});

test('a refused file is explained in the language of who asks', async () => {
  const sent = await send('a;b\n1;"x\n');
  await settled(sent.json.id);
  const said = async (lang) => (await api(`/uploads/${sent.json.id}`, { headers: { 'Accept-Language': lang } })).json.error.message;
  assert.match(await said('fr'), /Ligne 2, colonne 2 : un guillemet/);
  assert.match(await said('en'), /Line 2, column 2: a quote/);
});

test('an update through the API shows what will change', async () => {
  await t.must(described('evolue', 'a;b\n1;x\n2;y\n'));
  const sent = await send('a;c\n5;z\n', '&dataset=evolue');
  const ready = await settled(sent.json.id);
  assert.deepEqual(ready.diff, { mode: 'replace', rows: { before: 2, after: 1 }, columns: { added: ['c'], dropped: ['b'], retyped: [], broken: [] },
    doubles: 0, aside: 0, left_out: 0, held: true });
  assert.equal(one("SELECT records FROM portal.dataset WHERE dataset_id = 'evolue'"), '2');
  assert.equal((await verb('evolue', 'publish')).json.title, 'update_held');
  assert.equal((await verb('evolue', 'publish', { accept_shape: true })).status, 200);
  assert.equal(one("SELECT records FROM portal.dataset WHERE dataset_id = 'evolue'"), '1');
});

test('nobody, and a stranger, may do none of this', async () => {
  const answer = await t.http('r.localhost', '/api/portal/v1/uploads', { method: 'POST', body: 'a;b\n', headers: { 'Content-Type': 'text/csv' } });
  assert.equal(answer.status, 401);
  assert.equal((await t.http('r.localhost', '/api/portal/v1/datasets/ouvert/close', { body: {} })).status, 401);
});

test('an upload cut in the middle leaves nothing, and the server goes on', async () => {
  const before = one('SELECT count(*) FROM portal.upload');
  await t.raw(`POST /api/portal/v1/uploads HTTP/1.1\r\nHost: r.localhost:${t.port}\r\nAuthorization: Apikey ${key}\r\nContent-Type: text/csv\r\nContent-Length: 100000\r\n\r\na;b\n1;2`, { timeout: 500 });
  assert.equal((await api('/uploads/00000000-0000-7000-8000-000000000000')).status, 404);
  assert.equal(one('SELECT count(*) FROM portal.upload'), before);
  assert.deepEqual(readdirSync(join(t.home, 'spool')).filter((f) => f.startsWith('upload')), []);
});

test('a worker killed while it loads: the file is read again, once', async () => {
  const lines = ['n;nom'];
  for (let i = 1; i <= 300000; i++) lines.push(`${i};une ligne assez longue pour prendre du temps ${i}`);
  const before = Number(versions());
  const sent = await send(lines.join('\n') + '\n');
  await poll(async () => (await api(`/uploads/${sent.json.id}`)).json.state === 'reading', { what: 'reading', every: 10 });
  const pids = processes(t, 'worker-process');
  assert.equal(pids.length, 1);
  process.kill(pids[0], 'SIGKILL');
  const ready = await settled(sent.json.id);
  assert.equal(ready.state, 'ready');
  assert.equal(ready.report.rows.kept, 300000);
  assert.equal(Number(versions()), before + 1);
  assert.equal(tables(), versions());
  assert.equal(one("SELECT count(*) FROM portal.task WHERE kind = 'upload'"), '0');
});

test('a full disk (a tmpfs of 1 MB, where the machine allows one) is said, and the server goes on', async (context) => {
  const spool = join(t.home, 'spool');
  const owner = statSync(spool);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=1m,uid=${owner.uid},gid=${owner.gid},mode=700`, 'tmpfs', spool]);
  if (mounted.status !== 0) return context.skip('no tmpfs may be mounted here');
  try {
    const before = [tables(), one('SELECT count(*) FROM portal.upload')];
    const answer = await send('a;b\n' + '1;deux\n'.repeat(400000));
    assert.equal(answer.status, 507);
    assert.equal(answer.json.title, 'disk_full');
    assert.deepEqual([tables(), one('SELECT count(*) FROM portal.upload')], before);
    // What fits goes through, though the store is another file system.
    assert.equal((await settled((await send('a;b\n1;2\n')).json.id)).state, 'ready');
  } finally {
    spawnSync('umount', [spool]);
  }
});

// ---- who may do what ----

const keyOf = async (email) => (await t.must(['token', 'add', email, '--host', 'r.localhost', '--json'])).key;
const as = (who) => (path, options = {}) => t.http('r.localhost', `/api/portal/v1${path}`, { key: who, ...options });
const put = (id, body) => [`/datasets/${id}/draft`, { method: 'PUT', body }];
const post = (id, word, body = {}) => [`/datasets/${id}/${word}`, { method: 'POST', body: { attest: true, ...body } }];
async function sendAs(call, bytes, query = '') {
  const sent = await call(`/uploads?name=f.csv${query}`, { method: 'POST', body: Buffer.from(bytes), headers: { 'Content-Type': 'text/csv' } });
  if (sent.status !== 202) return sent;
  await poll(async () => ['ready', 'failed'].includes((await call(`/uploads/${sent.json.id}`)).json.state), { what: 'reading' });
  return sent;
}

test('a contributor prepares, an editor publishes', async () => {
  await t.must(['user', 'add', 'prepare@r.example', '--host', 'r.localhost', '--role', 'contributor']);
  await t.must(['user', 'add', 'edite@r.example', '--host', 'r.localhost', '--role', 'editor']);
  const [contributor, editor] = [as(await keyOf('prepare@r.example')), as(await keyOf('edite@r.example'))];
  const sent = await sendAs(contributor, 'a;b\n1;x\n');
  assert.equal((await contributor(...put('prepare', { upload: sent.json.id, metas: metas('Préparé') }))).status, 201);
  for (const word of ['publish', 'open', 'close', 'withdraw'])
    assert.equal((await contributor(...post('prepare', word, { reason: 'x' }))).status, 403, word);
  assert.equal((await contributor(...post('prepare', 'submit'))).status, 409);
  assert.equal((await editor(...post('prepare', 'publish'))).status, 200);
});

test('a first description takes nothing from what others keep closed', async () => {
  await t.must(['tenant', 'add', '--direct', '--region', 'r.localhost', '--name', 'Ville de Tours', '--admin', 'agent@tours.example']);
  const secret = metas('Secret', { keyword: ['zyxo'] });
  await t.must(described('secret', 'a;b\n1;x\n', { visibility: 'closed', metas: { ...secret, dcat: { ...secret.dcat, contact_name: 'Zyxo', contact_email: 'zyxo@r.example' } } }));
  const tours = as(await keyOf('agent@tours.example'));
  const sent = await sendAs(tours, 'a;b\n1;x\n');
  assert.equal((await tours(...put('tours', { upload: sent.json.id, metas: { default: { title: 'Tours' } } }))).status, 201);
  const draft = one("SELECT dr.metas FROM portal.draft dr JOIN portal.dataset d ON d.id = dr.dataset_id WHERE d.dataset_id = 'tours'");
  assert.match(draft, /Ville de Tours/);
  assert.doesNotMatch(draft, /zyxo/i);
});

test('a file with a fault in every one of its many columns is shown with the first sixty', async () => {
  const columns = Array.from({ length: 300 }, (_, i) => `c${i}`);
  const rows = Array.from({ length: 200 }, (_, i) => columns.map(() => (i % 10 === 9 ? 'abc' : i)).join(';'));
  const sent = await send(`${columns.join(';')}\n${rows.join('\n')}\n`);
  await poll(async () => (await api(`/uploads/${sent.json.id}`)).json.state === 'ready', { what: 'reading', deadline: 60000 });
  for (let again = 0; again < 3; again++) {
    const page = await t.http('r.localhost', `/backoffice/datasets/new/${sent.json.id}/`, { key });
    assert.equal(page.status, 200);
    assert.equal(page.text.match(/class="issue[ "]/g).length, 60);
  }
});

test('a direct publisher submits for its own organisation; the region accepts or refuses on an article', async () => {
  await t.must(['tenant', 'add', '--direct', '--region', 'r.localhost', '--name', 'Ville de Blois', '--admin', 'agent@blois.example']);
  await t.must(['tenant', 'add', '--direct', '--region', 'r.localhost', '--name', 'Ville de Dreux', '--admin', 'agent@dreux.example']);
  const [blois, dreux] = [as(await keyOf('agent@blois.example')), as(await keyOf('agent@dreux.example'))];
  const sent = await sendAs(blois, 'a;b\n1;x\n');
  // Nobody of another organisation sees the file or takes it.
  assert.equal((await dreux(`/uploads/${sent.json.id}`)).status, 404);
  assert.equal((await dreux(...put('voleur', { upload: sent.json.id, metas: metas('Volé') }))).status, 404);
  // Whatever name is sent, the producer is who writes.
  assert.equal((await blois(...put('blois', { upload: sent.json.id, metas: metas('Blois', { publisher: 'Région' }) }))).status, 201);
  assert.equal(one("SELECT o.name FROM portal.dataset d JOIN portal.organisation o ON o.id = d.organisation_id WHERE dataset_id = 'blois'"), 'Ville de Blois');
  assert.equal(one("SELECT dr.metas #>> '{default,publisher}' FROM portal.draft dr JOIN portal.dataset d ON d.id = dr.dataset_id WHERE d.dataset_id = 'blois'"), 'Ville de Blois');
  assert.equal((await dreux(...put('blois', { metas: metas('Détourné') }))).status, 403);
  assert.equal((await dreux(...post('blois', 'submit'))).status, 403);
  assert.equal((await blois(...post('blois', 'publish'))).status, 403);
  const first = await blois(...post('blois', 'submit'));
  assert.equal(first.status, 200);
  assert.equal(one(`SELECT deadline - submitted_at FROM portal.review WHERE id = '${first.json.review}'`), '2 days');
  // What was submitted stays what it was.
  assert.equal((await blois(...put('blois', { metas: metas('Autre chose') }))).status, 409);
  assert.equal((await sendAs(blois, 'a;b\n2;y\n', '&dataset=blois')).status, 409);
  assert.equal((await blois(...post('blois', 'submit'))).status, 409);
  const decide = (id, word, body = {}) => api(`/reviews/${id}/${word}`, { method: 'POST', body });
  assert.equal((await blois(`/reviews/${first.json.review}/accept`, { method: 'POST', body: {} })).status, 403);
  assert.equal((await decide(first.json.review, 'refuse', { article: '2.7', message: 'non' })).status, 400);
  assert.equal((await decide(first.json.review, 'refuse', { article: '2.6', message: ' ' })).status, 400);
  assert.equal((await decide(first.json.review, 'refuse', { article: '2.6', message: 'La granularité est fausse.' })).status, 200);
  assert.equal(one("SELECT state FROM portal.dataset WHERE dataset_id = 'blois'"), 'draft');
  assert.equal((await blois(...put('blois', { metas: metas('Blois corrigé') }))).status, 200);
  const second = await blois(...post('blois', 'submit'));
  assert.equal(second.status, 200);
  assert.equal((await decide(second.json.review, 'accept')).status, 200);
  assert.equal((await decide(second.json.review, 'accept')).status, 404);
  assert.equal(one("SELECT state || ' ' || visibility FROM portal.dataset WHERE dataset_id = 'blois'"), 'published open');
});

test('rows set aside are published only when somebody accepts it', async () => {
  const sent = await sendAs(api, 'a;b\n1;x\n2\n');
  await api(...put('aside', { upload: sent.json.id, metas: metas('À part') }));
  const held = await api(...post('aside', 'publish'));
  assert.equal(held.status, 422);
  assert.equal(held.json.title, 'rows_aside');
  assert.equal((await api(...post('aside', 'publish', { accept_errors: true }))).json.records, 1);
});

test('another type is another reading of the same file', async () => {
  const sent = await sendAs(api, 'mesure;n\n75;1\n37;2\n');
  const early = await api(...put('types', { upload: sent.json.id, fields: [{ name: 'mesure', type: 'text' }], metas: metas('Types') }));
  assert.equal(early.status, 409);
  assert.equal(early.json.title, 'field_type');
  const again = await api(`/uploads/${sent.json.id}/read`, { method: 'POST', body: { fields: [{ name: 'mesure', type: 'text', label: 'La mesure' }] } });
  assert.equal(again.status, 202);
  const ready = await settled(sent.json.id);
  assert.deepEqual(ready.report.columns.map((c) => [c.name, c.type, c.fixed]), [['mesure', 'text', true], ['n', 'int', false]]);
  assert.equal((await api(...put('types', { upload: sent.json.id, fields: [{ name: 'mesure', type: 'text', label: 'La mesure' }], metas: metas('Types') }))).status, 201);
  assert.equal((await api(...post('types', 'publish'))).status, 200);
  assert.equal(one("SELECT fields #>> '{0,label}' FROM portal.dataset WHERE dataset_id = 'types'"), 'La mesure');
});
