// terrasse doctor: what is wrong is named with its remedy, and no longer once it is mended.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../peers/udata/server.mjs';
import { processes } from './counters.mjs';
import { installation, poll } from './harness.mjs';

let t, national;
before(async () => { t = await installation(); });
after(async () => {
  await t?.stop();
  await national?.close();
});

/** What doctor says of one thing: { state, found, remedy }. */
async function said(name, env = {}) {
  const done = await t.cli(['doctor', '--json'], { env: { LANG: 'fr_FR.UTF-8', LC_ALL: 'fr_FR.UTF-8', ...env } });
  const row = JSON.parse(done.stdout).find((r) => r.name === name);
  if (row.state === 'wrong') assert.equal(done.code, 1);
  return row;
}

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
  const [worker] = processes(t, 'worker-process');
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
test('a national link that was stopped is named by its ends, and forgotten once it goes on', async () => {
  national = await start({ allowLocal: true });
  const post = (path, body) => fetch(`${national.url}${path}`, { method: 'POST', body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-API-KEY': national.keys.worker } });
  const { id } = await (await post('/api/1/organizations/', { name: 'Région d’essai', description: 'Essai.' })).json();
  const keyFile = join(t.folder, 'key');
  writeFileSync(keyFile, national.keys.worker);
  const connect = () => t.must(['federation', 'national', 'add', '--host', 'r.localhost', '--url', national.url, '--key-file', keyFile,
    '--organisation', id, '--name', 'Simulacre', '--stand-in']);
  await connect();
  assert.equal((await said('links')).state, 'good');
  await post('/_token', { name: 'worker', revoked: true }); // as when the account's password changes
  await t.importCsv('r.localhost', 'arbres', 'code;nom\r\n1;Tilleul\r\n');
  const row = await poll(async () => { const r = await said('links'); return r.state === 'wrong' && r; }, { what: 'the stopped link' });
  assert.match(row.found, /^Région d’essai → Simulacre: ./);
  assert.match(row.remedy, /federation national add/);
  await post('/_token', { name: 'worker', revoked: false });
  await connect();
  await poll(async () => (await said('links')).state === 'good', { what: 'the link that goes on' });
  await poll(async () => (await (await fetch(`${national.url}/api/1/datasets/`)).json()).total === 1, { what: 'the copy' });
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
