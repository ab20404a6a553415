// A portal that changes its host: what was linked goes on working, what was identified stays the same, and nothing that is
// answered from then on names the old host but the identifiers.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation, poll } from './harness.mjs';

const R = 'r.localhost', A = 'a.r.localhost', B = 'b.r.localhost', NEW = 'ville.r.localhost', REGION = 'donnees.localhost';
const V21 = '/api/explore/v2.1/catalog/datasets';
const KEPT = '/api/portal/v1/datasets/arbres/attachments';
let t, key, had;

const asked = ['/', '/explore/', '/explore/dataset/arbres/', '/explore/dataset/arbres/table/', '/explore/dataset/arbres/api/', '/explore/dataset/arbres/export/', V21, `${V21}/arbres`,
  `${V21}/arbres/records?where=code%3D%222%22`, `${V21}/arbres/exports/csv`, '/api/records/1.0/search/?dataset=arbres&rows=1', '/catalog.jsonld', '/catalog.ttl',
  '/api/explore/v2.1/catalog/exports/dcat', '/api/explore/v2.1/catalog/exports/rss', '/sitemap.xml', '/robots.txt', '/explore/dataset/arbres/download/?format=csv'];
const identifiers = async (host) => ((await t.http(host, '/catalog.jsonld')).json['@graph']).filter((node) => node['@type']?.includes('dcat:Dataset'))
  .map((node) => JSON.stringify(node['dct:identifier'])).sort();
const answers = async (host) => Object.fromEntries(await Promise.all(asked.map(async (path) => [path, await t.http(host, path)])));
/** National identifiers keep the host that they were given under. */
const unnamed = (text, host) => text.replaceAll(`https://${host}/explore/dataset/`, 'ID:').replaceAll(`https:\\/\\/${host}\\/explore\\/dataset\\/`, 'ID:');
const hosts = async () => (await t.must(['tenant', 'list', '--json'])).map((row) => row.host);
const move = (...args) => t.cli(['tenant', 'move', ...args]);
const moved = async (from, to) => {
  const done = await move(from, to);
  assert.equal(done.code, 0, done.stderr);
  await poll(async () => (await t.http(from, '/')).status === 301 && (await t.http(to, '/')).status === 200, { what: `${from} to ${to}` });
};

before(async () => {
  t = await installation();
  await t.tenants(['a', 'b']);
  await t.importCsv(A, 'arbres', 'code;nom\r\n1;Tilleul\r\n2;Hêtre\r\n', { title: 'Arbres' });
  await t.importCsv(R, 'villes', 'code;nom\r\n37261;Tours\r\n', { title: 'Villes' });
  key = (await t.must(['token', 'add', 'admin@a.example', '--host', A, '--json'])).key;
  await poll(async () => (await t.http(R, '/explore/')).text.includes('Arbres'), { deadline: 60000, what: 'the copy' });
  had = { answers: await answers(A), identifiers: [await identifiers(A), await identifiers(R)], key: (await t.http(A, KEPT, { key })).status };
});
after(() => t?.stop());

for (const [what, args, words] of [['another portal’s host', [A, B], /b\.r\.localhost/], ['a host that is not below the region', [A, 'a.ailleurs.localhost'], /r\.localhost/],
  ['one that only ends like it', [A, 'autrer.localhost'], /r\.localhost/], ['a portal that is not there', ['c.r.localhost', NEW], /c\.r\.localhost/], ['what is no host', [A, 'a b'], /./]])
  test(`${what} is refused, and nothing changes`, async () => {
    const done = await move(...args);
    assert.equal(done.code, 1);
    assert.match(done.stderr, words);
    assert.deepEqual(await hosts(), [R, A, B]);
    assert.equal((await t.http(A, '/')).status, 200);
  });

test('each old address leads to the same place on the new host, with its question', async () => {
  await moved(A, NEW);
  assert.deepEqual((await hosts()).sort(), [B, R, NEW].sort());
  for (const path of asked) {
    const answer = await t.http(A, path);
    assert.equal(answer.status, 301, path);
    assert.equal(answer.headers.location, `http://${NEW}:${t.port}${path}`);
    if (path.startsWith('/api/')) assert.equal(answer.headers['access-control-allow-origin'], '*', `${path}: a page elsewhere may follow`);
    assert.equal((await t.http(A, path, { method: 'HEAD' })).status, 301, path);
  }
});

test('there the answers are the same but for the host, which nothing but identifiers names as it was', async () => {
  const now = await answers(NEW);
  for (const path of asked) {
    assert.equal(now[path].status, had.answers[path].status, path);
    assert.ok(!unnamed(now[path].text, A).includes(A), `${path} names the old host: ${/.{80}\ba\.r\.localhost.{40}/s.exec(unnamed(now[path].text, A))?.[0]}`);
  }
  for (const path of [`${V21}/arbres/records?where=code%3D%222%22`, `${V21}/arbres/exports/csv`]) assert.equal(now[path].text, had.answers[path].text, path);
});

test('identifiers stay, in the portal’s feed and in the region’s', async () => {
  assert.ok(had.identifiers[0][0].includes(`https://${A}/explore/dataset/arbres/`));
  assert.deepEqual([await identifiers(NEW), await identifiers(R)], had.identifiers);
});

test('a dataset that comes after has an identifier of the new host, whose copy leads there', async () => {
  await t.importCsv(NEW, 'bancs', 'code\r\n1\r\n', { title: 'Bancs' });
  await poll(async () => (await identifiers(NEW)).some((id) => id.includes(`https://${NEW}/explore/dataset/bancs/`)), { what: 'its identifier' });
  await poll(async () => (await t.http(R, '/explore/dataset/bancs/')).status === 200, { deadline: 60000, what: 'its copy' });
  for (const id of ['arbres', 'bancs']) {
    const page = (await t.http(R, `/explore/dataset/${id}/`)).text;
    assert.match(page, new RegExp(`href="http://${NEW.replaceAll('.', '\\.')}:${t.port}/explore/dataset/${id}/"`));
    assert.ok(!unnamed(page, A).includes(A), `${id} on the region’s portal`);
  }
});

test('a key works at the new host; what is written to the old one is told where to go, and not taken', async () => {
  assert.equal(had.key, 200);
  assert.equal((await t.http(NEW, KEPT, { key })).status, 200);
  assert.ok([401, 403, 404].includes((await t.http(NEW, KEPT)).status), 'it is the key that opens');
  const lost = await t.http(A, '/api/portal/v1/datasets/arbres/push', { key, method: 'POST', body: [{ code: '9' }] });
  assert.equal(lost.status, 421);
  assert.ok(lost.text.includes(`http://${NEW}:${t.port}`), lost.text);
  assert.equal((await t.http(NEW, `${V21}/arbres/records?limit=0`)).json.total_count, 2);
});

test('commands know the portal by both names, and links are of the new one', async () => {
  for (const host of [A, NEW]) assert.ok((await t.must(['user', 'link', 'admin@a.example', '--host', host, '--json'])).invitation);
  assert.match((await t.cli(['user', 'link', 'admin@a.example', '--host', A])).stdout, new RegExp(`//${NEW.replaceAll('.', '\\.')}[:/]`));
});

test('when the region moves its sub-domains stay, and name it by its new host', async () => {
  await moved(R, REGION);
  for (const host of [NEW, B]) {
    const page = await poll(async () => { const text = (await t.http(host, '/')).text; return text.includes(REGION) && text; }, { what: `${host} names the region` });
    assert.ok(!page.replaceAll(NEW, '').replaceAll(B, '').includes(R), `${host} names the region as it was`);
  }
  assert.deepEqual(await identifiers(REGION), [...had.identifiers[1], ...(await identifiers(NEW)).filter((id) => id.includes('bancs'))].sort());
  assert.equal((await t.http(R, '/catalog.ttl')).headers.location, `http://${REGION}:${t.port}/catalog.ttl`);
  await t.must(['tenant', 'add', 'd', '--name', 'D', '--host', `d.${REGION}`, '--admin', 'd@d.example', '--logo', t.file('d.png', (await import('../../tools/demo/emblem.mjs')).emblem('D', '#1f4e79')), '--dry-run']);
});

test('it moves back to a name that it had; the other leads there', async () => {
  await moved(REGION, R);
  await moved(NEW, A);
  assert.equal((await t.http(NEW, '/explore/')).headers.location, `http://${A}:${t.port}/explore/`);
  assert.equal((await move(A, A)).code, 0, 'where it is already');
  assert.equal((await t.http(A, '/')).status, 200);
});
