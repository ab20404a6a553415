// tools/install: what it puts below --destdir is enough to run, and the unit allows what the program does.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const built = process.env.TERRASSE_BINARY ?? process.env.TERRASSE_BIN ?? join(root, 'build/terrasse');
const folder = mkdtempSync(join(tmpdir(), 'terrasse-install-'));
const dest = join(folder, 'dest');
const installed = join(dest, 'usr/local/bin/terrasse');
const unit = join(dest, 'etc/systemd/system/terrasse.service');
const install = (...args) => spawnSync(join(root, 'tools/install'), ['--destdir', dest, ...args], { encoding: 'utf8' });
const has = (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
let t;

before(() => {
  chmodSync(folder, 0o755);
  const done = install('--binary', built);
  assert.equal(done.status, 0, done.stderr);
});
after(async () => {
  await t?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The values of one setting of the unit. */
const setting = (name) => [...readFileSync(unit, 'utf8').matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((m) => m[1]);

test('the units are well formed', { skip: has('systemd-analyze') ? false : 'no systemd-analyze here' }, () => {
  for (const name of ['terrasse.service', 'terrasse-backup.service', 'terrasse-backup.timer']) {
    const path = join(dest, 'etc/systemd/system', name);
    const copy = join(folder, name);
    writeFileSync(copy, readFileSync(path, 'utf8').replaceAll('/usr/local/bin/terrasse', installed));
    const done = spawnSync('systemd-analyze', ['verify', copy], { encoding: 'utf8' });
    assert.equal(done.stderr.trim(), '', name);
    assert.equal(done.status, 0, name);
  }
});
test('the unit runs serve on /var/lib/terrasse and starts it again', () => {
  assert.deepEqual(setting('ExecStart'), ['/usr/local/bin/terrasse serve --home /var/lib/terrasse']);
  assert.deepEqual(setting('Restart'), ['on-failure']);
  assert.match(setting('Environment').join(' '), /TERRASSE_TRUSTED_PROXY=unix/);
});
test('no compiler, no npm package, no source is installed', () => {
  const files = execFileSync('find', [dest, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n');
  assert.equal(files.length, 8);
  for (const file of files) assert.doesNotMatch(file, /node_modules|\.(c|h|mjs|sql)$/);
});
test('the installed program alone serves, with the capabilities of the unit and no others', async () => {
  // Root in the unit has a bounded set; anybody else has nothing to lose.
  const bounded = process.getuid() === 0 && has('setpriv');
  const caps = setting('CapabilityBoundingSet')[0].split(' ').map((c) => `+${c.replace('CAP_', '').toLowerCase()}`);
  const wrapper = join(folder, 'terrasse');
  const program = join(folder, 'moved-away');
  execFileSync('cp', [installed, program]); // and nothing beside it
  writeFileSync(wrapper, `#!/bin/sh\nexec ${bounded ? `setpriv --bounding-set=-all,${caps.join(',')} --no-new-privs ` : ''}${program} "$@"\n`, { mode: 0o755 });
  process.env.TERRASSE_BINARY = wrapper;
  const { installation } = await import('./harness.mjs');
  t = await installation();
  assert.equal((await t.http('r.localhost', '/readyz')).status, 200);
  assert.equal((await t.http('r.localhost', '/')).status, 200);
  assert.equal(await t.halt(), 0);
});
test('behind the unit’s Unix socket the proxy’s words are believed', async () => {
  const path = join(t.folder, 'web.sock');
  chmodSync(t.folder, 0o777);
  const { spawn } = await import('node:child_process');
  const { request } = await import('node:http');
  const { poll } = await import('./harness.mjs');
  const child = spawn(process.env.TERRASSE_BINARY, ['serve', '--home', t.home, '--listen', `unix:${path}`, '--trusted-proxy', 'unix'], { env: t.env, stdio: 'ignore' });
  const ended = new Promise((done) => { child.on('close', done); });
  const ask = (headers) => new Promise((done, fail) => {
    request({ socketPath: path, path: '/', agent: false, headers: { Host: 'r.localhost', ...headers } }, (answer) => { answer.resume(); done(answer); })
      .on('error', fail).end();
  });
  try {
    const plain = await poll(async () => { const a = await ask({}); return a.statusCode === 200 && a; }, { what: 'an answer on the socket' });
    assert.equal(plain.headers['strict-transport-security'], undefined);
    assert.match((await ask({ 'X-Forwarded-Proto': 'https' })).headers['strict-transport-security'] ?? '', /max-age/);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});
test('an upgrade backs up first, keeps the former program and migrates', () => {
  const done = install('--upgrade', '--binary', built, '--home', t.home);
  assert.equal(done.status, 0, done.stdout + done.stderr);
  const backups = readdirSync(join(t.home, 'backup')).filter((name) => name !== 'wal');
  assert.equal(backups.length, 1);
  assert.ok(existsSync(join(t.home, 'backup', backups[0], 'manifest.json')));
  assert.equal(statSync(`${installed}.previous`).size, statSync(installed).size);
});
test('a bundle holds what a server needs, and installs from there', () => {
  const file = join(folder, 'terrasse.tar.gz');
  const made = spawnSync(join(root, 'tools/install'), ['--bundle', file, '--binary', built], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  execFileSync('tar', ['xzf', file, '-C', folder, '--transform', 's,^terrasse,bundle,']);
  const done = spawnSync(join(folder, 'bundle/tools/install'), ['--destdir', join(folder, 'elsewhere')], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  assert.ok(existsSync(join(folder, 'elsewhere/usr/local/bin/terrasse')));
});
test('somebody who is not root is told so, code 2', { skip: process.getuid() === 0 ? false : 'needs root to become somebody else' }, () => {
  // A copy that nobody can read: the working folder may be root's own.
  const done = spawnSync(join(folder, 'bundle/tools/install'), [], { encoding: 'utf8', uid: 65534, gid: 65534 });
  assert.equal(done.status, 2);
  assert.match(done.stderr, /root/);
});
