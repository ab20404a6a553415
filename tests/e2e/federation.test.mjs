// Copies between the portals of a region and to a national portal: each once, whatever breaks.
//
// The national portal is the stand-in of tests/peers/udata, started here. The worker is killed at
// named points (federation/point.h): a demonstration home and the file spool/stop-at in it.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start as startPeer } from '../peers/udata/server.mjs';
import { sql } from './fixtures.mjs';
import { installation, poll } from './harness.mjs';

const [R, A, B] = ['r.localhost', 'a.r.localhost', 'b.r.localhost'];
const canary = 'zibeline-canari';
let t, peer, organization, national, keyFile;

before(async () => {
  peer = await startPeer({ allowLocal: true });
  organization = (await remote('POST', '/api/1/organizations/', { name: 'Région d’essai', description: 'Essai.' })).id;
  t = await installation({ serve: false });
  writeFileSync(join(t.home, 'demonstration'), '');
  await t.serve();
  await t.tenants();
  keyFile = join(t.folder, 'key');
  writeFileSync(keyFile, `${peer.keys.worker}\n`);
});
after(async () => { await t?.stop(); await peer?.close(); });

// The stand-in

async function remote(method, path, body) {
  const answer = await fetch(peer.url + path, { method, body: body && JSON.stringify(body),
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-API-KEY': peer.keys.worker } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
const control = async (path, body) => {
  const answer = await fetch(peer.url + path, { method: body ? 'POST' : 'GET', body: body && JSON.stringify(body) });
  return answer.json();
};
const faults = (...list) => control('/_faults', list);
const there = async () => (await remote('GET', `/api/1/organizations/${organization}/datasets/?page_size=100`)).data;
const thereAs = async (title) => (await there()).filter((d) => d.title === title && !d.deleted);
const journal = (since, filter = '') => control(`/_journal?since=${since}${filter}`);
const mark = async () => (await journal(0)).at(-1)?.n ?? 0;
const writes = async (since, title) => (await journal(since)).filter((r) => r.method !== 'GET' && (!title || JSON.stringify(r).includes(title)));

// Our side

const links = () => t.must(['federation', 'list', '--json']);
const run = () => t.must(['federation', 'run', '--json']);
const receipts = () => t.must(['federation', 'receipts', '--last', '1000', '--json']);
const open = `SELECT (SELECT count(*) FROM portal.outbox WHERE dispatched_at IS NULL)
  + (SELECT count(*) FROM portal.subscription WHERE seeded_at IS NULL AND state <> 'requested')
  + (SELECT count(*) FROM portal.delivery WHERE state IN ('queued', 'intent', 'sent', 'waiting'))`;
const isQuiet = () => sql(t, open) === '0';
const quiet = (what = 'deliveries to end', deadline = 40000) => poll(isQuiet, { deadline, every: 200, what });
async function whole() {
  const [chain] = await t.must(['federation', 'verify', '--json']);
  assert.equal(chain.whole, true, JSON.stringify(chain));
  return chain.receipts;
}
const rowsOf = async (host, id) => {
  const answer = await t.http(host, `/api/explore/v2.1/catalog/datasets/${id}/exports/json`);
  return answer.status === 200 ? answer.json : answer.status;
};
const list = async (host) => (await t.http(host, '/api/explore/v2.1/catalog/datasets?limit=100')).json.results.map((d) => d.dataset_id).sort();
const until = (fn, what) => poll(fn, { deadline: 30000, every: 100, what });
const csv = (rows) => ['code;nom', ...rows.map(([code, nom]) => `${code};${nom}`)].join('\r\n') + '\r\n';
const objects = (rows) => rows.map(([code, nom]) => ({ code, nom }));
const trees = [['01', 'Tilleul'], ['02', 'Érable'], ['03', 'Chêne']];

async function addNational() {
  national ??= (await t.must(['federation', 'national', 'add', '--host', R, '--url', peer.url, '--key-file', keyFile,
    '--organisation', organization, '--name', 'Portail simulé', '--stand-in', '--json'])).link;
}

// Between portals

test('a partner’s open data set is on the region’s portal, row for row', async () => {
  await t.importCsv(A, 'arbres', csv(trees), { title: 'Arbres de A', publisher: 'Portail A' });
  await until(async () => (await list(R)).includes('arbres'), 'the copy on the region');
  assert.deepEqual(await rowsOf(R, 'arbres'), objects(trees));
  assert.deepEqual(await rowsOf(A, 'arbres'), objects(trees));
  assert.deepEqual(await list(B), []);
});

test('an update replaces the copy’s rows, once', async () => {
  const more = [...trees, ['04', 'Hêtre']];
  await t.importCsv(A, 'arbres', csv(more), { title: 'Arbres de A', publisher: 'Portail A' });
  await until(async () => (await rowsOf(R, 'arbres')).length === 4, 'four rows on the region');
  assert.deepEqual(await rowsOf(R, 'arbres'), objects(more));
  await quiet();
  const mine = (await receipts()).filter((r) => r.kind === 'upward').map((r) => r.action).reverse();
  assert.deepEqual(mine.filter((a) => a !== 'unchanged').slice(0, 1), ['create']);
  assert.equal(mine.filter((a) => a === 'create').length, 1);
});

test('the region’s data set comes to a sub-domain on request, with no other', async () => {
  await t.importCsv(R, 'budget', csv([['10', 'Eau'], ['20', 'Route']]), { title: 'Budget régional' });
  await t.importCsv(R, 'autre', csv([['1', 'x']]), { title: 'Autre jeu régional' });
  const { link } = await t.must(['federation', 'link', '--from', R, '--to', B, '--dataset', 'budget', '--json']);
  await until(async () => (await list(B)).includes('budget'), 'the copy on the sub-domain');
  assert.deepEqual(await list(B), ['budget']);
  assert.deepEqual(await rowsOf(B, 'budget'), [{ code: '10', nom: 'Eau' }, { code: '20', nom: 'Route' }]);
  assert.match(link, /^[0-9a-f-]{36}$/);
});

test('a row filter gives exactly its rows; one that cannot be read is put aside with its reason', async () => {
  await t.importCsv(R, 'communes', 'dep;nom\r\n37;Tours\r\n45;Orléans\r\n37;Amboise\r\n', { title: 'Communes' });
  await t.must(['federation', 'link', '--from', R, '--to', B, '--dataset', 'communes', '--filter', 'dep = "37"', '--json']);
  await until(async () => (await list(B)).includes('communes'), 'the filtered copy');
  assert.deepEqual(await rowsOf(B, 'communes'), [{ dep: '37', nom: 'Tours' }, { dep: '37', nom: 'Amboise' }]);
  const shown = (await t.http(B, '/api/explore/v2.1/catalog/datasets/communes')).json;
  assert.equal(shown.metas.default.records_count, 2);
  const { link } = await t.must(['federation', 'link', '--from', R, '--to', A, '--dataset', 'communes', '--filter', 'commune = "37"', '--json']);
  const wrong = await until(async () => (await links()).find((l) => l.link === link && l.parked === 1), 'the refusal');
  assert.equal(wrong.error.code, 'odsql_malformed');
  assert.equal(await rowsOf(A, 'communes'), 404);
  await t.must(['federation', 'unlink', link, '--json']);
});

test('a copy whose name is taken stands beside it, and both its page and the feed lead to the original', async () => {
  await t.importCsv(R, 'lieux', csv([['1', 'de la région']]), { title: 'Lieux de R' });
  await t.importCsv(A, 'lieux', csv([['2', 'de A']]), { title: 'Lieux de A', publisher: 'Portail A' });
  const copy = await until(async () => (await list(R)).find((id) => id.startsWith('lieux-')), 'the copy');
  assert.deepEqual(await rowsOf(R, copy), [{ code: '2', nom: 'de A' }]);
  const page = (await t.http(R, `/explore/dataset/${copy}/`)).text;
  assert.ok(page.includes(`"http://${A}:${t.port}/explore/dataset/lieux/"`), /[^"]*a\.r\.localhost[^"]*/.exec(page)?.[0]);
  assert.ok((await t.http(R, '/catalog.rdf')).text.includes(`"https://${A}/explore/dataset/lieux/"`));
});

test('a copy is not sent back to where it came from', async () => {
  await run();
  await quiet();
  assert.deepEqual(await list(R), ['arbres', 'autre', 'budget', 'communes', 'lieux', 'lieux-a']);
  assert.deepEqual(await list(A), ['arbres', 'lieux']);
});

test('closed data never leave: not in lists, not by address, not at the national portal', async () => {
  await addNational();
  await t.importCsv(A, 'secret', csv([['1', canary]]), { title: `Secret ${canary}`, visibility: 'closed' });
  await t.importCsv(A, 'repere', csv([['1', 'a']]), { title: 'Repère' });
  await until(async () => (await thereAs('Repère')).length === 1, 'a later data set at the national portal');
  await quiet();
  assert.ok(!(await list(R)).includes('secret'));
  assert.equal(await rowsOf(R, 'secret'), 404);
  assert.ok(!JSON.stringify(await control('/_journal?since=0')).includes(canary));
  assert.ok(!JSON.stringify(await receipts()).includes(canary));
});

// To the national portal

test('each open data set of the region and its partners is there once, through the region', async () => {
  await quiet();
  const titles = (await there()).map((d) => d.title).sort();
  assert.deepEqual(titles, ['Arbres de A', 'Autre jeu régional', 'Budget régional', 'Communes', 'Lieux de A', 'Lieux de R', 'Repère']);
});

test('it carries title, licence, frequency, zone, tags, resources and our marks', async () => {
  const [d] = await thereAs('Arbres de A');
  assert.equal(d.license, 'lov2');
  assert.equal(d.frequency, 'annual');
  assert.deepEqual(d.spatial, { zones: ['fr:region:24'], geom: null, granularity: 'fr:commune' });
  assert.deepEqual(d.tags, ['donnees', 'essai', 'regions-et-villes']);
  assert.equal(d.private, false);
  assert.equal(d.organization.id, organization);
  const base = `https://${A}/api/explore/v2.1/catalog/datasets/arbres`;
  assert.deepEqual(d.resources.map((r) => [r.format, r.type, r.filetype, r.url]), [
    ['csv', 'main', 'remote', `${base}/exports/csv?use_labels=true`],
    ['json', 'main', 'remote', `${base}/exports/json`],
    ['json', 'api', 'remote', `${base}/records`],
  ]);
  assert.equal(d.extras['terrasse:tenant'], 'a');
  assert.equal(d.extras['terrasse:landing'], `https://${A}/explore/dataset/arbres/`);
  assert.equal(d.extras['terrasse:frequency_label'], 'Annuelle');
  assert.match(d.extras['terrasse:uid'], /^[0-9a-f-]{36}$/);
  assert.match(d.description, /Source : https:\/\/a\.r\.localhost\/explore\/dataset\/arbres\/$/);
});

test('a second run without a change writes nothing', async () => {
  const since = await mark();
  await run();
  await quiet();
  assert.deepEqual(await writes(since), []);
});

test('new rows: one PUT of the document, one of each resource with rows, none of the API; ids stay', async () => {
  const [old] = await thereAs('Arbres de A');
  const since = await mark();
  await t.importCsv(A, 'arbres', csv([['09', 'Orme']]), { title: 'Arbres de A', publisher: 'Portail A' });
  await until(async () => (await thereAs('Arbres de A'))[0].extras['terrasse:fingerprint'] !== old.extras['terrasse:fingerprint'], 'the change there');
  await quiet();
  const [now] = await thereAs('Arbres de A');
  const at = `/api/1/datasets/${old.id}/`;
  const id = (i) => `${at}resources/${old.resources[i].id}/`;
  assert.deepEqual((await writes(since)).map((r) => `${r.method} ${r.path}`),
    [`PUT ${at}`, `PUT ${id(0)}`, `PUT ${id(1)}`, `PUT /api/2/datasets/${old.id}/extras/`]);
  assert.deepEqual(now.resources.map((r) => r.id), old.resources.map((r) => r.id));
  assert.equal(now.resources[2].last_modified, old.resources[2].last_modified);
  assert.deepEqual(now.tags, old.tags);
});

test('extras of others and a foreign resource stay', async () => {
  const [d] = await thereAs('Autre jeu régional');
  await remote('PUT', `/api/2/datasets/${d.id}/extras/`, { 'analysis:x': 'gardé' });
  await remote('POST', `/api/1/datasets/${d.id}/resources/`, { title: 'Notice', type: 'documentation', filetype: 'remote', format: 'pdf', url: 'https://ailleurs.example.fr/notice.pdf' });
  await t.importCsv(R, 'autre', csv([['2', 'y']]), { title: 'Autre jeu régional' });
  await until(async () => (await thereAs('Autre jeu régional'))[0].extras['terrasse:fingerprint'] !== d.extras['terrasse:fingerprint'], 'the change there');
  await quiet();
  const [now] = await thereAs('Autre jeu régional');
  assert.equal(now.extras['analysis:x'], 'gardé');
  assert.equal(now.resources.filter((r) => r.title === 'Notice').length, 1);
  assert.equal(now.resources.length, 4);
});

// Faults of the national portal: what is asserted each time is one object, confirmed

const posts = { method: 'POST', path: '^/api/1/datasets/$' };
const gets = { method: 'GET', path: '^/api/1/' };
let serial = 0;
async function published(name, wanted = 1, deadline = 60000) {
  const title = `Panne ${++serial} ${name}`;
  await t.importCsv(R, `panne-${serial}`, csv([['1', name]]), { title });
  await poll(async () => {
    if (isQuiet() && (await thereAs(title)).length >= 1) return true;
    await run(); // closes the breaker and skips the waits but that after an unknown outcome
    return false;
  }, { deadline, every: 1000, what: `${title} confirmed` });
  const found = await thereAs(title);
  assert.equal(found.length, wanted, `${found.length} objects for ${title}`);
  const mine = (await receipts()).filter((r) => r.target_id === found[0].id && r.outcome === 'confirmed');
  assert.ok(mine.length >= 1, 'a receipt');
  assert.equal(found[0].resources.length, 3);
  return found[0];
}
for (const [what, ...list] of [
  ['500 before the commit', { ...posts, kind: 'status', status: 500 }],
  ['500 after the commit', { ...posts, kind: 'status', status: 500, after: true }],
  ['three times 500 after the commit', { ...posts, kind: 'status', status: 500, after: true, count: 3 }],
  ['the connection reset before', { ...posts, kind: 'reset-before' }],
  ['the connection reset after the commit', { ...posts, kind: 'reset-after' }],
  ['a 201 that is no JSON', { ...posts, kind: 'malformed' }],
  ['a 201 cut in the middle', { ...posts, kind: 'truncated' }],
  ['a 502 as an HTML page, after the commit', { ...posts, kind: 'html', status: 502 }],
  ['a 200 as an HTML page, after the commit', { ...posts, kind: 'html' }],
  ['503 when reading', { ...gets, kind: 'status', status: 503, count: 2 }],
  ['a list cut in the middle', { ...gets, kind: 'truncated', count: 2 }],
  ['an answer that comes too late', { ...posts, kind: 'delay', ms: 7000 }],
  ['an answer byte by byte', { ...posts, kind: 'drip', ms: 50 }],
  ['500 on the reading back', { method: 'GET', path: '^/api/1/datasets/[0-9a-f]{24}/$', kind: 'status', status: 500 }],
]) {
  test(`${what}: one object`, async () => {
    await faults(...list);
    await published(what);
    await faults();
  });
}

test('500 on a change: the same content in the end, no second object', async () => {
  const d = await published('changement');
  await faults({ method: 'PUT', path: '^/api/1/datasets/', kind: 'status', status: 500 },
    { method: 'PUT', path: '/resources/', kind: 'status', status: 500, after: true },
    { method: 'PUT', path: '/extras/', kind: 'reset-after' });
  await t.importCsv(R, `panne-${serial}`, csv([['2', 'b'], ['3', 'c']]), { title: d.title });
  await poll(async () => {
    if (isQuiet() && (await thereAs(d.title))[0].extras['terrasse:fingerprint'] !== d.extras['terrasse:fingerprint']) return true;
    await run();
    return false;
  }, { deadline: 60000, every: 1000, what: 'the change confirmed' });
  const found = await thereAs(d.title);
  assert.equal(found.length, 1);
  assert.equal(found[0].resources.length, 3);
  await faults();
});

test('429 with Retry-After: no call for that long', async () => {
  await faults({ ...posts, kind: 'status', status: 429, headers: { 'Retry-After': '4' } });
  const since = await mark();
  await t.importCsv(R, 'attente', csv([['1', 'a']]), { title: 'Attente demandée' });
  const refused = await until(async () => (await journal(since)).find((r) => r.fault === 'status'), 'the 429');
  await until(async () => (await thereAs('Attente demandée')).length === 1, 'the data set after the wait');
  const next = (await journal(refused.n)).find((r) => r.agent === 'Terrasse');
  assert.ok(next, 'a later call');
  assert.ok(Date.parse(next.time) - Date.parse(refused.time) >= 4000, JSON.stringify([refused, next]).slice(0, 500));
  await faults();
});

test('a 400 on a field is shown with the field and the portal’s words, and not sent again', async () => {
  await faults({ ...posts, kind: 'status', status: 400, body: { errors: { tags: ['Le mot-clé "x" doit avoir de 3 à 96 caractères.'] } }, count: 5 });
  await t.importCsv(R, 'refuse', csv([['1', 'a']]), { title: 'Mot-clé refusé' });
  const link = await until(async () => (await links()).find((l) => l.link === national && l.parked === 1), 'the refusal');
  assert.deepEqual(link.error, { code: 'national_refused', args: ['tags', 'Le mot-clé "x" doit avoir de 3 à 96 caractères.'] });
  const since = await mark();
  await run();
  await quiet();
  assert.deepEqual((await writes(since)).filter((r) => r.method === 'POST'), []);
  await faults();
  await t.must(['federation', 'retry', '--json']);
  await until(async () => (await thereAs('Mot-clé refusé')).length === 1, 'it, once asked for');
});

test('a 401 stops the portal after one call; a new key sends all', async () => {
  await quiet();
  const since = await mark();
  await control('/_token', { name: 'worker', revoked: true });
  await t.importCsv(R, 'cle-1', csv([['1', 'a']]), { title: 'Clé une' });
  await t.importCsv(R, 'cle-2', csv([['1', 'a']]), { title: 'Clé deux' });
  await until(async () => (await links()).find((l) => l.link === national)?.peer_state === 'stopped', 'the stop');
  await run();
  assert.equal((await journal(since)).filter((r) => r.status === 401).length, 1);
  await control('/_token', { name: 'worker', revoked: false });
  await t.must(['federation', 'national', 'add', '--host', R, '--url', peer.url, '--key-file', keyFile, '--stand-in', '--json']);
  await until(async () => (await thereAs('Clé une')).length === 1 && (await thereAs('Clé deux')).length === 1, 'both data sets');
  await quiet();
});

test('a zone that vanished is replaced by a larger one', async () => {
  await control('/_zones', { vanished: ['fr:region:24'] });
  const d = await published('zone disparue');
  assert.deepEqual(d.spatial.zones, ['country:fr']);
  await control('/_zones', { vanished: [] });
});

test('deleted there by hand: put aside, never restored by itself', async () => {
  const d = await published('supprimé là-bas');
  await remote('DELETE', `/api/1/datasets/${d.id}/`);
  await t.importCsv(R, `panne-${serial}`, csv([['5', 'z']]), { title: d.title });
  const link = await until(async () => (await links()).find((l) => l.link === national && l.parked === 1), 'it to be put aside');
  assert.equal(link.error.code, 'national_deleted');
  assert.notEqual((await remote('GET', `/api/1/datasets/${d.id}/`)).deleted, null);
  assert.deepEqual(await thereAs(d.title), []);
});

test('a twin with the same title made by somebody else is left alone', async () => {
  const twin = await remote('POST', '/api/1/datasets/', { title: 'Jumeau', description: 'Fait à la main.', organization, private: false });
  await t.importCsv(R, 'jumeau', csv([['1', 'a']]), { title: 'Jumeau' });
  await until(async () => (await thereAs('Jumeau')).length === 2, 'ours beside it');
  await quiet();
  assert.equal((await remote('GET', `/api/1/datasets/${twin.id}/`)).description, 'Fait à la main.');
});

// Taking back

test('withdrawn: gone from the region at once, archived at the national portal', async () => {
  const [before] = await thereAs('Repère');
  await t.must(['dataset', 'withdraw', 'repere', '--host', A, '--reason', 'Publié par erreur', '--json']);
  await until(async () => !(await list(R)).includes('repere'), 'its end on the region');
  assert.equal(await rowsOf(R, 'repere'), 410);
  await until(async () => (await remote('GET', `/api/1/datasets/${before.id}/`)).archived !== null, 'its archive');
  const [now] = await thereAs('Repère');
  assert.equal(now.id, before.id);
  assert.deepEqual(now.tags, before.tags);
});

test('closed and opened again: archived and brought back, the same object', async () => {
  const [before] = await thereAs('Arbres de A');
  await t.must(['dataset', 'close', 'arbres', '--host', A, '--json']);
  await until(async () => !(await list(R)).includes('arbres'), 'its end on the region');
  await until(async () => (await remote('GET', `/api/1/datasets/${before.id}/`)).archived !== null, 'its archive');
  await t.must(['dataset', 'open', 'arbres', '--host', A, '--json']);
  await until(async () => (await list(R)).includes('arbres'), 'its return');
  await until(async () => (await remote('GET', `/api/1/datasets/${before.id}/`)).archived === null, 'its return there');
  assert.equal((await thereAs('Arbres de A')).length, 1);
  assert.deepEqual(await rowsOf(R, 'arbres'), [{ code: '09', nom: 'Orme' }]);
  await quiet();
});

// The page

test('the page shows every link, what waits with its reason, and the button asks for a run', async () => {
  const office = await t.signIn(R, 'admin@r.example', await t.accept(R, t.links[R]));
  await faults({ ...posts, kind: 'status', status: 400, body: { errors: { license: ['Licence inconnue'] } } });
  await t.importCsv(R, 'page', csv([['1', 'a']]), { title: 'Jeu de la page' });
  const page = await until(async () => {
    const answer = await office.get('/backoffice/federation/');
    return answer.text.includes('Licence inconnue') && answer.text;
  }, 'the reason on the page');
  for (const words of ['Portail A', 'Portail B', 'Portail simulé', 'simulateur', 'Jeu de la page', 'Ce qui attend', 'reçus signés']) {
    assert.ok(page.includes(words), words);
  }
  assert.ok(!page.includes(canary));
  const link = /name="link" value="([^"]+)"/.exec(page)[1];
  const done = await office.post('/backoffice/federation/run', { link });
  assert.equal(done.status, 303);
  await until(async () => (await thereAs('Jeu de la page')).length === 1, 'it at the national portal');
  assert.equal((await office.post('/backoffice/federation/run', { link: '01900000-0000-7000-8000-000000000000' })).status, 404);
  assert.equal((await office.post('/backoffice/federation/run', { link, csrf: 'x' })).status, 403);
});
test('a sub-domain sees its own links and may not run another’s', async () => {
  const office = await t.signIn(B, 'admin@b.example', await t.accept(B, t.links[B]));
  const page = (await office.get('/backoffice/federation/')).text;
  assert.ok(page.includes('Budget régional'));
  assert.ok(!page.includes('Portail A'));
  assert.ok(!page.includes('Arbres'));
  assert.equal((await office.post('/backoffice/federation/run', { link: national })).status, 404);
  assert.equal((await t.http(B, '/backoffice/federation/')).status, 303);
});

// The worker dies at each step

const stopAt = join('spool', 'stop-at');
// The supervisor waits longer after each death of a worker; started anew it does not.
async function died(point) {
  await until(() => !existsSync(join(t.home, stopAt)), `the worker to die at ${point}`);
  await t.halt();
  await t.serve();
}
for (const point of ['dispatch-taken', 'dispatch-done', 'copy-claimed', 'copy-looked', 'copy-written', 'copy-receipt', 'copy-committed']) {
  test(`killed at ${point}: one copy, one receipt`, async () => {
    const id = `mort-${point}`;
    writeFileSync(join(t.home, stopAt), point, { mode: 0o666 });
    await t.importCsv(A, id, csv([['1', 'é'], ['2', 'f']]), { title: `Mort ${point}` });
    await died(point);
    await until(async () => { await expire(); return (await list(R)).includes(id); }, 'the copy');
    assert.deepEqual(await rowsOf(R, id), [{ code: '1', nom: 'é' }, { code: '2', nom: 'f' }]);
    await settled();
    const made = (await receipts()).filter((r) => r.kind === 'upward' && r.target_url === `/explore/dataset/${id}/` && r.action === 'create');
    assert.equal(made.length, 1);
    await whole();
  });
}
for (const point of ['national-claimed', 'national-before-read', 'national-looked', 'national-after-read', 'national-intent', 'national-before-write',
  'national-after-write', 'national-sent', 'national-receipt', 'national-done']) {
  test(`killed at ${point}: one object there`, async () => {
    const title = `Mort ${point}`;
    await settled();
    writeFileSync(join(t.home, stopAt), point, { mode: 0o666 });
    await t.importCsv(R, `mort-${point}`, csv([['1', 'a']]), { title });
    await died(point);
    await settled();
    assert.equal((await thereAs(title)).length, 1);
    const [d] = await thereAs(title);
    assert.equal(d.resources.length, 3);
    assert.ok((await receipts()).some((r) => r.target_id === d.id && r.outcome === 'confirmed'));
    await whole();
  });
}

// A lease of a dead worker ends by itself after a minute; the test does not wait for it.
async function expire() {
  sql(t, "UPDATE portal.delivery SET lease_until = now() - interval '1 second' WHERE lease_token IS NOT NULL; UPDATE portal.peer SET busy_until = NULL");
  await run();
}
async function settled() {
  return poll(async () => {
    if (isQuiet()) return true;
    await expire();
    return false;
  }, { deadline: 60000, every: 1000, what: 'everything to end' });
}

test('the receipts are a whole chain', async () => {
  assert.ok(await whole() > 30);
  rmSync(join(t.home, stopAt), { force: true });
});
