// The nightly comparison: a copy that is spoiled behind the system's back is found, said and mended once by the normal path.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from './fixtures.mjs';
import { installation, poll } from './harness.mjs';

const [R, A, B] = ['r.localhost', 'a.r.localhost', 'b.r.localhost'];
let t, region, b;

before(async () => {
  t = await installation({ serve: false });
  writeFileSync(join(t.home, 'demonstration'), ''); // the worker stops at named points (federation/point.h)
  await t.serve();
  await t.tenants();
  region = await t.signIn(R, 'admin@r.example', await t.accept(R, t.links[R]));
  b = await t.signIn(B, 'admin@b.example', await t.accept(B, t.links[B]));
  for (const id of ['ponts', 'quais', 'bacs']) await t.importCsv(A, id, 'code;nom\r\n1;a\r\n2;b\r\n3;c\r\n', { title: `Jeu ${id}` });
  await poll(async () => (await list()).length === 3, { what: 'three copies', deadline: 30000 });
  await settled();
});
after(() => t?.stop());

const list = async () => (await t.http(R, '/api/explore/v2.1/catalog/datasets?limit=100')).json.results.map((d) => d.dataset_id);
const differences = () => t.must(['federation', 'differences', '--json']);
const settled = () => poll(() => sql(t, `SELECT (SELECT count(*) FROM portal.subscription WHERE seeded_at IS NULL OR compared_at IS NULL)
  + (SELECT count(*) FROM portal.comparing) + (SELECT count(*) FROM portal.delivery WHERE state <> 'done') + (SELECT count(*) FROM portal.comparison WHERE state = 'found')`) === '0', { what: 'the end of the comparison', deadline: 40000, every: 200 });
const night = async () => {
  sql(t, "UPDATE portal.subscription SET compared_at = now() - interval '1 day'");
  await poll(() => sql(t, "SELECT count(*) FROM portal.subscription WHERE compared_at < now() - interval '1 hour'") === '0', { what: 'a night', deadline: 30000 });
  // Taken is not over: the worker does one thing after the other, so what it is asked now it does behind the last comparison.
  sql(t, 'UPDATE portal.subscription SET seeded_at = NULL');
  await settled();
};
const copy = (id) => `dataset_id = '${id}' AND NOT is_origin`;
const doctor = async () => JSON.parse((await t.cli(['doctor', '--json'])).stdout).find((r) => r.name === 'copies');

test('copies that are well give no difference, night after night', async () => {
  await night();
  assert.deepEqual(await differences(), []);
  assert.equal((await doctor()).state, 'good');
  assert.match((await region.get('/backoffice/federation/')).text, /Aucun écart/);
});

for (const [spoil, id, what] of [
  ["UPDATE portal.dataset SET metas = jsonb_set(metas, '{default,title}', '\"Faux\"') WHERE COPY", 'ponts', 'description'],
  ['UPDATE portal.dataset SET records = 2, version_id = (SELECT version_id FROM portal.dataset WHERE dataset_id = \'bacs\' AND is_origin) WHERE COPY', 'quais', 'rows,count'],
  ['DELETE FROM portal.catalogue_search WHERE id = (SELECT id FROM portal.dataset WHERE COPY)', 'bacs', 'catalogue'],
  ['UPDATE portal.dataset SET row_filter = \'code = 1\' WHERE COPY', 'ponts', 'filter'],
]) {
  test(`spoiled: ${what}; found by the night's comparison and mended`, async () => {
    sql(t, spoil.replace('COPY', copy(id)));
    await night();
    const found = (await differences()).find((d) => d.what === what);
    assert.equal(found?.state, 'mended', JSON.stringify(await differences()));
    assert.deepEqual([found.from, found.to], [A, R]);
    const shown = await t.http(R, `/api/explore/v2.1/catalog/datasets/${id}`);
    assert.equal(shown.json.metas.default.title, `Jeu ${id}`);
    assert.deepEqual((await t.http(R, `/api/explore/v2.1/catalog/datasets/${id}/exports/json`)).json.map((row) => row.nom), ['a', 'b', 'c']);
    assert.ok((await list()).includes(id));
    assert.equal((await doctor()).state, 'good');
  });
}

test('the page says what was found, to its ends alone', async () => {
  const page = (await region.get('/backoffice/federation/')).text;
  for (const words of ['Jeu bacs', 'catalogue', 'réparé']) assert.ok(page.includes(words), words);
  assert.ok(!(await b.get('/backoffice/federation/')).text.includes('réparé'));
});

/** The worker dies in the comparison of that dataset; what it left, and how many minutes the next one waits. The supervisor waits
 * longer after each death; started anew it does not. */
const stopAt = (id) => writeFileSync(join(t.home, 'spool/stop-at'), `compare-${id}`, { mode: 0o666 });
async function died() {
  await poll(() => !existsSync(join(t.home, 'spool/stop-at')), { what: 'the death of a worker', deadline: 30000 });
  const left = sql(t, `SELECT d.dataset_id, u.tries, ceil(extract(epoch FROM u.due_at - now()) / 60) FROM portal.comparing AS u
    LEFT JOIN portal.dataset AS d ON d.id = u.after AND d.is_origin WHERE u.due_at > now()`);
  await t.halt();
  await t.serve();
  return left;
}
/** A lease of a dead worker ends by itself; the test does not wait for it. */
const expire = () => sql(t, 'UPDATE portal.comparing SET due_at = now()');
const yesterday = () => sql(t, "UPDATE portal.subscription SET compared_at = now() - interval '1 day'");
const spoiled = (id) => sql(t, `UPDATE portal.dataset SET metas = jsonb_set(metas, '{default,title}', '"Faux"') WHERE ${copy(id)}`);
const mended = (id) => poll(() => sql(t, `SELECT metas #>> '{default,title}' FROM portal.dataset WHERE ${copy(id)}`) === `Jeu ${id}`, { what: `${id} mended`, deadline: 20000 });

test('a worker killed in the middle of the night leaves the rest to the next, behind what it has done', async () => {
  spoiled('bacs'); // the last: they go by their ids, which are in the order they were made
  stopAt('quais');
  yesterday();
  assert.equal(await died(), 'ponts|0|1');
  expire();
  await mended('bacs');
  await settled();
  assert.equal((await doctor()).state, 'good');
});

test('the dataset in which three workers died, each time waited for longer, is left alone, and said; the others are compared', async () => {
  spoiled('bacs');
  for (const left of ['ponts|0|1', 'ponts|1|2', 'ponts|2|4']) {
    stopAt('quais');
    if (left === 'ponts|0|1') yesterday(); else expire();
    assert.equal(await died(), left);
  }
  expire();
  await mended('bacs');
  assert.match(t.log, /copy_kills/);
  await settled();
});

test('what cannot be mended by sending it again stays, is said, and is not sent for ever', async () => {
  const table = `data.v_${sql(t, "SELECT replace(version_id::text, '-', '') FROM portal.dataset WHERE dataset_id = 'quais' AND is_origin")}`;
  sql(t, `DELETE FROM ${table} WHERE _id = 2`);
  await night();
  const lost = await poll(async () => (await differences()).find((d) => d.state === 'stays'), { what: 'the difference that stays' });
  assert.equal(lost.what, 'table');
  const row = await doctor();
  assert.equal(row.state, 'wrong');
  assert.match(row.found, /Portail A → Région d’essai \(table\)/);
  assert.match((await region.get('/backoffice/federation/')).text, /lignes perdues dans la base[\s\S]*persiste, à regarder/);
  const before = sql(t, 'SELECT count(*) FROM portal.receipt');
  await night();
  assert.equal(sql(t, 'SELECT count(*) FROM portal.receipt'), before);
});
