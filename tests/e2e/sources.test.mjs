// Versions, attached files, addresses that are fetched, pushed rows, uploads in pieces: sources of a dataset beside the
// single file. Two portals that do not trust each other. Values are worked out by hand from the bytes written here.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';
import { zipOf } from './zip.mjs';

let t;
const A = 'a.r.localhost', B = 'b.r.localhost';
const keys = {};
before(async () => {
  t = await installation({ args: ['--fetch-allow', '127.0.0.1'] });
  await t.tenants();
  for (const slug of ['a', 'b'])
    keys[`${slug}.r.localhost`] = (await t.must(['token', 'add', `admin@${slug}.example`, '--host', `${slug}.r.localhost`, '--json'])).key;
});
after(() => t?.stop());

const api = (host, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key: keys[host], ...options });
const explore = (host, path, options) => t.http(host, `/api/explore/v2.1/catalog/datasets/${path}`, options);
const one = (query) => sql(t, `${query};`);
const rows = async (host, id) => (await explore(host, `${id}/records?order_by=code&limit=100`)).json.results;

const passwords = {};
/** The portal's administrator, signed in. */
async function signed(host, slug) {
  passwords[host] ??= await t.accept(host, t.links[host]);
  return t.signIn(host, `admin@${slug}.example`, passwords[host]);
}

// ---- versions ----

test('versions are listed, compared by the declared key and restored through a publication', async () => {
  await t.importCsv(A, 'villes', 'code;nom;hab\n1;Tours;10\n2;Blois;20\n3;Vierzon;30\n');
  const key = await api(A, '/datasets/villes/draft', { method: 'PUT', body: { key: ['code'] } });
  assert.equal(key.status, 200, key.text);
  await t.must(['dataset', 'publish', 'villes', '--host', A]);
  await t.importCsv(A, 'villes', 'code;nom;maire\n2;Blois;B\n3;Vierzon-Ville;C\n4;Bourges;D\n5;Dreux;E\n', {}, ['--publish', '--accept-shape']);
  const list = (await api(A, '/datasets/villes/versions')).json;
  assert.deepEqual(list.results.map((v) => [v.number, v.records, v.columns, v.is_current]), [[2, 4, 3, true], [1, 3, 3, false]]);
  const change = (await api(A, '/datasets/villes/versions/1')).json;
  assert.deepEqual(change.columns, { added: ['maire'], dropped: ['hab'], retyped: [] });
  // By code: 4 and 5 came, 1 went, 3 has another name; hab and maire are on one side only.
  assert.deepEqual(change.rows, { by: 'key', key: ['code'], added: 2, removed: 1, changed: 1 });
  assert.deepEqual([change.from.records, change.to.records], [3, 4]);
  const before = one("SELECT bytes FROM portal.usage_update u JOIN portal.tenant t ON t.id = u.tenant_id WHERE t.slug = 'a'");
  const back = await api(A, '/datasets/villes/versions/1/restore', { body: {} });
  assert.equal(back.status, 200, back.text);
  assert.equal(back.json.records, 3);
  assert.deepEqual((await rows(A, 'villes')).map((x) => [x.code, x.nom, x.hab]), [['1', 'Tours', 10], ['2', 'Blois', 20], ['3', 'Vierzon', 30]]);
  assert.deepEqual((await api(A, '/datasets/villes/versions')).json.results.map((v) => v.number), [3, 2, 1]);
  // Nothing came in: today's updates are what they were, the stock is that of three rows.
  assert.equal(one("SELECT bytes FROM portal.usage_update u JOIN portal.tenant t ON t.id = u.tenant_id WHERE t.slug = 'a'"), before);
  assert.equal(one("SELECT records FROM portal.stock s JOIN portal.tenant t ON t.id = s.tenant_id WHERE t.slug = 'a'"), '3');
  assert.equal((await api(A, '/datasets/villes/versions/1/restore', { body: {} })).status, 409);
  assert.equal((await api(A, '/datasets/villes/versions/9')).status, 404);
});

test('without a key rows are compared by content; the command line says the same', async () => {
  await t.importCsv(A, 'sans-cle', 'a;b\n1;x\n1;x\n2;y\n');
  await t.importCsv(A, 'sans-cle', 'a;b\n1;x\n2;z\n');
  const said = await t.must(['dataset', 'compare', 'sans-cle', '--host', A, '--version', '1', '--json']);
  // Three rows became two: one of the doubles and "2;y" went, "2;z" came.
  assert.deepEqual(said.rows, { by: 'content', added: 1, removed: 2, changed: 0 });
  await t.must(['dataset', 'restore', 'sans-cle', '--host', A, '--version', '1', '--json']);
  assert.equal((await t.must(['dataset', 'versions', 'sans-cle', '--host', A, '--json']))[0].records, 3);
});

test('a draft that waits stops a restoration until it is thrown away; a frozen version never comes back', async () => {
  await t.importCsv(A, 'gele', 'a;b\n1;x\n');
  await t.importCsv(A, 'gele', 'a;b\n2;y\n');
  await api(A, '/datasets/gele/draft', { method: 'PUT', body: { metas: { default: { title: 'Autre titre' } } } });
  assert.equal((await api(A, '/datasets/gele/versions/1/restore', { body: {} })).status, 409);
  assert.equal((await api(A, '/datasets/gele/draft', { method: 'DELETE' })).status, 200);
  one("UPDATE portal.version SET state = 'frozen' WHERE id = (SELECT h.version_id FROM portal.dataset_version h JOIN portal.dataset d ON d.id = h.dataset_id WHERE d.dataset_id = 'gele' AND h.number = 1)");
  const refused = await api(A, '/datasets/gele/versions/1/restore', { body: {} });
  assert.equal(refused.status, 409);
  assert.match(refused.text, /retirée|withdrawn/);
  assert.equal((await api(A, '/datasets/gele/versions/1')).status, 409);
});

test('another portal neither sees, compares nor restores a version', async () => {
  const there = await api(B, '/datasets/villes/versions');
  assert.deepEqual(there.json.results, []);
  assert.equal((await api(B, '/datasets/villes/versions/1')).status, 404);
  assert.equal((await api(B, '/datasets/villes/versions/1/restore', { body: {} })).status, 404);
  assert.equal((await t.http(A, '/api/portal/v1/datasets/villes/versions', { key: keys[B] })).status, 401);
});

// ---- attached files ----

const pdf = Buffer.from('%PDF-1.4\n% essai\n');
const attach = (host, id, name, bytes, query = '') =>
  api(host, `/datasets/${id}/attachments?name=${encodeURIComponent(name)}${query}`, { method: 'POST', body: bytes, headers: { 'Content-Type': 'application/octet-stream' } });
const content = (slug) => one(`SELECT content_bytes FROM portal.stock s JOIN portal.tenant t ON t.id = s.tenant_id WHERE t.slug = '${slug}'`);

test('117: an attached file is listed, downloaded whole and in parts, counted as content and given back', async () => {
  await t.importCsv(A, 'arretes', 'code;nom\n1;Tours\n');
  const before = Number(content('a'));
  const made = await attach(A, 'arretes', 'Arrêté 2024.pdf', pdf, '&title=Arr%C3%AAt%C3%A9');
  assert.equal(made.status, 201, made.text);
  assert.equal(made.json.id, 'arrete_2024_pdf');
  assert.equal(Number(content('a')), before + pdf.length);
  await poll(async () => (await explore(A, 'arretes/attachments')).json.attachments.length === 1, { what: 'the list' });
  const { attachments: [file] } = (await explore(A, 'arretes/attachments')).json;
  assert.deepEqual(file.metas, { 'mime-type': 'application/pdf', title: 'Arrêté' });
  const got = await t.http(A, new URL(file.href).pathname);
  assert.equal(got.status, 200);
  assert.deepEqual(got.body, pdf);
  assert.equal(got.headers['content-type'], 'application/pdf');
  assert.equal(got.headers['content-disposition'], "attachment; filename=\"Arr__t__ 2024.pdf\"; filename*=UTF-8''Arr%C3%AAt%C3%A9%202024.pdf");
  assert.match(got.headers['content-security-policy'], /sandbox/);
  assert.equal(got.headers['x-content-type-options'], 'nosniff');
  assert.equal((await t.http(A, new URL(file.href).pathname, { headers: { Range: 'bytes=0-3' } })).text, '%PDF');
  assert.equal((await t.http(A, new URL(file.href).pathname, { headers: { 'If-None-Match': got.headers.etag } })).status, 304);
  assert.equal((await t.http(A, '/api/datasets/1.0/arretes/attachments/arrete_2024_pdf/')).status, 200);
  const object = await poll(async () => { const d = (await explore(A, 'arretes')).json; return d.attachments.length && d; }, { what: 'the description' });
  assert.deepEqual(object.attachments, [{ mimetype: 'application/pdf', url: 'odsfile://Arrêté 2024.pdf', id: 'arrete_2024_pdf', title: 'Arrêté' }]);
  const taken = () => sql(t, "SELECT coalesce(sum(o.files), 0) FROM portal.download o JOIN portal.dataset d ON d.tenant_id = o.tenant_id AND d.id = o.dataset_id WHERE d.dataset_id = 'arretes'");
  await poll(() => Number(taken()) === 3, { what: 'three downloads: whole, its first bytes, at its old address' });
  assert.equal((await api(A, '/datasets/arretes/attachments/attachment/arrete_2024_pdf', { method: 'DELETE' })).status, 200);
  assert.equal(Number(content('a')), before);
  await poll(async () => (await t.http(A, new URL(file.href).pathname)).status === 404, { what: 'the file gone' });
});

test('what a browser could run is served as bytes; a name that lies about its content too', async () => {
  const kinds = { 'page.html': '<script>1</script>', 'dessin.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>', 'faux.pdf': '<html>', 'photo.png': 'GIF89a' };
  for (const [name, bytes] of Object.entries(kinds)) {
    const { id } = (await attach(A, 'arretes', name, bytes)).json;
    const got = await poll(async () => { const x = await explore(A, `arretes/attachments/${id}`); return x.status === 200 && x; }, { what: name });
    assert.equal(got.headers['content-type'], 'application/octet-stream', name);
    assert.match(got.headers['content-disposition'], /^attachment;/);
  }
});

test('an alternative export stands in its own list', async () => {
  const made = await attach(A, 'arretes', 'arretes.gpkg', 'SQLite format 3\0', '&kind=alternative_export');
  assert.equal(made.status, 201, made.text);
  await poll(async () => (await explore(A, 'arretes/alternative_exports')).json.alternative_exports.length === 1, { what: 'the list' });
  assert.equal((await explore(A, 'arretes/alternative_exports/arretes_gpkg')).headers['content-type'], 'application/geopackage+sqlite3');
  await poll(async () => (await explore(A, 'arretes')).json.alternative_exports[0].id === 'arretes_gpkg', { what: 'the description' });
  assert.equal((await explore(A, 'arretes/attachments/arretes_gpkg')).status, 404);
});

test('files of a closed dataset are not there for others; another portal reaches none', async () => {
  await t.importCsv(A, 'ferme', 'code;nom\n1;x\n', { visibility: 'closed' });
  await attach(A, 'ferme', 'secret.txt', 'secret');
  const path = 'ferme/attachments/secret_txt';
  await poll(async () => (await explore(A, path, { key: keys[A] })).status === 200, { what: 'the file' });
  assert.equal((await explore(A, path)).status, 404);
  assert.equal((await explore(A, 'ferme/attachments')).status, 404);
  assert.equal((await explore(B, path, { key: keys[B] })).status, 404);
  assert.equal((await attach(B, 'ferme', 'x.txt', 'x')).status, 404);
  assert.equal((await api(B, '/datasets/ferme/attachments/attachment/secret_txt', { method: 'DELETE' })).status, 404);
  assert.equal((await api(B, '/datasets/ferme/attachments')).json.results.length, 0);
});

test('the same bytes are kept once a portal; a ceiling of content refuses and leaves no file', async () => {
  const kept = () => { const dir = join(t.home, 'content/content'); return existsSync(dir) ? readdirSync(dir, { recursive: true }).filter((f) => f.includes('/')).length : 0; };
  await t.importCsv(A, 'doubles', 'code;nom\n1;x\n');
  const bytes = Buffer.alloc(5000, 'é');
  await attach(A, 'doubles', 'un.txt', bytes);
  const files = kept();
  assert.equal((await attach(A, 'doubles', 'deux.txt', bytes)).status, 201);
  assert.equal(kept(), files);
  const used = Number(content('a'));
  await t.must(['quota', 'set', 'content_bytes', '0', '--host', A, '--ceiling', String(used + 10)]);
  const refused = await attach(A, 'doubles', 'trois.txt', 'plus de dix octets en tout');
  assert.equal(refused.status, 409, refused.text);
  assert.equal(kept(), files);
  assert.equal(Number(content('a')), used);
  one("UPDATE portal.share SET ceiling = NULL WHERE metric = 'content_bytes'");
});

const files = (host, id, bytes) => api(host, `/datasets/${id}/files`, { method: 'POST', body: bytes, headers: { 'Content-Type': 'application/octet-stream' } });
const listed = async (host, id) => (await api(host, `/datasets/${id}/attachments`)).json.results.filter((f) => f.kind === 'file');

test('every file of a zip is kept, served by its 32-hex id, counted and given back; another portal reaches none', async () => {
  await t.importCsv(A, 'permis', 'code;plan\n1;un.pdf\n2;deux.pdf\n');
  const before = Number(content('a')), other = Buffer.from('%PDF-1.4\n% deux\n');
  const zip = zipOf([{ name: 'plans/', bytes: Buffer.alloc(0), mode: 0o40755 }, { name: 'plans/un.pdf', bytes: pdf }, { name: 'deux.pdf', bytes: other },
    { name: '__MACOSX/._un.pdf', bytes: Buffer.from('x') }, { name: 'plans/.DS_Store', bytes: Buffer.from('x') }]);
  const made = await files(A, 'permis', zip);
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(made.json, { files: 2, size_bytes: pdf.length + other.length, match: null });
  assert.equal(Number(content('a')), before + pdf.length + other.length);
  const kept = await listed(A, 'permis');
  assert.deepEqual(kept.map((f) => [f.file_name, f.mimetype, f.size_bytes]), [['deux.pdf', 'application/pdf', other.length], ['un.pdf', 'application/pdf', pdf.length]]);
  for (const [i, bytes] of [other, pdf].entries()) {
    assert.match(kept[i].id, /^[0-9a-f]{32}$/);
    const got = await poll(async () => { const x = await explore(A, `permis/files/${kept[i].id}`); return x.status === 200 && x; }, { what: 'the file' });
    assert.deepEqual(got.body, bytes);
    assert.match(got.headers['content-disposition'], /^attachment;/);
    assert.equal((await explore(B, `permis/files/${kept[i].id}`)).status, 404);
  }
  assert.equal((await files(B, 'permis', zip)).status, 404);
  assert.equal((await t.http(A, '/api/portal/v1/datasets/permis/files', { method: 'POST', body: zip, key: keys[B], headers: { 'Content-Type': 'application/octet-stream' } })).status, 401);
  // The same zip again takes the place of the first: nothing is counted twice.
  assert.equal((await files(A, 'permis', zip)).status, 201);
  assert.equal(Number(content('a')), before + pdf.length + other.length);
  for (const f of kept)
    assert.equal((await api(A, `/datasets/permis/attachments/file/${f.id}`, { method: 'DELETE' })).status, 200);
  assert.equal(Number(content('a')), before);
});

test('a column that names the files of a zip answers their object; a name without a file stays a name', async () => {
  await t.importCsv(A, 'plans', 'code;plan\n1;un.pdf\n2;absent.pdf\n3;\n');
  const zip = zipOf([{ name: 'un.pdf', bytes: pdf }, { name: 'seul.pdf', bytes: pdf }]);
  const send = (column) => api(A, `/datasets/plans/files?column=${column}`, { method: 'POST', body: zip, headers: { 'Content-Type': 'application/octet-stream' } });
  assert.equal((await send('nulle')).status, 422);
  assert.deepEqual(await listed(A, 'plans'), []);
  const made = await send('plan');
  assert.equal(made.status, 201, made.text);
  const match = { column: 'plan', cells: 2, files: 2, without_file: { count: 1, names: ['absent.pdf'] }, without_cell: { count: 1, names: ['seul.pdf'] } };
  assert.deepEqual(made.json.match, match);
  const got = await poll(async () => { const x = await rows(A, 'plans'); return typeof x[0].plan === 'object' && x; }, { what: 'the object' });
  const { id, url, etag, ...rest } = got[0].plan;
  assert.match(etag, /^[0-9a-f]{64}$/);
  assert.deepEqual(rest, { filename: 'un.pdf', format: 'PDF', mimetype: 'application/pdf', thumbnail: false });
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.ok(url.endsWith(`/api/explore/v2.1/catalog/datasets/plans/files/${id}`), url);
  assert.deepEqual((await t.http(A, new URL(url).pathname)).body, pdf);
  assert.deepEqual(got.slice(1).map((x) => x.plan), ['absent.pdf', null]);
  assert.equal((await explore(A, 'plans')).json.fields.find((f) => f.name === 'plan').type, 'file');
  assert.equal((await explore(A, 'plans/exports/json')).json[0].plan.id, id);
  const old = (await t.http(A, '/api/records/1.0/search/?dataset=plans&sort=-code')).json.records;
  assert.deepEqual(old.map((x) => x.fields.plan?.id ?? x.fields.plan), [id, 'absent.pdf', undefined]);
  assert.match((await explore(A, 'plans/exports/csv')).text, /1;un\.pdf/);
  assert.equal((await explore(A, 'plans/records?where=plan%3D%22un.pdf%22')).json.total_count, 1);
  // The next file brings other rows: the column goes on naming files.
  await t.importCsv(A, 'plans', 'code;plan\n9;seul.pdf\n');
  const next = await poll(async () => { const x = await rows(A, 'plans'); return x.length === 1 && x; }, { what: 'the next version' });
  assert.equal(next[0].plan.filename, 'seul.pdf');
});

test('the page shows a cell that names a file as a link to it, and tells which names have no counterpart', async () => {
  const hostile = '<b>&.pdf';
  await t.importCsv(A, 'liens', `code;plan\n1;un.pdf\n2;${hostile}\n3;absent<i>.pdf\n`);
  const zip = zipOf([{ name: 'un.pdf', bytes: pdf }, { name: hostile, bytes: pdf }, { name: 'seul<i>.pdf', bytes: pdf }]);
  assert.equal((await api(A, '/datasets/liens/files?column=plan', { method: 'POST', body: zip, headers: { 'Content-Type': 'application/octet-stream' } })).status, 201);
  const { id } = (await poll(async () => { const x = await rows(A, 'liens'); return typeof x[0].plan === 'object' && x; }, { what: 'the object' }))[0].plan;
  for (const path of ['', 'table/']) {
    const page = (await t.http(A, `/explore/dataset/liens/${path}`)).text;
    const links = [...page.matchAll(/<td[^>]*><a href="([^"]*\/files\/[0-9a-f]{32})">([^<]*)<\/a>/g)].map((m) => [m[1], m[2]]);
    assert.deepEqual(links.map((l) => l[1]), ['un.pdf', '&lt;b&gt;&amp;.pdf'], path);
    assert.ok(links[0][0].endsWith(id));
    assert.deepEqual((await t.http(A, new URL(links[0][0]).pathname)).body, pdf);
    assert.match(page, /<td>absent&lt;i&gt;\.pdf<\/td>/);
  }
  const match = (await api(A, '/datasets/liens/files')).json.match;
  assert.deepEqual([match.without_file, match.without_cell], [{ count: 1, names: ['absent<i>.pdf'] }, { count: 1, names: ['seul<i>.pdf'] }]);
  assert.equal((await api(B, '/datasets/liens/files')).json.match, null);
  const session = await signed(A, 'a');
  const office = (await session.get('/backoffice/datasets/liens/attachments/')).text;
  assert.match(office, /1 cellule ne nomme aucun fichier :<\/strong> absent&lt;i&gt;\.pdf/);
  assert.match(office, /1 fichier n’est nommé par aucune cellule :<\/strong> seul&lt;i&gt;\.pdf/);
});

test('a hostile zip is refused whole, and says what stands in it', async () => {
  const before = Number(content('a')), good = { name: 'bon.pdf', bytes: pdf };
  const hostile = {
    'up': { name: '../../etc/un.pdf', bytes: pdf }, 'up inside': { name: 'a/../b.pdf', bytes: pdf }, 'absolute': { name: '/etc/un.pdf', bytes: pdf },
    'backslash': { name: '..\\un.pdf', bytes: pdf }, 'drive': { name: 'C:un.pdf', bytes: pdf }, 'link': { name: 'lien.pdf', bytes: Buffer.from('/etc/passwd'), mode: 0o120777 },
    'control': { name: 'a\u0007.pdf', bytes: pdf }, 'long': { name: `${'x'.repeat(201)}.pdf`, bytes: pdf },
  };
  for (const [what, part] of Object.entries(hostile)) {
    const refused = await files(A, 'permis', zipOf([good, part]));
    assert.equal(refused.status, 422, `${what}: ${refused.text}`);
    assert.match(refused.text, /chemins|elsewhere/, what);
  }
  for (const name of ['page.html', 'faux.pdf', 'dessin.svg'])
    assert.match((await files(A, 'permis', zipOf([good, { name, bytes: Buffer.from('<html>') }]))).text, new RegExp(name));
  const bomb = await files(A, 'permis', zipOf([good, { name: 'bombe.txt', bytes: Buffer.alloc(40 << 20) }]));
  assert.equal(bomb.status, 422, bomb.text);
  assert.match(bomb.text, /mesure|measure/);
  assert.equal((await files(A, 'permis', zipOf(Array.from({ length: 1001 }, (_, i) => ({ name: `${i}.txt`, bytes: Buffer.from('x') }))))).status, 422);
  assert.equal((await files(A, 'permis', pdf)).status, 422);
  assert.equal((await files(A, 'permis', zipOf([good]).subarray(0, 40))).status, 422);
  assert.deepEqual(await listed(A, 'permis'), []);
  assert.equal(Number(content('a')), before);
});

test('the command line keeps the files of a zip', async () => {
  const path = t.file('plans.zip', zipOf([{ name: 'un.pdf', bytes: pdf }]));
  assert.deepEqual(await t.must(['dataset', 'files', 'permis', path, '--host', A, '--json']), { files: 1, size_bytes: pdf.length });
  const bad = await t.cli(['dataset', 'files', 'permis', path, '--column', 'nulle', '--host', A]);
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /nulle/);
});

test('the command line attaches, lists and takes away', async () => {
  const path = t.file('plan.txt', 'plan');
  assert.equal((await t.must(['dataset', 'attach', 'doubles', path, '--host', A, '--json'])).id, 'plan_txt');
  assert.ok((await t.must(['dataset', 'attachments', 'doubles', '--host', A, '--json'])).some((f) => f.id === 'plan_txt' && f.size_bytes === 4));
  await t.must(['dataset', 'detach', 'doubles', 'plan_txt', '--host', A, '--json']);
});

// ---- addresses that are fetched ----

/** A site on loopback: what it answers is set by each test; what it was asked is kept. */
async function site() {
  const s = { asked: [], answer: (_, res) => res.end('') };
  const server = createServer((req, res) => { s.asked.push({ path: req.url, headers: req.headers }); s.answer(req, res); });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  server.unref(); // a test that fails before it is closed must not keep the run alive
  s.url = (path) => `http://127.0.0.1:${server.address().port}${path}`;
  s.close = () => { server.closeAllConnections?.(); server.close(); };
  return s;
}
/** Whoever sets a schedule attests for what will come in the same shape (R27, R28). */
const attest = (id) => one(`UPDATE portal.attestation SET standing = true WHERE dataset_id IN (SELECT id FROM portal.dataset WHERE dataset_id = '${id}')`);
const source = async (host, id) => (await api(host, `/datasets/${id}/source`)).json;
const put = (host, id, body) => api(host, `/datasets/${id}/source`, { method: 'PUT', body });
/** Runs now and waits until that run is noted. */
async function run(host, id) {
  const ran = () => one(`SELECT s.ran_at FROM portal.source s JOIN portal.dataset d ON d.id = s.dataset_id WHERE d.dataset_id = '${id}'`);
  const before = ran();
  assert.equal((await api(host, `/datasets/${id}/source/run`, { body: {} })).status, 202);
  await poll(() => ran() !== before, { what: `a run of ${id}`, deadline: 12000 });
  return source(host, id);
}
const published = (host, id, count) => poll(async () => {
  const now = (await explore(host, `${id}/records`)).json.total_count;
  if (now !== count) throw new Error(`${now} rows; ${(await api(host, `/datasets/${id}/source`)).text}`);
  return true;
}, { what: `${count} rows of ${id}`, deadline: 30000 });
const versions = async (host, id) => (await api(host, `/datasets/${id}/versions`)).json.results.length;

test('a source publishes the file it finds; what has not changed makes no version, with and without validators', async () => {
  const s = await site();
  let body = 'code;nom\n1;Tours\n2;Blois\n';
  await t.importCsv(A, 'auto', 'code;nom\n1;Tours\n');
  attest('auto');
  s.answer = (req, res) => {
    const etag = `"${body.length}"`;
    if (req.headers['if-none-match'] === etag) { res.writeHead(304); return res.end(); }
    res.writeHead(200, { ETag: etag, 'Content-Type': 'text/csv' });
    return res.end(body);
  };
  assert.equal((await put(A, 'auto', { url: s.url('/f/auto.csv?x=1'), every_minutes: 60 })).status, 202);
  await published(A, 'auto', 2);
  assert.equal(await versions(A, 'auto'), 2);
  let now = await run(A, 'auto');
  assert.equal(now.last_result, 'unchanged');
  assert.equal(s.asked.at(-1).headers['if-none-match'], '"25"');
  assert.equal(await versions(A, 'auto'), 2);
  const wait = (Date.parse(now.next_run_at) - Date.parse(now.last_run_at)) / 1000;
  assert.equal(wait, 3600);
  // The same bytes under another name of theirs: nothing again.
  s.answer = (_, res) => { res.writeHead(200, { ETag: '"other"' }); res.end(body); };
  now = await run(A, 'auto');
  assert.equal(now.last_result, 'unchanged');
  assert.equal(await versions(A, 'auto'), 2);
  body += '3;Dreux\n';
  await run(A, 'auto');
  await published(A, 'auto', 3);
  s.close();
});

test('a file that breaks the contract is held back, the published rows stay, and the reason is told', async () => {
  const s = await site();
  await t.importCsv(A, 'tenu', 'code;nom\n1;Tours\n');
  s.answer = (_, res) => res.end('code;autre\n1;x\n2;y\n');
  await put(A, 'tenu', { url: s.url('/tenu.csv'), every_minutes: 60 });
  const now = await poll(async () => { const x = await source(A, 'tenu'); return x.held && x; }, { what: 'held', deadline: 12000 });
  assert.equal(now.upload_state, 'ready');
  assert.match(now.upload_error.message, /nom|autre/);
  assert.equal((await explore(A, 'tenu/records')).json.total_count, 1);
  // The next run asks again without losing the held draft to nobody: the same file is the same.
  assert.equal((await run(A, 'tenu')).last_result, 'unchanged');
  assert.equal((await source(A, 'tenu')).held, true);
  s.close();
});

test('faults are told, wait twice as long each time, and leave what is published', async () => {
  const s = await site();
  await t.importCsv(A, 'fautes', 'code;nom\n1;Tours\n');
  s.answer = (_, res) => { res.writeHead(500); res.end('no'); };
  await put(A, 'fautes', { url: s.url('/x.csv'), every_minutes: 1440 });
  const waits = [];
  let now = await poll(async () => { const x = await source(A, 'fautes'); return x.last_result === 'failed' && x; }, { what: 'a failure' });
  assert.match(now.last_error.message, /500/);
  const measure = (x) => waits.push(Math.round((Date.parse(x.next_run_at) - Date.parse(x.last_run_at)) / 1000));
  measure(now);
  for (const answer of [(_, res) => { res.writeHead(200); res.end(); }, (_, res) => { res.writeHead(200, { 'Content-Length': 100 }); res.write('half'); setTimeout(() => res.destroy(), 50); }]) {
    s.answer = answer;
    now = await run(A, 'fautes');
    assert.equal(now.last_result, 'failed');
    measure(now);
  }
  assert.deepEqual(waits, [300, 600, 1200]);
  assert.equal(now.failures, 3);
  assert.equal((await explore(A, 'fautes/records')).json.total_count, 1);
  s.close();
});

test('nobody is called inside: metadata services, loopback, names that point there, redirections', async () => {
  const s = await site();
  await t.importCsv(B, 'dedans', 'code;nom\n1;Tours\n');
  const refused = async (url) => {
    assert.equal((await put(B, 'dedans', { url, every_minutes: 60 })).status, 202);
    const now = await poll(async () => { const x = await source(B, 'dedans'); return x.url === url && x.last_run_at && x.last_result === 'failed' && x; }, { what: url });
    assert.equal(now.last_error.kind.code, 'fetch_address', url);
    await api(B, '/datasets/dedans/source', { method: 'DELETE' });
  };
  await refused('http://169.254.169.254/latest/meta-data/');
  await refused('http://[::ffff:169.254.169.254]/');
  await refused('http://127.0.0.2/'); // not the one the operator named
  await refused('http://localhost:1/'.replace('localhost', '[::1]'));
  await refused('http://10.0.0.1/x.csv');
  // A name is judged by the address it gives when the socket is made, whatever it gave before.
  await refused('http://2130706434/'); // 127.0.0.2 as one number
  s.answer = (_, res) => { res.writeHead(302, { Location: 'http://169.254.169.254/latest/' }); res.end(); };
  await refused(s.url('/ailleurs'));
  for (const url of ['ftp://example.fr/x', 'http://moi:secret@example.fr/', 'file:///etc/passwd', 'http://', 'http://a b/'])
    assert.equal((await put(B, 'dedans', { url, every_minutes: 60 })).status, 400, url);
  assert.equal((await put(B, 'dedans', { url: s.url('/'), every_minutes: 1 })).status, 400);
  s.close();
});

test('the secret of a source is sealed, sent to its own site alone, and never shown', async () => {
  const s = await site();
  await t.importCsv(A, 'secret', 'code;nom\n1;Tours\n');
  attest('secret');
  s.answer = (_, res) => res.end('code;nom\n1;Tours\n2;Blois\n');
  await put(A, 'secret', { url: s.url('/s.csv'), every_minutes: 60, authorization: 'Bearer tres-secret' });
  await published(A, 'secret', 2);
  assert.equal(s.asked[0].headers.authorization, 'Bearer tres-secret');
  const shown = await api(A, '/datasets/secret/source');
  assert.equal(shown.json.has_authorization, true);
  assert.doesNotMatch(shown.text, /tres-secret/);
  assert.equal(one("SELECT count(*) FROM portal.source WHERE position('tres-secret'::bytea in secret) > 0"), '0');
  // With a secret a redirection is not followed; another address forgets it.
  s.answer = (_, res) => { res.writeHead(302, { Location: s.url('/plus-loin') }); res.end(); };
  assert.equal((await run(A, 'secret')).last_error.kind.code, 'source_status');
  assert.ok(!s.asked.some((x) => x.path === '/plus-loin'));
  s.answer = (_, res) => res.end('code;nom\n1;Tours\n2;Blois\n');
  await put(A, 'secret', { url: s.url('/autre.csv'), every_minutes: 60 });
  await poll(() => s.asked.find((x) => x.path === '/autre.csv'), { what: 'the other address' });
  assert.equal(s.asked.find((x) => x.path === '/autre.csv').headers.authorization, undefined);
  s.close();
});

test('a person’s draft is not overwritten; another portal touches no source', async () => {
  const s = await site();
  await t.importCsv(A, 'brouillon', 'code;nom\n1;Tours\n');
  await api(A, '/datasets/brouillon/draft', { method: 'PUT', body: { metas: { default: { title: 'En cours' } } } });
  s.answer = (_, res) => res.end('code;nom\n9;Non\n');
  await put(A, 'brouillon', { url: s.url('/b.csv'), every_minutes: 60 });
  await poll(async () => (await source(A, 'brouillon')).last_result === 'waiting', { what: 'waiting' });
  assert.equal(s.asked.length, 0);
  assert.equal((await api(B, '/datasets/brouillon/source')).status, 404);
  assert.equal((await put(B, 'brouillon', { url: s.url('/'), every_minutes: 60 })).status, 404);
  assert.equal((await api(B, '/datasets/brouillon/source/run', { body: {} })).status, 404);
  assert.equal((await api(B, '/datasets/brouillon/source', { method: 'DELETE' })).status, 404);
  s.close();
});

test('the command line and the page say where a file comes from', async () => {
  const s = await site();
  await t.importCsv(A, 'ligne', 'code;nom\n1;Tours\n');
  attest('ligne');
  s.answer = (_, res) => res.end('code;nom\n1;Tours\n2;Blois\n');
  await t.must(['dataset', 'source', 'ligne', '--host', A, '--url', s.url('/l.csv'), '--every', '60', '--json']);
  await published(A, 'ligne', 2);
  const said = await t.must(['dataset', 'source', 'ligne', '--host', A, '--json']);
  assert.deepEqual([said.every_minutes, said.last_result, said.upload_state], [60, 'taken', 'published']);
  const me = await signed(A, 'a');
  const page = (await me.get('/backoffice/datasets/ligne/source')).text;
  assert.match(page, /un nouveau fichier a été publié/);
  const refused = await me.post('/backoffice/datasets/ligne/source', { url: 'ftp://x/', every: '60', active: 'on' });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /aria-invalid|id="f-url"/);
  assert.equal((await me.post('/backoffice/datasets/ligne/versions/1')).headers.location, '/backoffice/datasets/ligne/?done=restored');
  assert.match((await me.get('/backoffice/datasets/ligne/versions/2')).text, /Rétablir la version 2/);
  await t.must(['dataset', 'source', 'ligne', '--host', A, '--remove', '--json']);
  assert.equal((await api(A, '/datasets/ligne/source')).status, 404);
  s.close();
});

// ---- a file in pieces ----

const begin = (host, body) => api(host, '/uploads/pieces', { body });
const piece = (host, id, offset, bytes, key) => t.http(host, `/api/portal/v1/uploads/pieces/${id}`, { method: 'PATCH', key: key ?? keys[host],
  body: bytes, headers: { 'Content-Type': 'application/octet-stream', 'Upload-Offset': String(offset) } });

test('a file in pieces is continued where it stands, refused elsewhere, and read when whole', async () => {
  const bytes = Buffer.from('code;nom\n' + Array.from({ length: 3000 }, (_, i) => `${i};ville ${i}\n`).join(''));
  await t.importCsv(A, 'morceaux', 'code;nom\n1;Tours\n');
  const made = await begin(A, { file_name: 'gros.csv', size_bytes: bytes.length, dataset: 'morceaux' });
  assert.equal(made.status, 201, made.text);
  const { id } = made.json;
  assert.equal((await piece(A, id, 0, bytes.subarray(0, 1000))).json.offset, 1000);
  for (const offset of [0, 999, 1001, '-1', 'x', '1e3']) {
    const refused = await piece(A, id, offset, bytes.subarray(0, 10));
    assert.equal(refused.status, 409, String(offset));
    assert.match(refused.json.detail, /1000/);
  }
  // A request that is cut in the middle leaves the place where it was.
  await t.raw(`PATCH /api/portal/v1/uploads/pieces/${id} HTTP/1.1\r\nHost: ${A}\r\nAuthorization: Apikey ${keys[A]}\r\nUpload-Offset: 1000\r\nContent-Type: application/octet-stream\r\nContent-Length: 500\r\n\r\nhalf`, { timeout: 500 });
  assert.equal((await api(A, `/uploads/pieces/${id}`)).json.offset, 1000);
  assert.equal((await piece(A, id, 1000, Buffer.concat([bytes.subarray(1000), Buffer.from('x')]))).status, 413);
  assert.equal((await piece(A, id, 1000, bytes.subarray(1000, 20000))).json.offset, 20000);
  await t.halt('SIGKILL');
  await t.serve({ args: ['--fetch-allow', '127.0.0.1'] });
  assert.equal((await api(A, `/uploads/pieces/${id}`)).json.offset, 20000);
  const last = await piece(A, id, 20000, bytes.subarray(20000));
  assert.equal(last.json.offset, bytes.length);
  assert.ok(last.json.upload);
  await poll(async () => (await api(A, `/uploads/${last.json.upload}`)).json.state === 'ready', { what: 'reading' });
  assert.equal((await api(A, `/uploads/${last.json.upload}`)).json.report.rows.kept, 3000);
  assert.equal((await api(A, `/uploads/pieces/${id}`)).json.upload, last.json.upload);
  assert.equal((await piece(A, id, bytes.length, Buffer.from('x'))).status, 409);
});

test('nobody else continues or looks at a file in pieces; what is given up leaves nothing', async () => {
  const { id } = (await begin(A, { file_name: 'a.csv', size_bytes: 10 })).json;
  assert.equal((await piece(B, id, 0, Buffer.from('x'))).status, 404);
  assert.equal((await piece(A, id, 0, Buffer.from('x'), keys[B])).status, 401);
  assert.equal((await api(B, `/uploads/pieces/${id}`)).status, 404);
  assert.equal((await api(B, `/uploads/pieces/${id}`, { method: 'DELETE' })).status, 404);
  const dir = join(t.home, 'content/pieces');
  const files = () => readdirSync(dir, { recursive: true }).map(String).filter((f) => f.endsWith(id)).length;
  assert.equal(files(), 1);
  assert.equal((await api(A, `/uploads/pieces/${id}`, { method: 'DELETE' })).status, 200);
  assert.equal(files(), 0);
  assert.equal((await begin(A, { file_name: 'a.csv', size_bytes: 1e15 })).status, 413);
  assert.equal((await begin(A, { file_name: '', size_bytes: 5 })).status, 400);
  assert.equal((await begin(B, { file_name: 'a.csv', size_bytes: 5, dataset: 'morceaux' })).status, 404);
});

test('the lines of the manual send a file in pieces, and go on after a cut', async () => {
  const manual = readFileSync(new URL('../../tools/cli/README.md', import.meta.url), 'utf8');
  const lines = (name) => manual.match(new RegExp('```sh ' + name + '\\n([^]*?)```'))[1];
  // 20,000,009 bytes: three pieces of at most 8 MiB after the one that is cut off here.
  const bytes = Buffer.from('code;nom\n' + Array.from({ length: 200000 }, (_, i) => `${String(i).padStart(6, '0')};${'x'.repeat(92)}\n`).join(''));
  assert.equal(bytes.length, 9 + 200000 * 100);
  await t.importCsv(A, 'manuel', 'code;nom\n000001;Tours\n');
  const FILE = t.file('manuel-gros.csv', bytes);
  const said = (name, more) => new Promise((done, fail) => execFile('sh', ['-c', lines(name)], {
    env: { PATH: process.env.PATH, PORTAL: `http://${A}:${t.port}`, KEY: keys[A], DATASET: 'manuel', FILE, ...more } },
  (error, out, err) => (error ? fail(new Error(`${err}${out}`)) : done(out.trim()))));
  const ID = await said('begin');
  assert.match(ID, /^[0-9a-f-]{36}$/);
  // The cut: a first piece went, and nobody knows of it here.
  assert.equal((await piece(A, ID, 0, bytes.subarray(0, 1234567))).json.offset, 1234567);
  const last = JSON.parse(await said('send', { ID }));
  assert.equal(last.offset, bytes.length);
  const upload = await poll(async () => { const u = (await api(A, `/uploads/${last.upload}`)).json; return u.state === 'ready' && u; }, { what: 'reading', deadline: 60000 });
  assert.equal(upload.report.rows.kept, 200000);
  // Sent again, whole as it is, nothing more goes.
  assert.equal(JSON.parse(await said('send', { ID })).upload, last.upload);
});
