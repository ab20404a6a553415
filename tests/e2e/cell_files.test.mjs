// Files that cells name, where the rows are a copy: on another portal of the installation, under that portal's own rules.
// Two partners that do not trust each other; the copy stands on the region's portal. Bytes are written here.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';
import { zipOf } from './zip.mjs';

const [R, A, B] = ['r.localhost', 'a.r.localhost', 'b.r.localhost'];
const keys = {};
let t;
before(async () => {
  t = await installation();
  await t.tenants();
  for (const [host, who] of [[R, 'admin@r.example'], [A, 'admin@a.example'], [B, 'admin@b.example']])
    keys[host] = (await t.must(['token', 'add', who, '--host', host, '--json'])).key;
});
after(() => t?.stop());

const explore = (host, path, options) => t.http(host, `/api/explore/v2.1/catalog/datasets/${path}`, options);
const api = (host, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key: keys[host], ...options });
const pdf = (text) => Buffer.from(`%PDF-1.4\n% ${text}\n`);
const send = async (id, column, ...files) => {
  const made = await api(A, `/datasets/${id}/files?column=${column}`, { method: 'POST', body: zipOf(files), headers: { 'Content-Type': 'application/octet-stream' } });
  assert.equal(made.status, 201, made.text);
};
const rows = async (host, id, options) => (await explore(host, `${id}/records?order_by=code&limit=100`, options)).json?.results ?? [];
const until = (fn, what) => poll(fn, { deadline: 60000, every: 200, what });
/** The copy's cell, once it is an object. */
const arrives = (id, n = 0) => until(async () => { const list = await rows(R, id); return typeof list[n]?.plan === 'object' && list[n].plan && list; }, `the file of ${id} on the region`);
const path = (url) => new URL(url).pathname;
const id = (slug) => sql(t, `SELECT id FROM portal.tenant WHERE slug = '${slug}'`);
const root = () => sql(t, 'SELECT id FROM portal.tenant WHERE parent_id IS NULL');
/** What portal.copied_files gives to the web role in that portal. */
const lent = (tenant, copy) => sql(t, `BEGIN; SET LOCAL ROLE terrasse_web; ${tenant ? `SET LOCAL portal.tenant_id = '${tenant}';` : ''}
  SELECT coalesce(string_agg(file_name, ',' ORDER BY file_name), '-') FROM portal.copied_files('${copy}', NULL); COMMIT`);

test('cells of a copy lead to the file, at the address of the portal that shows it', async () => {
  const hostile = '<b>&.pdf';
  await t.importCsv(A, 'plans', `code;plan\n1;un.pdf\n2;${hostile}\n3;absent.pdf\n`);
  await send('plans', 'plan', { name: 'un.pdf', bytes: pdf('un') }, { name: hostile, bytes: pdf('deux') }, { name: 'seul.pdf', bytes: pdf('seul') });
  const list = await arrives('plans');
  const { id: file, url, ...rest } = list[0].plan;
  assert.deepEqual(rest, { filename: 'un.pdf', format: 'PDF', mimetype: 'application/pdf', thumbnail: false });
  assert.equal(new URL(url).hostname, R);
  assert.equal(path(url), `/api/explore/v2.1/catalog/datasets/plans/files/${file}`);
  assert.deepEqual(list.map((x) => x.plan.filename ?? x.plan), ['un.pdf', hostile, 'absent.pdf']);
  const got = await t.http(R, path(url));
  assert.deepEqual(got.body, pdf('un'));
  assert.match(got.headers['content-disposition'], /^attachment;/);
  assert.match(got.headers['content-security-policy'], /sandbox/);
  assert.equal((await rows(A, 'plans'))[0].plan.id, file, 'the same id as at the origin');
  assert.equal((await explore(R, 'plans/exports/json')).json.find((x) => x.plan.id === file)?.plan.url, url);
  const old = (await t.http(R, '/api/records/1.0/search/?dataset=plans&sort=-code')).json.records;
  assert.deepEqual(old.map((x) => x.fields.plan.id ?? x.fields.plan), [file, list[1].plan.id, 'absent.pdf']);
  assert.deepEqual((await t.http(R, `/api/datasets/1.0/plans/files/${file}/`)).body, pdf('un'));
  for (const view of ['', 'table/']) {
    const page = (await t.http(R, `/explore/dataset/plans/${view}`)).text;
    const links = [...page.matchAll(/<td[^>]*><a href="([^"]*\/files\/[0-9a-f]{32})">([^<]*)<\/a>/g)].map((m) => [path(m[1]), m[2]]);
    assert.deepEqual(links, [[path(url), 'un.pdf'], [path(list[1].plan.url), '&lt;b&gt;&amp;.pdf']], view);
  }
});

test('a file that the origin adds, replaces or removes is added, replaced or gone at its copy', async () => {
  await t.importCsv(A, 'suite', 'code;plan\n1;un.pdf\n2;deux.pdf\n');
  await send('suite', 'plan', { name: 'un.pdf', bytes: pdf('un') });
  const { url, id: file } = (await arrives('suite'))[0].plan;
  assert.equal((await rows(R, 'suite'))[1].plan, 'deux.pdf');
  await send('suite', 'plan', { name: 'deux.pdf', bytes: pdf('deux') }, { name: 'un.pdf', bytes: pdf('autre') });
  const second = (await arrives('suite', 1))[1].plan;
  assert.deepEqual((await t.http(R, path(second.url))).body, pdf('deux'));
  assert.deepEqual((await t.http(R, path(url))).body, pdf('autre'));
  assert.equal((await api(A, `/datasets/suite/attachments/file/${file}`, { method: 'DELETE' })).status, 200);
  assert.equal((await t.http(R, path(url))).status, 404);
  await until(async () => (await rows(R, 'suite'))[0].plan === 'un.pdf', 'the cell without its file');
});

test('whoever may not read the copy does not get its files; another portal gets none by any way', async () => {
  await t.importCsv(A, 'gardes', 'code;plan\n1;un.pdf\n');
  await send('gardes', 'plan', { name: 'un.pdf', bytes: pdf('un') });
  const { url, id: file } = (await arrives('gardes'))[0].plan;
  const copy = sql(t, `SELECT id FROM portal.dataset WHERE tenant_id = '${root()}' AND dataset_id = 'gardes'`);
  const origin = sql(t, `SELECT id FROM portal.dataset WHERE tenant_id = '${id('a')}' AND dataset_id = 'gardes'`);
  assert.equal((await explore(B, `gardes/files/${file}`, { key: keys[B] })).status, 404);
  assert.equal((await explore(R, `gardes/files/${file.replace(/.$/, (c) => (c === '0' ? '1' : '0'))}`)).status, 404);
  assert.equal((await explore(R, `gardes/attachments/${file}`)).status, 404, 'of its own kind only');
  assert.deepEqual([lent(root(), copy), lent(id('b'), copy), lent(id('a'), copy), lent('', copy), lent(root(), origin), lent(id('a'), origin)],
    ['un.pdf', '-', '-', '-', '-', '-']);
  // The region closes its copy: its own people read it, nobody else.
  sql(t, `UPDATE portal.dataset SET visibility = 'closed', revision = revision + 1 WHERE id = '${copy}';
    UPDATE portal.tenant SET generation = generation + 1 WHERE id = '${root()}'`);
  await until(async () => (await t.http(R, path(url))).status === 404, 'the copy closed');
  assert.equal((await t.http(R, path(url), { key: keys[R] })).status, 200);
  assert.equal((await t.http(R, path(url), { key: keys[A] })).status, 401);
});

test('when the origin closes its files are gone from the copy at once, even if the copy were left behind', async () => {
  await t.importCsv(A, 'secrets', 'code;plan\n1;un.pdf\n');
  await send('secrets', 'plan', { name: 'un.pdf', bytes: pdf('loutre-canari') });
  const { url } = (await arrives('secrets'))[0].plan;
  const copy = sql(t, `SELECT id FROM portal.dataset WHERE tenant_id = '${root()}' AND dataset_id = 'secrets'`);
  assert.equal((await api(A, '/datasets/secrets/close', { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } })).status, 200);
  assert.equal((await t.http(R, path(url))).status, 404);
  assert.equal((await t.http(R, path(url), { key: keys[R] })).status, 404);
  // A copy that something left in place: the origin's state is looked at, not the copy's alone.
  sql(t, `BEGIN; SET LOCAL session_replication_role = replica;
    UPDATE portal.dataset SET state = 'published', visibility = 'open', version_id = (SELECT version_id FROM portal.dataset WHERE dataset_id = 'secrets' AND tenant_id = '${id('a')}'),
      revision = revision + 1 WHERE id = '${copy}'; UPDATE portal.tenant SET generation = generation + 1 WHERE id = '${root()}'; COMMIT`);
  assert.equal(lent(root(), copy), '-');
  await until(async () => (await t.http(R, '/api/explore/v2.1/catalog/datasets/secrets/records')).status === 200, 'the copy as it was left');
  assert.equal((await t.http(R, path(url))).status, 404);
});
