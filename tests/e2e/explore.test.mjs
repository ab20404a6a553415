// The public API against its contract: the numbers are those of the design's explore-api.md, section 9.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRequire } from 'node:module';
import { installation, poll } from './harness.mjs';
import { D2, K, M, T, V, W, makeKey, publish, sql } from './fixtures.mjs';

// 120 genera of 200, 199 … 81 trees, and 41 trees without one: 16,860 + 41 rows.
const VG = {
  id: 'genres',
  fields: { genus_name: ['text', { facet: true }] },
  generate: `SELECT (row_number() OVER ())::int - 1, g FROM (
    SELECT 'GENUS ' || lpad(k::text, 3, '0') AS g FROM generate_series(0, 119) k, generate_series(1, 200 - k)
    UNION ALL SELECT NULL FROM generate_series(1, 41)) x`,
};
const MANY = { id: 'beaucoup', fields: { n: ['int'], t: ['text'] },
  generate: "SELECT i, i, 'ligne ' || i FROM generate_series(0, 9999) i" };

const SIZES = { id: 'tailles',
  fields: { size: ['text', { facet: true, facetsort: 'num' }], year: ['int', { facet: true, facetsort: ['-num'] }], way: ['text', { facet: true, facetsort: '-alphanum' }] },
  rows: [['9', 9, 'nord/est'], ['10', 10, 'nord'], ['10', 10, 'nord/est/2'], ['sans', 2, 'sud'], ['1.5', 100, 'sud/est']] };

const H = 'r.localhost';
const V21 = '/api/explore/v2.1';
let t;

before(async () => {
  t = await installation();
  await t.tenants();
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 1000000');
  for (const set of [K, D2, T, M, V, VG, W, MANY, SIZES]) await publish(t, H, set);
  await publish(t, H, { ...K, id: 'ferme' }, { visibility: 'closed', metas: { default: { title: 'Canari caché', keyword: ['ornithorynque'], theme: ['Secret'], publisher: 'Producteur caché' } } });
});
after(() => t?.stop());

const url = (path, params) => {
  const query = new URLSearchParams();
  for (const [k, v] of Object.entries(params ?? {})) for (const one of [v].flat()) query.append(k, one);
  return `${path.startsWith('/') ? path : `${V21}/catalog/datasets/${path}`}${query.size ? `?${query}` : ''}`;
};
const get = (path, params, options) => t.http(H, url(path, params), options);
const good = async (path, params, options) => {
  const answer = await get(path, params, options);
  assert.equal(answer.status, 200, `${path} ${JSON.stringify(params)}: ${answer.text.slice(0, 400)}`);
  return answer;
};
const json = async (path, params) => (await good(path, params)).json;
const records = async (id, params) => (await json(`${id}/records`, params)).results;
const refused = async (path, params, status, code) => {
  const answer = await get(path, params);
  assert.equal(answer.status, status, `${path} ${JSON.stringify(params)}: ${answer.text.slice(0, 400)}`);
  assert.equal(answer.json.error_code, code);
  assert.deepEqual(Object.keys(answer.json), ['error_code', 'message']);
  assert.equal(answer.headers['content-type'], 'application/json');
  return answer.json.message;
};
const pick = (rows, ...keys) => rows.map((row) => (keys.length === 1 ? row[keys[0]] : keys.map((k) => row[k])));

// ---- 9.1 records, paging, envelope ----

test('1: a page is total_count and results; every field of every row', async () => {
  const page = await json('koumoul/records');
  assert.deepEqual(Object.keys(page), ['total_count', 'results']);
  assert.equal(page.total_count, 2);
  for (const row of page.results) assert.deepEqual(Object.keys(row), ['id', 'adr', 'some_date', 'loc', 'bool', 'nb']);
  assert.deepEqual(page.results[0], { id: 'koumoul', adr: '19 rue de la voie lactée saint avé', some_date: '2017-12-12',
    loc: { lon: -2.748526, lat: 47.687375 }, bool: false, nb: 11 });
});
test('2, 3: limit=1 and limit=0 keep the total', async () => {
  for (const limit of [0, 1]) {
    const page = await json('koumoul/records', { limit });
    assert.deepEqual([page.total_count, page.results.length], [2, limit]);
  }
});
test('5: limit=101 is refused in these words', async () => {
  const answer = await get('genres/records', { limit: 101 });
  assert.equal(answer.status, 400);
  assert.equal(answer.text, '{\n  "error_code": "InvalidRESTParameterError",\n  "message": "Invalid value for limit API parameter: 101 was found but -1 <= limit <= 100 is expected."\n}');
});
test('6: the window ends at 10,000', async () => {
  assert.equal((await records('genres', { limit: 100, offset: 9900 })).length, 100);
  assert.equal(await refused('genres/records', { limit: 100, offset: 9901 }, 400, 'InvalidRESTParameterError'),
    'Invalid value for sum of offset + limit API parameter: 10001 was found but <= 10000 is expected.');
});
test('limit=-1 is a page of a hundred; rows and start are other names', async () => {
  assert.equal((await records('genres', { limit: -1 })).length, 100);
  assert.deepEqual(pick(await records('beaucoup', { rows: 2, start: 5 }), 'n'), [5, 6]);
});
test('8: an unknown parameter is ignored', async () => {
  assert.equal((await records('genres', { limt: 1 })).length, 10);
});
test('9: select with a name', async () => {
  assert.deepEqual(await records('koumoul', { select: 'id,nb as number', where: "id='koumoul'" }), [{ id: 'koumoul', number: 11 }]);
});
test('10, 12: an aggregate stands beside every record', async () => {
  assert.deepEqual((await json('koumoul/records', { select: 'count(*) as total' })).results[0], { total: 2 });
  assert.deepEqual(await json('koumoul/records', { select: 'count(*)', limit: 10 }), { total_count: 2, results: [{ 'count(*)': 2 }, { 'count(*)': 2 }] });
});
test('11: the bytes of an answer', async () => {
  assert.equal((await good('genres/records', { limit: 1, select: 'count(*) as total' })).text, '{"total_count": 16901, "results": [{"total": 16901}]}');
});
test('13: fields and aggregates together', async () => {
  assert.deepEqual((await records('koumoul', { select: 'id,avg(nb) AS avg_nb,count(*) as total' }))[0], { id: 'koumoul', avg_nb: 16.6, total: 2 });
});
test('14: nulls are there', async () => {
  const rows = await records('d2');
  assert.equal(rows.length, 6);
  assert.deepEqual(rows.find((row) => row.adr === 'missing id'), { id: null, somedate: null, employees: 3, adr: 'missing id' });
});
test('15: several values are a list', async () => {
  assert.deepEqual(await records('multi'), [{ str1: 'val 1', str2: ['val 1', 'val 2'] }]);
});
test('16: a point and a shape', async () => {
  const [row] = await records('public-trees', { where: 'asset_id=244086', select: 'geo_point_2d,geom' });
  assert.deepEqual(row.geo_point_2d, { lon: -123.06036999913398, lat: 49.27117199821082 });
  assert.deepEqual([row.geom.type, row.geom.geometry.type, row.geom.properties], ['Feature', 'Point', {}]);
});
test('18: headers of an answer, and 304 for whoever has it', async () => {
  const { headers } = await good('koumoul/records');
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(headers['access-control-allow-origin'], '*');
  for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']) assert.ok(headers[name], name);
  assert.equal((await get('koumoul/records', {}, { headers: { 'If-None-Match': headers.etag } })).status, 304);
});
test('19: a browser of another site may ask', async () => {
  const { status, headers } = await get('koumoul/records', {}, { method: 'OPTIONS', headers: { Origin: 'https://ailleurs.example' } });
  assert.ok(status === 200 || status === 204);
  assert.equal(headers['access-control-allow-methods'], 'POST, GET, OPTIONS');
  for (const name of ['Authorization', 'ODS-API-Analytics-App', 'ODS-Widgets-Version']) assert.ok(headers['access-control-allow-headers'].includes(name));
  assert.ok(headers['access-control-expose-headers'].includes('X-RateLimit-dataset-Remaining'));
});
test('20: with and without the slash: the same answer, no redirect', async () => {
  for (const path of ['', '/records', '/facets', '/exports', '/attachments', '/exports/csv']) {
    const [bare, slash] = [await good(`koumoul${path}`), await good(`koumoul${path}/`)];
    assert.equal(slash.text, bare.text, path);
  }
});
test('21: what the official client sends is read', async () => {
  assert.match(await refused('koumoul/records', { where: '((x=1) OR (y=2)) AND (not (z = 3))' }, 400, 'ODSQLError'), /Unknown field: x/);
});
test('one record by its id, and by no other', async () => {
  const [{ _id }] = await records('koumoul', { include_app_metas: true, limit: 1 });
  assert.match(_id, /^[0-9a-f]{40}$/);
  assert.deepEqual(Object.keys(await json(`koumoul/records/${_id}`)), ['id', 'adr', 'some_date', 'loc', 'bool', 'nb']);
  assert.deepEqual(await json(`koumoul/records/${_id}`, { select: 'id' }), { id: 'koumoul' });
  await refused(`d2/records/${_id}`, {}, 404, 'NotFoundResource');
  await refused(`koumoul/records/${'0'.repeat(40)}`, {}, 404, 'NotFoundResource');
  await refused('koumoul/records/1', {}, 404, 'NotFoundResource');
});
test('links lead where they say', async () => {
  const { _links } = await json('d2/records', { include_links: true, limit: 2, offset: 2, select: 'adr' });
  assert.deepEqual(_links.map((l) => l.rel), ['self', 'first', 'last', 'next', 'dataset', 'catalog']);
  const follow = async (rel) => {
    const to = new URL(_links.find((l) => l.rel === rel).href);
    return (await good(to.pathname + to.search)).json;
  };
  assert.deepEqual((await follow('next')).results, [{ adr: 'bureau 2' }, { adr: 'missing id' }]);
  assert.deepEqual((await follow('first')).results[0], { adr: '19 rue de la voie lactée saint avé' });
  assert.equal((await follow('dataset')).dataset_id, 'd2');
  assert.ok((await follow('catalog')).links);
});

// ---- 9.2 errors ----

test('23: an unknown data set', async () => {
  const answer = await get('does-not-exist');
  assert.equal(answer.status, 404);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.equal(answer.text, '{\n  "error_code": "NotFoundResource",\n  "message": "The requested dataset does-not-exist does not exist."\n}');
});
test('24: an unknown field, in an export too', async () => {
  assert.equal(await refused('public-trees/exports/csv', { select: 'no_such_field' }, 400, 'ODSQLError'),
    'ODSQL query is malformed: Unknown field: no_such_field. Clause(s) containing the error(s): select.');
});
test('25: a syntax error', async () => {
  const message = await refused('koumoul/records', { where: 'BOGUS(' }, 400, 'ODSQLSyntaxError');
  assert.ok(message.startsWith('ODSQL syntax exception: unexpected') && message.includes('where'), message);
});
for (const [number, path, params, code, words] of [
  [26, 'koumoul/records', { select: 'sum(id)' }, 'ODSQLError', 'StatAggregation only supports numeric or date expression'],
  [27, 'koumoul/records', { group_by: 'loc' }, 'ODSQLError', 'geo_cluster'],
  [29, 'genres/exports/json', { group_by: 'genus_name', order_by: 'count(*)' }, 'ODSQLError', 'aggregation function in order by is not supported with a limit > 20000'],
  [30, 'koumoul/records', { where: "some_date > '2017'" }, 'IncompatibleTypesInComparisonFilter', ''],
  ['35', 'koumoul/records', { where: 'id: koumoul' }, 'ODSQLError', 'Unknown field: koumoul'],
  ['70b', 'noms/records', { where: '1_uai = "x"' }, 'ODSQLSyntaxError', '_uai'],
  [84, 'genres/records', { group_by: 'genus_name', limit: 20001 }, 'InvalidRESTParameterError', '20000'],
  ['refine of an unknown field', 'koumoul/records', { refine: 'rien:x' }, 'ODSQLError', 'Unknown field: rien'],
  ['an unknown zone', 'temps/records', { timezone: 'Mars/Olympus' }, 'InvalidRESTParameterError', 'timezone'],
  ['a delimiter of ours', 'koumoul/exports/csv', { delimiter: 'x' }, 'InvalidRESTParameterError', 'delimiter'],
  ['a map of no place', 'd2/exports/geojson', {}, 'InvalidRESTParameterError', 'geographic'],
]) {
  test(`${number}: ${Object.keys(params)[0] ?? path} is refused as ${code}`, async () => {
    assert.ok((await refused(path, params, 400, code)).includes(words));
  });
}
test('an unknown export format is 404', () => refused('koumoul/exports/docx', {}, 404, 'NotFoundResource'));

// ---- 9.3 ODSQL ----

for (const [number, id, params, want, ...keys] of [
  [36, 'koumoul', { where: 'id: "koumoul"', select: 'id' }, ['koumoul'], 'id'],
  ['36b', 'koumoul', { where: 'id = "koumoul"', select: 'id' }, ['koumoul'], 'id'],
  ['36c', 'koumoul', { where: "id='koumoul'", select: 'id' }, ['koumoul'], 'id'],
  [38, 'koumoul', { where: 'nb > 12 OR id="koumoul" AND nb <= 12' }, ['koumoul', 'bidule'], 'id'],
  [40, 'koumoul', { where: 'NOT id="koumoul"' }, ['bidule'], 'id'],
  [41, 'd2', { where: 'NOT id="koumoul"' }, ['bidule', 'bidule', null], 'id'],
  [45, 'koumoul', { where: '"koumoul"' }, ['koumoul'], 'id'],
  [47, 'public-trees', { where: 'search(common_name,"flowring ch")' }, [244086], 'asset_id'],
  [48, 'public-trees', { where: 'search(common_name,"cherr")' }, [244086], 'asset_id'],
  [50, 'public-trees', { where: 'suggest(common_name,"flower")' }, [244086], 'asset_id'],
  [53, 'public-trees', { where: 'in_bbox(geo_point_2d,49.26,-123.16,49.28,-123.05)' }, [244086, 244105], 'asset_id'],
  [55, 'public-trees', { where: "within_distance(geo_point_2d,geom'POINT(-123.10 49.27)',4km)" }, [244086, 244096], 'asset_id'],
  [58, 'koumoul', { where: "intersects(loc,geom'POLYGON((-3 47,-2 47,-2 48,-3 48,-3 47))')" }, ['koumoul'], 'id'],
  ['68a', 'koumoul', { order_by: '-id,nb' }, ['koumoul', 'bidule'], 'id'],
  ['68b', 'koumoul', { order_by: 'id DESC' }, ['koumoul', 'bidule'], 'id'],
  ['69a', 'koumoul', { select: 'nb/0 as z' }, [null, null], 'z'],
  ['69b', 'koumoul', { select: 'nb*2 as b' }, [22, 44.4], 'b'],
  ['70a', 'noms', { where: '`12` > 10' }, [11], '12'],
  ['59', 'koumoul', { select: 'year(some_date) AS annee,month(some_date) as mois,hour(some_date) as h', limit: 1 }, [[2017, 12, 0]], 'annee', 'mois', 'h'],
  ['61b', 'temps', { timezone: 'Europe/Paris', order_by: 'date1' }, ['2025-09-10T10:00:00+02:00', '2025-09-11T08:00:00+02:00'], 'date1'],
  ['65', 'temps', { select: "date_format(date1,'yyyy/MM/dd') as date", order_by: 'date1' }, ['2025/09/10', '2025/09/11'], 'date'],
]) {
  test(`${number}: ${Object.entries(params).map(([k, v]) => `${k}=${v}`).join('&')}`, async () => {
    assert.deepEqual(pick(await records(id, params), ...keys), want);
  });
}
for (const [number, id, where, total, more] of [
  [37, 'd2', 'id is null', 1], ['37b', 'd2', 'id is not null', 5], [42, 'd2', 'id in ("koumoul","nope")', 3],
  [43, 'd2', 'employees IN [2..3]', 3], ['43b', 'd2', 'employees IN ]2..11[', 2], ['43c', 'd2', 'employees IN [2 TO 3]', 3],
  [44, 'multi', '"val 2" IN str2', 1], [51, 'public-trees', "common_name like 'maple'", 3],
  [62, 'temps', "date1 > '2025-09-10T09:00:00+00:00'", 1, { timezone: 'Europe/Paris' }],
  ['62b', 'temps', "date1 > '2025-09-10 11:00:00'", 1, { timezone: 'Europe/Paris' }],
  [64, 'temps', 'date1 >= now()', 0], ['64b', 'temps', 'date1 <= now()', 2], ['64c', 'temps', 'date1 >= now(years=-20)', 2],
  ['two where', 'd2', ['id="koumoul"', 'employees=0'], 2],
]) {
  test(`${number}: where=${where}: ${total}`, async () => {
    assert.equal((await json(`${id}/records`, { where, limit: 0, ...more })).total_count, total);
  });
}
test('64: an answer that used now() has no ETag: it ages', async () => {
  assert.equal((await good('temps/records', { where: 'date1 <= now()' })).headers.etag, undefined);
});
// Section 2 of the contract, where no case of section 9 asks. 2025-09-11 was a Thursday of week 37, the 254th day (Python's date).
for (const [pattern, want] of Object.entries({ yy: '25', yyyy: '2025', xx: '25', xxxx: '2025', w: '37', ww: '37', e: '4', E: 'jeu.', EEEE: 'jeudi', D: '254', DDD: '254', M: '9', MM: '09', MMM: 'sept.',
  MMMM: 'septembre', d: '11', dd: '11', H: '8', HH: '08', m: '0', mm: '00', s: '0', ss: '00', "yyyy 'l''an'": "2025 l'an", 'dd?MM,yyyy.HH-mm:ss/': '11?09,2025.08-00:00/' })) {
  test(`2.5: date_format ${pattern}, in the zone and the language asked for`, async () => {
    assert.deepEqual(await records('temps', { select: `date_format(date1, "${pattern}") as d`, limit: 1, lang: 'fr', timezone: 'Europe/Paris' }), [{ d: want }]);
  });
}
const utc = (set) => { const d = new Date(); set(d); return d; };
const toDay = (d, wanted, steps) => d.setUTCDate(d.getUTCDate() + (((wanted + 1 - d.getUTCDay()) % 7 + 7) % 7) + 7 * steps);
for (const [how, set] of [
  ['year=2000', (d) => d.setUTCFullYear(2000, d.getUTCMonth(), Math.min(d.getUTCDate(), new Date(Date.UTC(2000, d.getUTCMonth() + 1, 0)).getUTCDate()))],
  ['year=2000,year=2001,month=3,day=1', (d) => d.setUTCFullYear(2001, 2, 1)], ['month=2,day=31,year=2021', (d) => d.setUTCFullYear(2021, 1, 28)],
  ['days=-3,hours=+2', (d) => d.setTime(d.getTime() - 70 * 3600e3)], ['weeks=1', null], ['hour=3,minute=4,second=5,microsecond=0', (d) => d.setUTCHours(3, 4, 5, 0)],
]) {
  test(`2.5: now(${how})`, async () => {
    const select = `now(${how}) as d`;
    if (!set) { await refused('temps/records', { select }, 400, 'ODSQLError'); return; }
    const [{ d }] = await records('temps', { select, limit: 1 });
    assert.ok(Math.abs(new Date(d) - utc(set)) < 10000, `${d} is not ${utc(set).toISOString()}`);
  });
}
test('2.5: days and months in the language that is asked for, as Node.js has them', async () => {
  await publish(t, H, { id: 'jours', fields: { d: ['date'] }, rows: Array.from({ length: 12 }, (_, i) => [`2026-${String(i + 1).padStart(2, '0')}-${String(1 + i).padStart(2, '0')}`]) });
  const { parameters } = (await json(`${V21}/swagger.json`)).paths['/catalog/datasets/{dataset}/records'].get;
  for (const lang of parameters.find((p) => p.name === 'lang').schema.enum) {
    const name = (day, form) => new Intl.DateTimeFormat(lang, { ...form, timeZone: 'UTC' }).format(new Date(day));
    for (const row of await records('jours', { lang, limit: 12, select: "d, date_format(d, 'EEEE') as a, date_format(d, 'E') as b, date_format(d, 'MMMM') as c, date_format(d, 'MMM') as e" }))
      assert.deepEqual([row.a, row.b, row.c, row.e], [name(row.d, { weekday: 'long' }), name(row.d, { weekday: 'short' }), name(row.d, { month: 'long' }), name(row.d, { month: 'short' })], `${lang} ${row.d}`);
  }
  sql(t, "DELETE FROM portal.catalogue_search WHERE dataset_id = 'jours'; UPDATE portal.dataset SET state = 'withdrawn' WHERE dataset_id = 'jours'; UPDATE portal.tenant SET generation = generation + 1;");
});
test('trap 16: what is set comes before what is shifted: year=2001, months=-1 is the month before this one, in 2001', async () => {
  const at = new Date(), [{ m }] = await records('temps', { select: "date_format(now(year=2001, months=-1, day=1), 'yyyy-MM') as m", limit: 1 });
  assert.ok([at, new Date()].map((d) => new Date(Date.UTC(2001, d.getUTCMonth() - 1, 1)).toISOString().slice(0, 7)).includes(m), m);
});
test('trap 33: percentile counts to a hundred', async () => {
  // Employees in order: 0 0 2 3 3 11. Half-way stands 2.5; 0.95 is not 95 but less than one in a hundred, where 0 stands.
  const [row] = await records('d2', { select: 'percentile(employees, 50) as half, percentile(employees, 0.95) as least, percentile(employees, 95) as most', limit: 1 });
  assert.deepEqual([row.half, row.least, row.most], [2.5, 0, 9]);
});
test('2.5: now(mondays) is a Monday at this hour, the next or the last; weekday=0 the next that is not today or before', async () => {
  const [{ next, last, day }] = await records('temps', { select: 'now(mondays=+1) as next, now(mondays=-1) as last, now(weekday=0) as day', limit: 1 });
  const now = Date.now(), week = 7 * 86400e3;
  for (const one of [next, last, day]) assert.equal(new Date(one).getUTCDay(), 1, one);
  assert.ok(new Date(next) - now > -10000 && new Date(next) - now <= week + 10000, next);
  assert.ok(now - new Date(last) > -10000 && now - new Date(last) <= week + 10000, last);
  assert.ok(Math.abs(new Date(day) - now) <= week + 10000, day);
});
for (const [what, id, params, want] of [
  ['an older wildcard', 'public-trees', { where: "common_name like 'mapl*'", select: 'asset_id' }, [244093, 244096, 244105].map((asset_id) => ({ asset_id }))],
  ['a distinct count of what stands for null', 'd2', { select: "count(distinct ifnull(id,'aucun')) as n", limit: 1 }, [{ n: 3 }]],
  ['what stands for null is a group', 'd2', { group_by: "ifnull(id,'aucun') as k", select: 'count(*) as n' }, [{ k: 'aucun', n: 1 }, { k: 'bidule', n: 2 }, { k: 'koumoul', n: 3 }]],
  ['a field that is true', 'koumoul', { where: 'bool', select: 'id' }, [{ id: 'bidule' }]], ['is true', 'koumoul', { where: 'bool is true', select: 'id' }, [{ id: 'bidule' }]],
  ['a day with slashes', 'koumoul', { where: "some_date > date'2017/11/01'", select: 'id' }, [{ id: 'koumoul' }]], ['years as bounds', 'koumoul', { where: "some_date in [date'2017'..date'2018']", select: 'id' }, [{ id: 'koumoul' }, { id: 'bidule' }]],
  ['a quarter', 'koumoul', { group_by: 'range(some_date, 1 quarter) as q', select: 'count(*) as n' }, [{ q: '[2017-10-01T00:00:00.000Z, 2018-01-01T00:00:00.000Z[', n: 2 }]],
  ['half a day', 'temps', { group_by: 'range(date1, 12 hour) as q', select: 'count(*) as n' }, [{ q: '[2025-09-10T00:00:00.000Z, 2025-09-10T12:00:00.000Z[', n: 1 }, { q: '[2025-09-11T00:00:00.000Z, 2025-09-11T12:00:00.000Z[', n: 1 }]],
  ['whole numbers, closed', 'd2', { group_by: 'RANGE(employees,15)', select: 'count(*)' }, [{ 'RANGE(employees,15)': '[0, 14]', 'count(*)': 6 }]],
  ['the key as it was typed', 'koumoul', { group_by: 'RANGE(nb,15)', select: 'COUNT( * )' }, [{ 'RANGE(nb,15)': '[0, 15[', 'COUNT( * )': 1 }, { 'RANGE(nb,15)': '[15, 30[', 'COUNT( * )': 1 }]],
  ['an older name with a mode', 'koumoul', { where: "geometry(loc, geom'POLYGON((-3 47,-2 47,-2 48,-3 48,-3 47))', DISJOINT)", select: 'id' }, [{ id: 'bidule' }]],
  ['an older name of within_distance', 'koumoul', { where: "distance(loc, geom'POINT(2.6 45.5)', 10km)", select: 'id' }, [{ id: 'bidule' }]],
  ['minutes and seconds of a day', 'koumoul', { select: 'minute(some_date) as m, second(some_date) as s, length(id) as l', limit: 1 }, [{ m: 0, s: 0, l: 7 }]],
  ['arithmetic in a filter', 'koumoul', { where: "id = 'koumoul' AND (nb + 1) * 2 = 24", select: 'id' }, [{ id: 'koumoul' }]],
  ['startswith minds the case', 'koumoul', { where: "startswith(id,'Kou')", select: 'id' }, []], ['suggest does not', 'koumoul', { where: "suggest(id,adr,'KOU')", select: 'id' }, [{ id: 'koumoul' }]],
]) test(`2: ${what}`, async () => assert.deepEqual(await records(id, params), want));
// 7.816 m lie between the point and (2.6001, 45.5): 0.0001° on the parallel of WGS 84, a·cos φ ∕ √(1 − e² sin² φ).
for (const [unit, near] of [['6mi', true], ['9yd', true], ['8yd', false], ['26ft', true], ['25ft', false], ['8m', true], ['7', false], ['790cm', true], ['7700mm', false], ['0.01km', true]]) {
  test(`2.4: within_distance takes ${unit}`, async () => assert.equal((await json('koumoul/records', { where: `within_distance(loc, geom'POINT(2.6001 45.5)', ${unit})`, limit: 0 })).total_count, near ? 1 : 0));
}
for (const [where, code] of [['nb <> 11', 'ODSQLSyntaxError'], ['nb != 11', 'ODSQLSyntaxError'], ['nb || 1', 'ODSQLSyntaxError'], ["id = 'koumoul' -- rien", '']]) {
  test(`2.2: ${where} is not the language`, async () => {
    const answer = await get('koumoul/records', { where });
    assert.equal(answer.status, 400);
    assert.ok(answer.json.error_code.startsWith(code || 'ODSQL'));
  });
}
test('57: the distance in metres', async () => {
  const [row] = await records('public-trees', { select: "asset_id,distance(geo_point_2d,geom'POINT(-123.10 49.27)') as d", order_by: 'd', limit: 1 });
  assert.equal(row.asset_id, 244096);
  assert.ok(Math.abs(row.d - 2824.6) < 28, `${row.d}`);
});
test('67: the order by chance is the same for one seed, and turns round', async () => {
  const order = async (order_by) => pick(await records('beaucoup', { order_by, limit: 50 }), 'n');
  const first = await order('random(1)');
  assert.deepEqual(await order('random(1)'), first);
  assert.notDeepEqual(await order('random(2)'), first);
  const all = pick(await records('d2', { order_by: 'random(1)' }), 'adr', 'employees');
  assert.deepEqual(pick(await records('koumoul', { order_by: 'random(1) desc' }), 'id'), pick(await records('koumoul', { order_by: 'random(1)' }), 'id').reverse());
  assert.equal(all.length, 6);
});
test('71: names by their beginning', async () => {
  assert.deepEqual(Object.keys((await records('public-trees', { select: 'exclude(geo*)' }))[0]), ['asset_id', 'common_name', 'genus_name', 'height_m', 'diameter_cm', 'date_planted']);
  assert.deepEqual(Object.keys((await records('public-trees', { select: 'include(ge*)' }))[0]), ['genus_name', 'geom', 'geo_point_2d']);
});

// ---- 9.4 groups ----

for (const [number, id, params, want] of [
  [72, 'd2', { group_by: 'id', select: 'count(*)' }, [{ id: null, 'count(*)': 1 }, { id: 'bidule', 'count(*)': 2 }, { id: 'koumoul', 'count(*)': 3 }]],
  [73, 'koumoul', { group_by: 'id', select: 'median(nb) as med' }, [{ id: 'bidule', med: 22.2 }, { id: 'koumoul', med: 11 }]],
  [74, 'koumoul', { group_by: 'id', order_by: 'avg(nb) DESC' }, [{ id: 'bidule' }, { id: 'koumoul' }]],
  [75, 'koumoul', { group_by: 'range(nb, 10)', select: 'count(*)' }, [{ 'range(nb, 10)': '[10, 20[', 'count(*)': 1 }, { 'range(nb, 10)': '[20, 30[', 'count(*)': 1 }]],
  [76, 'koumoul', { group_by: 'range(nb, *, 20, *)', select: 'count(*)' }, [{ 'range(nb, *, 20, *)': '[*, 20.0[', 'count(*)': 1 }, { 'range(nb, *, 20, *)': '[20.0, *[', 'count(*)': 1 }]],
  [77, 'koumoul', { group_by: 'range(some_date, 1 day) as day', select: 'count(*)' }, [
    { day: '[2017-10-10T00:00:00.000Z, 2017-10-11T00:00:00.000Z[', 'count(*)': 1 }, { day: '[2017-12-12T00:00:00.000Z, 2017-12-13T00:00:00.000Z[', 'count(*)': 1 }]],
  ['77b', 'koumoul', { group_by: 'range(some_date, 1 day) as day', select: 'count(*)', timezone: 'Europe/Paris' }, [
    { day: '[2017-10-10T00:00:00+02:00, 2017-10-11T00:00:00+02:00[', 'count(*)': 1 }, { day: '[2017-12-12T00:00:00+01:00, 2017-12-13T00:00:00+01:00[', 'count(*)': 1 }]],
  [79, 'koumoul', { group_by: 'year(some_date) as annee', select: 'count(*)' }, [{ annee: 2017, 'count(*)': 2 }]],
  [82, 'd2', { group_by: 'somedate' }, [{ somedate: null }, { somedate: '2017-10-10' }, { somedate: '2017-12-12' }]],
  ['82b', 'd2', { group_by: 'somedate', order_by: 'somedate desc' }, [{ somedate: '2017-12-12' }, { somedate: '2017-10-10' }, { somedate: null }]],
]) {
  test(`${number}: group_by=${params.group_by}`, async () => {
    const page = await json(`${id}/records`, params);
    assert.deepEqual(page.results, want);
    assert.equal(page.total_count, want.length);
  });
}
test('80: a sum by group', async () => {
  const rows = await records('public-trees', { group_by: 'genus_name', select: 'sum(diameter_cm) as s' });
  assert.deepEqual(pick(rows, 'genus_name'), ['ACER', 'PRUNUS']);
  assert.ok(Math.abs(rows[0].s - 38.1) < 1e-9 && Math.abs(rows[1].s - 20.3) < 1e-9);
});

// ---- 9.5 facets and catalogue ----

test('86: the values of a facet: the most frequent first, a hundred, no null', async () => {
  const { links, facets } = await json('genres/facets', { facet: 'genus_name' });
  assert.deepEqual(links.map((l) => l.rel), ['self', 'dataset']);
  assert.deepEqual(facets.map((f) => f.name), ['genus_name']);
  assert.equal(facets[0].facets.length, 100);
  assert.deepEqual(facets[0].facets.slice(0, 2), [
    { name: 'GENUS 000', count: 200, state: 'displayed', value: 'GENUS 000' }, { name: 'GENUS 001', count: 199, state: 'displayed', value: 'GENUS 001' }]);
  assert.deepEqual(Object.keys(facets[0].facets[0]), ['name', 'count', 'state', 'value']);
  assert.ok(facets[0].facets.every((v) => v.name !== null));
});
test('87: a refined value says so', async () => {
  const { facets: [{ facets }] } = await json('public-trees/facets', { facet: 'genus_name', refine: 'genus_name:ACER' });
  assert.deepEqual(facets, [{ name: 'ACER', count: 3, state: 'refined', value: 'ACER' }]);
});
test('89, 90: refine and exclude', async () => {
  const total = async (id, params) => (await json(`${id}/records`, { limit: 0, ...params })).total_count;
  assert.equal(await total('public-trees', { refine: 'genus_name:"ACER"' }), 3);
  assert.equal(await total('public-trees', { exclude: 'genus_name:ACER' }), 2);
  assert.deepEqual(await records('temps', { refine: 'date1:2025/09/11', timezone: 'Europe/Paris' }), [{ date1: '2025-09-11T08:00:00+02:00' }]);
  for (const [value, want] of [['2025', 2], ['2025/9', 2], ['2026', 0]]) assert.equal(await total('temps', { refine: `date1:${value}` }), want, value);
});
test('facets: ordered as the field is annotated, or as it is asked; nine is before ten', async () => {
  const names = async (params) => Object.fromEntries((await json('tailles/facets', params)).facets.map((f) => [f.name, f.facets.map((v) => v.name)]));
  assert.deepEqual(await names(), { size: ['1.5', '9', '10', 'sans'], year: ['100', '10', '9', '2'], way: ['sud/est', 'sud', 'nord/est/2', 'nord/est', 'nord'] });
  assert.deepEqual(await names({ facet: ['size', 'facet(name="year",sort="num")', 'facet(name="way",sort="count")'] }),
    { size: ['1.5', '9', '10', 'sans'], year: ['2', '9', '10', '100'], way: ['nord', 'nord/est', 'nord/est/2', 'sud', 'sud/est'] });
  assert.deepEqual(await names({ facet: 'facet(name="size",sort="-num")' }), { size: ['10', '9', '1.5', 'sans'] });
  for (const [sort, want] of [['-num', ['10', '9', '1.5', 'sans']], ['num', ['1.5', '9', '10', 'sans']], ['alphanum', ['1.5', '10', '9', 'sans']], ['count', ['1.5', '9', 'sans', '10']]]) {
    const { facet_groups: [{ facets }] } = await json('/api/records/1.0/search/', { dataset: 'tailles', facet: 'size', 'facetsort.size': sort });
    assert.deepEqual(pick(facets, 'name'), want, sort);
  }
});
test('facets: a question makes a tree of texts', async () => {
  const facet = 'facet(name="way", hierarchical=true, separator="/")';
  const [{ facets }] = (await json('tailles/facets', { facet })).facets;
  assert.deepEqual(facets.map(({ name, count }) => [name, count]), [['sud', 2], ['nord', 3]]);
  const [refined] = (await json('tailles/facets', { facet, refine: 'way:nord' })).facets;
  assert.deepEqual(refined.facets, [{ name: 'nord', count: 3, state: 'refined', value: 'nord', facets: [{ name: 'est', count: 2, state: 'displayed', value: 'nord/est' }] }]);
  assert.match(await refused('tailles/facets', { facet: 'facet(name="year", hierarchical=true)' }, 400, 'ODSQLError'), /Not a hierarchical facet: year/);
});
test('91: the facets of the catalogue, by name', async () => {
  const { links, facets } = await json(`${V21}/catalog/facets`);
  assert.deepEqual(links.map((l) => l.rel), ['self', 'source']);
  const names = facets.map((f) => f.name);
  for (const name of ['features', 'theme', 'keyword', 'publisher']) assert.ok(names.includes(name), name);
  assert.deepEqual(facets.find((f) => f.name === 'features').facets.map((v) => v.name), ['analyze', 'geo', 'timeserie']);
});
test('93: a data set has all its members, in their order', async () => {
  const d = await json('public-trees');
  assert.deepEqual(Object.keys(d), ['visibility', 'fields', 'dataset_id', 'dataset_uid', 'has_records', 'features', 'attachments', 'alternative_exports', 'data_visible', 'metas']);
  assert.deepEqual(Object.keys(d.metas), ['default', 'dcat']);
  assert.deepEqual(Object.keys(d.metas.default), ['title', 'description', 'theme', 'keyword', 'license', 'license_url', 'language', 'metadata_languages', 'timezone',
    'modified', 'modified_updates_on_metadata_change', 'modified_updates_on_data_change', 'data_processed', 'metadata_processed', 'geographic_reference',
    'geographic_reference_auto', 'territory', 'geometry_types', 'bbox', 'publisher', 'references', 'records_count', 'attributions', 'source_domain',
    'source_domain_title', 'source_domain_address', 'source_dataset', 'shared_catalog', 'federated', 'parent_domain', 'update_frequency']);
  assert.deepEqual(Object.keys(d.metas.dcat), ['created', 'issued', 'creator', 'contributor', 'contact_name', 'contact_email', 'accrualperiodicity', 'spatial', 'temporal',
    'granularity', 'dataquality', 'publisher_type', 'conforms_to', 'temporal_coverage_start', 'temporal_coverage_end', 'accessRights', 'relation']);
  assert.equal(d.metas.default.references, null);
  assert.deepEqual(d.metas.default.theme, ['Environnement']);
  assert.deepEqual(d.features, ['analyze', 'timeserie', 'geo']);
  assert.deepEqual(d.fields[2], { name: 'genus_name', description: null, annotations: { facet: true, sortable: true }, label: 'genus_name', type: 'text' });
  assert.deepEqual((await json('public-trees', { include_app_metas: true })).metas.explore, { download_count: 0, popularity_score: null, geographic_reference_path: null, geographic_reference_path_labels: null });
});
test('94: selected members are flat', async () => {
  const { results } = await json(`${V21}/catalog/datasets`, { select: 'dataset_id,default.title', order_by: 'dataset_id', limit: 1 });
  assert.deepEqual(results, [{ dataset_id: 'beaucoup', 'default.title': 'Jeu beaucoup' }]);
});
test('96: order and bounds of the catalogue', async () => {
  const days = (await json(`${V21}/catalog/datasets`, { order_by: 'default.modified desc', select: 'default.modified', limit: 100 })).results.map((d) => d['default.modified']);
  assert.deepEqual(days, [...days].sort().reverse());
  await refused(`${V21}/catalog/datasets`, { limit: 101 }, 400, 'InvalidRESTParameterError');
});
for (const [what, params, want] of [
  ['words', { where: '"trees"' }, ['public-trees']],
  ['words of a prefix', { where: 'search("koum")' }, ['koumoul']],
  ['a field', { where: 'default.records_count = 6' }, ['d2']],
  ['datasetid', { where: 'datasetid:"multi"' }, ['multi']],
  ['a list', { where: ["features='geo'", 'features="timeserie"'], order_by: 'dataset_id' }, ['koumoul', 'public-trees']],
  ['refine and exclude', { refine: 'features:geo', exclude: 'title:"Jeu koumoul"' }, ['public-trees']],
]) {
  test(`the catalogue is asked in the same language: ${what}`, async () => {
    const page = await json(`${V21}/catalog/datasets`, { select: 'dataset_id', ...params });
    assert.deepEqual(pick(page.results, 'dataset_id'), want);
    assert.equal(page.total_count, want.length);
  });
}
// Every member of a description that an object shows is a field of the catalogue's questions, with the same value; but the two
// that are made where they are shown, and two that are asked for by their DCAT twins (dcat.spatial, dcat.accrualperiodicity).
const DESCRIBED = { default: { title: 'Décrit', license_url: 'https://exemple.fr/licence', timezone: 'Europe/Paris', geographic_reference: ['fr_40_24', 'world'],
  geographic_reference_auto: false, territory: ['Centre-Val de Loire'], geometry_types: ['Point', 'Polygon'], references: 'https://exemple.fr/source',
  source_domain: 'exemple.fr', source_domain_title: 'Exemple', source_domain_address: 'exemple.fr', source_dataset: 'autre' },
dcat: { created: '2019-02-03', issued: '2020-05-06T07:08:09+02:00', creator: 'Une créatrice', contributor: 'Un aide', contact_name: 'Accueil', contact_email: 'a@exemple.fr',
  temporal: '2019', dataquality: 'bonne', publisher_type: 'public', conforms_to: 'https://exemple.fr/schema', temporal_coverage_start: '2019-01-01',
  temporal_coverage_end: '2019-12-31', accessRights: 'public', relation: 'rien' } };
const MADE = ['default.bbox', 'default.attributions', 'default.territory', 'default.update_frequency', 'explore.geographic_reference_path', 'explore.geographic_reference_path_labels'];
test('every member of a description is a field to select, to filter by and to order by', async (t2) => {
  await publish(t, H, { ...K, id: 'decrit' }, { metas: DESCRIBED });
  t2.after(() => sql(t, `DELETE FROM portal.catalogue_search WHERE dataset_id = 'decrit'; UPDATE portal.dataset SET state = 'withdrawn' WHERE dataset_id = 'decrit'; UPDATE portal.tenant SET generation = generation + 1;`));
  const { metas } = await json('decrit', { include_app_metas: true });
  const names = Object.entries(metas).flatMap(([template, members]) => Object.keys(members).map((key) => `${template}.${key}`)).filter((name) => !MADE.includes(name));
  assert.equal(names.length, 46);
  const ask = async (params) => (await json(`${V21}/catalog/datasets`, { where: 'dataset_id="decrit"', ...params })).results[0];
  for (const name of [...names, ...Object.keys(metas.default).filter((key) => names.includes(`default.${key}`)), 'dataset_uid', 'data_visible', 'datasetid']) {
    const { shown } = await ask({ select: `${name} as shown` }), { found } = await ask({ select: `${name} as found, records_count * 0 as z` });
    if (/created|issued|modified$|processed/.test(name)) assert.equal(Date.parse(found), Math.floor(Date.parse(shown) / 1000) * 1000 + (Date.parse(found) % 1000), name);
    else assert.deepEqual(found, shown, name);
    assert.equal((await good(`${V21}/catalog/datasets`, { order_by: `${name} desc`, limit: 1 })).json.results.length, 1, name);
  }
  const total = async (where) => (await json(`${V21}/catalog/datasets`, { where, limit: 0 })).total_count;
  for (const where of ['default.license_url = "https://exemple.fr/licence"', 'dcat.created < date\'2019-02-04\'', 'dcat.issued = date\'2020-05-06T05:08:09\'', 'dcat.creator like "créatrice"',
    '"fr_40_24" in geographic_reference', 'dcat.contact_email = "a@exemple.fr"', 'source_dataset = "autre"', 'dcat.accessRights = "public"']) assert.equal(await total(where), 1, where);
  await publish(t, H, { ...K, id: 'cache-decrit' }, { visibility: 'closed', metas: { dcat: { ...DESCRIBED.dcat, contact_email: 'b@exemple.fr' } } });
  assert.equal(await total('dcat.contact_email = "b@exemple.fr"'), 0, 'of a closed data set nothing is found');
});
test('a date that is none in a description stops no question', async () => {
  const moment = (text) => sql(t, `SET TIME ZONE 'UTC'; SELECT portal.iso_moment('${text}')`);
  for (const [text, want] of [['2019-02-03', '2019-02-03 00:00:00+00'], ['2020-05-06T07:08:09+02:00', '2020-05-06 05:08:09+00'], ['2020-05-06T07:08:09Z', '2020-05-06 07:08:09+00'],
    ['2020-05-06T07:08:09.5-01:30', '2020-05-06 08:38:09.5+00'], ['2020-05-06T07:08:09', '2020-05-06 07:08:09+00'], ['2020-02-29', '2020-02-29 00:00:00+00'],
    ['2021-02-29', ''], ['2020-02-31', ''], ['2020-13-01', ''], ['hier', ''], ['', ''], ['2020', ''], ['2020-05-06T25:00:00', ''], ['2020-05-06 07:08:09', ''], ['0000-01-01', '']]) assert.equal(moment(text), want, text);
});
test('the catalogue is ordered by downloads, and by a score that nobody has', async () => {
  sql(t, `INSERT INTO portal.download (tenant_id, dataset_id, month, exports, files) SELECT tenant_id, id, date '2026-01-01', CASE dataset_id WHEN 'multi' THEN 1000000 ELSE 2000000 END, 5
    FROM portal.dataset WHERE dataset_id IN ('multi', 'temps')`);
  const top = await json(`${V21}/catalog/datasets`, { select: 'dataset_id, explore.download_count', order_by: 'explore.download_count desc', limit: 2 });
  assert.deepEqual(pick(top.results, 'dataset_id'), ['temps', 'multi']);
  assert.ok(top.results[0]['explore.download_count'] >= 2000005);
  assert.equal((await json(`${V21}/catalog/datasets`, { where: 'explore.download_count > 1500000', limit: 0 })).total_count, 1);
  const answer = await good('/api/datasets/1.0/search/', { sort: 'explore.download_count', rows: 1 });
  assert.equal(answer.json.datasets[0].datasetid, 'temps');
  for (const path of [`${V21}/catalog/datasets?order_by=explore.download_count`, '/api/datasets/1.0/search/?sort=explore.download_count']) assert.equal((await get(path)).headers.etag, undefined, path);
  await good('/api/datasets/1.0/search/', { sort: 'explore.popularity_score' });
  sql(t, "DELETE FROM portal.download WHERE month = date '2026-01-01'");
});
test('descriptions and counts are read only where they are asked for', async () => {
  const from = readFileSync(new URL('../../tenants/people/sql/catalogue_visible.sql', import.meta.url), 'utf8').replace(/^--.*\n/gm, '').replaceAll(';', '');
  const plan = (select) => sql(t, `BEGIN; SELECT tenant_id AS tenant FROM portal.host WHERE host = '${H}' \\gset
    SET LOCAL portal.tenant_id = :'tenant'; SET LOCAL ROLE terrasse_web;
    EXPLAIN SELECT ${select} FROM (${from.replaceAll('$1', ":'tenant'").replaceAll('$2', "'f'").replaceAll('$3', 'NULL')}) r ORDER BY r._id; ROLLBACK`);
  assert.doesNotMatch(plan('r._id, r.c1, r.c2, r.c4'), /on (dataset d|download)/);
  assert.match(plan('r.c19'), /on dataset d/);
  assert.match(plan('r.c43'), /on download/);
});
test('the catalogue in groups', async () => {
  const { results } = await json(`${V21}/catalog/datasets`, { group_by: 'features', select: 'count(*) as n', order_by: 'n desc' });
  assert.deepEqual(results.find((g) => g.features === 'geo'), { features: 'geo', n: 2 });
});
test('the client of a farm of data leaves out what is heavy', async () => {
  const { results } = await json(`${V21}/catalog/datasets`, { select: 'exclude(attachments),exclude(alternative_exports),exclude(fields)', where: 'search("jeu")', limit: 3, offset: 1 });
  assert.equal(results.length, 3);
  assert.deepEqual(Object.keys(results[0]), ['visibility', 'dataset_id', 'dataset_uid', 'has_records', 'features', 'data_visible', 'metas']);
});

// ---- 9.6 exports ----

test('97, 98: the bytes of a CSV', async () => {
  const csv = 'asset_id;genus_name;height_m;date_planted;geom;geo_point_2d\r\n'
    + '244086;PRUNUS;4.6;2012-11-13;"{""coordinates"": [-123.06036999913398, 49.27117199821082], ""type"": ""Point""}";49.27117199821082, -123.06036999913398\r\n'
    + '244093;ACER;4.6;2013-01-12;"{""coordinates"": [-123.18, 49.25], ""type"": ""Point""}";49.25, -123.18\r\n';
  const select = 'asset_id,genus_name,height_m,date_planted,geom,geo_point_2d';
  assert.equal((await good('public-trees/exports/csv', { with_bom: false, select, limit: 2 })).text, csv);
  const marked = await good('public-trees/exports/csv', { select, limit: 2 });
  assert.deepEqual([...marked.body.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  assert.equal(marked.body.subarray(3).toString(), csv);
  assert.equal(marked.headers['content-disposition'], 'attachment; filename="public-trees.csv"');
  assert.equal(marked.headers['content-type'], 'text/csv; charset=utf-8');
  assert.ok(marked.headers.link.startsWith('<https://www.etalab.gouv.fr/licence-ouverte-open-licence>; rel="license", '));
});
test('what a delimiter or a quote would break is quoted', async () => {
  assert.equal((await good('noms/exports/csv', { with_bom: false })).text, '12;1_uai;libelle_long\r\n11;0450001A;"un;deux"\r\n7;;"dit ""oui"""\r\n');
  assert.equal((await good('noms/exports/csv', { with_bom: false, delimiter: ',', limit: 1 })).text, '12,1_uai,libelle_long\r\n11,0450001A,un;deux\r\n');
});
test('100: the separator of lists', async () => {
  assert.equal((await good('multi/exports/csv', { list_separator: '|', with_bom: false })).text, 'str1;str2\r\nval 1;val 1|val 2\r\n');
});
test('101: the bytes of JSON', async () => {
  assert.equal((await good('d2/exports/json', { where: 'employees > 2' })).text,
    '[{"id": "koumoul", "somedate": "2017-12-12", "employees": 3, "adr": "19 rue de la voie lactée saint avé"},'
    + '{"id": "bidule", "somedate": "2017-10-10", "employees": 11, "adr": "adresse inconnue"},{"id": null, "somedate": null, "employees": 3, "adr": "missing id"}]');
  assert.equal((await json('public-trees/exports/json')).length, 5);
});
test('103: a map', async () => {
  const map = await json('public-trees/exports/geojson');
  assert.equal(map.type, 'FeatureCollection');
  assert.deepEqual(map.features[0].geometry, { type: 'Point', coordinates: [-123.06036999913398, 49.27117199821082] });
  assert.equal(map.features[0].properties.asset_id, 244086);
});
test('102: FlatGeobuf says what it is', async () => {
  const file = await good('public-trees/exports/fgb', { limit: 5 });
  assert.equal(file.headers['content-type'], 'application/octet-stream; charset=utf-8');
  assert.equal(file.body.subarray(0, 7).toString('latin1'), 'fgb\x03fgb');
  assert.ok(file.body.includes('Layer1'), 'the name of the layer');
});
test('104: compressed', async () => {
  const zipped = await good('beaucoup/exports/csv', { compressed: true });
  assert.equal(gunzipSync(zipped.body).toString(), (await good('beaucoup/exports/csv')).text);
});
test('105: the catalogue as a table', async () => {
  const [head, ...rows] = (await good(`${V21}/catalog/exports/csv`, { with_bom: false })).text.trimEnd().split('\r\n');
  assert.ok(head.startsWith('dcat.created;') && head.endsWith(';datasetid'));
  assert.equal(rows.length, 9);
  const federated = head.split(';').indexOf('default.federated');
  assert.ok(rows.every((row) => row.split(';')[federated] === 'False'));
  assert.equal((await json(`${V21}/catalog/exports/json`)).length, 9);
});
// What the list answers is what the files hold; workbooks are read back by GDAL.
const cells = (text) => text.replace(/^\ufeff/, '').trimEnd().split(/\r?\n/).map((line) => line.split(';'));
const sheet = async (params, format) => {
  const path = join(t.folder, `datasets.${format}`);
  writeFileSync(path, (await good(`${V21}/catalog/exports/${format}`, params)).body);
  const options = ['-f', 'CSV', '-lco', 'SEPARATOR=SEMICOLON', '-oo', 'HEADERS=FORCE', '-oo', 'FIELD_TYPES=STRING'];
  return cells(execFileSync('ogr2ogr', [...options, '/vsistdout/', path], { encoding: 'utf8' })).filter((row) => row[0] !== 'Field1') // GDAL's own names, where it takes ours for values
    .map((row) => row.map((cell) => cell.replace(/^"(.*)"$/, '$1')));
};
const ASKED = [
  ['names and their aliases', { select: 'dataset_id as nom, records_count, theme', order_by: 'dataset_id', limit: 3 }],
  ['computed', { select: 'upper(dataset_id) as grand, records_count * 2 as double', order_by: 'dataset_id' }],
  ['groups', { select: 'count(*) as n, sum(records_count) as lignes', group_by: 'publisher' }],
  ['groups in an order', { select: 'count(*) as n', group_by: 'features', order_by: 'n desc', limit: 2 }],
  ['refined', { select: 'dataset_id, visibility', refine: 'features:geo', order_by: '-dataset_id' }],
  ['excluded', { select: 'dataset_id, title', exclude: 'features:geo', order_by: 'dataset_id', limit: 2, offset: 1 }],
  ['a condition', { select: 'dataset_id, features', where: 'records_count > 100', order_by: 'records_count' }],
  ['one sum', { select: 'sum(records_count) as lignes, count(*) as n', limit: 1 }],
];
for (const [what, params] of ASKED)
  test(`the catalogue in files, ${what}: the rows of the list`, async () => {
    const { results } = await json(`${V21}/catalog/datasets`, { limit: 100, ...params });
    const keys = Object.keys(results[0]), flat = (v) => (v === null || v === undefined ? '' : Array.isArray(v) ? v.join(',') : String(v));
    const table = [keys, ...results.map((row) => keys.map((k) => flat(row[k])))];
    assert.deepEqual(await json(`${V21}/catalog/exports/json`, params), results);
    assert.deepEqual((await good(`${V21}/catalog/exports/jsonl`, params)).text.trimEnd().split('\n').map((line) => JSON.parse(line)), results);
    assert.deepEqual(cells((await good(`${V21}/catalog/exports/csv`, params)).text), table);
    assert.deepEqual(await sheet(params, 'xlsx'), table);
    assert.deepEqual(await sheet(params, 'ods'), table);
  });
test('the catalogue in files: columns that a pattern takes, or leaves out', async () => {
  const head = async (select) => cells((await good(`${V21}/catalog/exports/csv`, { select, limit: 1 })).text)[0];
  const all = await head('*');
  assert.deepEqual(await head('exclude(dcat.*)'), all.filter((name) => !name.startsWith('dcat.')));
  assert.deepEqual(await head('include(default.ti*), include(default.theme)'), ['default.title', 'default.timezone', 'default.theme']);
  assert.deepEqual(await head('*, exclude(default.*), title as titre'), [...all.filter((name) => !name.startsWith('default.')), 'titre']);
  assert.deepEqual(cells((await good(`${V21}/catalog/exports/csv`, { group_by: 'visibility', select: 'count(*)', delimiter: '|', quote_all: true, with_bom: false })).text), [['"visibility"|"count(*)"'], ['"domain"|"9"']]);
});
test('the catalogue in files: what is about datasets alone says so, and bad questions are refused before the file', async () => {
  for (const format of ['rss', 'data.json', 'dublin_core']) assert.match(await refused(`${V21}/catalog/exports/${format}`, { group_by: 'publisher' }, 400, 'ODSQLError'), /Only whole datasets can be exported as/);
  await refused(`${V21}/catalog/exports/csv`, { select: 'nope' }, 400, 'ODSQLError');
  await refused(`${V21}/catalog/exports/xlsx`, { group_by: 'nope' }, 400, 'ODSQLError');
  await refused(`${V21}/catalog/exports/json`, { select: 'count(*) as n', group_by: 'publisher', order_by: 'n' }, 400, 'ODSQLError'); // 29: its bound is said
});
test('108: a limit, and none: every row once, in order, over several slices', async () => {
  assert.equal((await json('genres/exports/json', { rows: 3 })).length, 3);
  assert.deepEqual((await json('beaucoup/exports/json')).map((row) => row.n), Array.from({ length: 10000 }, (_, i) => i));
  assert.deepEqual((await json('beaucoup/exports/json', { order_by: 'n desc', limit: 4500 })).map((row) => row.n), Array.from({ length: 4500 }, (_, i) => 9999 - i));
  assert.equal((await good('beaucoup/exports/jsonl', { where: 'n < 2' })).text, '{"n": 0, "t": "ligne 0"}\n{"n": 1, "t": "ligne 1"}\n');
});
test('a group in a file: every key, the null one first', async () => {
  const rows = await json('genres/exports/json', { group_by: 'genus_name', select: 'count(*) as count' });
  assert.equal(rows.length, 121);
  assert.deepEqual(rows.slice(0, 2), [{ genus_name: null, count: 41 }, { genus_name: 'GENUS 000', count: 200 }]);
});
test('a download is not sent again to whoever has it; HEAD has its headers and no body', async () => {
  const { headers } = await good('koumoul/exports/csv');
  assert.equal((await get('koumoul/exports/csv', {}, { headers: { 'If-None-Match': headers.etag } })).status, 304);
  const head = await get('koumoul/exports/csv', {}, { method: 'HEAD' });
  assert.deepEqual([head.status, head.body.length, head.headers.etag], [200, 0, headers.etag]);
});
test('a whole file is kept: length, ranges, HEAD, the same bytes; not for parts of it, not for closed data', async () => {
  const first = await good('genres/exports/csv');
  const kept = await poll(async () => {
    const again = await good('genres/exports/csv');
    return again.headers['content-length'] ? again : null;
  }, { what: 'kept file' });
  assert.ok(kept.body.equals(first.body));
  assert.deepEqual([kept.headers.etag, kept.headers['content-disposition'], kept.headers.link], [first.headers.etag, first.headers['content-disposition'], first.headers.link]);
  assert.equal(Number(kept.headers['content-length']), first.body.length);
  const part = await get('genres/exports/csv', {}, { headers: { Range: 'bytes=3-12', 'If-Range': kept.headers.etag } });
  assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, 'genus_name', `bytes 3-12/${first.body.length}`]);
  const head = await get('genres/exports/csv', {}, { method: 'HEAD' });
  assert.deepEqual([head.status, Number(head.headers['content-length']), head.body.length], [200, first.body.length, 0]);
  assert.equal((await get('genres/exports/csv', {}, { headers: { 'If-None-Match': kept.headers.etag } })).status, 304);
  const files = () => readdirSync(join(t.home, 'spool')).filter((name) => name.startsWith('artefact-'));
  const n = files().length;
  for (const params of [{ where: 'genus_name="GENUS 001"' }, { limit: 5 }, { select: 'genus_name' }, { x: 1 }]) await good('genres/exports/csv', params);
  await t.http(H, url('ferme/exports/csv'), { key: makeKey(t, H) });
  assert.equal(files().length, n);
  assert.ok(files().every((name) => !name.endsWith('.part')));
});
test('a new revision is a new file, and the old one goes', async () => {
  const { dataset } = await publish(t, H, { ...K, id: 'revise' });
  const files = () => readdirSync(join(t.home, 'spool')).filter((name) => name.startsWith(`artefact-${dataset}-`));
  await good('revise/exports/csv');
  await poll(() => files().length === 1, { what: 'kept file' });
  const [old] = files();
  const { etag } = (await good('revise/exports/csv')).headers;
  sql(t, `UPDATE portal.dataset SET revision = revision + 1 WHERE id = '${dataset}'; UPDATE portal.tenant SET generation = generation + 1;`);
  await poll(async () => (await good('revise/exports/csv')).headers.etag !== etag, { what: 'new revision' });
  await poll(() => files().length === 1 && files()[0] !== old, { what: 'the old file gone' });
  sql(t, `DELETE FROM portal.catalogue_search WHERE id = '${dataset}'; UPDATE portal.dataset SET state = 'withdrawn' WHERE id = '${dataset}'; UPDATE portal.tenant SET generation = generation + 1;`);
  await poll(async () => (await get('revise/exports/csv')).status === 404, { what: 'withdrawn' });
});
test('the formats: a map only where there is a place', async () => {
  assert.deepEqual((await json('koumoul/exports')).links.map((l) => l.rel), ['csv', 'json', 'jsonl', 'geojson', 'xlsx', 'parquet', 'ods', 'shp', 'kml', 'gpx', 'gpkg', 'fgb', 'rdfxml', 'turtle', 'n3', 'jsonld', 'ov2']);
  assert.deepEqual((await json('d2/exports')).links.map((l) => l.rel), ['csv', 'json', 'jsonl', 'xlsx', 'parquet', 'ods', 'rdfxml', 'turtle', 'n3', 'jsonld']);
});

// ---- 9.7 older bases ----

test('112, 113: the older shape on both older bases', async () => {
  for (const base of ['/api/v2', '/api/explore/v2.0']) {
    const answer = await good(`${base}/catalog/datasets/koumoul/records`);
    assert.deepEqual(Object.keys(answer.json), ['total_count', 'links', 'records']);
    assert.equal(answer.json.records[0].record.fields.id, 'koumoul');
    assert.deepEqual(Object.keys(answer.json.records[0].record), ['id', 'timestamp', 'size', 'fields']);
    assert.ok(answer.headers['ods-explore-api-deprecation']);
    const list = await json(`${base}/catalog/datasets`, { limit: 1 });
    assert.deepEqual(Object.keys(list), ['total_count', 'links', 'datasets']);
    assert.ok(list.datasets[0].dataset.dataset_id && list.datasets[0].links.some((l) => l.rel === 'exports'));
    assert.deepEqual((await json(`${base}/catalog/datasets/public-trees`)).dataset.fields[2].annotations, { facet: [], sortable: [] });
    assert.notEqual((await good(`${base}/catalog/datasets/koumoul/exports/csv`)).body[0], 0xef);
  }
});
test('version 2.0: aggregates, of groups or of all rows, and query, another name of the rows', async () => {
  for (const base of ['/api/v2', '/api/explore/v2.0']) for (const slash of ['', '/']) {
    const at = async (path, params) => json(`${base}/catalog/datasets/${path}${slash}`, params);
    const groups = await at('d2/aggregates', { select: 'count(*) as n, sum(employees) as tous', group_by: 'id', order_by: 'n desc' });
    assert.deepEqual(Object.keys(groups), ['links', 'aggregations']);
    assert.deepEqual(groups.aggregations, [{ id: 'koumoul', n: 3, tous: 3 }, { id: 'bidule', n: 2, tous: 13 }, { id: null, n: 1, tous: 3 }]);
    assert.deepEqual((await at('d2/aggregates', { select: 'count(*), max(employees) as plus', where: 'employees < 11' })).aggregations, [{ 'count(*)': 5, plus: 3 }]);
    assert.deepEqual(pick((await at('koumoul/query', { where: 'nb > 12' })).records.map((one) => one.record.fields), 'id'), ['bidule']);
    assert.equal((await get(`${base}/catalog/datasets/ferme/aggregates`, { select: 'count(*)' })).status, 404);
  }
  for (const params of [{}, { select: 'id' }, { select: 'id, count(*)' }]) assert.match(await refused('/api/v2/catalog/datasets/d2/aggregates', params, 400, 'ODSQLError'), /An aggregation is of aggregates, or has group_by/);
  for (const path of ['d2/aggregates', 'd2/query']) assert.equal((await get(path, { select: 'count(*)' })).status, 404, 'not of 2.1');
});
test('114: the address that catalogues stored', async () => {
  const answer = await good('/explore/dataset/koumoul/download', { format: 'csv', timezone: 'Europe/Berlin', use_labels_for_header: false });
  assert.equal(answer.headers['content-disposition'], 'attachment; filename="koumoul.csv"');
  assert.match(answer.text, /koumoul;19 rue/);
});

const old = async (path, params) => (await good(path, params)).json;
test('109: rows in the first version: no nulls, points by latitude, bare geometries', async () => {
  const page = await old('/api/records/1.0/search/', { dataset: 'public-trees', rows: 1 });
  assert.deepEqual(Object.keys(page), ['nhits', 'parameters', 'records']);
  assert.equal(page.nhits, 5);
  assert.deepEqual(page.parameters, { dataset: 'public-trees', rows: 1, start: 0, format: 'json', timezone: 'UTC' });
  const [row] = page.records;
  assert.deepEqual(row.fields.geo_point_2d, [49.27117199821082, -123.06036999913398]);
  assert.deepEqual(row.fields.geom, { type: 'Point', coordinates: [-123.06036999913398, 49.27117199821082] });
  assert.deepEqual(row.geometry, { type: 'Point', coordinates: [-123.06036999913398, 49.27117199821082] });
  assert.match(row.recordid, /^[0-9a-f]{40}$/);
  assert.match(row.record_timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});
test('110: a refinement of the first version, echoed', async () => {
  const page = await old('/api/records/1.0/search/', { dataset: 'public-trees', 'refine.genus_name': 'ACER', facet: 'genus_name' });
  assert.deepEqual([page.nhits, page.parameters.refine], [3, { genus_name: 'ACER' }]);
  assert.deepEqual(page.facet_groups, [{ name: 'genus_name', facets: [{ name: 'ACER', count: 3, state: 'refined', path: 'ACER' }] }]);
  const none = await old('/api/records/1.0/search/', { dataset: 'public-trees', 'refine.genus_name': 'QUERCUS' });
  assert.deepEqual([none.nhits, none.records], [0, []]);
});
test('111: a null is left out in the first version', async () => {
  const { records: [row] } = await old('/api/records/1.0/search/', { dataset: 'd2', q: 'missing' });
  assert.deepEqual(row.fields, { employees: 3, adr: 'missing id' });
});
for (const [what, params, want] of [
  ['words', { q: 'inconnue' }, ['bidule']], ['a field', { q: 'id:koumoul' }, ['koumoul']], ['the largest first', { sort: 'nb' }, ['bidule', 'koumoul']],
  ['the smallest first', { sort: '-nb' }, ['koumoul', 'bidule']], ['near', { 'geofilter.distance': '47.687,-2.748,1000' }, ['koumoul']],
  ['inside', { 'geofilter.polygon': '(45,2),(46,2),(46,3),(45,3)' }, ['bidule']], ['a page', { rows: 1, start: 1 }, ['bidule']],
  ['chosen fields', { fields: 'id' }, ['koumoul', 'bidule']],
]) {
  test(`the first version: ${what}`, async () => {
    const page = await old('/api/records/1.0/search/', { dataset: 'koumoul', ...params });
    assert.deepEqual(page.records.map((row) => row.fields.id), want);
  });
}
test('errors of the first version have their own shape', async () => {
  for (const [path, params, status] of [['/api/records/1.0/search/', {}, 400], ['/api/records/1.0/search/', { dataset: 'rien' }, 404], ['/api/datasets/1.0/rien', {}, 404],
    ['/api/records/1.0/search/', { dataset: 'd2', rows: 10001 }, 400], ['/api/records/1.0/search/', { dataset: 'koumoul', 'geofilter.distance': 'ici' }, 400]]) {
    const answer = await get(path, params);
    assert.equal(answer.status, status);
    assert.deepEqual(Object.keys(answer.json), ['errorcode', 'error']);
  }
});
test('115: the catalogue in the first version', async () => {
  const page = await old('/api/datasets/1.0/search/', { rows: 50, start: 0, interopmetas: true, sort: '-modified' });
  assert.equal(page.nhits, 9);
  const days = page.datasets.map((d) => d.metas.modified);
  assert.deepEqual(days, [...days].sort());
  const d = page.datasets.find((one) => one.datasetid === 'public-trees');
  assert.deepEqual([d.has_records, d.attachments, d.metas.records_count, d.interop_metas.dcat.accrualperiodicity], [true, [], 5, 'Annuelle']);
  assert.ok(!('references' in d.metas));
  assert.deepEqual(d.fields[2], { name: 'genus_name', label: 'genus_name', type: 'text', annotations: [{ name: 'facet' }, { name: 'sortable' }] });
  assert.equal((await old('/api/datasets/1.0/public-trees')).datasetid, 'public-trees');
  assert.equal((await old('/api/datasets/1.0/search', { q: 'koumoul' })).nhits, 1);
});
test('the description for machines names every address', async () => {
  const { openapi, servers, paths } = await old(`${V21}/swagger.json`);
  assert.equal(openapi, '3.0.3');
  assert.ok(servers[0].url.endsWith(V21));
  assert.ok(paths['/catalog/datasets/{dataset}/records'].get.parameters.some((p) => p.name === 'where' && p.in === 'query'));
  assert.ok(paths['/catalog/datasets/{dataset}/exports/{format}'] && paths['/catalog/facets'] && paths['/']);
});

test('the description for machines is one: names unique, references lead somewhere, path parameters declared, all operations of the contract', async () => {
  const document = await old(`${V21}/swagger.json`);
  const operations = Object.entries(document.paths).map(([path, item]) => ({ path, ...item.get }));
  assert.equal(new Set(operations.map((o) => o.operationId)).size, operations.length);
  for (const o of operations) {
    const declared = o.parameters.filter((p) => p.in === 'path').map((p) => p.name);
    assert.deepEqual(declared, [...o.path.matchAll(/\{([^}]+)\}/g)].map((m) => m[1]), o.path);
    assert.equal(new Set(o.parameters.map((p) => p.name)).size, o.parameters.length, o.path);
    assert.deepEqual(Object.keys(o.responses), ['200', '400', '404', '429'].sort(), o.path);
  }
  const follow = (ref) => ref.slice(2).split('/').reduce((at, key) => at?.[key], document);
  for (const [, ref] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)) assert.ok(follow(ref), ref);
  const of = (path, name) => document.paths[path].get.parameters.find((p) => p.name === name);
  // The whole matrix of explore-api.md 8, a row an address, and nothing but it: `after` is ours; rows, start, apikey and pretty are taken everywhere and not listed.
  const filters = 'where refine exclude lang timezone', paged = `${filters} order_by limit offset`, asked = `${paged} select group_by`;
  const shown = 'include_links include_app_metas', csv = 'delimiter list_separator quote_all with_bom', file = `${asked} use_labels compressed epsg`;
  const MATRIX = {
    '/catalog/datasets': `${asked} ${shown}`,
    '/catalog/datasets/{dataset}': `select lang timezone ${shown}`,
    '/catalog/facets': `${filters} facet`,
    '/catalog/exports': '',
    '/catalog/exports/{format}': `${asked} ${csv}`,
    ...Object.fromEntries(['dcat', 'rdf', 'ttl', 'jsonld'].map((name) => [`/catalog/exports/${name}`, `${paged} include_exports use_labels_in_exports`])),
    '/catalog/datasets/{dataset}/records': `${asked} ${shown} after`,
    '/catalog/datasets/{dataset}/records/{record}': `select lang timezone ${shown}`,
    '/catalog/datasets/{dataset}/facets': `${filters} facet`,
    '/catalog/datasets/{dataset}/attachments': '',
    '/catalog/datasets/{dataset}/exports': '',
    '/catalog/datasets/{dataset}/exports/{format}': `${file} ${csv} parquet_compression name_field description_field_list use_extension`,
  };
  for (const [path, names] of Object.entries(MATRIX)) {
    const listed = document.paths[path].get.parameters.filter((p) => p.in === 'query').map((p) => p.name);
    assert.deepEqual(listed.sort(), names.split(' ').filter(Boolean).sort(), path);
  }
  assert.ok(of('/catalog/datasets/{dataset}/exports/{format}', 'format').schema.enum.includes('csv'));
});

test('answers are as the description for machines says', async () => {
  const { components, paths } = await old(`${V21}/swagger.json`);
  const errors = (schema, v, at = '$') => {
    if (schema.$ref) return errors(components.schemas[schema.$ref.split('/').pop()], v, at);
    if (v === null) return schema.nullable ? [] : [`${at} is null`];
    const type = Array.isArray(v) ? 'array' : Number.isInteger(v) && schema.type === 'integer' ? 'integer' : typeof v;
    if (schema.type && type !== schema.type) return [`${at}: ${type}, not ${schema.type}`];
    if (schema.enum && !schema.enum.includes(v)) return [`${at}: ${v}`];
    if (type === 'array') return v.flatMap((one, i) => errors(schema.items, one, `${at}[${i}]`));
    if (type !== 'object') return [];
    return [...(schema.required ?? []).filter((k) => !(k in v)).map((k) => `${at}.${k} lacks`),
      ...Object.entries(schema.properties ?? {}).filter(([k]) => k in v).flatMap(([k, s]) => errors(s, v[k], `${at}.${k}`))];
  };
  assert.notDeepEqual(errors({ $ref: '#/components/schemas/results' }, { total_count: '1', results: [] }), []);
  const record = (await records('koumoul', { include_app_metas: 'true' }))[0]._id;
  for (const [path, asked] of [['/catalog/datasets', ''], ['/catalog/datasets/{dataset}', ''], ['/catalog/datasets/{dataset}/records', 'include_links=true'],
    ['/catalog/datasets/{dataset}/records/{record}', ''], ['/catalog/datasets/{dataset}/facets', ''], ['/catalog/facets', ''], ['/catalog/datasets/{dataset}/attachments', ''],
    ['/catalog/datasets/{dataset}/exports', ''], ['/catalog/exports', ''], ['/catalog', ''], ['/', '']]) {
    const answer = await t.http(H, `${V21}${path.replace('{dataset}', 'koumoul').replace('{record}', record)}?${asked}`);
    assert.equal(answer.status, 200, path);
    assert.deepEqual(errors(paths[path].get.responses['200'].content['application/json'].schema, answer.json), [], path);
  }
});

test('the members of descriptions, by template', async () => {
  const { metadata_templates: list } = await old(`${V21}/catalog/metadata_templates`);
  assert.deepEqual(list.map(({ metadata_template: one }) => [one.type, one.name]), [['basic', 'default'], ['interop', 'dcat']]);
  const { metas } = await old('koumoul');
  for (const { metadata_template: { name, schema } } of list) assert.deepEqual(schema.map((m) => m.name), Object.keys(metas[name]));
  const one = await old(`${V21}/catalog/metadata_templates/interop/dcat`);
  assert.deepEqual(one, list[1]);
  assert.deepEqual((await old(`${V21}/catalog/metadata_templates/basic`)).metadata_templates, [list[0]]);
  const { schema } = list[0].metadata_template;
  assert.deepEqual(['title', 'modified', 'records_count'].map((k) => schema.find((m) => m.name === k).type), ['text', 'datetime', 'int']);
  for (const path of ['rien', 'basic/dcat', 'interop/rien']) await refused(`${V21}/catalog/metadata_templates/${path}`, {}, 404, 'NotFoundResource');
});

test('what is counted of each dataset is for administrators', async () => {
  const path = `${V21}/monitoring/datasets/ods-datasets-monitoring/records`;
  const ask = (params, who, host = H) => t.http(host, url(path, params), who ? { key: makeKey(t, host, who) } : {});
  const { json: page } = await ask({ where: 'dataset_id in ("beaucoup", "ferme")', order_by: 'dataset_id' }, 'admin');
  assert.deepEqual([page.total_count, page.results.map((d) => [d.dataset_id, d.visibility, d.records_count, d.records_set_aside, d.attachment_count])],
    [2, [['beaucoup', 'domain', 10000, 0, 0], ['ferme', 'restricted', 2, 0, 0]]]);
  assert.equal((await ask({ limit: 1 }, 'admin')).json.results.length, 1);
  assert.equal((await ask({}, 'admin', 'a.r.localhost')).json?.total_count ?? 0, 0);
  for (const [who, status] of [[null, 401], ['editor', 403]]) assert.equal((await ask({}, who)).status, status, String(who));
});

test('the source of figures has what the official client asks of a source, for administrators alone', async () => {
  const dataset = '/datasets/ods-datasets-monitoring', key = makeKey(t, H, 'admin');
  const at = async (path) => {
    const answer = await t.http(H, `${V21}/monitoring${path}`, { key });
    assert.equal(answer.status, 200, `${path}: ${answer.text.slice(0, 200)}`);
    for (const [who, status] of [[null, 401], ['editor', 403]])
      assert.equal((await t.http(H, `${V21}/monitoring${path}`, who ? { key: makeKey(t, H, who) } : {})).status, status, `${path} ${who}`);
    return answer.json;
  };
  assert.deepEqual((await at('/')).links.map((l) => l.rel), ['self', 'datasets']);
  const list = await at('/datasets/'), one = await at(`${dataset}/`);
  assert.deepEqual([list.total_count, list.results], [1, [one]]);
  const { results: [row], total_count } = await at(`${dataset}/records/?limit=1`);
  assert.deepEqual(one.fields.map((f) => f.name), Object.keys(row));
  for (const f of one.fields) assert.equal(typeof row[f.name], f.type === 'int' ? 'number' : 'string', f.name);
  assert.deepEqual((await at(`${dataset}/facets/`)).facets, []);
  const [{ rel, href }] = (await at(`${dataset}/exports/`)).links;
  assert.equal(rel, 'json');
  const rows = await at(new URL(href).pathname.slice(`${V21}/monitoring`.length));
  assert.equal(rows.length, total_count);
  assert.deepEqual(rows.find((d) => d.dataset_id === row.dataset_id), row);
  for (const path of ['/datasets/koumoul', '/datasets/ods-api-monitoring/records']) assert.equal((await t.http(H, `${V21}/monitoring${path}`, { key })).status, 404, path);
});

// ---- the official client ----

test('the official client, unchanged', async () => {
  const require = createRequire(new URL('../../tools/npm/package.json', import.meta.url));
  let client;
  try { client = require('@opendatasoft/api-client'); } catch { client = null; }
  assert.ok(client, 'npm ci in tools/npm');
  const { ApiClient, fromCatalog, fromMonitoring, field, string, NotFoundError } = client;
  const asked = [];
  const fetchApi = async (request) => { // the name of the portal is not one that DNS knows
    const to = new URL(request.url);
    asked.push(to.pathname);
    const answer = await t.http(H, to.pathname + to.search, { headers: Object.fromEntries(request.headers) });
    return new Response(answer.body, { status: answer.status, headers: Object.entries(answer.headers).map(([k, v]) => [k, `${v}`]) });
  };
  const api = new ApiClient({ domain: `http://${H}:${t.port}`, fetch: fetchApi });
  const page = await api.get(fromCatalog().dataset('koumoul').records().where(`${field('id')} = ${string('koumoul')}`).limit(1));
  assert.deepEqual([page.total_count, page.results[0].nb], [1, 11]);
  assert.equal((await api.get(fromCatalog().datasets().limit(2))).results.length, 2);
  assert.equal((await api.get(fromCatalog().dataset('koumoul').itself())).dataset_id, 'koumoul');
  assert.ok((await api.get(fromCatalog().dataset('koumoul').facets())).facets.length);
  assert.ok((await api.get(fromCatalog().facets())).facets.length);
  assert.ok((await api.get(fromCatalog().itself())).links.length);
  await assert.rejects(api.get(fromCatalog().dataset('rien').records()), (e) => e instanceof NotFoundError);
  const office = new ApiClient({ domain: `http://${H}:${t.port}`, apiKey: makeKey(t, H, 'admin'), fetch: fetchApi }), figures = () => fromMonitoring().dataset('ods-datasets-monitoring');
  assert.ok((await office.get(fromMonitoring().itself())).links.length);
  assert.deepEqual((await office.get(fromMonitoring().datasets())).results, [await office.get(figures().itself())]);
  assert.equal((await office.get(figures().records().where(`${field('dataset_id')} = ${string('koumoul')}`))).results[0].records_count, 2);
  assert.deepEqual((await office.get(figures().facets())).facets, []);
  assert.ok((await office.get(figures().export('json'))).length);
  assert.ok(asked.every((path) => path.endsWith('/')), 'it ends every path with a slash');
});

// ---- hostile ----

const routes = ['', '/records', '/records/0000000000000000000000000000000000000000', '/facets', '/exports', '/exports/csv', '/exports/json', '/attachments'];
const bare = ({ status, headers, text }, id) => ({ status, text: text.replaceAll(id, 'X'),
  headers: Object.fromEntries(Object.entries(headers).filter(([k]) => !['date', 'content-length', 'x-ratelimit-remaining'].includes(k))) });

test('A01: closed, foreign and unknown data sets give the same bytes', async () => {
  await publish(t, 'a.r.localhost', { ...K, id: 'ouvert' });
  await publish(t, 'a.r.localhost', { ...K, id: 'prive' }, { visibility: 'closed' });
  await publish(t, 'a.r.localhost', { ...K, id: 'decrit' }, { visibility: 'described' });
  for (const base of [`${V21}/catalog/datasets/`, '/api/v2/catalog/datasets/']) {
    for (const route of routes) {
      const of = async (host, id, key) => bare(await t.http(host, `${base}${id}${route}`, { key }), id);
      const unknown = await of('a.r.localhost', 'inconnu');
      assert.equal(unknown.status, 404);
      assert.deepEqual(await of('a.r.localhost', 'prive'), unknown, `closed ${route}`);
      assert.deepEqual(await of('a.r.localhost', 'decrit'), unknown, `described ${route}`);
      for (const host of ['b.r.localhost', H]) {
        const there = await of(host, 'inconnu');
        assert.deepEqual(await of(host, 'ouvert'), there, `foreign ${host} ${route}`);
        assert.deepEqual(await of(host, 'prive'), there, `foreign and closed ${host} ${route}`);
      }
    }
  }
});
test('A01: the first version tells no more', async () => {
  for (const [before, after] of [['/api/datasets/1.0/', ''], ['/api/records/1.0/search?dataset=', ''], ['/api/records/1.0/download?dataset=', ''], ['/explore/dataset/', '/download']]) {
    const of = async (host, id) => bare(await t.http(host, `${before}${id}${after}`), id);
    const unknown = await of('b.r.localhost', 'inconnu');
    assert.equal(unknown.status, 404);
    for (const id of ['ouvert', 'prive', 'decrit']) assert.deepEqual(await of('b.r.localhost', id), unknown, `${before} ${id}`);
    assert.deepEqual(await of('a.r.localhost', 'prive'), await of('a.r.localhost', 'inconnu'), before);
  }
});
test('A01: a key opens closed data on its own portal and no other', async () => {
  const key = makeKey(t, 'a.r.localhost');
  const of = (host, id, route = '/records') => t.http(host, `${V21}/catalog/datasets/${id}${route}`, { key });
  for (const route of ['', '/records', '/facets', '/exports', '/exports/csv']) {
    assert.equal((await of('a.r.localhost', 'prive', route)).status, 200, route);
    assert.equal((await of('b.r.localhost', 'prive', route)).status, 401, route);
  }
  const list = async (options) => (await t.http('a.r.localhost', `${V21}/catalog/datasets?select=dataset_id&order_by=dataset_id`, options)).json.results.map((d) => d.dataset_id);
  assert.deepEqual(await list({ key }), ['decrit', 'ouvert', 'prive']);
  assert.deepEqual(await list(), ['ouvert']);
  assert.equal((await of('a.r.localhost', 'prive', '')).json.visibility, 'restricted');
  assert.equal((await t.http('a.r.localhost', `${V21}/catalog/datasets/prive/records`)).status, 404, 'and what a key read is not kept for others');
});
test('a closed data set leaves no word anywhere', async () => {
  const paths = [`${V21}/catalog/datasets?limit=100`, `${V21}/catalog/facets`, `${V21}/catalog/exports/csv`, `${V21}/catalog/exports/json`, `/api/v2/catalog/datasets?limit=100`,
    `${V21}/catalog/datasets?group_by=keyword`, `${V21}/catalog/datasets?group_by=publisher`, `${V21}/catalog/facets?facet=title`,
    `${V21}/catalog/datasets?select=default.title,keyword&limit=100`, '/api/datasets/1.0/search?rows=100&facet=keyword&facet=publisher', '/api/datasets/1.0/search?sort=title'];
  for (const path of paths) assert.doesNotMatch((await good(path)).text, /ornithorynque|Canari|Producteur caché|"ferme"|;ferme/i, path);
  for (const where of ['"ornithorynque"', 'search("ornitho")', 'suggest("canari")', 'dataset_id="ferme"', 'keyword="ornithorynque"', 'NOT dataset_id="koumoul" AND visibility="restricted"']) {
    assert.equal((await json(`${V21}/catalog/datasets`, { where, limit: 0 })).total_count, 0, where);
  }
});
test('closing is seen at once, in the cache too', async () => {
  await publish(t, H, { ...K, id: 'bascule' });
  await good('bascule/records');
  sql(t, `UPDATE portal.dataset SET visibility = 'closed', revision = revision + 1 WHERE dataset_id = 'bascule';
    UPDATE portal.catalogue_search SET is_open = false WHERE dataset_id = 'bascule'; UPDATE portal.tenant SET generation = generation + 1;`);
  await poll(async () => (await get('bascule/records')).status === 404, { what: 'closed', deadline: 3000 });
  for (const route of ['', '/facets', '/exports/csv']) assert.equal((await get(`bascule${route}`)).status, 404);
});

const attacks = ["'", "''", '"', '`', ';', '--', '/*', '*/', '\\', '\\\'', "' OR '1'='1", "' OR 1=1 --", "'; DROP TABLE portal.dataset; --", '" OR ""="', '`) OR (`1`=`1', '$1', '$1::text', '$$x$$',
  "E'\\x41'", "U&'\\0041'", "x'41'", '%27', '%2527', '%00', '\u0000', '\u2019', 'ʼ OR 1=1', '＇ OR 1=1', '1; SELECT pg_sleep(10)', 'pg_sleep(10)', "1 UNION SELECT password_hash FROM portal.account",
  'id) UNION SELECT 1 --', 'r._id', 'r.c1', 'c1', '_id', 'rest[1]', 'data.v_0', 'portal.dataset', 'current_user', 'version()', "set_config('portal.tenant_id','x',false)", "current_setting('portal.tenant_id')",
  'count(*) FILTER (WHERE true)', '(SELECT 1)', 'id::int', "'a'::regclass", 'ARRAY[1]', 'ROW(1)', '{"$gt":""}', "id='a' /*", "geom'POINT(0 0); SELECT 1'", "date'2017-01-01'; SELECT 1", "id IN (SELECT 1)",
  'id = ANY(ARRAY[1])', '1e999', '9'.repeat(400), '(((((((((('.repeat(20), "\\'; --", "\ud83d\ude00' OR '1'='1"];

test(`${attacks.length} texts in every parameter: never 500, and nothing changes`, async () => {
  const before = sql(t, 'SELECT count(*), (SELECT count(*) FROM portal.account) FROM portal.dataset');
  const parameters = ['select', 'where', 'group_by', 'order_by', 'limit', 'offset', 'refine', 'exclude', 'facet', 'lang', 'timezone', 'delimiter', 'list_separator'];
  const paths = ['koumoul/records', 'koumoul/facets', 'koumoul/exports/csv', `${V21}/catalog/datasets`, `${V21}/catalog/facets`, `${V21}/catalog/exports/csv`];
  const asked = [];
  for (const name of ['q', 'sort', 'fields', 'refine.id', 'exclude.id', 'geofilter.distance', 'geofilter.polygon', 'rows', 'start', 'facet', 'timezone']) {
    for (const text of attacks) asked.push(['/api/records/1.0/search', { dataset: 'koumoul', [name]: text }], ['/api/datasets/1.0/search', { [name]: text }]);
  }
  for (const text of attacks) asked.push(['/api/records/1.0/search', { dataset: text }]);
  for (const path of paths) for (const name of parameters) for (const text of attacks) asked.push([path, { [name]: /refine|exclude/.test(name) ? `id:${text}` : text }]);
  for (const text of attacks) for (const path of [`${text}/records`, `koumoul/records/${text}`, `koumoul/exports/${text}`]) asked.push([`${V21}/catalog/datasets/${path.split('/').map(encodeURIComponent).join('/')}`.replace('%2Frecords', '/records'), {}]);
  const wrong = [];
  const worker = async () => {
    for (let next; (next = asked.pop());) {
      const answer = await get(...next);
      if (answer.status >= 500 || answer.status === 429) wrong.push([next, answer.status, answer.text.slice(0, 200)]);
      if (answer.status === 200 && /ornithorynque|argon2/.test(answer.text)) wrong.push([next, 'tells']);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  assert.deepEqual(wrong.slice(0, 5), []);
  assert.equal(sql(t, 'SELECT count(*), (SELECT count(*) FROM portal.account) FROM portal.dataset'), before);
});
test('as many parameters as a query may bind, and one more', async () => {
  const list = (n) => `nb in (${Array.from({ length: n }, (_, i) => i).join(',')})`;
  assert.equal((await json('koumoul/records', { where: [list(400), list(400)], limit: 0 })).total_count, 1);
  const answer = await get('koumoul/records', { where: Array.from({ length: 8 }, () => list(490)) });
  assert.ok([400, 414, 431].includes(answer.status), `${answer.status}`);
  assert.equal((await get('koumoul/records')).status, 200);
});

// ---- beyond 10,000 rows ----

test('after: 30,000 rows, page by page, each once and in order; offset keeps its bound', async () => {
  await publish(t, H, { id: 'longue', fields: { n: ['int'], pair: ['boolean'] }, generate: 'SELECT i, i, i % 2 = 0 FROM generate_series(0, 29999) i' });
  const next = (answer) => /<([^>]+)>; rel="next"/.exec(answer.headers.link ?? '')?.[1];
  const walk = async (params) => {
    const seen = [];
    let total, pages = 0, path = url('longue/records', params);
    while (path) {
      const answer = await t.http(H, path);
      assert.equal(answer.status, 200, answer.text);
      total ??= answer.json.total_count;
      assert.equal(answer.json.total_count, total);
      for (const row of answer.json.results) seen.push(row.n);
      const link = next(answer);
      path = link && new URL(link).pathname + new URL(link).search;
      pages += 1;
    }
    return { seen, total, pages };
  };
  const all = await walk({ limit: '100', select: 'n' });
  assert.equal(all.total, 30000);
  assert.equal(all.pages, 301); // the last full page leads to an empty one
  assert.deepEqual(all.seen, Array.from({ length: 30000 }, (_, i) => i));
  const odd = await walk({ limit: '97', select: 'n', where: 'pair = false and n > 20000' });
  assert.equal(odd.total, 5000);
  assert.deepEqual(odd.seen, Array.from({ length: 5000 }, (_, i) => 20001 + 2 * i));
  await refused('longue/records', { limit: '100', offset: '9901' }, 400, 'InvalidRESTParameterError');
  assert.equal(next(await good('longue/records', { limit: '10', order_by: 'n desc' })), undefined);
  assert.equal(next(await good('longue/records', { limit: '10', group_by: 'pair' })), undefined);
});

test('after: a cursor of another version, another dataset or of nobody is refused; so are offset, order_by and group_by beside it', async () => {
  const cursor = async (id) => /[?&]after=([0-9a-f]+)/.exec((await good(`${id}/records`, { limit: '10' })).headers.link)[1];
  const mine = await cursor('longue');
  assert.equal((await good('longue/records', { limit: '1', after: mine })).json.results[0].n, 10);
  for (const after of [await cursor('beaucoup'), mine.replace(/^./, (c) => (c === 'a' ? 'b' : 'a')), 'x', '1 or 1=1', `${mine}0`, mine.slice(0, -1), '-1']) {
    assert.match(await refused('longue/records', { after }, 400, 'InvalidRESTParameterError'), /after/);
  }
  for (const beside of [{ offset: '10' }, { order_by: 'n' }, { group_by: 'pair' }]) await refused('longue/records', { after: mine, ...beside }, 400, 'InvalidRESTParameterError');
  // Published anew: a walk does not mix two versions.
  sql(t, "UPDATE portal.dataset SET version_id = (SELECT version_id FROM portal.dataset WHERE dataset_id = 'beaucoup'), revision = revision + 1 WHERE dataset_id = 'longue'; UPDATE portal.tenant SET generation = generation + 1");
  await poll(async () => (await get('longue/records', { after: mine })).status === 400, { what: 'the new version' });
});

test('116: the console makes the address of each operation, without a script; what is missing is said; nothing typed becomes markup', async () => {
  const page = async (params) => (await good(`${V21}/console`, params)).text;
  const { paths } = await old(`${V21}/swagger.json`);
  const shown = [...(await page({ lang: 'en' })).matchAll(/<code class="tiny">([^<]+)<\/code>/g)].map((m) => m[1]);
  assert.deepEqual(shown.slice().sort(), Object.keys(paths).sort());
  const op = String(shown.indexOf('/catalog/datasets/{dataset}/records') + 1);
  const made = await page({ op, 'p.dataset': 'koumoul', 'p.where': 'nb > 12', 'p.limit': '1' });
  const address = /id="adresse">([^<]+)</.exec(made)[1].replaceAll('&amp;', '&');
  assert.equal(address, `http://${H}:${t.port}${V21}/catalog/datasets/koumoul/records?where=nb%20%3E%2012&limit=1`);
  assert.equal((await t.http(H, new URL(address).pathname + new URL(address).search)).json.results[0].id, 'bidule');
  assert.match(await page({ op, 'p.dataset': '', lang: 'fr' }), /role="alert">Il manque une partie/);
  assert.doesNotMatch(await page({ op, 'p.dataset': '../../x', 'p.where': '"><script>alert(1)</script>' }), /<script>alert|datasets\/\.\.\//);
});
