// Versions, attached files, addresses that are fetched, pushed rows, uploads in pieces: sources of a dataset beside the
// single file. Two portals that do not trust each other. Values are worked out by hand from the bytes written here.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync, chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
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

const api = (host, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key: keys[host], ...options });
const explore = (host, path, options) => t.http(host, `/api/explore/v2.1/catalog/datasets/${path}`, options);
const one = (query) => sql(t, `${query};`);
const rows = async (host, id) => (await explore(host, `${id}/records?order_by=code&limit=100`)).json.results;

// ---- versions ----

test('versions are listed, compared by the declared key and restored through a publication', async () => {
  await t.importCsv(A, 'villes', 'code;nom;hab\n1;Tours;10\n2;Blois;20\n3;Vierzon;30\n');
  const key = await api(A, '/datasets/villes/draft', { method: 'PUT', body: { key: ['code'] } });
  assert.equal(key.status, 200, key.text);
  await t.must(['dataset', 'publish', 'villes', '--host', A]);
  await t.importCsv(A, 'villes', 'code;nom;maire\n2;Blois;B\n3;Vierzon-Ville;C\n4;Bourges;D\n5;Dreux;E\n');
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

test('an attached file is listed, downloaded whole and in parts, counted as content and given back', async () => {
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
  await t.must(['quota', 'set', 'content_bytes', '--host', A, '--ceiling', String(used + 10), '0', '--json']).catch(async () =>
    one(`INSERT INTO portal.share (tenant_id, metric, reserved, ceiling) SELECT id, 'content_bytes', 0, ${used + 10} FROM portal.tenant WHERE slug = 'a' ON CONFLICT (tenant_id, metric) DO UPDATE SET ceiling = excluded.ceiling`));
  const refused = await attach(A, 'doubles', 'trois.txt', 'plus de dix octets en tout');
  assert.equal(refused.status, 409, refused.text);
  assert.equal(kept(), files);
  assert.equal(Number(content('a')), used);
  one("UPDATE portal.share SET ceiling = NULL WHERE metric = 'content_bytes'");
});

test('the command line attaches, lists and takes away', async () => {
  const path = join(t.folder, 'plan.txt');
  writeFileSync(path, 'plan');
  chmodSync(path, 0o644);
  assert.equal((await t.must(['dataset', 'attach', 'doubles', path, '--host', A, '--json'])).id, 'plan_txt');
  assert.ok((await t.must(['dataset', 'attachments', 'doubles', '--host', A, '--json'])).some((f) => f.id === 'plan_txt' && f.size_bytes === 4));
  await t.must(['dataset', 'detach', 'doubles', 'plan_txt', '--host', A, '--json']);
});
