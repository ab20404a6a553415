// terrasse feed rebuild (I99): what is derived from the data sets of one portal is made anew, and nothing of another.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { sql } from './fixtures.mjs';
import { installation, poll } from './harness.mjs';

const [A, B] = ['a.r.localhost', 'b.r.localhost'];
let t;
before(async () => {
  t = await installation();
  await t.tenants();
  for (const host of [A, B]) await t.importCsv(host, 'arbres', 'code;nom\r\n1;Tilleul\r\n', { title: `Arbres de ${host[0]}` });
  await t.importCsv(A, 'clos', 'code;nom\r\n1;x\r\n', { title: 'Clos', visibility: 'closed' });
});
after(() => t?.stop());

const titles = async (host) => (await t.http(host, '/api/explore/v2.1/catalog/datasets')).json.results.map((d) => d.metas.default.title);
const feed = async (host) => (await t.http(host, '/catalog.atom')).text;
const of = (host) => `(SELECT tenant_id FROM portal.host WHERE host = '${host}')`;
const soon = (fn, what) => poll(fn, { deadline: 10000, every: 100, what });

test('a feed that lost a data set and shows one that is gone is right again, the other portal untouched', async () => {
  await soon(async () => (await feed(A)).includes('Arbres de a'), 'the feed');
  sql(t, `UPDATE portal.catalogue_search SET title = 'Fantôme', is_open = true WHERE tenant_id = ${of(A)} AND dataset_id = 'clos';
    DELETE FROM portal.catalogue_search WHERE tenant_id = ${of(A)} AND dataset_id = 'arbres';
    UPDATE portal.tenant SET generation = generation + 1 WHERE id = ${of(A)}`);
  await soon(async () => !(await feed(A)).includes('Arbres de a'), 'the spoiled feed');
  const other = sql(t, `SELECT generation FROM portal.tenant WHERE id = ${of(B)}`);
  assert.deepEqual(await t.must(['feed', 'rebuild', '--host', A, '--json']), { datasets: 2 });
  await soon(async () => (await feed(A)).includes('Arbres de a'), 'the feed made anew');
  assert.ok(!(await feed(A)).includes('Fantôme'));
  assert.deepEqual(await titles(A), ['Arbres de a']);
  assert.equal((await t.http(A, '/api/explore/v2.1/catalog/datasets?where=search(%22tilleul%22)%20or%20search(%22arbres%22)')).json.total_count, 1);
  assert.equal(sql(t, `SELECT generation FROM portal.tenant WHERE id = ${of(B)}`), other);
});

test('an answer that was kept is asked anew, with another tag', async () => {
  const path = '/api/explore/v2.1/catalog/datasets/arbres/records';
  const kept = async (answer) => (await t.http(A, path, { headers: { 'If-None-Match': answer.headers.etag } })).status === 304;
  const first = await soon(async () => { const r = await t.http(A, path); return (await kept(r)) && r; }, 'an answer that is kept');
  await t.must(['feed', 'rebuild', '--host', A, '--json']);
  const again = await soon(async () => { const r = await t.http(A, path, { headers: { 'If-None-Match': first.headers.etag } }); return r.status === 200 && r; }, 'a fresh answer');
  assert.deepEqual(again.json, first.json);
});

test('a portal that is not there is named', async () => {
  const done = await t.cli(['feed', 'rebuild', '--host', 'nulle.part']);
  assert.notEqual(done.code, 0);
  assert.match(done.stderr, /nulle\.part/);
});
