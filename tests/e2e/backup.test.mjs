// Back up, wipe, restore, compare; a damaged backup and a home in use are refused.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync, openSync, writeSync, closeSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { installation, poll } from './harness.mjs';

let t, backup, kept;
before(async () => { t = await installation(); });
after(() => t?.stop());

// One more root is a row in five tables; its host answers something else than 421 once it is known.
const addRoot = (host) => t.must(['init', '--name', `Racine ${host}`, '--host', host, '--admin', 'x@y.example', '--json']);
const known = async (host) => (await t.http(host, '/')).status !== 421;

test('a backup is made while the portal answers', async () => {
  writeFileSync(join(t.home, 'content', 'piece'), 'une pièce jointe');
  await addRoot('avant.localhost');
  await poll(() => known('avant.localhost'), { what: 'avant.localhost' });
  backup = (await t.must(['backup', 'create', '--json'])).path;
  assert.deepEqual(readdirSync(backup).sort(),
    ['backup_manifest', 'base.tar.gz', 'content.tar.gz', 'manifest.json', 'pg_wal.tar.gz', 'secrets.tar.gz']);
});
test('verify says that it is intact', async () => {
  assert.equal((await t.cli(['backup', 'verify', backup])).code, 0);
});
test('restore refuses a home that is not empty', async () => {
  const done = await t.cli(['restore', '--from', backup]);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /not empty/);
  assert.ok(await known('avant.localhost'));
});
test('what came after the backup is in the archived log, and comes back', async () => {
  await addRoot('apres.localhost');
  await t.halt();                                   // the last log is archived at the stop
  kept = join(t.folder, 'kept');
  renameSync(join(t.home, 'backup'), kept);
  backup = join(kept, backup.split('/').at(-1));
  rmSync(t.home, { recursive: true });
  await t.must(['restore', '--from', backup]);
  await t.serve();
  assert.ok(await known('avant.localhost'));
  assert.ok(await known('apres.localhost'));
  assert.ok(!(await known('jamais.localhost')));
  assert.equal(readFileSync(join(t.home, 'content', 'piece'), 'utf8'), 'une pièce jointe');
});
test('without the archived log it is the moment of the backup', async () => {
  await t.halt();
  rmSync(t.home, { recursive: true });
  await t.must(['restore', '--from', backup, '--wal', join(t.folder, 'nowhere')]);
  await t.serve();
  assert.ok(await known('avant.localhost'));
  assert.ok(!(await known('apres.localhost')));
});
for (const name of ['base.tar.gz', 'secrets.tar.gz', 'backup_manifest', 'manifest.json']) {
  test(`one byte of ${name} changed: refused by verify and restore, nothing made`, async () => {
    const bad = join(t.folder, 'bad');
    rmSync(bad, { recursive: true, force: true });
    cpSync(backup, bad, { recursive: true });
    const file = openSync(join(bad, name), 'r+');
    writeSync(file, '\u0001', 40);
    closeSync(file);
    const empty = join(t.folder, 'empty');
    assert.equal((await t.cli(['backup', 'verify', bad])).code, 1);
    const done = await t.cli(['restore', '--from', bad, '--home', empty]);
    assert.equal(done.code, 1);
    assert.match(done.stderr, /damaged/);
    assert.ok(!existsSync(empty));
  });
}
test('a file that lacks is damage', async () => {
  const bad = join(t.folder, 'lacking');
  cpSync(backup, bad, { recursive: true });
  rmSync(join(bad, 'content.tar.gz'));
  assert.equal((await t.cli(['backup', 'verify', bad])).code, 1);
});
