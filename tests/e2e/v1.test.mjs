// The first version of the public API (explore-api.md section 3): its question, its forms, its scripts.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation } from './harness.mjs';
import { D2, K, V, makeKey, publish, sql } from './fixtures.mjs';

const H = 'r.localhost';
let t;

before(async () => {
  t = await installation();
  await t.tenants();
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 1000000');
  for (const set of [K, D2, V]) await publish(t, H, set);
  await publish(t, H, { ...K, id: 'ferme' }, { visibility: 'closed' });
});
after(() => t?.stop());

const get = (path, params = {}, options) => t.http(H, `${path}${Object.keys(params).length ? `?${new URLSearchParams(params)}` : ''}`, options);
const SEARCH = '/api/records/1.0/search/';
const ids = async (dataset, q) => {
  const answer = await get(SEARCH, { dataset, q });
  assert.equal(answer.status, 200, `${q}: ${answer.text}`);
  return answer.json.records.map((one) => one.fields.id ?? one.fields.asset_id);
};

for (const [dataset, q, want] of [
  ['koumoul', 'inconnue OR lactée', ['koumoul', 'bidule']], ['koumoul', 'inconnue AND lactée', []], ['koumoul', 'NOT inconnue', ['koumoul']],
  ['koumoul', '(voie OR inconnue) NOT id:koumoul', ['bidule']], ['koumoul', 'nb>=11 nb<22', ['koumoul']], ['koumoul', 'nb==22.2', ['bidule']],
  ['koumoul', 'nb:[11 TO 22]', ['koumoul']], ['koumoul', 'some_date:[2017-10 TO 2017-11]', ['bidule']], ['koumoul', 'some_date > #now(years=-1)', []],
  ['koumoul', 'some_date <= #now()', ['koumoul', 'bidule']], ['koumoul', 'bool=true', ['bidule']], ['koumoul', '#exact(id,"bidule")', ['bidule']],
  ['koumoul', '#search(adr,"lactee")', ['koumoul']], ['koumoul', '#startswith(id,"kou")', ['koumoul']], ['koumoul', '#distance(loc,"47.687, -2.748",1000)', ['koumoul']],
  ['koumoul', '#polygon(loc,"(45,2),(46,2),(46,3),(45,3)")', ['bidule']], ['koumoul', '#geometry(loc,"(45,2),(46,2),(46,3),(45,3)",disjoint)', ['koumoul']],
  ['d2', '#null(id)', [undefined]], ['d2', 'NOT #null(id) employees:[2 TO *]', ['koumoul', 'bidule', 'bidule']], ['public-trees', '"red maple" height_m>4', [244096, 244105]],
]) test(`the question ${q}`, async () => assert.deepEqual(await ids(dataset, q), want));

test('a question that cannot be read says where', async () => {
  const answer = await get(SEARCH, { dataset: 'koumoul', q: 'nb:[1 2]' });
  assert.equal(answer.status, 400);
  assert.match(answer.json.error, /for q API parameter: 2\] was found but \[a TO b\] is expected/);
});
test('the parameters may come in a form', async () => {
  const body = new URLSearchParams({ q: 'id:bidule', rows: '1' }).toString();
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const sent = await t.http(H, `${SEARCH}?dataset=koumoul`, { method: 'POST', body, headers });
  assert.equal(sent.status, 200, sent.text);
  assert.deepEqual([sent.json.nhits, sent.json.parameters.q, sent.json.parameters.rows], [1, 'id:bidule', 1]);
  const list = await t.http(H, '/api/datasets/1.0/search/', { method: 'POST', body: 'q=koumoul', headers });
  assert.equal(list.json.nhits, 1);
  const many = await t.http(H, SEARCH, { method: 'POST', body: 'a=1&'.repeat(201), headers });
  assert.equal(many.status, 400);
});
test('one record by its id', async () => {
  const { records: [row] } = (await get(SEARCH, { dataset: 'koumoul', q: 'id:bidule' })).json;
  assert.deepEqual((await get(`/api/datasets/1.0/koumoul/records/${row.recordid}`)).json, row);
  for (const path of [`koumoul/records/${'0'.repeat(40)}`, 'koumoul/records/x', `ferme/records/${row.recordid}`]) assert.equal((await get(`/api/datasets/1.0/${path}`)).status, 404, path);
});
test('a script of another site calls a function, whose name is a name', async () => {
  const answer = await get(SEARCH, { dataset: 'koumoul', format: 'jsonp', callback: 'a.b$_1' });
  assert.equal(answer.headers['content-type'], 'application/javascript; charset=utf-8');
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  let called;
  new Function('a', answer.text)({ b$_1: (page) => { called = page; } });
  assert.deepEqual([called.nhits, called.parameters.format], [2, 'jsonp']);
  for (const path of ['/api/datasets/1.0/search', '/api/datasets/1.0/koumoul']) assert.match((await get(path, { format: 'jsonp', callback: 'f' })).text, /^\/\*\*\/f\(\{.*\}\);$/s);
  for (const callback of ['', 'a b', 'alert(1)//', '1a', '.a', 'é', 'a'.repeat(65), 'a<script>', "a'", 'a\n']) {
    const refused = await get(SEARCH, { dataset: 'koumoul', format: 'jsonp', callback });
    assert.deepEqual([refused.status, refused.headers['content-type']], [400, 'application/json'], callback);
  }
});
test('what is closed is in no script', async () => {
  const key = makeKey(t, H, 'editor');
  for (const [options, status] of [[{}, 404], [{ key }, 200]]) assert.equal((await get(SEARCH, { dataset: 'ferme', format: 'jsonp', callback: 'f' }, options)).status, status);
});
test('features: geometry by longitude, properties without nulls', async () => {
  const answer = await get(SEARCH, { dataset: 'koumoul', format: 'geojson', fields: 'id,loc', q: 'id:bidule' });
  assert.equal(answer.headers['content-type'], 'application/geo+json; charset=utf-8');
  const { type, features } = answer.json;
  assert.equal(type, 'FeatureCollection');
  assert.match(features[0].id, /^[0-9a-f]{40}$/);
  assert.deepEqual(features.map(({ id, ...rest }) => rest), [{ type: 'Feature', geometry: { type: 'Point', coordinates: [2.6, 45.5] }, properties: { id: 'bidule', loc: [45.5, 2.6] } }]);
  const none = await get(SEARCH, { dataset: 'd2', format: 'geojsonp', callback: 'f', rows: 1 });
  assert.match(none.text, /^\/\*\*\/f\(\{"type": "FeatureCollection".*"geometry": null/s);
});
test('facets in the order asked for', async () => {
  const order = async (sort) => (await get(SEARCH, { dataset: 'public-trees', rows: 0, facet: 'genus_name', ...(sort ? { 'facetsort.genus_name': sort } : {}) })).json.facet_groups[0].facets.map((f) => f.name);
  assert.deepEqual([await order(), await order('alphanum'), await order('-alpha'), await order('count'), await order('-count')],
    [['ACER', 'PRUNUS'], ['ACER', 'PRUNUS'], ['PRUNUS', 'ACER'], ['PRUNUS', 'ACER'], ['ACER', 'PRUNUS']]);
  assert.equal((await get(SEARCH, { dataset: 'public-trees', facet: 'genus_name', 'facetsort.genus_name': 'x"' })).status, 400);
});
test('a disjunctive facet: one of the values is enough, and all are still counted', async () => {
  const ask = async (...more) => (await t.http(H, `${SEARCH}?dataset=public-trees&rows=0&facet=genus_name&refine.genus_name=ACER${more.join('')}`)).json;
  const count = (page) => page.facet_groups[0].facets.map((f) => [f.name, f.count, f.state]);
  assert.equal((await ask('&refine.genus_name=PRUNUS')).nhits, 0);
  const both = await ask('&refine.genus_name=PRUNUS&disjunctive.genus_name=true');
  assert.equal(both.nhits, 5);
  const one = await ask('&disjunctive.genus_name=true');
  assert.deepEqual([one.nhits, count(one)], [3, [['ACER', 3, 'refined'], ['PRUNUS', 2, 'displayed']]]);
});

const of = async (action, query, dataset = 'public-trees') => {
  const answer = await t.http(H, `/api/records/1.0/${action}/?dataset=${dataset}&${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
for (const [what, query, want] of [
  ['by a field', 'x=genus_name&y.n.func=COUNT', [{ x: 'ACER', n: 3 }, { x: 'PRUNUS', n: 2 }]],
  ['the largest first', 'x=genus_name&y.d.func=AVG&y.d.expr=asset_id&sort=d', [{ x: 'ACER', d: 244098 }, { x: 'PRUNUS', d: 244091.5 }]],
  ['the smallest first', 'x=genus_name&y.d.func=MAX&y.d.expr=diameter_cm&sort=-d', [{ x: 'PRUNUS', d: 12.7 }, { x: 'ACER', d: 22.9 }]],
  ['two series', 'x=genus_name&y.a.func=SUM&y.a.expr=asset_id&y.b.func=MIN&y.b.expr=diameter_cm', [{ x: 'ACER', a: 732294, b: 7.6 }, { x: 'PRUNUS', a: 488183, b: 7.6 }]],
  ['squares', 'x=genus_name&y.s.func=SUMSQUARES&y.s.expr=asset_id&q=genus_name:PRUNUS', [{ x: 'PRUNUS', s: 244086 ** 2 + 244097 ** 2 }]],
  ['by month', 'x=date_planted&precision=month&y.n.func=COUNT', [{ x: { year: 2012, month: 11 }, n: 2 }, { x: { year: 2012, month: 12 }, n: 1 }, { x: { year: 2013, month: 1 }, n: 2 }]],
  ['by the month of any year', 'x=date_planted&periodic=month&y.n.func=COUNT', [{ x: { month: 1 }, n: 2 }, { x: { month: 11 }, n: 2 }, { x: { month: 12 }, n: 1 }]],
  ['by day of the week, Monday 0', 'x=date_planted&periodic=weekday&y.n.func=COUNT&q=asset_id<244094', [{ x: { weekday: 1 }, n: 1 }, { x: { weekday: 5 }, n: 1 }]],
  ['two fields', 'x=genus_name&x=date_planted&precision=year&y.n.func=COUNT', [['ACER', 2012, 1], ['ACER', 2013, 2], ['PRUNUS', 2012, 2]].map(([g, year, n]) => ({ x: { genus_name: g, date_planted: { year } }, n }))],
]) test(`analyze ${what}`, async () => assert.deepEqual(await of('analyze', query), want));
test('analyze is cut where it is asked to, and says so', async () => {
  const answer = await t.http(H, '/api/records/1.0/analyze?dataset=public-trees&x=genus_name&y.n.func=COUNT&maxpoints=1');
  assert.deepEqual([answer.json.length, answer.headers['ods-analyze-truncated']], [1, 'true']);
});
test('what analyze cannot read is refused', async () => {
  for (const query of ['', 'x=genus_name', 'x=rien&y.n.func=COUNT', 'x=genus_name&y.n.func=BOOM', 'x=genus_name&y.n.func=SUM', 'x=genus_name&y.n.func=SUM&y.n.expr=1;', 'x=date_planted&y.n.func=COUNT&periodic=era',
    'x=genus_name&y.n.func=COUNT&maxpoints=20001', 'x=genus_name&y.n.func=SUM&y.n.expr=genus_name', 'x=geom&y.n.func=COUNT']) {
    assert.equal((await t.http(H, `/api/records/1.0/analyze?dataset=public-trees&${query}`)).status, 400, query);
  }
  for (const action of ['analyze', 'boundingbox', 'geocluster']) assert.equal((await t.http(H, `/api/records/1.0/${action}?dataset=ferme&x=id&y.n.func=COUNT&clusterprecision=5&clusterdistance=50`)).status, 404);
});
test('the box around the rows', async () => {
  assert.deepEqual(await of('boundingbox', '', 'koumoul'), { count: 2, bbox: [-2.748526, 45.5, 2.6, 47.687375], geometries: { Point: 2 } });
  assert.deepEqual(await of('boundingbox', 'q=id:bidule', 'koumoul'), { count: 1, bbox: [2.6, 45.5, 2.6, 45.5], geometries: { Point: 1 } });
  assert.deepEqual(await of('boundingbox', 'q=id:rien', 'koumoul'), { count: 0, bbox: [], geometries: {} });
  assert.equal((await t.http(H, '/api/records/1.0/boundingbox?dataset=d2')).status, 400);
});
test('rows gathered by place', async () => {
  const near = await of('geocluster', 'clusterprecision=1&clusterdistance=500&y.s.func=SUM&y.s.expr=asset_id');
  assert.deepEqual([near.clusters.map((c) => [c.count, c.series]), near.count, near.clusterprecision], [[[5, { s: 1220477 }]], { min: 5, max: 5 }, 1]);
  const [lat, lon] = near.clusters[0].cluster_center;
  assert.ok(Math.abs(lat - 49.250154) < 1e-4 && Math.abs(lon + 123.139874) < 1e-4, `${lat} ${lon}`);
  assert.equal((await of('geocluster', 'clusterprecision=20&clusterdistance=10')).clusters.length, 5);
  for (const query of ['', 'clusterprecision=26&clusterdistance=50', 'clusterprecision=5&clusterdistance=0', 'clusterprecision=1e1&clusterdistance=50']) assert.equal((await t.http(H, `/api/records/1.0/geocluster?dataset=koumoul&${query}`)).status, 400, query);
});

test('hostile texts in every parameter: refused or answered, never 500', async () => {
  const texts = ["'", '"', '`', '`) as k0, (select 1) as `', '1; SELECT 1', '#', '#now(', '\\', '\\"', '[', '[a TO', '(((((', '$1', '*', '-', 'é\u0000', "geom'POINT(0 0)'", 'POINT(1 2))', '9'.repeat(400), 'id', 'loc', 'count(*)'];
  const wrong = [];
  const names = ['q', 'sort', 'x', 'y.s.func', 'y.s.expr', 'maxpoints', 'periodic', 'precision', 'facet', 'facetsort.id', 'disjunctive.id', 'geofilter.polygon', 'clusterprecision', 'clusterdistance', 'format', 'callback'];
  for (const action of ['search', 'analyze', 'boundingbox', 'geocluster']) {
    for (const name of names) {
      for (const sent of [...texts, ...texts.map((one) => `y.${one}.func`)]) {
        const own = sent.startsWith('y.') ? { [sent]: 'COUNT' } : { [name]: sent };
        const answer = await get(`/api/records/1.0/${action}`, { dataset: 'koumoul', x: 'some_date', 'y.n.func': 'COUNT', clusterprecision: 4, clusterdistance: 50, facet: 'id', ...own });
        if (answer.status >= 500 || answer.status === 429) wrong.push([action, own, answer.status]);
        if (sent.startsWith('y.') && name !== 'q') break;
      }
    }
  }
  assert.deepEqual(wrong.slice(0, 5), []);
});
