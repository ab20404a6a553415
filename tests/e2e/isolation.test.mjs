// Two hostile portals below one region, and a second region: nobody learns, reads or changes what is not his.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Jar, installation, poll } from './harness.mjs';
import { K, blake2b, makeKey, publish, sql, uuid } from './fixtures.mjs';
import { processes, routes } from './counters.mjs';

const [R, A, B, S] = ['r.localhost', 'a.r.localhost', 'b.r.localhost', 's.localhost'];
const HOSTS = [R, A, B, S];
const V21 = '/api/explore/v2.1/catalog/datasets';
const CANARY = 'zyxocanari';
let t, table;
const who = {};   // per host: an administrator's key, session cookie and form token

const named = (host) => `${host}:${t.port}`;
const tenant = (host) => `(SELECT tenant_id FROM portal.host WHERE host = '${host}')`;
const hash = (secret) => `'\\x${blake2b(Buffer.from(secret), blake2b(Buffer.from(readFileSync(join(t.home, 'secrets/people'), 'utf8').trim()))).toString('hex')}'`;

/** An account with a session, as signing in makes them. */
function makeSession(host, role = 'admin') {
  const [secret, csrf, account] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url'), uuid()];
  sql(t, `INSERT INTO portal.account (tenant_id, id, email, name, role) VALUES (${tenant(host)}, '${account}', '${account}@essai.example', 'Essai', '${role}');
    INSERT INTO portal.session (tenant_id, hash, account_id, csrf, expires_at) VALUES (${tenant(host)}, ${hash(secret)}, '${account}', '${csrf}', now() + interval '1 hour');`);
  return { cookie: `__Host-sid=${secret}`, secret, csrf, account };
}
/** A sum of every table that a request could have changed; of some portals alone when they are named. */
function state(hosts = HOSTS) {
  const of = `WHERE x.tenant_id IN (SELECT tenant_id FROM portal.host WHERE host IN (${hosts.map((h) => `'${h}'`)}))`.replaceAll("'", "''");
  const rows = sql(t, `SELECT table_name, (xpath('//h/text()', query_to_xml(format(
      'SELECT count(*) || '' '' || md5(coalesce(string_agg(x::text, '''' ORDER BY x::text), '''')) AS h FROM portal.%I AS x %s', table_name,
      CASE WHEN EXISTS (SELECT FROM information_schema.columns c WHERE c.table_schema = 'portal' AND c.table_name = t.table_name AND column_name = 'tenant_id') THEN '${of}' ELSE '' END),
      false, true, '')))[1]::text
    FROM information_schema.tables t WHERE table_schema = 'portal' AND table_type = 'BASE TABLE' AND table_name NOT IN (${NOISE.map((n) => `'${n}'`)}) ORDER BY 1`);
  const links = sql(t, "SELECT count(*) || ' ' || md5(string_agg((to_jsonb(x) - 'seeded_at')::text, '' ORDER BY id)) FROM portal.subscription AS x");
  return { subscription: links, ...Object.fromEntries(rows.split('\n').map((row) => row.split('|'))) };
}
// Moved by nobody's request: the worker compares links with their sources on its own (subscription.seeded_at).
const NOISE = ['heartbeat', 'usage_call', 'download', 'job', 'worker', 'lease', 'audit', 'subscription'];
/** Nobody: the API says 401, a page shows the way in. */
const outside = (answer) => answer.status === 401 || (answer.status === 303 && /\/login/.test(answer.headers.location));

before(async () => {
  t = await installation();
  await t.tenants();
  sql(t, "UPDATE portal.subscription SET state = 'paused'"); // no copies here
  await t.must(['init', '--name', 'Autre région', '--host', S, '--admin', 'admin@s.example', '--json']);
  await poll(async () => (await t.http(S, '/')).status !== 421, { what: S });
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 10000000, calls_month = 10000000');
  const secret = { ...K, rows: [[CANARY, CANARY, '2017-12-12', null, false, 1]] };
  for (const [i, host] of HOSTS.entries()) {
    const of = 'rabs'[i];
    await publish(t, host, { ...K, id: `ouvert-${of}` });
    await publish(t, host, { ...secret, id: `ferme-${of}x` }, { visibility: 'closed', metas: { default: { title: `Titre ${CANARY}`, description: CANARY,
      keyword: [CANARY], theme: [CANARY], publisher: CANARY }, dcat: { spatial: CANARY } } });
    await publish(t, host, { ...secret, id: `decrit-${of}` }, { visibility: 'described', metas: { default: { title: CANARY, keyword: [CANARY] } } });
    who[host] = { ...makeSession(host), key: makeKey(t, host, 'admin') };
  }
  table = await routes(t);
});
after(() => t?.stop());

const ANY = uuid(); // the same each time: some answers name it
const fill = (path, values = {}) => path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? { record: '0'.repeat(40), format: 'csv', file: 'rien.css',
  token: 'A'.repeat(43), upload: uuid(), review: uuid() }[name] ?? ANY);
const LEFT_OUT = new Set(['date', 'content-length', 'x-ratelimit-remaining', 'x-ratelimit-limit']);
/** An answer without what may differ: the id that was asked for, the hour, what is left. */
const bare = ({ status, headers, text }, id) => ({ status, text: text.replaceAll(id, 'X'),
  headers: Object.fromEntries(Object.entries(headers).filter(([k]) => !LEFT_OUT.has(k)).map(([k, v]) => [k, `${v}`.replaceAll(id, 'X')])) });

// ---- A01–A04: what is closed or foreign is nothing ----

for (const [role, credential] of [
  ['nobody', () => ({})],
  ['its own administrator\'s key', (host) => ({ headers: { Authorization: `Apikey ${who[host].key}` } })],
  ['its own administrator\'s session', (host) => ({ headers: { Cookie: who[host].cookie } })],
]) {
  test(`A01: every route says the same of a foreign, a closed and an unknown dataset to ${role}`, async () => {
    const rows = table.rows.filter((row) => row.method === 'GET' && row.path.includes('{dataset}'));
    assert.ok(rows.length > 20);
    for (const host of HOSTS) {
      // Others' datasets of all kinds; and the portal's own closed ones for nobody.
      const strange = ['ouvert-r', 'ouvert-a', 'ouvert-b', 'ouvert-s', 'ferme-rx', 'ferme-ax', 'ferme-bx', 'ferme-sx', 'decrit-r', 'decrit-a', 'decrit-b', 'decrit-s']
        .filter((id) => !/-(\w)/.exec(id)[1].includes('rabs'[HOSTS.indexOf(host)]) || (role === 'nobody' && !id.startsWith('ouvert')));
      // The older bases share their handlers: one host shows them.
      for (const row of rows.filter((r) => host === A || !/^\/api\/(v2|explore\/v2\.0)\//.test(r.path))) {
        const of = async (id) => bare(await t.http(host, fill(row.path, { dataset: id }), credential(host)), id);
        const unknown = await of('inconnu8');
        if (row.access === 'PUBLIC') assert.equal(unknown.status, 404, row.path);
        else if (role === 'nobody') assert.ok([401, 303].includes(unknown.status), `${row.path}: ${unknown.status}`);
        else assert.ok(unknown.status < 500, `${row.path}: ${unknown.status}`); // a form for a new one may stand there
        const all = await Promise.all(strange.map(of));
        all.forEach((answer, i) => assert.deepEqual(answer, unknown, `${host}${row.path} for ${strange[i]}`));
      }
    }
  });
}
test('A02: nothing foreign is changed by a key of another dataset\'s neighbour', async () => {
  const before = state([R, B, S]);
  for (const row of table.rows.filter((r) => r.method !== 'GET' && r.path.includes('{dataset}'))) {
    const of = async (id) => bare(await t.http(A, fill(row.path, { dataset: id }), { method: row.method, key: who[A].key, body: {} }), id);
    const unknown = await of('inconnu8');
    for (const id of ['ouvert-b', 'ferme-bx', 'ouvert-r', 'ferme-sx']) assert.deepEqual(await of(id), unknown, `${row.method} ${row.path} for ${id}`);
  }
  assert.deepEqual(state([R, B, S]), before);
});
test('A05: a session of one portal is nobody on another, and its key is refused', async () => {
  for (const [mine, there] of [[A, B], [A, R], [R, A], [A, S], [S, R], [R, S]]) {
    const closed = { [R]: 'ferme-rx', [A]: 'ferme-ax', [B]: 'ferme-bx', [S]: 'ferme-sx' }[there];
    const headers = { Cookie: who[mine].cookie };
    assert.equal((await t.http(there, `${V21}/${closed}/records`, { headers })).status, 404, `${mine} on ${there}`);
    assert.ok(outside(await t.http(there, '/backoffice/', { headers })));
    const answer = await t.http(there, '/', { headers });
    assert.equal(answer.status, 200);
    assert.match(`${answer.headers['set-cookie']}`, /__Host-sid=;.*Max-Age=0/, 'and thrown away');
    for (const path of [`${V21}/${closed}/records`, `${V21}`, '/', `${V21}/ouvert-${'rabs'[HOSTS.indexOf(there)]}/records`]) {
      assert.equal((await t.http(there, path, { key: who[mine].key })).status, 401, `${mine}'s key on ${there}${path}`);
    }
    assert.equal((await t.http(mine, '/backoffice/', { headers })).status, 200, 'at home it goes on');
  }
});
test('a key that is none is refused, however long', async () => {
  for (const key of ['x', 'A'.repeat(43), 'A'.repeat(300), 'A'.repeat(3000), who[B].key.slice(0, -1), `${who[A].key}x`, "' OR 1=1 --"]) {
    assert.equal((await t.http(A, V21, { key })).status, 401, key.slice(0, 50));
    assert.equal((await t.http(A, `${V21}?apikey=${encodeURIComponent(key)}`)).status, 401, key.slice(0, 50));
  }
});
test('what a session gets is not compressed: its length would tell the form\'s token', async () => {
  const encoding = async (headers) => (await t.http(A, '/explore/', { headers: { 'Accept-Encoding': 'gzip', ...headers } })).headers['content-encoding'];
  assert.equal(await encoding({}), 'gzip');
  assert.equal(await encoding({ Cookie: who[A].cookie }), undefined);
});
test('A14: the region\'s administrator does not read the partners\' closed rows', async () => {
  for (const host of [A, B]) {
    const id = `ferme-${'rabs'[HOSTS.indexOf(host)]}x`;
    for (const there of [R, host]) {
      assert.equal((await t.http(there, `${V21}/${id}/records`, { headers: { Cookie: who[R].cookie } })).status, 404);
    }
  }
});
test('a closed dataset is there for its own people', async () => {
  for (const credential of [{ key: who[A].key }, { headers: { Cookie: who[A].cookie } }]) {
    const answer = await t.http(A, `${V21}/ferme-ax/records`, credential);
    assert.equal(answer.status, 200);
    assert.match(answer.text, new RegExp(CANARY));
    assert.match(answer.headers['cache-control'], /private, no-store/);
  }
  assert.equal((await t.http(A, `${V21}/ferme-ax/records`)).status, 404, 'and what they read is not kept for others');
});

// ---- A06: the canary ----

test('A06: a word of a closed dataset is in no public answer of any portal', async () => {
  const ids = ['rabs'].flatMap((all) => [...all].flatMap((c) => [`ferme-${c}x`, `decrit-${c}`, `ouvert-${c}`]));
  const asked = [];
  for (const row of table.rows.filter((r) => r.method === 'GET')) {
    if (!row.path.includes('{')) asked.push(row.path);
    for (const id of row.path.includes('{dataset}') ? ids : row.path.includes('{') ? ['-'] : []) asked.push(fill(row.path, { dataset: id }));
    if (row.path.includes('{format}')) for (const format of ['json', 'jsonl', 'geojson', 'csv', 'rdf', 'xlsx', 'data-json']) asked.push(fill(row.path, { dataset: 'ferme-ax', format }));
  }
  for (const q of ['zyxo', 'canari', 'titre', '*']) asked.push(`/explore/?q=${q}`, `${V21}?where=search("${q}")`, `${V21}?where=suggest("${q}")`, `${V21}?q=${q}`);
  asked.push('/nulle/part', '/feed', '/api/explore/v2.1/catalog/facets?facet=keyword', `${V21}?group_by=keyword`, `${V21}?group_by=publisher`, `${V21}?order_by=title`,
    '/explore/?sort=title', '/explore/?refine.keyword=z', '/openapi.json', '/sitemap.xml', '/robots.txt');
  let read = 0;
  for (const host of HOSTS) {
    const paths = [...asked];
    const worker = async () => {
      for (let path; (path = paths.pop());) {
        const answer = await t.http(host, encodeURI(path));
        assert.ok(answer.status < 500, `${host}${path}: ${answer.status}`);
        assert.doesNotMatch(answer.text, new RegExp(CANARY, 'i'), `${host}${path}`);
        assert.doesNotMatch(JSON.stringify(answer.headers), new RegExp(CANARY, 'i'), `${host}${path}`);
        if (answer.status === 200) read++;
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }
  assert.ok(read > 200, `${read} pages were there to be read`);
});
test('closed data is not counted: a portal without open datasets looks like one with closed ones', async () => {
  const totals = async (host) => (await t.http(host, `${V21}?limit=0`)).json.total_count;
  assert.deepEqual(await Promise.all(HOSTS.map(totals)), [1, 1, 1, 1]);
  assert.equal((await t.http(A, `${V21}?limit=0`, { key: who[A].key })).json.total_count, 3);
});
test('when the database stops answering, closed data closes within two seconds and kept answers stay', async () => {
  const cached = `${V21}/ouvert-b/records?limit=1`;
  const closed = { key: who[B].key };
  assert.equal((await t.http(B, cached)).status, 200);
  assert.equal((await t.http(B, `${V21}/ferme-bx/records`, closed)).status, 200);
  const postmaster = processes(t, 'postgres')[0];
  const family = [postmaster, ...readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(/\s+/).map(Number)];
  for (const pid of family) try { process.kill(pid, 'SIGSTOP'); } catch { /* it ended */ }
  try {
    await poll(async () => (await t.http(B, '/readyz')).status === 503, { what: 'old heads', deadline: 8000 });
    const answer = await t.http(B, `${V21}/ferme-bx/records`, closed);
    assert.equal(answer.status, 503);
    assert.doesNotMatch(answer.text, new RegExp(CANARY));
    assert.equal((await t.http(B, cached)).status, 200, 'what everybody may see and is kept');
    assert.equal((await t.http('inconnu.example', V21)).status, 421, 'an unknown host asks the database nothing');
  } finally {
    for (const pid of family) try { process.kill(pid, 'SIGCONT'); } catch { /* it ended */ }
  }
  await poll(async () => (await t.http(B, '/readyz')).status === 200, { what: 'readiness' });
  assert.equal((await t.http(B, `${V21}/ferme-bx/records`, closed)).status, 200);
});

// ---- B05: forms of other sites ----

test('B05: no state-changing route takes a form of another site', async () => {
  const rows = table.rows.filter((row) => row.method !== 'GET' && !row.path.startsWith('/api/explore/') && !row.path.startsWith('/api/v2/') &&
    !/^\/api\/(datasets|records)\/1\.0\//.test(row.path)); // questions of the first version may be posted: they change nothing
  assert.ok(rows.length > 10);
  const me = who[R];
  const own = `http://${named(R)}`;
  const attacks = {
    'a foreign Origin': { Origin: 'https://mechant.example', 'X-CSRF-Token': me.csrf },
    'a sibling Origin': { Origin: `http://${named(A)}`, 'X-CSRF-Token': me.csrf },
    'our Origin on another port': { Origin: `http://${R}:1`, 'X-CSRF-Token': me.csrf },
    'no Origin, from a sibling': { 'Sec-Fetch-Site': 'same-site', 'X-CSRF-Token': me.csrf },
    'no Origin, from elsewhere': { 'Sec-Fetch-Site': 'cross-site', 'X-CSRF-Token': me.csrf },
    'no token': { Origin: own },
    'nothing at all': {},
    'an opaque Origin and no token': { Origin: 'null' },
    'another session\'s token': { Origin: own, 'X-CSRF-Token': who[A].csrf },
    'a token of nothing': { Origin: own, 'X-CSRF-Token': '' },
  };
  const before = state();
  for (const row of rows) {
    for (const [what, headers] of Object.entries(attacks)) {
      const path = fill(row.path, { dataset: 'ouvert-r' });
      for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json', 'text/plain']) {
        const body = { 'application/json': '{}', 'multipart/form-data; boundary=x': '--x\r\nContent-Disposition: form-data; name="label"\r\n\r\nx\r\n--x--\r\n' }[type] ?? 'label=x&name=x';
        const send = () => t.http(R, path, { method: row.method, body, headers: { ...headers, Cookie: me.cookie, 'Content-Type': type } });
        const answer = await poll(async () => { const a = await send(); return a.status !== 503 && a; }, { what: 'young heads' }); // on a busy machine
        assert.ok([403, 413, 415, 400].includes(answer.status), `${what}: ${row.method} ${path} as ${type}: ${answer.status}`);
        if (type === 'application/x-www-form-urlencoded' && !path.startsWith('/api/')) assert.equal(answer.status, 403, `${what}: ${row.method} ${path}`);
      }
    }
  }
  assert.deepEqual(state(), before, 'nothing was written');
});
test('our own form passes, with its token in a field or a header', async () => {
  const me = makeSession(A);
  const post = (form, headers) => t.http(A, '/backoffice/keys/', { form, headers: { Cookie: me.cookie, ...headers } });
  assert.ok((await post({ label: 'un', csrf: me.csrf })).status < 400);
  assert.ok((await post({ label: 'deux' }, { 'X-CSRF-Token': me.csrf })).status < 400);
  assert.equal(sql(t, `SELECT count(*) FROM portal.api_key WHERE account_id = '${me.account}'`), '2');
});
test('signing in from another site is refused', async () => {
  for (const headers of [{ Origin: 'https://mechant.example' }, { Origin: `http://${named(B)}` }, { Origin: 'null' }, { Origin: '', 'Sec-Fetch-Site': 'same-site' }]) {
    const answer = await t.http(A, '/login/', { form: { email: 'admin@a.example', password: 'x' }, headers });
    assert.equal(answer.status, 403, JSON.stringify(headers));
  }
  // Behind a proxy that ends TLS without a word the browser's own Origin says https: it is ours all the same.
  const ours = await t.http(A, '/login/', { form: { email: 'nobody@a.example', password: 'x' }, headers: { Origin: `https://${named(A)}` } });
  assert.equal(ours.status, 401);
});

// ---- one-time links ----

const path = (link) => new URL(link, 'http://x').pathname;
const password = randomBytes(12).toString('base64url');
const useLink = (host, link, form = { password }) => t.http(host, path(link), { form });

test('a one-time link is used once, on its own portal', async () => {
  assert.equal((await t.http(B, path(t.links[A]))).status, 404, 'another portal does not know it');
  assert.equal((await useLink(B, t.links[A])).status, 404);
  assert.equal((await t.http(A, path(t.links[A]))).status, 200);
  assert.equal((await t.http(A, path(t.links[A]))).status, 200, 'looking uses nothing up');
  assert.equal((await useLink(A, t.links[A])).status, 303);
  assert.equal((await useLink(A, t.links[A], { password: 'un-autre-mot-de-passe' })).status, 404);
  assert.equal((await t.http(A, path(t.links[A]))).status, 404);
  await t.signIn(A, 'admin@a.example', password);
});
test('two who use one link at the same time: one of them', async () => {
  const { invitation } = await t.must(['user', 'add', 'course@a.example', '--host', A, '--role', 'reader', '--json']);
  const answers = await Promise.all(['premier-mot-de-passe', 'deuxieme-mot-de-passe'].map((p) => useLink(A, invitation, { password: p })));
  assert.deepEqual(answers.map((a) => a.status).sort(), [303, 404]);
});
test('an invitation lasts fourteen days; sent again, the older one is dead', async () => {
  const { invitation } = await t.must(['user', 'add', 'lent@a.example', '--host', A, '--role', 'reader', '--json']);
  const lasts = `SELECT extract(epoch FROM i.expires_at - i.created_at) / 86400 FROM portal.invite i JOIN portal.account a ON a.id = i.account_id WHERE email = 'lent@a.example' AND used_at IS NULL`;
  assert.equal(Number(sql(t, lasts)), 14);
  const { invitation: again } = await t.must(['user', 'link', 'lent@a.example', '--host', A, '--json']);
  assert.equal((await t.http(A, path(invitation))).status, 404);
  assert.equal((await useLink(A, invitation)).status, 404);
  assert.equal((await t.http(A, path(again))).status, 200);
  sql(t, `UPDATE portal.invite SET expires_at = now() - interval '1 second' WHERE used_at IS NULL`);
  assert.equal((await t.http(A, path(again))).status, 404);
  assert.equal((await useLink(A, again)).status, 404, 'expired');
  assert.equal(sql(t, `SELECT password_hash IS NULL FROM portal.account WHERE email = 'lent@a.example'`), 't');
});
test('a used link ends the sessions of its person', async () => {
  const { invitation } = await t.must(['user', 'add', 'perdu@a.example', '--host', A, '--role', 'reader', '--json']);
  await useLink(A, invitation);
  const session = await t.signIn(A, 'perdu@a.example', password);
  assert.equal((await session.get('/backoffice/')).status, 200);
  const { invitation: link } = await t.must(['user', 'link', 'perdu@a.example', '--host', A, '--json']);
  assert.equal((await useLink(A, link, { password: 'tout-autre-mot-de-passe' })).status, 303);
  await poll(async () => outside(await session.get('/backoffice/')), { what: 'end of the session', deadline: 7000 });
});

// ---- cookies ----

test('B01: the session cookie is __Host-, and its id is new at each sign-in', async () => {
  const jar = new Jar();
  const answer = await t.http(A, '/login/', { form: { email: 'admin@a.example', password }, jar });
  assert.equal(answer.status, 303);
  const line = `${answer.headers['set-cookie']}`;
  assert.match(line, /^__Host-sid=[\w-]{43}; /);
  for (const word of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax']) assert.ok(line.includes(word), word);
  assert.doesNotMatch(line, /domain/i);
  const old = jar.header;
  const again = await t.http(A, '/login/', { form: { email: 'admin@a.example', password, csrf: /name="csrf"[^>]*value="([^"]+)"/.exec((await t.http(A, '/backoffice/', { jar })).text)?.[1] }, jar });
  assert.equal(again.status, 303);
  assert.notEqual(jar.header, old);
  await poll(async () => outside(await t.http(A, '/backoffice/', { headers: { Cookie: old } })), { what: 'death of the old id', deadline: 7000 });
  assert.equal((await t.http(A, '/backoffice/', { jar })).status, 200);
});
test('B02: a session cookie sent twice or dressed up authenticates nobody', async () => {
  const { secret, cookie } = makeSession(A);
  const other = makeSession(A);
  assert.equal((await t.http(A, '/backoffice/', { headers: { Cookie: cookie } })).status, 200);
  const raw = (lines) => t.raw(Buffer.concat([Buffer.from(`GET /backoffice/ HTTP/1.1\r\nHost: ${named(A)}\r\nConnection: close\r\n`), ...lines.map((l) => Buffer.from(l, 'latin1')), Buffer.from('\r\n')]));
  for (const lines of [
    [`Cookie: ${cookie}; ${other.cookie}\r\n`], [`Cookie: ${cookie}; ${cookie}\r\n`], [`Cookie: ${cookie}\r\n`, `Cookie: ${other.cookie}\r\n`],
    [`Cookie: ${cookie}; __Host-sid=\r\n`], [`Cookie: __Host-sid="${secret}"\r\n`], [`Cookie: __host-sid=${secret}\r\n`], [`Cookie: __HOST-SID=${secret}\r\n`],
    [`Cookie: \xa0__Host-sid=${secret}\r\n`], [`Cookie: \xe2\x80\x80__Host-sid=${secret}\r\n`], [`Cookie: __Host-sid =${secret}\r\n`], [`Cookie: __Host-sid\t=${secret}\r\n`],
    [`Cookie: a=b, __Host-sid=${secret}\r\n`], [`Cookie: =__Host-sid=${secret}\r\n`], [`Cookie: __Host-sid=${secret}%00\r\n`], [`Cookie: __Host-sid=${secret} x\r\n`],
    [`Cookie: sid=${secret}\r\n`], [`Cookie: __Secure-sid=${secret}\r\n`], [`Cookie: $Version=1; __Host-sid=${secret}x\r\n`],
    [`Cookie: ${cookie}; \xe2\x80\x80__Host-sid=${other.secret}\r\n`], [`Cookie: \x85__Host-sid=${other.secret}; ${cookie}\r\n`],
  ]) {
    const answer = await raw(lines);
    assert.match(answer, /^HTTP\/1\.1 (401 |400 |303 [^]*\r\nlocation: \/login)/i, `${JSON.stringify(lines)}: ${answer.slice(0, 60)}`);
  }
  const tossed = await t.http(A, '/', { headers: { Cookie: `${cookie}; ${other.cookie}` } });
  assert.match(`${tossed.headers['set-cookie']}`, /__Host-sid=;.*Max-Age=0/, 'both are thrown away');
});
test('B04: a bomb of cookies is 431, and the answer clears them', async () => {
  const answer = await t.raw(`GET / HTTP/1.1\r\nHost: ${named(A)}\r\n${Array.from({ length: 20 }, (_, i) => `Cookie: b${i}=${'x'.repeat(8000)}\r\n`).join('')}\r\n`);
  assert.match(answer, /^HTTP\/1\.1 431 /);
  assert.match(answer, /\r\nclear-site-data: "cookies"/i);
  assert.match(answer, /\r\ncontent-type: text\/html/i);
  assert.match(answer, /témoins|cookies/i, 'says what happened');
  assert.equal((await t.http(A, '/')).status, 200);
});
test('signing out ends the session at once', async () => {
  const session = await t.signIn(A, 'admin@a.example', password);
  const old = session.jar.header;
  assert.equal((await session.post('/logout/')).status, 303);
  assert.ok(outside(await t.http(A, '/backoffice/', { headers: { Cookie: old } })));
});

// ---- signing in ----

test('five wrong passwords and the account waits, right password or not; an unknown address is answered alike', async () => {
  const { invitation } = await t.must(['user', 'add', 'vise@a.example', '--host', A, '--role', 'reader', '--json']);
  await useLink(A, invitation);
  const attempt = async (email, p) => { const a = await t.http(A, '/login/', { form: { email, password: p } }); return { status: a.status, text: a.text.replaceAll(email, 'X') }; };
  const known = [], unknown = [];
  for (let i = 0; i < 8; i++) known.push(await attempt('vise@a.example', 'pas-le-bon-du-tout'));
  for (let i = 0; i < 8; i++) unknown.push(await attempt('rien@a.example', 'pas-le-bon-du-tout'));
  assert.ok(known.slice(0, 5).every((a) => a.status === 401));
  assert.equal(known.at(-1).status, 429);
  assert.deepEqual(unknown, known, 'nobody learns which addresses have an account');
  assert.equal((await attempt('vise@a.example', password)).status, 429);
  assert.equal(sql(t, `SELECT count(*) FROM portal.session s JOIN portal.account a ON a.id = s.account_id WHERE email = 'vise@a.example'`), '0');
  sql(t, `UPDATE portal.account SET locked_until = now() - interval '1 second' WHERE email = 'vise@a.example'`);
  assert.equal((await attempt('vise@a.example', password)).status, 303);
});
test('an account of one portal is none on another', async () => {
  for (const host of [B, R, S]) assert.equal((await t.http(host, '/login/', { form: { email: 'admin@a.example', password } })).status, 401);
});
test('the address after signing in stays on this host', async () => {
  for (const next of ['https://mechant.example/', '//mechant.example/', '/\\mechant.example/', '\\\\mechant.example', '/\t/mechant.example', 'javascript:alert(1)', '/%0d%0aX: y', 'http:mechant.example', `http://${named(B)}/`]) {
    const answer = await t.http(A, '/login/', { form: { email: 'admin@a.example', password, next } });
    assert.equal(answer.status, 303);
    assert.match(answer.headers.location, /^\/(?![/\\])/, next);
    assert.ok(!new URL(answer.headers.location, `http://${named(A)}`).host.includes('mechant'), next);
  }
});

// ---- rights ----

test('roles: who may not is told so, and nothing changes', async () => {
  const before = { reader: makeSession(A, 'reader'), contributor: makeSession(A, 'contributor'), editor: makeSession(A, 'editor') };
  const rank = ['PUBLIC', 'READER', 'CONTRIBUTOR', 'EDITOR', 'ADMIN', 'REGION', 'REGION_DPO'];
  const was = state();
  for (const [role, me] of Object.entries(before)) {
    for (const row of table.rows.filter((r) => rank.indexOf(r.access) > rank.indexOf(role.toUpperCase()))) {
      const answer = await t.http(A, fill(row.path, { dataset: 'ouvert-a' }), { method: row.method, headers: { Cookie: me.cookie, 'X-CSRF-Token': me.csrf, Origin: `http://${named(A)}` } });
      assert.ok([403, 404].includes(answer.status), `${role}: ${row.method} ${row.path}: ${answer.status}`);
    }
  }
  for (const row of table.rows.filter((r) => r.access.startsWith('REGION'))) {
    const answer = await t.http(A, fill(row.path), { method: row.method, headers: { Cookie: who[A].cookie, 'X-CSRF-Token': who[A].csrf, Origin: `http://${named(A)}` } });
    assert.equal(answer.status, 403, `an administrator of a sub-domain: ${row.path}`);
  }
  assert.deepEqual(state(), was);
});
test('roles: nobody is offered a page that refuses him', async () => {
  for (const role of ['reader', 'contributor', 'editor', 'admin']) {
    const me = makeSession(A, role);
    const look = (path) => t.http(A, path, { headers: { Cookie: me.cookie } });
    const home = (await look('/backoffice/')).text;
    const links = [...new Set([...home.matchAll(/href="(\/backoffice\/[^"#]*)"/g)].map((m) => m[1]))];
    assert.match(home, /<p class="acts"><a /, `${role}: “Que voulez-vous faire ?” offers something`);
    assert.equal(links.includes('/backoffice/quotas/'), role === 'admin', `${role}: ${links}`);
    for (const link of links) assert.equal((await look(link)).status, 200, `${role}: ${link}`);
  }
});
test('roles: who is bound to one organisation sees neither the portal\'s affairs nor others\' submissions, whatever the role', async () => {
  const [admin, editor] = [makeSession(R), makeSession(R, 'editor')];
  const look = (me, method, path) => t.http(R, path, { method, headers: { Cookie: me.cookie, 'X-CSRF-Token': me.csrf, Origin: `http://${named(R)}` } });
  assert.equal((await look(makeSession(R), 'GET', '/backoffice/people/')).status, 200);
  assert.equal((await look(makeSession(R, 'editor'), 'GET', '/backoffice/review/')).status, 200);
  sql(t, `UPDATE portal.account SET organisation_id = (SELECT id FROM portal.organisation WHERE tenant_id = ${tenant(R)} LIMIT 1)
    WHERE tenant_id = ${tenant(R)} AND id IN ('${admin.account}', '${editor.account}')`);
  const was = state();
  const rows = table.rows.filter((r) => ['ADMIN', 'REGION', 'REGION_DPO'].includes(r.access) || r.path.startsWith('/backoffice/review'));
  assert.ok(rows.length > 12);
  for (const row of rows) {
    for (const me of [admin, editor]) {
      const answer = await look(me, row.method, fill(row.path));
      assert.equal(answer.status, 403, `${me === admin ? 'administrator' : 'editor'}: ${row.method} ${row.path}`);
    }
  }
  assert.deepEqual(state(), was);
});
test('the last administrator stays, even when two depose each other at the same time', async () => {
  sql(t, `UPDATE portal.account SET role = 'reader' WHERE tenant_id = ${tenant(B)}`);
  const [one, two] = [makeSession(B), makeSession(B)];
  const depose = (by, whom) => t.http(B, '/backoffice/people/change/', { form: { account: whom.account, role: 'reader', csrf: by.csrf }, headers: { Cookie: by.cookie } });
  const admins = () => sql(t, `SELECT count(*) FROM portal.account WHERE tenant_id = ${tenant(B)} AND role = 'admin' AND state = 'active'`);
  await Promise.all([depose(one, two), depose(two, one)]);
  assert.equal(admins(), '1');
  const [left] = sql(t, `SELECT id FROM portal.account WHERE tenant_id = ${tenant(B)} AND role = 'admin'`).split('\n');
  const me = left === one.account ? one : two;
  for (const form of [{ role: 'reader' }, { role: 'admin', state: 'disabled' }, { state: 'disabled' }]) {
    const answer = await t.http(B, '/backoffice/people/change/', { form: { account: me.account, csrf: me.csrf, ...form }, headers: { Cookie: me.cookie } });
    assert.ok(answer.status >= 400, `${answer.status}`);
  }
  assert.equal(admins(), '1');
});
test('A05: ids of another portal in a form are unknown', async () => {
  const [mine, theirs] = [makeSession(A), makeSession(B, 'reader')];
  const before = state();
  const post = (to, form) => t.http(A, to, { form: { csrf: mine.csrf, ...form }, headers: { Cookie: mine.cookie } });
  assert.ok((await post('/backoffice/people/change/', { account: theirs.account, role: 'admin' })).status >= 400);
  assert.ok((await post('/backoffice/people/link/', { account: theirs.account })).status >= 400);
  const key = sql(t, `SELECT id FROM portal.api_key WHERE tenant_id = ${tenant(B)} LIMIT 1`);
  await post('/backoffice/keys/revoke/', { key, id: key });
  assert.deepEqual(state(), before);
});
test('mass assignment: what a form does not offer is not taken', async () => {
  const me = makeSession(A);
  const stranger = makeSession(A);
  const foreign = sql(t, `SELECT tenant_id FROM portal.host WHERE host = '${B}'`);
  const columns = sql(t, `SELECT DISTINCT column_name FROM information_schema.columns WHERE table_schema = 'portal' AND table_name IN ('account', 'api_key', 'session', 'invite', 'tenant')`).split('\n');
  const extra = Object.fromEntries(columns.filter((c) => !['email', 'name', 'role', 'label'].includes(c)).map((c) =>
    [c, /tenant/.test(c) ? foreign : /(^|_)id$|created_by/.test(c) ? stranger.account : /state/.test(c) ? 'disabled' : /password_hash|hash/.test(c) ? 'x' : '9']));
  const sent = { ...extra, tenant: B, is_region: '1', organisation: '', account: stranger.account };
  const post = (to, form) => t.http(A, to, { form: { ...sent, ...form, csrf: me.csrf }, headers: { Cookie: me.cookie } });
  assert.ok((await post('/backoffice/people/', { email: 'masse@a.example', name: 'Masse', role: 'reader' })).status < 400);
  assert.equal(sql(t, `SELECT h.host, role, state, password_hash IS NULL, failures, organisation_id IS NULL, id <> '${stranger.account}' FROM portal.account a
    JOIN portal.host h USING (tenant_id) WHERE email = 'masse@a.example'`), `${A}|reader|active|t|0|t|t`);
  assert.ok((await post('/backoffice/keys/', { label: 'masse' })).status < 400);
  assert.equal(sql(t, `SELECT account_id, expires_at BETWEEN now() + interval '364 days' AND now() + interval '366 days', revoked_at IS NULL FROM portal.api_key WHERE label = 'masse'`), `${me.account}|t|t`);
  const { invitation } = await t.must(['user', 'link', 'masse@a.example', '--host', A, '--json']);
  assert.equal((await useLink(A, invitation, { ...sent, password, role: 'admin', email: 'roi@a.example', name: 'Roi' })).status, 303);
  assert.equal(sql(t, `SELECT email, role, state, name FROM portal.account WHERE tenant_id = ${tenant(A)} AND email IN ('masse@a.example', 'roi@a.example')`), 'masse@a.example|reader|active|Masse');
  for (const role of ['region', 'root', 'owner', 'ADMIN', '', 'admin,reader']) {
    assert.ok((await post('/backoffice/people/', { email: `r${createHash('md5').update(role).digest('hex')}@a.example`, name: 'R', role })).status >= 400, role);
  }
});
test('A10: a portal that left is nowhere, and its keys and sessions with it', async () => {
  await t.must(['tenant', 'add', 'parti', '--name', 'Parti', '--host', 'parti.r.localhost', '--admin', 'p@p.example', '--json']);
  await poll(async () => (await t.http('parti.r.localhost', '/')).status === 200, { what: 'portal' });
  const [me, key] = [makeSession('parti.r.localhost'), makeKey(t, 'parti.r.localhost', 'admin')];
  assert.equal((await t.http('parti.r.localhost', '/backoffice/', { headers: { Cookie: me.cookie } })).status, 200);
  sql(t, "UPDATE portal.tenant SET state = 'left', generation = generation + 1 WHERE slug = 'parti'");
  await poll(async () => (await t.http('parti.r.localhost', '/')).status === 421, { what: '421', deadline: 3000 });
  for (const options of [{ headers: { Cookie: me.cookie } }, { key }]) {
    assert.equal((await t.http('parti.r.localhost', '/backoffice/', options)).status, 421);
    assert.ok([401, 404].includes((await t.http(R, `${V21}/ferme-rx`, options)).status));
  }
  assert.equal((await t.cli(['tenant', 'add', 'autre', '--name', 'Autre', '--host', 'parti.r.localhost', '--admin', 'q@q.example'])).code, 1, 'its host is not handed on');
});
test('A13: an address or a name taken on another portal makes no difference', async () => {
  const add = async (host, email) => { const a = await t.cli(['user', 'add', email, '--host', host, '--role', 'reader', '--json']); return a.code; };
  assert.equal(await add(B, 'partage@x.example'), 0);
  assert.equal(await add(A, 'partage@x.example'), 0);
  assert.equal(await add(A, 'partage@x.example'), 1);
});

// ---- H01: hosts ----

test('H01: only exact names are served, whatever their case or port', async () => {
  sql(t, `INSERT INTO portal.host (host, tenant_id, canonical) SELECT 'ancien.r.localhost', tenant_id, false FROM portal.host WHERE host = '${A}';
    UPDATE portal.tenant SET generation = generation + 1 WHERE id = ${tenant(A)}`);
  const title = (await t.http(A, `${V21}/ouvert-a`)).status;
  assert.equal(title, 200);
  const ask = async (host, target = `${V21}/ouvert-a/records?limit=0`, more = '') => {
    const answer = await t.raw(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`);
    return { status: Number(answer.slice(9, 12)), answer };
  };
  for (const host of [A, A.toUpperCase(), 'A.r.LocalHost', `${A}.`, `${A}:80`, `${A}:65000`, `${A}.:443`]) assert.equal((await ask(host)).status, 200, host);
  for (const host of ['ailleurs.example', `x.${A}`, `${A}.example`, '127.0.0.1', 'localhost', 'r', 'a.r', 'xn--a-r-9ua.localhost', `${A}..`, `.${A}`, `${A}:x`, `${A}:`, `${A}:123456`, `${A}:-1`, `a@${A}`, `${A}/`, `${A}%00`, '[::1]', '*', 'a_r.localhost', 'а.r.localhost', `${A},${B}`, `${A} ${B}`, 'a'.repeat(300)]) {
    const { status, answer } = await ask(host);
    assert.ok([400, 421].includes(status), `${host}: ${status}`);
    if (host.length > 4) assert.ok(!answer.includes(host), `${host} is not echoed`);
  }
  await poll(async () => (await ask('ancien.r.localhost')).status === 301, { what: 'alias' });
  assert.match((await ask('ancien.r.localhost', '/explore/?q=x')).answer, new RegExp(`\\r\\nlocation: http://${A.replaceAll('.', '\\.')}[^/\\s]*/explore/\\?q=x\\r\\n`));
  assert.match((await ask('ancien.r.localhost', '//mechant.example/')).answer, new RegExp(`\\r\\nlocation: http://${A.replaceAll('.', '\\.')}`));
  const before = state();
  assert.equal((await t.http('ancien.r.localhost', '/login/', { form: { email: 'admin@a.example', password } })).status, 421, 'an alias takes no writes');
  assert.deepEqual(state(), before);
  for (const more of ['X-Forwarded-Host: b.r.localhost\r\n', 'Forwarded: host=b.r.localhost\r\n', 'X-Host: b.r.localhost\r\n', 'X-Original-URL: /backoffice/\r\n']) {
    const { status, answer } = await ask(A, `${V21}/ouvert-b/records`, more);
    assert.equal(status, 404, more);
    assert.ok(!answer.includes('b.r.localhost'), more);
  }
  const absolute = await ask(A, `http://${named(B)}${V21}/ouvert-b/records`);
  assert.ok([400, 404, 421].includes(absolute.status), `an absolute target of another host: ${absolute.status}`);
});
