// Back up, wipe, restore, compare; a damaged backup and a home in use are refused.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { spawnSync } from 'node:child_process';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

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
// The command as the server has it, in folders made here, with a sync that says what it was asked for and what was there then.
test('log counts as archived once its bytes and its name are on the disk', () => {
  const [cluster, tools] = [join(t.folder, 'log/cluster'), join(t.folder, 'log/tools')], wal = join(t.folder, 'log/backup/wal');
  for (const folder of [cluster, tools, wal]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(cluster, 'one'), 'journal');
  const command = sql(t, 'SHOW archive_command').replaceAll('%p', 'one').replaceAll('%f', '01');
  const archive = (refuses = '-') => {
    writeFileSync(join(tools, 'sync'), `#!/bin/sh\necho "$@:" $(ls ../backup/wal)\ntest "$1" != ${refuses}\n`, { mode: 0o755 });
    const done = spawnSync('sh', ['-c', command], { cwd: cluster, encoding: 'utf8', env: { PATH: `${tools}:${process.env.PATH}` } });
    return [done.status, ...done.stdout.trim().split('\n')];
  };
  const [bytes, name] = ['../backup/wal/01.part: 01.part', '../backup/wal: 01.gz'];
  assert.deepEqual(archive('../backup/wal/01.part'), [1, bytes]);
  assert.deepEqual(archive('../backup/wal'), [1, bytes, name]); // asked again, it is written again
  rmSync(join(wal, '01.gz'));
  assert.deepEqual(archive(), [0, bytes, name]);
  assert.equal(gunzipSync(readFileSync(join(wal, '01.gz'))).toString(), 'journal');
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
// A clock that is not the program's: PostgreSQL's own, of the moment between two commits.
let between, newest;
test('--until brings back a chosen time: what was published before it, and nothing of what came after', async () => {
  await t.halt();
  rmSync(t.home, { recursive: true });
  await t.must(['restore', '--from', backup, '--wal', join(t.folder, 'nowhere')]);
  await t.serve();
  const base = (await t.must(['backup', 'create', '--json'])).path;
  await t.importCsv('r.localhost', 'avant', 'code;nom\n1;Tours\n');
  between = sql(t, `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || 'Z';`);
  await t.importCsv('r.localhost', 'apres', 'code;nom\n2;Blois\n');
  newest = sql(t, "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') || 'Z';");
  await t.halt();
  rmSync(kept, { recursive: true });
  renameSync(join(t.home, 'backup'), kept);
  backup = join(kept, base.split('/').at(-1));
  rmSync(t.home, { recursive: true });
  await t.must(['restore', '--from', backup, '--until', between]);
  await t.serve();
  const status = async (id) => (await t.http('r.localhost', `/api/explore/v2.1/catalog/datasets/${id}/records`)).status;
  await poll(async () => (await status('avant')) === 200, { what: 'the first dataset' });
  assert.equal(await status('apres'), 404);
  const rows = await t.http('r.localhost', '/api/explore/v2.1/catalog/datasets/avant/records');
  assert.deepEqual(rows.json.results, [{ code: '1', nom: 'Tours' }]);
  // It is an installation like another: it goes on, and can be backed up again.
  await t.importCsv('r.localhost', 'encore', 'code;nom\n3;Dreux\n');
  assert.equal(await status('encore'), 200);
  assert.equal((await t.cli(['backup', 'create'])).code, 0);
});
test('a time before the backup, after the log or in the future is refused with the span, and leaves nothing behind', async () => {
  const empty = join(t.folder, 'until');
  const from = JSON.parse(readFileSync(join(backup, 'manifest.json'))).at;
  for (const until of ['2020-02-29T12:00:00+01:00', new Date(Date.now() + 3600e3).toISOString(), new Date().toISOString()]) {
    const done = await t.cli(['restore', '--from', backup, '--home', empty, '--until', until]);
    assert.equal(done.code, 1, until);
    assert.ok(done.stderr.includes(from), done.stderr);
    assert.ok(!existsSync(empty), until);
  }
  // The end it names is that of the last commit of the log: no earlier than what was published last, no later than the stop.
  const end = /to (\S+Z)/.exec((await t.cli(['restore', '--from', backup, '--home', empty, '--until', new Date().toISOString()])).stderr)[1];
  assert.ok(end >= newest.slice(0, 17), `${end} ${newest}`);
  assert.ok(Date.parse(end) - Date.parse(newest) < 30e3, `${end} ${newest}`);
});
test('a time without an offset is no time', async () => {
  for (const until of ['2026-11-28T20:15:00', '2026-11-28', 'hier', "2026-11-28T20:15:00Z' x = '1"]) {
    const done = await t.cli(['restore', '--from', backup, '--home', join(t.folder, 'until'), '--until', until]);
    assert.equal(done.code, 1, until);
    assert.match(done.stderr, /20:15:00\+01:00/);
  }
});
for (const name of ['base.tar.gz', 'secrets.tar.gz', 'backup_manifest', 'manifest.json']) {
  test(`one byte of ${name} changed: refused by verify and restore, nothing made`, async () => {
    const bad = join(t.folder, 'bad');
    rmSync(bad, { recursive: true, force: true });
    cpSync(backup, bad, { recursive: true });
    const bytes = readFileSync(join(bad, name));
    bytes[40] ^= 1; // whatever it was: a secret's may be anything
    writeFileSync(join(bad, name), bytes);
    const empty = join(t.folder, 'empty');
    assert.equal((await t.cli(['backup', 'verify', bad])).code, 1);
    const done = await t.cli(['restore', '--from', bad, '--home', empty]);
    assert.equal(done.code, 1);
    assert.match(done.stderr, /damaged/);
    assert.ok(!existsSync(empty));
  });
}
// Another major's programs would call its log damaged: they are asked for by name, and nothing is made before.
test('a backup is read by programs of the PostgreSQL that it is of', async () => {
  const other = join(t.folder, 'other');
  const empty = join(t.folder, 'empty');
  cpSync(backup, other, { recursive: true });
  const file = join(other, 'manifest.json');
  const { blake2b, ...said } = JSON.parse(readFileSync(file, 'utf8')); // format 1 had no hash of its own
  assert.match(blake2b, /^[0-9a-f]{64}$/);
  writeFileSync(file, JSON.stringify({ ...said, format: 1, postgresql: '9' }));
  for (const command of [['backup', 'verify', other], ['restore', '--from', other, '--home', empty]]) {
    const done = await t.cli(command);
    assert.equal(done.code, 1);
    assert.match(done.stderr, /The programs of PostgreSQL 9 were not found/);
  }
  assert.ok(!existsSync(empty));
});
test('a file that lacks is damage', async () => {
  const bad = join(t.folder, 'lacking');
  cpSync(backup, bad, { recursive: true });
  rmSync(join(bad, 'content.tar.gz'));
  assert.equal((await t.cli(['backup', 'verify', bad])).code, 1);
});
