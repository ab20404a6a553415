// Copies between the portals of a region and to a national portal: each once, and taken back.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { administrators } from './fixtures.mjs';
import { A, B, R, addNational, begin, control, csv, end, faults, links, list, mark, national, objects, organization, posts, quiet, receipts, remote,
  rowsOf, run, t, there, thereAs, until, whole, writes } from './federation_stage.mjs';

const canary = 'zibeline-canari';
const trees = [['01', 'Tilleul'], ['02', 'Érable'], ['03', 'Chêne']];
before(begin);
after(end);

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

test('a file beside the rows: one POST, other bytes one PUT, gone one DELETE; the others keep their order', async () => {
  const [old] = await thereAs('Arbres de A');
  const { [A]: key } = await administrators(t), files = '/api/portal/v1/datasets/arbres/attachments';
  const attach = (bytes) => t.http(A, `${files}?name=plan.pdf&title=Le%20plan`, { key, method: 'POST', body: Buffer.from(bytes), headers: { 'Content-Type': 'application/octet-stream' } });
  const changed = async (from) => {
    await until(async () => (await thereAs('Arbres de A'))[0].extras['terrasse:fingerprint'] !== from.extras['terrasse:fingerprint'], 'the change there');
    await quiet();
    return (await thereAs('Arbres de A'))[0];
  };
  const seen = async (since) => (await writes(since)).map((r) => `${r.method} ${r.path}`).filter((l) => /resources/.test(l));
  let since = await mark();
  assert.equal((await attach('%PDF-1.4 un')).status, 201);
  const one = await changed(old), at = `/api/1/datasets/${old.id}/resources/`;
  assert.deepEqual(await seen(since), [`POST ${at}`]);
  const plan = one.resources.find((r) => r.title === 'Le plan');
  assert.deepEqual(one.resources.filter((r) => r !== plan).map((r) => r.id), old.resources.map((r) => r.id));
  assert.deepEqual([plan].map((r) => [r.title, r.type, r.filetype, r.format, r.mime, r.filesize, r.url]),
    [['Le plan', 'other', 'remote', 'pdf', 'application/pdf', 11, `https://${A}/api/v2/catalog/datasets/arbres/attachments/plan_pdf`]]);
  since = await mark();
  assert.equal((await attach('%PDF-1.4 deux')).status, 201);
  const two = await changed(one);
  assert.deepEqual(await seen(since), [`PUT ${at}${plan.id}/`]);
  assert.equal(two.resources.find((r) => r.id === plan.id).filesize, 13);
  since = await mark();
  assert.equal((await t.http(A, `${files}/attachment/plan_pdf`, { key, method: 'DELETE' })).status, 200);
  const gone = await changed(two);
  assert.deepEqual(await seen(since), [`DELETE ${at}${plan.id}/`]);
  assert.deepEqual(gone.resources.map((r) => r.id), old.resources.map((r) => r.id));
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

test('the receipts are a whole chain', async () => { assert.ok(await whole() > 20); });
