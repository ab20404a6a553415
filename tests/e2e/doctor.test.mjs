// terrasse doctor: what is wrong is named with its remedy, and no longer once it is mended.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { installation, poll } from './harness.mjs';

let t;
before(async () => { t = await installation(); });
after(() => t?.stop());

/** What doctor says of one thing: { state, found, remedy }. */
async function said(name, env = {}) {
  const done = await t.cli(['doctor', '--json'], { env: { LANG: 'fr_FR.UTF-8', LC_ALL: 'fr_FR.UTF-8', ...env } });
  const row = JSON.parse(done.stdout).find((r) => r.name === name);
  if (row.state === 'wrong') assert.equal(done.code, 1);
  return row;
}

/** The children of serve whose command line holds a word. */
const childrenOf = (pid, word) => readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => {
  try {
    return readFileSync(`/proc/${p}/stat`, 'utf8').split(') ').pop().split(' ')[1] === String(pid) &&
      readFileSync(`/proc/${p}/cmdline`, 'utf8').includes(word);
  } catch { return false; }
}).map(Number);

test('a running installation: database, schema, extensions, worker and links are well', async () => {
  await poll(async () => (await said('worker')).state === 'good', { what: 'first sign of life of the worker' });
  for (const name of ['database', 'level', 'extensions', 'links']) assert.equal((await said(name)).state, 'good', name);
});
test('a full disk is named (a threshold no disk reaches stands for it)', async () => {
  assert.equal((await said('disk', { TERRASSE_DISK_FREE: '1' })).state, 'good');
  const full = await said('disk', { TERRASSE_DISK_FREE: '1073741824' });
  assert.equal(full.state, 'wrong');
  assert.match(full.found, /^\d+ MiB, \d+ %$/);
  assert.match(full.remedy, /place/);
});
test('a worker that hangs is named, and forgotten when it goes on', async () => {
  const [worker] = childrenOf(t.child.pid, 'worker-process');
  // It speaks every five seconds.
  const env = { TERRASSE_WORKER_SILENCE: '7' };
  assert.equal((await said('worker', env)).state, 'good');
  process.kill(worker, 'SIGSTOP');
  try {
    const row = await poll(async () => { const r = await said('worker', env); return r.state === 'wrong' && r; }, { what: 'the stalled worker', every: 500 });
    assert.match(row.remedy, /terrasse serve/);
  } finally { process.kill(worker, 'SIGCONT'); }
  await poll(async () => (await said('worker', env)).state === 'good', { what: 'the worker’s next sign' });
});
test('a missing backup is named until there is one', async () => {
  assert.equal((await said('backup')).state, 'wrong');
  await t.must(['backup', 'create']);
  assert.equal((await said('backup')).state, 'good');
});
test('a database that is down is a finding, and is not started', async () => {
  await t.halt();
  const row = await said('database');
  assert.equal(row.state, 'wrong');
  assert.match(row.remedy, /terrasse serve/);
});
