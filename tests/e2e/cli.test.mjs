// The command line: help, errors, settings; doctor; the supervisor and what it starts again.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

let t;
before(async () => { t = await installation(); });
after(() => t?.stop());

const french = { LC_ALL: 'fr_FR.UTF-8' };

for (const [what, args, code, words] of [
  ['an unknown command', ['jardiner'], 2, /no command "jardiner"/],
  ['an unknown option', ['serve', '--prot', '80'], 2, /Unknown option --prot/],
  ['a missing value', ['config', '--web'], 2, /--web needs a value/],
  ['a value out of bounds', ['config', '--web', '65'], 2, /--web .*"65".*1 … 64/],
  ['a number that is none', ['config', '--web', 'deux'], 2, /--web .*"deux"/],
  ['a required option left out', ['init', '--name', 'x'], 2, /--host is missing/],
  ['a word too many', ['routes', 'tous'], 2, /"tous" is one word too many/],
  ['a missing argument', ['backup', 'verify'], 2, /BACKUP/],
  ['a child by hand', ['web-process'], 1, /started by terrasse serve/],
  ['an address of nobody here', ['serve', '--home', '/nonexistent'], 1, /not a home of Terrasse/],
]) {
  test(`${what}: code ${code} and a sentence`, async () => {
    const done = await t.cli(args);
    assert.equal(done.code, code);
    assert.match(done.stderr + done.stdout, words);
  });
}
test('errors and help are French after the locale', async () => {
  assert.match((await t.cli(['serve', '--prot'], { env: french })).stderr, /Option inconnue : --prot/);
  const help = await t.cli(['--help'], { env: french });
  assert.equal(help.code, 0);
  assert.match(help.stdout, /Sauvegarder la base/);
});
test('every command that is shown explains itself', async () => {
  const shown = [...(await t.cli(['--help'])).stdout.matchAll(/^ {2}terrasse ((?:[a-z-]+ ?)+?) (?:[A-Z ]+)? {2,}/gm)].map((m) => m[1].trim());
  assert.ok(shown.length >= 10, `${shown}`);
  for (const words of shown) {
    const done = await t.cli([...words.split(' '), '--help']);
    assert.equal(done.code, 0, words);
    assert.ok(done.stdout.startsWith(`terrasse ${words}`), words);
  }
});
test('the strongest source of a setting wins: flag, variable, file, default', async () => {
  const value = async (args = [], env = {}) => {
    const row = (await t.must(['config', '--json', ...args], { env })).find((o) => o.name === 'drain');
    return [row.value, row.source];
  };
  const conf = join(t.home, 'terrasse.conf');
  assert.deepEqual(await value(), ['30', 'default']);
  writeFileSync(conf, '# essai\ndrain = 31\n');
  assert.deepEqual(await value(), ['31', 'terrasse.conf']);
  assert.deepEqual(await value([], { TERRASSE_DRAIN: '32' }), ['32', 'variable']);
  assert.deepEqual(await value(['--drain', '33'], { TERRASSE_DRAIN: '32' }), ['33', 'command line']);
  writeFileSync(conf, 'drian = 31\n');
  assert.equal((await t.cli(['config'])).code, 2);
  rmSync(conf);
});
test('routes says what each address costs', async () => {
  const healthz = (await t.must(['routes', '--json'])).find((r) => r.path === '/healthz');
  assert.deepEqual([healthz.method, healthz.access, healthz.cost], ['GET', 'SYSTEM', 0]);
});
test('doctor names what is wrong with its remedy, and ends with 1', async () => {
  const done = await t.cli(['doctor', '--json']);
  const checks = Object.fromEntries(JSON.parse(done.stdout).map((c) => [c.name, c]));
  assert.equal(checks.database.state, 'good');
  assert.equal(checks.level.state, 'good');
  assert.equal(checks.backup.state, 'wrong');
  assert.match(checks.backup.remedy, /terrasse backup create/);
  assert.equal(done.code, 1);
});
test('doctor sees the worker live', async () => {
  await poll(async () => JSON.parse((await t.cli(['doctor', '--json'])).stdout).find((c) => c.name === 'worker').state === 'good',
    { what: 'heartbeat' });
});
test('no secret stands in an argument or a variable of a child', async () => {
  const secret = readFileSync(join(t.home, 'secrets/web'), 'utf8');
  for (const pid of children()) {
    for (const file of ['cmdline', 'environ']) {
      assert.ok(!readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(secret), `${pid} ${file}`);
    }
  }
});

function children() {
  return execFileSync('ps', ['-o', 'pid=', '--ppid', String(t.child.pid)], { encoding: 'utf8' }).trim().split(/\s+/).map(Number);
}
const childNamed = (word) => children().find((pid) => {
  try { return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word); } catch { return false; }
});
for (const word of ['web-process', 'worker-process', 'postgres']) {
  test(`${word} killed: another takes its place, and the portal answers`, async () => {
    const first = childNamed(word);
    assert.ok(first);
    process.kill(first, 'SIGKILL');
    await poll(() => { const now = childNamed(word); return now && now !== first; }, { what: `a new ${word}` });
    await poll(async () => (await t.http('r.localhost', '/readyz')).status === 200, { what: 'readiness' });
  });
}
test('the parent killed: no child outlives it', async () => {
  const left = children();
  assert.equal(left.length, 3);
  await t.halt('SIGKILL');
  await poll(() => left.every((pid) => { try { process.kill(pid, 0); return false; } catch { return true; } }), { what: 'end of all children' });
});
test('a demonstration is never served beyond this machine', async () => {
  writeFileSync(join(t.home, 'demonstration'), '');
  const done = await t.cli(['serve', '--listen', '0.0.0.0:0'], { timeout: 20000 });
  assert.equal(done.code, 1);
  assert.match(done.stderr, /this machine only/);
  rmSync(join(t.home, 'demonstration'));
});
test('a taken address is said before anything starts', async () => {
  await t.serve();
  const other = await installation({ serve: false });
  try {
    const done = await other.cli(['serve', '--listen', `127.0.0.1:${t.port}`], { timeout: 20000 });
    assert.equal(done.code, 1);
    assert.match(done.stderr, /Cannot listen/);
  } finally { await other.stop(); }
});
// A home of an earlier release lacks what the superuser's part of the schema has gained since: a right that is left over stands for it.
test('serve and migrate bring the superuser’s part of the database to the level of the program', async () => {
  const left = "GRANT EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) TO PUBLIC;";
  const may = () => sql(t, "SELECT has_function_privilege('terrasse_web', 'pg_catalog.pg_sleep(double precision)', 'EXECUTE');");
  sql(t, left);
  assert.equal(may(), 't');
  await t.must(['migrate']);
  assert.equal(may(), 'f');
  sql(t, left);
  await t.halt();
  await t.serve();
  assert.equal(may(), 'f');
});
