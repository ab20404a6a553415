// A site that a source is fetched from and that means ill, or is only slow; a worker that dies meanwhile. What was
// published stays, and is there once.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { processes } from './counters.mjs';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

let t, key;
const HOST = 'r.localhost';
before(async () => {
  t = await installation({ args: ['--fetch-allow', '127.0.0.1', '--upload-max', '2'] });
  await t.accept(HOST, t.links[HOST]);
  key = (await t.must(['token', 'add', 'admin@r.example', '--host', HOST, '--json'])).key;
});
after(() => t?.stop());

const api = (path, options = {}) => t.http(HOST, `/api/portal/v1/datasets/${path}`, { key, ...options });
const one = (query) => sql(t, `${query};`);
const versions = (id) => Number(one(`SELECT count(*) FROM portal.dataset_version v JOIN portal.dataset d ON d.id = v.dataset_id WHERE d.dataset_id = '${id}'`));
const total = async (id) => (await t.http(HOST, `/api/explore/v2.1/catalog/datasets/${id}/records?limit=0`)).json.total_count;

async function site(answer) {
  const server = createServer(answer);
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  server.unref();
  return { url: `http://127.0.0.1:${server.address().port}/f.csv`, close: () => { server.closeAllConnections?.(); server.close(); } };
}
async function dataset(id, url) {
  await t.importCsv(HOST, id, 'code;nom\n1;Tours\n');
  one(`UPDATE portal.attestation SET standing = true WHERE dataset_id = (SELECT id FROM portal.dataset WHERE dataset_id = '${id}')`);
  assert.equal((await api(`${id}/source`, { method: 'PUT', body: { url, every_minutes: 60 } })).status, 202);
}
const failure = (id, deadline) => poll(async () => (await api(`${id}/source`)).json.last_error, { what: `the failure of ${id}`, deadline, every: 200 });
const incoming = () => { try { return readdirSync(join(t.home, 'content/incoming')).length; } catch { return 0; } };

test('a body without end is cut at the ceiling of size, and nothing of it stays', async () => {
  let sent = 0, cut = false;
  const s = await site((_, res) => {
    const chunk = Buffer.from('9;Non\n'.repeat(10000));
    res.on('close', () => { cut = true; });
    const more = () => { while (!cut && res.write(chunk)) sent += chunk.length; };
    res.on('drain', more);
    res.write('code;nom\n');
    more();
  });
  await dataset('infini', s.url);
  assert.equal((await failure('infini', 30000)).kind.code, 'fetch_too_large');
  await poll(() => cut, { what: 'the end of the connection' });
  // Two MiB are the ceiling; the rest is what kernels and Node held on the way.
  assert.ok(sent < 32 << 20, `${sent} bytes left`);
  assert.deepEqual([versions('infini'), await total('infini'), incoming()], [1, 1, 0]);
  s.close();
});

test('a site that sends a byte a second is left at the ceiling of time', async () => {
  let timer, cut = 0;
  const began = Date.now();
  const s = await site((_, res) => {
    res.on('close', () => { clearInterval(timer); cut = Date.now(); });
    res.write('code;nom\n');
    timer = setInterval(() => res.write('9'), 1000);
  });
  await dataset('goutte', s.url);
  assert.equal((await failure('goutte', 90000)).kind.code, 'fetch_slow');
  await poll(() => cut, { what: 'the end of the connection' });
  assert.ok(cut - began < 90000);
  assert.deepEqual([versions('goutte'), await total('goutte'), incoming()], [1, 1, 0]);
  s.close();
});

test('a worker killed in the middle of a fetch comes back: exactly one version more', async () => {
  let asked = 0;
  const s = await site((_, res) => {
    asked += 1;
    res.write('code;nom\n1;Tours\n');
    if (asked > 1) res.end('2;Blois\n'); // the first one never ends
  });
  await dataset('mort', s.url);
  await poll(() => asked === 1, { what: 'the fetch begun', deadline: 30000 });
  const pids = processes(t, 'worker-process');
  assert.equal(pids.length, 1);
  process.kill(pids[0], 'SIGKILL');
  // Its lease lasts as long as the slowest site may take; here it is over at once.
  one("UPDATE portal.task SET lease_until = now() - interval '1 second' WHERE kind = 'source' AND lease_until IS NOT NULL");
  await poll(async () => (await total('mort')) === 2, { what: 'the file', deadline: 60000, every: 200 });
  assert.equal(versions('mort'), 2);
  assert.equal(asked, 2);
  s.close();
});
