// The exit that needs nothing of ours: PostgreSQL's own dump, restored elsewhere by PostgreSQL's own tools.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installation, poll } from './harness.mjs';
import { bin, sql } from './fixtures.mjs';

let t;

before(async () => {
  t = await installation();
  await t.importCsv('r.localhost', 'subventions', 'objet;ville\nSubvention au lycée Descartes;Tours\nChevaux de course;Vendôme\n', { title: 'Subventions' });
  await poll(() => sql(t, 'SELECT bool_and(text_index) FROM portal.version WHERE rows > 0') === 't', { what: 'the text index' });
});
after(() => t?.stop());

function tool(name, args) {
  const env = { ...process.env, PGPASSWORD: readFileSync(join(t.home, 'secrets/superuser'), 'utf8').trim(), PGHOST: readFileSync(join(t.home, 'socket'), 'utf8').trim(),
    PGUSER: 'terrasse_superuser' };
  return execFileSync(join(dirname(bin), name), args, { env, encoding: 'utf8' });
}

test('a dump of the database is restored section by section, without an error, and its rows are found as before', () => {
  const file = join(t.home, 'terrasse.dump');
  tool('pg_dump', ['-Fc', '-f', file, 'terrasse']);
  tool('createdb', ['ailleurs']);
  // The rights on a schema come with its section: all at once they come last, behind indexes that need them.
  for (const section of ['pre-data', 'data', 'post-data']) tool('pg_restore', ['--exit-on-error', `--section=${section}`, '-d', 'ailleurs', file]);
  const ask = (database, what) => tool('psql', ['-X', '-q', '-A', '-t', '-d', database, '-c', what]).trim();
  const table = ask('terrasse', "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_indexes WHERE indexdef LIKE '%data.words%'");
  assert.match(table, /^data\./);
  const found = `SELECT string_agg(r::text, '|') FROM ${table} AS r WHERE data.words(VARIADIC ARRAY[r.c1, r.c2]) @@ data.asked('lycees')`;
  assert.match(ask('ailleurs', found), /lycée Descartes/);
  assert.equal(ask('ailleurs', found), ask('terrasse', found));
  const rights = "SELECT string_agg(c.relname || ':' || coalesce(c.relacl::text, ''), ' ' ORDER BY c.relname) || (SELECT string_agg(polname, ' ' ORDER BY polname, polrelid::regclass::text) FROM pg_policy) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'portal' AND c.relkind = 'r'";
  assert.equal(ask('ailleurs', rights), ask('terrasse', rights), 'every right and every policy came along');
});
