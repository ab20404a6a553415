// The exit that needs nothing of ours: PostgreSQL's own dump, restored elsewhere by one command of PostgreSQL's own.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installation, poll } from './harness.mjs';
import { bin, sql } from './fixtures.mjs';

const HOST = 'r.localhost';
let t, dump;

// Words, days and places: indexes of functions, and a generated column for what is drawn.
before(async () => {
  t = await installation();
  await t.importCsv(HOST, 'subventions', 'objet;ville;le;lieu\nSubvention au lycée Descartes;Tours;2024-03-01;47.39,0.68\nChevaux de course;Vendôme;2024-03-02;47.79,1.06\n',
    { title: 'Subventions' });
  await poll(() => sql(t, 'SELECT bool_and(text_index) FROM portal.version WHERE rows > 0') === 't', { deadline: 120000, what: 'the text index' });
  dump = join(t.folder, 'terrasse.dump');
  tool('pg_dump', '-Fc', '-f', dump, 'terrasse');
});
after(() => t?.stop());

function tool(name, ...args) {
  const env = { ...process.env, PGPASSWORD: readFileSync(join(t.home, 'secrets/superuser'), 'utf8').trim(), PGHOST: readFileSync(join(t.home, 'socket'), 'utf8').trim(),
    PGUSER: 'terrasse_superuser' };
  return execFileSync(join(dirname(bin), name), args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
const ask = (database, what) => tool('psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', what).trim();

const INDEXES = "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'data' ORDER BY 1, 2";
const RIGHTS = `SELECT string_agg(c.relname || ':' || coalesce(c.relacl::text, ''), ' ' ORDER BY c.relname)
  || (SELECT string_agg(polname, ' ' ORDER BY polname, polrelid::regclass::text) FROM pg_policy)
  || (SELECT string_agg(nspname || nspacl::text, ' ' ORDER BY nspname) FROM pg_namespace WHERE nspname IN ('portal', 'data', 'public'))
  || (SELECT string_agg(oid::regprocedure || proacl::text, ' ' ORDER BY oid::regprocedure::text) FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proacl IS NOT NULL)
  FROM pg_class AS c WHERE c.relnamespace IN ('portal'::regnamespace, 'data'::regnamespace) AND c.relkind = 'r'`;

test('one pg_restore brings a dump back without an error: search indexes, rights and policies too', () => {
  tool('createdb', '-T', 'template0', 'ailleurs');
  tool('pg_restore', '--exit-on-error', '-d', 'ailleurs', dump);
  const indexes = ask('terrasse', INDEXES);
  assert.match(indexes, /gin \(data\.words/);
  assert.match(indexes, /gist/);
  assert.equal(ask('ailleurs', INDEXES), indexes);
  assert.equal(ask('ailleurs', RIGHTS), ask('terrasse', RIGHTS));
});
test('a script of pg_dump does, too', () => {
  const script = join(t.folder, 'terrasse.sql');
  tool('pg_dump', '-f', script, 'terrasse');
  tool('createdb', '-T', 'template0', 'script');
  tool('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'script', '-f', script);
  assert.equal(ask('script', INDEXES), ask('terrasse', INDEXES));
});
test('the index that came back is the one that answers', () => {
  const [, table, words] = /CREATE INDEX \S+ ON (\S+) USING gin \((data\.words.*)\)$/m.exec(ask('ailleurs', INDEXES));
  const where = `${words} @@ data.asked('lycees')`;
  assert.match(ask('ailleurs', `SET enable_seqscan = off; EXPLAIN SELECT FROM ${table} WHERE ${where}`), /Bitmap Index Scan/);
  assert.match(ask('ailleurs', `SET enable_seqscan = off; SELECT t FROM ${table} AS t WHERE ${where}`), /^[^\n]*Descartes[^\n]*$/);
});

const API = '/api/explore/v2.1/catalog/datasets';
const asked = [API, `${API}/subventions/records?order_by=ville`, `${API}/subventions/exports/csv`,
  ...['"lycees"', 'search("cheval")', 'search("2024-03-02")', "within_distance(lieu, geom'POINT(0.68 47.39)', 5km)"]
    .map((where) => `${API}/subventions/records?${new URLSearchParams({ where })}`)];
const answers = () => Promise.all(asked.map(async (path) => {
  const { status, text } = await t.http(HOST, path);
  return `${status} ${text}`;
}));

test('served from the restored database, every question has the answer it had', async () => {
  const had = await answers();
  for (const answer of had) assert.match(answer, /^200 /);
  assert.match(had[3], /Tours/);
  assert.match(had[6], /"total_count": ?1/);
  await t.halt();
  await t.serve();
  assert.deepEqual(await answers(), had, 'they do not change of themselves');
  ask('postgres', 'DROP DATABASE terrasse WITH (FORCE)');
  tool('pg_restore', '--exit-on-error', '--create', '-d', 'postgres', dump);
  await t.halt();
  await t.serve();
  assert.deepEqual(await answers(), had);
});
