// terrasse migrate --cluster. Debian 12 has one major, so this carries a cluster over to programs of that same major, named by
// --to: the same code and the same pg_dump and pg_restore, but not the differences between two majors.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { binary, installation, poll } from './harness.mjs';
import { bin as psql, sql } from './fixtures.mjs';

const HOST = 'r.localhost';
const API = '/api/explore/v2.1/catalog/datasets';
const bin = dirname(psql);
const major = basename(dirname(bin));
const asked = [API, `${API}/villes/records?order_by=code`, `${API}/villes/exports/csv`, `${API}/villes/records?${new URLSearchParams({ where: 'search("tours")' })}`];
let t, had;
const patient = { timeout: 900000 }; // a backup, two clusters and all indexes, on whatever machine
const answers = () => Promise.all(asked.map(async (path) => (await t.http(HOST, path)).text));
const system = () => sql(t, 'SELECT system_identifier FROM pg_control_system();');
const backups = () => readdirSync(join(t.home, 'backup')).filter((name) => name.startsWith('terrasse-'));

before(async () => {
  t = await installation();
  await t.importCsv(HOST, 'villes', 'code;nom;hab\n37261;Tours;139259\n41018;Blois;46807\n18033;Bourges;64668\n');
  await poll(() => sql(t, 'SELECT bool_and(text_index) FROM portal.version WHERE rows > 0') === 't', { deadline: 120000, what: 'the text index' });
  await t.halt();
  await t.serve();
  had = { answers: await answers(), system: system() };
});
after(() => t?.stop());

/** The programs of PostgreSQL in a folder of our own, some of them replaced by scripts. */
function programs(name, replaced) {
  const folder = join(t.folder, name);
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  for (const file of readdirSync(bin)) if (!(file in replaced)) symlinkSync(join(bin, file), join(folder, file));
  for (const [file, text] of Object.entries(replaced)) writeFileSync(join(folder, file), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return folder;
}

/** Served again, it is the old one, and nothing is left lying about. */
async function untouched() {
  assert.ok(!existsSync(join(t.home, `cluster.${major}`)));
  assert.deepEqual(readdirSync(join(t.home, 'log')).filter((name) => name.startsWith('pass')), []);
  await t.serve();
  assert.deepEqual(await answers(), had.answers);
  assert.equal(system(), had.system);
  await t.halt();
}

test('it refuses while the home runs', async () => {
  const done = await t.cli(['migrate', '--cluster', '--to', bin], patient);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /Stop it first/);
  assert.deepEqual(await answers(), had.answers);
  await t.halt();
});
test('where the cluster is of the newest major already nothing is done, not even a backup', async () => {
  const said = await t.must(['migrate', '--cluster', '--json']);
  assert.equal(said.moved, false);
  assert.equal(said.from, Number(major));
  assert.deepEqual(backups(), []);
});
test('a folder without programs, an older major and a server of somebody else are refused', async () => {
  assert.match((await t.cli(['migrate', '--cluster', '--to', t.folder])).stderr, /were not found/);
  const older = programs('older', { postgres: 'echo "postgres (PostgreSQL) 13.4"' });
  assert.match((await t.cli(['migrate', '--cluster', '--to', older])).stderr, new RegExp(`PostgreSQL ${major}; it is never carried back to 13`));
  assert.match((await t.cli(['migrate', '--cluster', '--database', 'host=127.0.0.1'])).stderr, /private PostgreSQL only/);
  assert.match((await t.cli(['migrate', '--to', bin])).stderr, /Option --cluster is missing/);
  assert.deepEqual(backups(), []);
});
test('when reading in fails halfway everything is as it was, its words are told, and a backup stands', async () => {
  const failing = programs('failing', { pg_restore: `head -c 20000 | ${bin}/pg_restore "$@" 2>/dev/null\necho "pg_restore: error: no room left" >&2\nexit 1` });
  const done = await t.cli(['migrate', '--cluster', '--to', failing], patient);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /no room left/);
  assert.match(done.stderr, new RegExp(`Nothing was moved: .* PostgreSQL ${major}`));
  assert.equal(backups().length, 1);
  assert.ok(!existsSync(join(t.home, 'moving')));
  await untouched();
});
test('when the copy lacks a row it is not taken', async () => {
  const lossy = programs('lossy', { pg_restore: `${bin}/pg_restore "$@" || exit 1
while [ "$1" != -h ]; do shift; done
${bin}/psql -q -h "$2" -U terrasse_superuser -d terrasse -v ON_ERROR_STOP=1 -c "DELETE FROM portal.migration WHERE number = 1"` });
  const done = await t.cli(['migrate', '--cluster', '--to', lossy], patient);
  assert.equal(done.code, 1);
  const [, should, has] = /portal\.migration (\d+), it has portal\.migration (\d+)/.exec(done.stderr);
  assert.equal(Number(has), Number(should) - 1);
  await untouched();
});
test('killed while it reads in, the old cluster serves on, and the next move begins anew', async () => {
  const mark = join(t.folder, 'reading');
  const slow = programs('slow', { pg_restore: `touch ${mark}\nexec sleep 600` });
  const child = spawn(binary, ['migrate', '--cluster', '--to', slow], { env: t.env, stdio: 'ignore' });
  const ended = new Promise((done) => { child.on('close', done); });
  await poll(() => existsSync(mark), { deadline: 600000, what: 'pg_restore' });
  child.kill('SIGKILL');
  await ended;
  assert.ok(existsSync(join(t.home, 'moving/cluster/PG_VERSION')));
  await t.serve();
  assert.deepEqual(await answers(), had.answers);
  await t.halt();
});
test('it is carried over: another cluster answers the same, the old one is kept, its log set aside', async () => {
  const rows = () => sql(t, `SELECT string_agg(format('%s=%s', c.oid::regclass, (xpath('//n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), true, true, '')))[1]), ' ' ORDER BY c.oid::regclass::text)
    FROM pg_class AS c WHERE c.relnamespace IN ('portal'::regnamespace, 'data'::regnamespace) AND c.relkind = 'r';`);
  const said = await t.must(['migrate', '--cluster', '--to', bin, '--json'], patient);
  assert.equal(said.moved, true);
  assert.equal(said.kept, join(t.home, `cluster.${major}`));
  assert.ok(existsSync(join(said.kept, 'PG_VERSION')));
  assert.ok(readdirSync(join(t.home, `backup/wal.${major}`)).length > 0);
  assert.ok(!existsSync(join(t.home, 'backup/wal')));
  assert.ok(!existsSync(join(t.home, 'moving')));
  await t.serve();
  assert.notEqual(system(), had.system);
  assert.deepEqual(await answers(), had.answers);
  assert.match(rows(), /data\.v_\w+=3/);
  assert.match(sql(t, "SELECT relpages > 0 AND reltuples > 0 FROM pg_class WHERE oid = 'portal.migration'::regclass;"), /t/, 'it has statistics');
  const backup = JSON.parse((await t.cli(['doctor', '--json'])).stdout).find((check) => check.name === 'backup');
  assert.equal(backup.state, 'wrong', 'there is a backup, but not of this cluster');
  await t.importCsv(HOST, 'encore', 'code;nom\n1;Dreux\n');
  await poll(async () => (await t.http(HOST, `${API}/encore/records`)).status === 200, { what: 'a new dataset' });
  assert.ok((await t.must(['backup', 'create', '--json'])).path);
  await t.halt();
  const again = await t.cli(['migrate', '--cluster', '--to', bin], patient);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /what an earlier move kept/);
});
test('the backup that it made brings the old one back', async () => {
  const said = backups().sort()[0];
  t.home = join(t.folder, 'back');
  t.env.TERRASSE_HOME = t.home;
  await t.must(['restore', '--home', t.home, '--from', join(t.folder, 'home/backup', said), '--wal', join(t.folder, `home/backup/wal.${major}`)], patient);
  await t.serve();
  assert.equal(system(), had.system);
  assert.deepEqual(await answers(), had.answers);
});
