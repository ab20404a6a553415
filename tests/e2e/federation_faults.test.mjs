// Faults of the national portal: what is asserted each time is one object, confirmed.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { R, addNational, begin, control, csv, end, faults, isQuiet, journal, keyFile, links, mark, national, organization, peer, posts, quiet, receipts,
  remote, run, t, thereAs, until, whole, writes } from './federation_stage.mjs';
import { poll } from './harness.mjs';

before(async () => { await begin(); await addNational(); });
after(end);

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

test('the receipts are a whole chain', async () => { assert.ok(await whole() > 20); });
