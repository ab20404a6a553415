// The first version of the public API (explore-api.md section 3): its question, its forms, its scripts.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installation } from './harness.mjs';
import { D2, K, V, blake2b, makeKey, publish, sql, uuid } from './fixtures.mjs';

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
test('what stands beside the fields of every record may be named: it orders nothing, and is there anyway', async () => {
  const rows = async (params) => (await get(SEARCH, { dataset: 'koumoul', ...params })).json.records;
  const plain = await rows();
  for (const name of ['record_timestamp', 'recordid', 'record_size', 'datasetid']) for (const sort of [name, `-${name}`]) assert.deepEqual(await rows({ sort }), plain, sort);
  assert.deepEqual((await rows({ fields: 'record_timestamp, id,recordid' })).map((row) => row.fields), plain.map((row) => ({ id: row.fields.id })));
  const [bare] = await rows({ fields: 'recordid,datasetid' });
  assert.deepEqual([bare.fields, bare.recordid, bare.datasetid, bare.record_timestamp], [{}, plain[0].recordid, 'koumoul', plain[0].record_timestamp]);
  await publish(t, H, { id: 'siens', fields: { recordid: ['text'], n: ['int'] }, rows: [['b', 1], ['a', 2]] });
  const own = async (params) => (await get(SEARCH, { dataset: 'siens', ...params })).json.records.map((row) => row.fields);
  assert.deepEqual(await own({ sort: 'recordid', fields: 'recordid' }), [{ recordid: 'b' }, { recordid: 'a' }]);
});
test('one record by its id', async () => {
  const { records: [row] } = (await get(SEARCH, { dataset: 'koumoul', q: 'id:bidule' })).json;
  assert.deepEqual((await get(`/api/datasets/1.0/koumoul/records/${row.recordid}`)).json, row);
  for (const path of [`koumoul/records/${'0'.repeat(40)}`, 'koumoul/records/x', `ferme/records/${row.recordid}`]) assert.equal((await get(`/api/datasets/1.0/${path}`)).status, 404, path);
});
test('records are looked for by their ids, in every version of the API; an id of another dataset is of none', async () => {
  const { records } = (await get(SEARCH, { dataset: 'koumoul' })).json, [one, two] = records, other = (await get(SEARCH, { dataset: 'siens' })).json.records[0].recordid;
  const found = async (q) => (await get(SEARCH, { dataset: 'koumoul', q })).json.records.map((row) => row.recordid);
  assert.deepEqual(await found(`recordid:${two.recordid}`), [two.recordid]);
  assert.deepEqual(await found(`recordid:"${one.recordid}" OR recordid=${two.recordid}`), [one.recordid, two.recordid]);
  assert.deepEqual(await found(`NOT recordid:${one.recordid}`), records.slice(1).map((row) => row.recordid));
  for (const none of [other, '0'.repeat(40), 'x', `"' or true"`]) assert.deepEqual(await found(`recordid:${none}`), [], none);
  const where = async (text, id = 'koumoul') => get(`/api/explore/v2.1/catalog/datasets/${id}/records`, { where: text, select: 'id' });
  assert.deepEqual((await where(`recordid = "${two.recordid}"`)).json, { total_count: 1, results: [{ id: two.fields.id }] });
  assert.equal((await where(`recordid in ("${one.recordid}", "${two.recordid}", "${other}")`)).json.total_count, 2);
  assert.equal((await where(`not recordid = "${one.recordid}"`)).json.total_count, records.length - 1);
  for (const odd of ['recordid > "a"', 'recordid = 1', 'recordid = id', 'recordid is null', 'length(recordid) = 40']) assert.equal((await where(odd)).status, 400, odd);
  const named = await get('/api/explore/v2.1/catalog/datasets/siens/records', { where: 'recordid = "b"' });
  assert.deepEqual(named.json.results, [{ recordid: 'b', n: 1 }], 'a field of that name is the field');
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
test('a cookie opens no script: what is signed in is refused one, and the same cookie reads the answer itself', async () => {
  const [secret, account, pepper] = [randomBytes(32).toString('base64url'), uuid(), readFileSync(join(t.home, 'secrets/people'), 'utf8').trim()];
  const hash = blake2b(Buffer.from(secret), blake2b(Buffer.from(pepper))).toString('hex');
  sql(t, `SELECT tenant_id AS tenant FROM portal.host WHERE host = '${H}' \\gset
    INSERT INTO portal.account (tenant_id, id, email, name, role) VALUES (:'tenant', '${account}', '${account}@essai.example', 'Essai', 'admin');
    INSERT INTO portal.session (tenant_id, hash, account_id, csrf, expires_at) VALUES (:'tenant', '\\x${hash}', '${account}', '${randomBytes(32).toString('base64url')}', now() + interval '1 hour');`);
  const headers = { Cookie: `__Host-sid=${secret}` };
  assert.equal((await get(SEARCH, { dataset: 'ferme' }, { headers })).json.nhits, 2, 'the session is one, and may');
  const place = { clusterprecision: 3, x: 'id', 'y.n.func': 'COUNT' };
  for (const dataset of ['ferme', 'koumoul']) {
    for (const action of ['search', 'analyze', 'boundingbox', 'geocluster', 'geopreview', 'geopolygon']) {
      for (const format of ['jsonp', 'geojsonp']) {
        const answer = await get(`/api/records/1.0/${action}/`, { dataset, format, callback: 'f', ...place }, { headers });
        assert.deepEqual([answer.status, answer.headers['content-type']], [400, 'application/json'], `${dataset} ${action} ${format}`);
        assert.ok(!/bidule|45\.5/.test(answer.text));
      }
    }
  }
  const list = await get('/api/datasets/1.0/search', { format: 'jsonp', callback: 'f' }, { headers });
  assert.equal(list.status, 400);
  assert.equal((await get(SEARCH, { dataset: 'koumoul', format: 'jsonp', callback: 'f' })).status, 200, 'without a cookie, what is public');
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
test('rows as a table and as news', async () => {
  const csv = await get(SEARCH, { dataset: 'koumoul', format: 'csv', fields: 'id,nb', sort: 'nb', rows: 5 });
  assert.deepEqual([csv.status, csv.headers['content-type'], csv.text], [200, 'text/csv; charset=utf-8', '\ufeffid;nb\r\nbidule;22.2\r\nkoumoul;11.0\r\n']);
  await publish(t, H, { id: 'nouvelles', fields: { n: ['int'], titre: ['text'], texte: ['text'] }, rows: [[1, 'A & <b>', 'é\u0002 "fin"'], [2, null, null]] }, { processed: '2026-03-04T05:06:07Z' });
  const { records } = (await get(SEARCH, { dataset: 'nouvelles' })).json;
  const rss = await get(SEARCH, { dataset: 'nouvelles', format: 'rss' });
  assert.equal(rss.headers['content-type'], 'application/rss+xml; charset=utf-8');
  const atom = await get(SEARCH, { dataset: 'nouvelles', format: 'atom' });
  assert.equal(atom.headers['content-type'], 'application/atom+xml; charset=utf-8');
  const py = (text, script) => JSON.parse(execFileSync('python3', ['-c', `import sys, json, xml.etree.ElementTree as T\nr = T.fromstring(sys.stdin.buffer.read())\n${script}`], { input: text, encoding: 'utf8' }));
  assert.deepEqual(py(rss.body, "print(json.dumps([[i.findtext(k) for k in ('title','guid','description','pubDate')] for i in r.iter('item')]))"),
    [['A & <b>', records[0].recordid, 'n: 1\ntitre: A &amp; &lt;b&gt;\ntexte: é\ufffd &quot;fin&quot;', 'Wed, 04 Mar 2026 05:06:07 GMT'], [records[1].recordid, records[1].recordid, 'n: 2', 'Wed, 04 Mar 2026 05:06:07 GMT']]);
  const entries = py(atom.body, "a='{http://www.w3.org/2005/Atom}'\nprint(json.dumps([[i.findtext(a+k) for k in ('title','id','updated','content')] for i in r.iter(a+'entry')]))");
  assert.deepEqual(entries.map(([title, , , content]) => [title, content]), [['A & <b>', 'n: 1\ntitre: A & <b>\ntexte: é\ufffd "fin"'], [records[1].recordid, 'n: 2']]);
  assert.equal((await t.http(H, new URL(entries[0][1]).pathname)).json.recordid, records[0].recordid, 'an entry is named by its record');
  assert.match(entries[0][2], /^2026-03-04T05:06:07/);
  for (const format of ['csv', 'rss', 'atom']) assert.equal((await get(SEARCH, { dataset: 'ferme', format })).status, 404, format);
});
test('datasets as a table and as news', async () => {
  const table = await get('/api/datasets/1.0/search/', { format: 'csv', q: 'koumoul' });
  assert.deepEqual([table.status, table.headers['content-type']], [200, 'text/csv; charset=utf-8']);
  const lines = table.text.trimEnd().split('\r\n');
  assert.ok(lines[0].endsWith(';datasetid') && lines.length === 2 && lines[1].endsWith(';koumoul'), table.text);
  const news = await get('/api/datasets/1.0/search/', { format: 'rss', rows: 1000 });
  assert.equal(news.headers['content-type'], 'application/rss+xml; charset=utf-8');
  assert.equal(news.text.match(/<item>/g).length, (await get('/api/datasets/1.0/search/', { rows: 0 })).json.nhits);
  assert.ok(!/ferme/.test(news.text + table.text));
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
  ['the spread of all there are', 'x=genus_name&y.s.func=STDDEV&y.s.expr=asset_id', [{ x: 'ACER', s: Math.sqrt(26) }, { x: 'PRUNUS', s: 5.5 }]],
  ['the middle', 'x=genus_name&y.q.func=QUANTILES&y.q.expr=asset_id', [{ x: 'ACER', q: 244096 }, { x: 'PRUNUS', q: 244091.5 }]],
  ['a percentile', 'x=genus_name&y.q.func=QUANTILES&y.q.expr=asset_id&y.q.subsets=25', [{ x: 'ACER', q: 244094.5 }, { x: 'PRUNUS', q: 244088.75 }]],
  ['sums that grow', 'x=date_planted&precision=month&y.n.func=COUNT&y.n.cumulative=true&y.d.func=MAX&y.d.expr=asset_id&y.d.cumulative=true&y.e.func=MAX&y.e.expr=asset_id&y.e.cumulative=false',
    [{ x: { year: 2012, month: 11 }, n: 2, d: 244097, e: 244097 }, { x: { year: 2012, month: 12 }, n: 3, d: 488193, e: 244096 }, { x: { year: 2013, month: 1 }, n: 5, d: 732298, e: 244105 }]],
  ['the first day, which nothing adds up', 'x=genus_name&y.d.func=MIN&y.d.expr=date_planted&y.d.cumulative=true', [{ x: 'ACER', d: '2012-12-03' }, { x: 'PRUNUS', d: '2012-11-13' }]],
  ['arithmetic', 'x=genus_name&y.a.func=MAX&y.a.expr=(asset_id%20-%20244000)%20*%202.5', [{ x: 'ACER', a: 262.5 }, { x: 'PRUNUS', a: 242.5 }]],
  ['functions, in any case', 'x=genus_name&y.a.func=MAX&y.a.expr=SIN(toRadians(diameter_cm))*2%2Bpow(2,3)-max(1,2)&q=genus_name:PRUNUS', [{ x: 'PRUNUS', a: Math.sin(12.7 * Math.PI / 180) * 2 + 8 - 2 }]],
  ['what has no value is passed by', 'x=genus_name&y.a.func=SUM&y.a.expr=log(asset_id-244096)&q=genus_name:PRUNUS', [{ x: 'PRUNUS', a: 0 }]],
  ['a constant', 'x=genus_name&y.c.func=AVG&y.c.expr=12.5', [{ x: 'ACER', c: 12.5 }, { x: 'PRUNUS', c: 12.5 }]],
  ['squares of arithmetic', 'x=genus_name&y.a.func=SUMSQUARES&y.a.expr=asset_id-244090&q=genus_name:PRUNUS', [{ x: 'PRUNUS', a: 16 + 49 }]],
]) test(`analyze ${what}`, async () => assert.deepEqual(await of('analyze', query), want));
test('analyze is cut where it is asked to, and says so', async () => {
  const answer = await t.http(H, '/api/records/1.0/analyze?dataset=public-trees&x=genus_name&y.n.func=COUNT&maxpoints=1');
  assert.deepEqual([answer.json.length, answer.headers['ods-analyze-truncated']], [1, 'true']);
});
test('sums of amounts that grow have no more decimals than the amounts', async () => {
  await publish(t, H, { id: 'sommes', fields: { k: ['int'], m: ['decimal'] }, rows: [[1, '0.1'], [2, '0.2'], [3, '-0.05'], [4, null], [5, '1000000.75']] });
  assert.deepEqual((await of('analyze', 'x=k&y.s.func=SUM&y.s.expr=m&y.s.cumulative=true', 'sommes')).map((one) => one.s), [0.1, 0.3, 0.25, 0.25, 1000001]);
});
test('the present version knows no stddev and no groups by shape', async () => {
  for (const query of ['select=stddev(asset_id)', 'group_by=geom&select=count(*)', 'group_by=geo_point_2d']) {
    const answer = await t.http(H, `/api/explore/v2.1/catalog/datasets/public-trees/records?${query}`);
    assert.deepEqual([answer.status, answer.json.error_code], [400, 'ODSQLError'], query);
  }
});
test('what analyze cannot read is refused', async () => {
  for (const query of ['', 'x=genus_name', 'x=rien&y.n.func=COUNT', 'x=genus_name&y.n.func=BOOM', 'x=genus_name&y.n.func=SUM', 'x=genus_name&y.n.func=SUM&y.n.expr=1;', 'x=date_planted&y.n.func=COUNT&periodic=era',
    'x=genus_name&y.n.func=COUNT&maxpoints=20001', 'x=genus_name&y.n.func=SUM&y.n.expr=genus_name', 'x=geom&y.n.func=COUNT',
    'x=genus_name&y.n.func=STDDEV&y.n.expr=genus_name', 'x=genus_name&y.n.func=QUANTILES&y.n.expr=asset_id&y.n.subsets=101', 'x=genus_name&y.n.func=QUANTILES&y.n.expr=asset_id&y.n.subsets=-1',
    'x=genus_name&y.n.func=QUANTILES&y.n.expr=asset_id&y.n.subsets=5%2C1', 'x=genus_name&y.n.func=SUM&y.n.expr=asset_id)%2B(1', 'x=genus_name&y.n.func=SUM&y.n.expr=rien*2']) {
    assert.equal((await t.http(H, `/api/records/1.0/analyze?dataset=public-trees&${query}`)).status, 400, query);
  }
  for (const action of ['analyze', 'boundingbox', 'geocluster', 'geopreview', 'geopolygon']) assert.equal((await t.http(H, `/api/records/1.0/${action}?dataset=ferme&x=id&y.n.func=COUNT&clusterprecision=5&clusterdistance=50`)).status, 404);
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

// What is merged, worked out by the rule itself, one cell after the other (query_cluster.c says it in rounds).
const merged = (points, zoom, radius) => {
  const metres = radius * 40075016.685578488 / (256 * 2 ** zoom), cells = new Map(), R = 6378137;
  for (const [lon, lat] of points) {
    const [x, y] = [R * lon * Math.PI / 180, R * Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360))];
    const key = `${Math.floor(x / metres)} ${Math.floor(y / metres)}`;
    const cell = cells.get(key) ?? { key, n: 0, x: 0, y: 0, lon: 0, lat: 0 };
    cells.set(key, Object.assign(cell, { n: cell.n + 1, x: cell.x + x, y: cell.y + y, lon: cell.lon + lon, lat: cell.lat + lat }));
  }
  const md5 = (s) => createHash('md5').update(s).digest('hex'), chosen = [];
  for (const cell of [...cells.values()].sort((a, b) => b.n - a.n || (md5(a.key) < md5(b.key) ? -1 : 1))) {
    const middle = [cell.x / cell.n, cell.y / cell.n];
    const near = chosen.find((one) => Math.hypot(one.middle[0] - middle[0], one.middle[1] - middle[1]) < metres);
    if (near) { near.n += cell.n; near.lon += cell.lon; near.lat += cell.lat; } else chosen.push({ middle, n: cell.n, lon: cell.lon, lat: cell.lat });
  }
  return { cells: cells.size, clusters: chosen.map((one) => ({ n: one.n, lon: one.lon / one.n, lat: one.lat / one.n })) };
};
test('each function of the expression language gives what Java\'s Math does; where that is no number, nothing', async () => {
  const x = (v) => `(asset_id-asset_id${v < 0 ? '' : '%2B'}${v})`;
  const cases = { sin: 0.5, cos: 0.5, tan: 0.5, asin: 0.5, acos: 0.5, atan: 0.5, exp: 0.5, log: 0.5, log10: 0.5, sqrt: 0.5, cbrt: 0.5, ceil: 0.5, floor: -0.5, abs: -0.5, sinh: 0.5, cosh: 0.5, tanh: 0.5 };
  const wanted = Object.entries(cases).map(([name, v]) => [`${name}${x(v)}`, Math[name](v)]);
  wanted.push([`toDegrees${x(0.5)}`, 0.5 * 180 / Math.PI], [`signum${x(-0.5)}`, -1], [`rint${x(2.5)}`, 2], [`round${x(2.5)}`, 3], [`round${x(-2.5)}`, -2],
    [`atan2(${x(0.5)},-2)`, Math.atan2(0.5, -2)], [`pow(${x(-2)},3)`, -8], [`pow(${x(0)},0)`, 1], [`hypot(${x(3)},4)`, 5], [`min(${x(3)},4)`, 3], [`IEEEremainder(${x(5)},3)`, -1], [`exp${x(-1000)}`, 0]);
  for (const nothing of [`log${x(0)}`, `sqrt${x(-1)}`, `asin${x(2)}`, `pow(${x(-2)},0.5)`, `pow(${x(0)},-1)`, `exp${x(1000)}`, `pow(${x(10)},400)`, `IEEEremainder(${x(1)},0)`]) wanted.push([nothing, null]);
  for (const [expr, value] of wanted) {
    const got = await of('analyze', `x=genus_name&q=genus_name:PRUNUS&y.a.func=AVG&y.a.expr=${expr}`);
    const a = got[0].a ?? null;
    assert.ok(value === null ? a === null : Math.abs(a - value) < 1e-12, `${expr}: ${a} for ${value}`);
  }
  // The distance to the next number: exact, so compared without a margin.
  for (const [v, value] of [[1, Number.EPSILON], [0.75, Number.EPSILON / 2], [-3, 2 * Number.EPSILON], [9007199254740992, 2], [9007199254740991, 1], [0, Number.MIN_VALUE]])
    assert.equal((await of('analyze', `x=genus_name&q=genus_name:PRUNUS&y.a.func=MAX&y.a.expr=ulp(0*asset_id${v < 0 ? '' : '%2B'}${v})`))[0].a, value, `ulp of ${v}`);
  for (const wrong of ['sin()', 'sin(1,2)', 'pow(1)', 'ulp()', 'random()', 'time()', 'math_sin(asset_id)', 'sin(genus_name)', 'avg(asset_id)', 'asset_id,1', 'sin(asset_id'])
    assert.equal((await t.http(H, `/api/records/1.0/analyze?dataset=public-trees&x=genus_name&y.a.func=AVG&y.a.expr=${wrong}`)).status, 400, wrong);
  assert.equal((await t.http(H, '/api/explore/v2.1/catalog/datasets/public-trees/records?select=math_sin(asset_id)')).status, 400, 'not in the present version');
});
test('neighbouring cells of a map become one cluster: as one after the other gives them, at every zoom', async () => {
  const points = [];
  let seed = 7;
  const random = () => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed / 2147483648; };
  for (let i = 0; i < 3000; i++) points.push(i % 3 ? [1.9 + (random() + random() - 1) * 0.4, 47.9 + (random() + random() - 1) * 0.3] : [random() * 4 - 1, 46.5 + random() * 2]);
  for (let i = 0; i < 60; i++) points.push([0.01 * i, 45]); // a row of equal cells
  await publish(t, H, { id: 'nuage', fields: { lieu: ['geo_point_2d'], forme: ['geo_shape'] }, rows: [...points.map(([lon, lat]) => { const p = { sql: `public.st_setsrid(public.st_makepoint(${lon}, ${lat}), 4326)` }; return [p, p]; }), [null, null]] });
  const order = (a, b) => b.n - a.n || a.lon - b.lon || a.lat - b.lat;
  for (const [zoom, radius] of [[0, 40], [3, 40], [6, 40], [8, 25], [10, 40], [11, 90], [13, 40], [16, 200], [25, 1]]) {
    const want = merged(points, zoom, radius);
    const { clusters, count } = await of('geocluster', `clusterprecision=${zoom}&clusterdistance=${radius}`, 'nuage');
    const got = clusters.map((c) => ({ n: c.count, lon: c.cluster_center[1], lat: c.cluster_center[0] })).sort(order);
    want.clusters.sort(order);
    assert.deepEqual(got.map((c) => c.n), want.clusters.map((c) => c.n), `zoom ${zoom}, ${radius} px`);
    got.forEach((c, i) => assert.ok(Math.abs(c.lon - want.clusters[i].lon) < 1e-9 && Math.abs(c.lat - want.clusters[i].lat) < 1e-9, `zoom ${zoom}, cluster ${i}`));
    assert.deepEqual(count, { min: Math.min(...got.map((c) => c.n)), max: Math.max(...got.map((c) => c.n)) });
    if (zoom >= 6 && zoom <= 11) assert.ok(want.clusters.length < want.cells, `zoom ${zoom}: some were merged`);
    const grouped = await t.http(H, `/api/explore/v2.1/catalog/datasets/nuage/records?group_by=geo_cluster(lieu,${zoom},${radius})&select=count(*)&limit=1`);
    assert.equal(grouped.json.total_count, want.clusters.length + 1, 'the rows without a place are a group');
    const shapes = await t.http(H, `/api/explore/v2.1/catalog/datasets/nuage/records?group_by=geo_cluster(forme,${zoom},${radius})+as+c&select=count(*)+as+n&order_by=n+desc&limit=1`);
    assert.equal(shapes.status, 200, `${zoom} ${shapes.text}`);
    assert.deepEqual([shapes.json.total_count, shapes.json.results[0].n], [want.clusters.length + 1, want.clusters[0].n], 'the middles of shapes are gathered alike');
    const part = merged(points.filter(([, lat]) => lat > 47.5), zoom, radius);
    assert.equal((await of('geocluster', `clusterprecision=${zoom}&clusterdistance=${radius}&geofilter.bbox=47.5,-10,50,10`, 'nuage')).clusters.length, part.clusters.length, 'what is filtered out merges nothing');
  }
});
test('over 20,000 cells are left as they are', async () => {
  const points = Array.from({ length: 26400 }, (_, i) => [(i % 240) * 0.001, Math.floor(i / 240) * 0.001]);
  await publish(t, H, { id: 'beaucoup', fields: { p: ['geo_point_2d'] }, generate: 'SELECT i, public.st_setsrid(public.st_makepoint((i % 240) * 0.001, (i / 240) * 0.001), 4326) FROM generate_series(0, 26399) i' });
  const groups = async (where) => (await t.http(H, `/api/explore/v2.1/catalog/datasets/beaucoup/records?group_by=geo_cluster(p,18,200)&select=count(*)&limit=1${where}`)).json.total_count;
  const all = merged(points, 18, 200), few = merged(points.filter(([x, y]) => x < 0.0505 && y < 0.0505), 18, 200);
  assert.ok(all.cells > 20000 && few.clusters.length < few.cells / 2);
  assert.deepEqual([await groups(''), await groups('&where=in_bbox(p,-1,-1,0.0505,0.0505)')], [all.cells, few.clusters.length]);
});
test('a cluster has its hull where a precision is asked for', async () => {
  const ask = (query) => of('geocluster', `clusterprecision=1&clusterdistance=500&${query}`);
  assert.equal((await ask('')).clusters[0].cluster, undefined);
  const { cluster } = (await ask('shapeprecision=1')).clusters[0];
  assert.equal(cluster.type, 'Polygon');
  const corners = V.rows.map((row) => row[6].sql.match(/makepoint\(([-0-9.]+), ([-0-9.]+)/).slice(1).map(Number));
  assert.deepEqual(new Set(cluster.coordinates[0].map(String)), new Set(corners.map(String)), 'none of the five lies between the others');
  assert.equal((await ask('shapeprecision=1&clustermode=heatmap')).clusters[0].cluster, undefined);
  assert.deepEqual((await ask('y.s.func=AVG&y.s.expr=height_m')).series, { s: { min: 4.6, max: 4.6 } });
  assert.deepEqual((await ask('y.s.func=MIN&y.s.expr=date_planted')).series, { s: { min: null, max: null } }, 'days have no bounds here');
  for (const query of ['shapeprecision=29', 'shapeprecision=x', 'clustermode=stars']) assert.equal((await t.http(H, `/api/records/1.0/geocluster?dataset=public-trees&clusterprecision=1&${query}`)).status, 400, query);
});
test('rows of one shape are one, with series and bounds of all', async () => {
  const square = (x) => ({ sql: `public.st_geomfromtext('POLYGON((${x} 0,${x + 1} 0,${x + 1} 1,${x} 1,${x} 0))', 4326)` });
  await publish(t, H, { id: 'zones', fields: { zone: ['geo_shape'], n: ['int'] }, rows: [[square(0), 1], [square(0), 2], [square(4), 10], [square(8), 7], [square(0), 3], [null, 100]] });
  const all = await of('geopolygon', 'y.serie1.func=SUM&y.serie1.expr=n&clusterprecision=9', 'zones');
  assert.deepEqual(all.clusters.map((c) => [c.count, c.cluster_center, c.series.serie1, c.cluster.coordinates[0][0]]),
    [[3, [0.5, 0.5], 6, [0, 0]], [1, [0.5, 4.5], 10, [4, 0]], [1, [0.5, 8.5], 7, [8, 0]]]);
  assert.deepEqual([all.count, all.series, all.clusterprecision], [{ min: 1, max: 3 }, { serie1: { min: 6, max: 10 } }, 9]);
  const one = await of('geopolygon', 'maxpoints=1&y.serie1.func=SUM&y.serie1.expr=n', 'zones');
  assert.deepEqual([one.clusters.length, one.count, one.series.serie1], [1, { min: 1, max: 3 }, { min: 6, max: 10 }]);
  assert.deepEqual((await of('geopolygon', 'geofilter.polygon=(-1,3),(-1,9.5),(2,9.5),(2,3)', 'zones')).clusters.map((c) => c.cluster_center[1]).sort(), [4.5, 8.5]);
  assert.equal((await of('geopolygon', '', 'koumoul')).clusters.length, 2, 'points too');
});
test('a preview of where the rows lie; the three filters by place', async () => {
  const places = async (query, dataset = 'koumoul') => (await of('geopreview', query, dataset)).map((one) => one.geometry.coordinates);
  const [koumoul, bidule] = [[-2.748526, 47.687375], [2.6, 45.5]];
  assert.deepEqual(await places('rows=1000&clusterprecision=9'), [koumoul, bidule]);
  assert.deepEqual(await places('rows=1'), [koumoul]);
  assert.deepEqual(await places('geofilter.bbox=45,2,46,3'), [bidule]);
  assert.deepEqual(await places('geofilter.bbox=46,3,45,2'), [bidule], 'any two opposite corners');
  assert.deepEqual(await places('geofilter.polygon=((45,2),(46,2),(46,3),(45,3))'), [bidule]);
  assert.deepEqual(await places('geofilter.distance=47.687,-2.748,1000'), [koumoul]);
  assert.equal((await of('geopreview', 'geo_field=geom')).length, 5);
  for (const query of ['geofilter.bbox=45,2,46', 'geofilter.bbox=45,2,46,3,4', "geofilter.bbox=45,2,46,3'", 'geo_field=nb', 'geo_field=rien', 'rows=10001', 'rows=-2'])
    assert.equal((await t.http(H, `/api/records/1.0/geopreview?dataset=koumoul&${query}`)).status, 400, query);
});

test('hostile texts in every parameter: refused or answered, never 500', async () => {
  const texts = ["'", '"', '`', '`) as k0, (select 1) as `', '1; SELECT 1', '#', '#now(', '\\', '\\"', '[', '[a TO', '(((((', '$1', '*', '-', 'é\u0000', "geom'POINT(0 0)'", 'POINT(1 2))', '9'.repeat(400), 'id', 'loc', 'count(*)'];
  const wrong = [];
  const names = ['q', 'sort', 'x', 'y.s.func', 'y.s.expr', 'maxpoints', 'periodic', 'precision', 'facet', 'facetsort.id', 'disjunctive.id', 'geofilter.polygon', 'geofilter.bbox', 'geo_field', 'y.n.subsets', 'y.n.cumulative', 'shapeprecision', 'clustermode', 'clusterprecision', 'clusterdistance', 'format', 'callback'];
  for (const action of ['search', 'analyze', 'boundingbox', 'geocluster', 'geopreview', 'geopolygon']) {
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
