// One pool of calls, counted exactly and kept: rate headers, refusals, races, kill -9, months, the counting rule.
// What is expected is counted by the client and by `terrasse routes`; what was counted is read from the file.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation, poll } from './harness.mjs';
import { K, makeKey, publish, sql } from './fixtures.mjs';
import { counted, flushed, nextMonth, processes, routes } from './counters.mjs';

const [R, A, B] = ['r.localhost', 'a.r.localhost', 'b.r.localhost'];
const V21 = '/api/explore/v2.1/catalog/datasets';
const RECORDS = `${V21}/koumoul/records`;
const PLENTY = 1000000;
let t, table, key;

before(async () => {
  // A proxy is believed, so that every test has addresses of its own.
  t = await installation({ env: { TERRASSE_TRUSTED_PROXY: '127.0.0.1' } });
  await t.tenants();
  for (const host of [R, A, B]) await publish(t, host, K);
  table = await routes(t);
  key = makeKey(t, A);
});
after(() => t?.stop());

let client = 0;
const somebody = () => `10.${client >> 16}.${client >> 8 & 255}.${client++ & 255}`;
const get = (host, path = RECORDS, { headers, ...options } = {}) =>
  t.http(host, path, { ...options, headers: { 'X-Forwarded-For': somebody(), ...headers } });
const times = async (n, fn) => { const out = []; for (let i = 0; i < n; i++) out.push(await fn(i)); return out; };
const admitted = (answers) => answers.filter((answer) => answer.status === 200).length;

const etags = {};
/** What the portal may still call, at no cost: an answer that is already known is given back. */
async function left(host) {
  const path = `${RECORDS}?limit=3`;
  etags[host] ??= (await get(host, path)).headers.etag;
  if (!etags[host]) return 0;
  const answer = await get(host, path, { headers: { 'If-None-Match': etags[host] } });
  if (answer.status === 429) return 0;
  assert.equal(answer.status, 304);
  return Number(answer.headers['x-ratelimit-remaining']) + 1;
}
/** Sets the pool so that `calls` are left for all, and waits until every portal knows. */
const spent = () => sql(t, 'SELECT host FROM portal.host WHERE canonical').split('\n')
  .map((host) => counted(t, host)).reduce((sum, { used, before }) => sum + used + before, 0);
async function leave(calls) {
  sql(t, `UPDATE portal.pool SET calls_month = ${PLENTY * 10}`);
  await poll(async () => { await left(A); await left(B); return (await left(R)) > 0; }, { what: 'calls to learn the ETags with' });
  sql(t, `UPDATE portal.pool SET calls_month = ${spent() + calls}`);
  await poll(async () => (await left(R)) === calls, { what: `${calls} calls left` });
}
const shares = () => sql(t, 'DELETE FROM portal.share; DELETE FROM portal.loan; UPDATE portal.pool SET anonymous_calls_day = 1000000');

test('each answer of the API says the limit, what is left and when it begins anew', async () => {
  shares();
  await leave(1000);
  const first = await get(A);
  const second = await get(A);
  assert.equal(Number(first.headers['x-ratelimit-remaining']), 999);
  assert.equal(Number(second.headers['x-ratelimit-remaining']), 998);
  assert.equal(first.headers['x-ratelimit-limit'], second.headers['x-ratelimit-limit']);
  assert.equal(first.headers['x-ratelimit-reset'], nextMonth().toISOString().replace('T', ' ').replace('.000Z', '+00:00'));
  // Trap 4 of the contract: the older API says it in seconds since 1970.
  assert.equal((await get(A, '/api/datasets/1.0/search/')).headers['x-ratelimit-reset'], String(nextMonth().getTime() / 1000));
  const refused = await get(A, `${V21}/inconnu/records`);
  assert.equal(refused.status, 404);
  assert.equal(refused.headers['x-ratelimit-remaining'], undefined, 'a refusal has none');
});

// ---- the counting rule ----

const BROWSER = { 'User-Agent': 'Mozilla/5.0', 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate' };
for (const [what, path, options, status, calls] of [
  ['a call', `${RECORDS}?limit=1`, {}, 200, 1],
  ['the same call from cache', `${RECORDS}?limit=1`, {}, 200, 1],
  ['HEAD', RECORDS, { method: 'HEAD' }, 200, 1],
  ['OPTIONS', RECORDS, { method: 'OPTIONS', headers: { Origin: 'https://ailleurs.example' } }, 204, 0],
  ['a method that is not served', RECORDS, { method: 'DELETE' }, 405, 0],
  ['an unknown dataset', `${V21}/inconnu/records`, {}, 404, 1],
  ['a question that is wrong', `${RECORDS}?where=(`, {}, 400, 1],
  ['a limit out of bounds', `${RECORDS}?limit=101`, {}, 400, 1],
  ['an export', `${V21}/koumoul/exports/csv`, {}, 200, 1],
  ['an address that is nowhere', '/nulle/part', {}, 404, 0],
  ['a page', '/explore/', {}, 200, 1],
  ['the form to sign in', '/login/', {}, 200, 0],
  ['the health of the machine', '/healthz', {}, 200, 0],
]) {
  test(`${what} counts ${calls}`, async () => {
    const before = counted(t, A).used;
    assert.equal((await t.http(A, path, options)).status, status);
    await poll(() => counted(t, A).used >= before + calls, { what: 'count' });
    assert.equal(counted(t, A).used, before + calls);
    const row = table.find(path);
    if (calls > 0) assert.equal(row.cost, calls, 'the cost column says so');
  });
}
test('an answer that did not change is given back', async () => {
  const etag = (await get(A, `${RECORDS}?limit=2`)).headers.etag;
  const before = counted(t, A).used;
  const answers = await times(5, () => get(A, `${RECORDS}?limit=2`, { headers: { 'If-None-Match': etag } }));
  assert.deepEqual(answers.map((answer) => answer.status), [304, 304, 304, 304, 304]);
  assert.equal(counted(t, A).used, before);
});
test('a scripted visit costs what the column says, and no more', async () => {
  const cost = (path) => table.find(path).cost;
  const visit = [
    ['/', {}], ['/', {}],                                         // the home page, and again
    ['/explore/', {}], ['/explore/?refine.theme=Environnement', {}], // the catalogue, a facet
    ['/explore/?q=koumoul', {}],                                  // a search
    ['/explore/dataset/koumoul/', {}],                            // a dataset
    ['/explore/dataset/koumoul/table/', {}],                      // its table, as a page
    [`${V21}?limit=20`, {}],                                      // the same through the API
    [`${V21}/koumoul`, {}],
    [`${RECORDS}?limit=20`, {}],
    [`${RECORDS}?limit=20&offset=20`, {}],                        // scrolled
    [`${RECORDS}?limit=20&where=nb%3E20`, {}],                    // filtered
    [`${RECORDS}?limit=20`, {}],                                  // cached
    [`${V21}/koumoul/facets`, {}],
    [`${V21}/koumoul/exports/csv`, {}],
    ['/legal/terms', {}], ['/robots.txt', {}], ['/login/', {}],
  ];
  // By hand: seven pages and eight calls of the API; terms, robots and the form to sign in are free.
  const expected = visit.reduce((sum, [path]) => sum + cost(path), 0);
  assert.equal(expected, 15);
  const before = counted(t, A);
  for (const [path, options] of visit) assert.equal((await get(A, path, { ...options, headers: BROWSER })).status, 200, path);
  const etag = (await t.http(A, `${RECORDS}?limit=20`, { headers: BROWSER })).headers.etag;
  assert.equal((await t.http(A, `${RECORDS}?limit=20`, { headers: { ...BROWSER, 'If-None-Match': etag } })).status, 304);
  const after = counted(t, A);
  assert.equal(after.used - before.used, expected + 1, 'the one that gave the ETag, and not the 304');
  assert.equal(after.site - before.site, expected + 1, 'all from the site');
});
test('calls are counted by where they come from', async () => {
  const before = counted(t, A);
  await get(A, RECORDS);
  await get(A, RECORDS, { headers: BROWSER });
  await get(A, RECORDS, { headers: { 'User-Agent': 'udata-hydra/2.0' } });
  await get(A, RECORDS, { headers: { 'User-Agent': 'uData/0.1' } });
  await get(A, RECORDS, { headers: { 'User-Agent': 'Terrasse/0.1' } });
  const after = counted(t, A);
  delete after.before;
  assert.deepEqual(Object.fromEntries(Object.keys(after).map((k) => [k, after[k] - before[k]])),
    { site: 1, api: 1, embed: 0, crawler: 2, federation: 1, used: 5 });
});

// ---- refusals ----

test('31, 32: an exhausted pool is 429 with these keys and nothing else', async () => {
  await leave(2);
  assert.equal(admitted(await times(3, () => get(A))), 2);
  const answer = await get(A);
  assert.equal(answer.status, 429);
  assert.deepEqual(Object.keys(answer.json), ['errorcode', 'reset_time', 'limit_time_unit', 'call_limit', 'error']);
  assert.equal(answer.json.errorcode, 10002);
  assert.equal(answer.json.limit_time_unit, 'month');
  assert.equal(answer.json.reset_time, nextMonth().toISOString().replace('.000Z', 'Z'));
  assert.equal(answer.json.call_limit, counted(t, A).used);
  assert.equal(answer.json.error, 'Too many requests on the domain. Please contact the domain administrator.');
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  const before = counted(t, A).used;
  await times(20, () => get(A));
  assert.equal(counted(t, A).used, before, 'a refusal is not counted');
});
test('when the pool is spent, pages, whole downloads and the national crawler go on', async () => {
  await leave(0);
  assert.equal((await get(A)).status, 429);
  assert.equal((await get(A, '/', { headers: BROWSER })).status, 200);
  assert.equal((await get(A, `${V21}/koumoul/exports/csv`)).status, 200);
  assert.equal((await get(A, `${V21}/koumoul/exports/csv?where=nb%3E20`)).status, 429, 'a part of it is a question');
  assert.equal((await get(A, `${V21}/exports/records`)).status, 429, 'a data set of that name is no download');
  assert.equal((await get(A, RECORDS, { headers: { 'User-Agent': 'udata-hydra/2.0' } })).status, 200);
  assert.equal((await get(A, RECORDS, { key })).status, 429, 'a key of the portal draws on the same share');
  const close = await get(A, '/api/portal/v1/datasets/inconnu/close', { method: 'POST', body: {}, key: makeKey(t, A, 'editor') });
  assert.equal(close.status, 404, 'a data set can still be closed');
});
test('a restarted web process refuses at once what is spent', async () => {
  await leave(0);
  process.kill(processes(t, 'web-process')[0], 'SIGKILL');
  const answer = await poll(async () => { try { return await get(A); } catch { return undefined; } }, { every: 5, what: 'answer' });
  assert.ok([429, 503].includes(answer.status), `${answer.status}`);
  await poll(async () => (await get(A)).status !== 503, { every: 5, what: 'end of 503' });
  assert.equal((await get(A)).status, 429);
});
test('a portal made a moment ago is not refused', async () => {
  await leave(PLENTY);
  await t.must(['tenant', 'add', 'neuf', '--name', 'Neuf', '--host', 'neuf.r.localhost', '--admin', 'n@n.example', '--json']);
  const seen = new Set();
  const until = Date.now() + 3000;
  while (Date.now() < until) seen.add((await get('neuf.r.localhost', V21)).status);
  seen.delete(421);
  assert.deepEqual([...seen], [200]);
  sql(t, "UPDATE portal.tenant SET state = 'left' WHERE slug = 'neuf'");
});
test('a reservation stays for its portal when another floods', async () => {
  const done = () => counted(t, B).used;
  await leave(PLENTY);
  await t.must(['quota', 'set', 'calls_month', String(done() + 10), '--host', B]);  // ten calls that nobody else may take
  sql(t, `UPDATE portal.pool SET calls_month = ${spent() + 10 + 30}`);               // and thirty for all
  await poll(async () => (await left(A)) === 30, { what: 'thirty left for a' });
  assert.equal(admitted(await times(60, () => get(A))), 30);
  assert.equal(await left(B), 10);
  assert.equal(admitted(await times(20, () => get(B))), 10);
  shares();
});
test('a ceiling stops its portal and no other', async () => {
  shares();
  await leave(PLENTY);
  await t.must(['quota', 'set', 'calls_month', '0', '--host', A, '--ceiling', String(counted(t, A).used + 5)]);
  await poll(async () => (await left(A)) === 5, { what: 'five left' });
  assert.equal(admitted(await times(12, () => get(A))), 5);
  assert.equal((await get(B)).status, 200);
  shares();
});
test('64 clients race for the last 100 calls: exactly 100 get one', async () => {
  await leave(100);
  const answers = await Promise.all(Array.from({ length: 64 }, (_, i) => times(5, () => get([A, B][i % 2]))));
  assert.equal(admitted(answers.flat()), 100);
  assert.equal(answers.flat().filter((answer) => answer.status === 429).length, 64 * 5 - 100);
});
test('31: an address without a key has a day of its own: 10005', async () => {
  await leave(PLENTY);
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 2');
  const from = (address, options) => t.http(A, RECORDS, { ...options, headers: { 'X-Forwarded-For': address, ...options?.headers } });
  await poll(async () => { const me = somebody(); return (await from(me)).status + (await from(me)).status + (await from(me)).status === 629 + 200; },
    { what: 'ceiling of two' });
  assert.deepEqual((await times(4, () => from('203.0.113.7'))).map((a) => a.status), [200, 200, 429, 429]);
  const answer = await from('203.0.113.7');
  const midnight = new Date(); midnight.setUTCHours(24, 0, 0, 0);
  assert.deepEqual(Object.entries(answer.json), [['errorcode', 10005], ['reset_time', midnight.toISOString().replace('.000Z', 'Z')],
    ['limit_time_unit', 'day'], ['call_limit', 2], ['error', 'You have exceeded the requests limit for anonymous users.']]);
  assert.equal((await from('203.0.113.7', { headers: BROWSER })).status, 429, 'a header that anybody may send is no way round');
  assert.equal((await from('203.0.113.7', { key })).status, 200, 'a key is not anonymous');
  assert.equal((await from('203.0.113.8')).status, 200, 'nor is another address concerned');
  const net = (last) => from(`2001:db8:1:2::${last}`);
  assert.deepEqual([(await net(1)).status, (await net(2)).status, (await net(3)).status], [200, 200, 429], 'a /64 is one address');
  assert.equal((await from('2001:db8:1:3::1')).status, 200);
  // Anybody can say that he is the national crawler: twenty times the ceiling, and no more.
  for (const [agent, address] of [['udata-hydra/2.0', '203.0.113.9'], ['Terrasse/1.0', '203.0.113.10']]) {
    const said = await times(45, () => from(address, { headers: { 'User-Agent': agent } }));
    assert.deepEqual([said.filter((a) => a.status === 200).length, said.at(-1).status], [40, 429], agent);
  }
  shares();
});

// ---- exact over kill -9, written once ----

test('after kill -9 of the web process the file holds what the client counted', async () => {
  await leave(PLENTY);
  const before = counted(t, A).used;
  let calls = 0;
  for (let round = 0; round < 2; round++) {
    calls += admitted(await times(40, () => get(A)));
    process.kill(processes(t, 'web-process')[0], 'SIGKILL');
    await poll(async () => { try { return (await t.http(A, '/readyz')).status === 200; } catch { return false; } }, { what: 'web process' });
  }
  assert.equal(calls, 80);
  assert.equal(counted(t, A).used, before + calls);
});
test('after kill -9 of everything too, and PostgreSQL is told each call once', async () => {
  const before = counted(t, A).used;
  const calls = admitted(await times(50, () => get(A)));
  await t.halt('SIGKILL');
  await t.serve({ env: { TERRASSE_TRUSTED_PROXY: '127.0.0.1' } });
  assert.equal(counted(t, A).used, before + calls);
  await poll(() => flushed(t, A).used === before + calls, { what: 'flush' });
  await t.halt();
  await t.serve({ env: { TERRASSE_TRUSTED_PROXY: '127.0.0.1' } });
  const more = admitted(await times(7, () => get(A)));
  await poll(() => flushed(t, A).used === before + calls + more, { what: 'flush after a restart' });
  const { used, before: none, ...by } = counted(t, A);
  const { used: written, ...there } = flushed(t, A);
  assert.equal(none, 0);
  assert.deepEqual(there, by);
  assert.equal(written, used);
});
test('a lost file forgets nothing that was written, and refuses what was spent', async () => {
  await leave(5);
  assert.equal(admitted(await times(9, () => get(A))), 5);
  const all = [R, A, B].map((host) => counted(t, host).used);
  await poll(() => [R, A, B].every((host, i) => flushed(t, host).used === all[i]), { what: 'flush' });
  await t.halt();
  (await import('node:fs')).rmSync(`${t.home}/usage/calls`);
  await t.serve({ env: { TERRASSE_TRUSTED_PROXY: '127.0.0.1' } });
  await poll(async () => (await get(A)).status === 429, { what: 'refusal' });
  assert.deepEqual([(await get(A)).status, (await get(B)).status, (await get(R)).status], [429, 429, 429]);
});

// ---- two web processes ----

test('two web processes share one count: 100 calls left are 100 calls', async () => {
  await t.halt();
  await t.serve({ args: ['--web', '2'], env: { TERRASSE_TRUSTED_PROXY: '127.0.0.1' } });
  assert.equal(processes(t, 'web-process').length, 2);
  await leave(100);
  const answers = await Promise.all(Array.from({ length: 64 }, (_, i) => times(5, () => get([A, B][i % 2]))));
  assert.equal(admitted(answers.flat()), 100);
  await poll(() => [A, B].every((host) => flushed(t, host).used === counted(t, host).used + counted(t, host).before), { what: 'flush' });
});

// ---- months ----

async function at(clock) {
  await t.halt();
  const shift = Math.round((Date.parse(clock) - Date.now()) / 1000);
  await t.serve({ env: { TERRASSE_TRUSTED_PROXY: '127.0.0.1', TERRASSE_CLOCK: `${shift < 0 ? '' : '+'}${shift}` } });
  return () => new Date(Date.now() + shift * 1000);
}
// A start takes some of these fourteen seconds, on a slow machine most of them.
// Europe/Paris is UTC+1 in winter and UTC+2 in summer: March ends at 22:00 UTC, October at 23:00.
for (const [what, before, ends, then] of [
  ['the year', '2027-12-31T22:59:46Z', '2027-12-31 23:00:00+00:00', '2028-01-31 23:00:00+00:00'],
  ['the month summer time begins', '2028-03-31T21:59:46Z', '2028-03-31 22:00:00+00:00', '2028-04-30 22:00:00+00:00'],
  ['the month winter time begins', '2028-10-31T22:59:46Z', '2028-10-31 23:00:00+00:00', '2028-11-30 23:00:00+00:00'],
]) {
  test(`at the end of ${what} in Paris the pool is whole again`, async () => {
    const now = await at(before);
    sql(t, 'UPDATE portal.pool SET calls_month = 3');
    const first = await poll(async () => { const a = await get(A); return a.status === 429 && a; }, { what: 'a spent pool' });
    assert.equal(first.json.reset_time, ends.replace(' ', 'T').replace('+00:00', 'Z'));
    const old = now();
    const fresh = await poll(async () => { const a = await get(A); return a.status === 200 && a; }, { what: 'a new month', deadline: 30000 });
    assert.ok(now() >= Date.parse(ends.replace(' ', 'T').replace('+00:00', 'Z')), 'not before its instant');
    assert.equal(fresh.headers['x-ratelimit-reset'], then);
    assert.equal(admitted(await times(5, () => get(B))), 2, 'three calls, and one is gone');
    await poll(() => flushed(t, A, now()).used === counted(t, A, now()).used, { what: 'flush' });
    assert.equal(counted(t, A, now()).used, 1);
    assert.ok(flushed(t, A, old).used >= 1, 'the old month keeps its own count');
    assert.equal(flushed(t, A, old).used, counted(t, A, old).used);
  });
}
