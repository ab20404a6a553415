// R54: the daily look at each sub-domain's front page finds a mandatory block that was taken away on the way, and tells the region.
//
// A proxy stands where readers come in (public-url) and takes blocks away.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { sql } from './fixtures.mjs';
import { installation, poll } from './harness.mjs';

const [R, A, B] = ['r.localhost', 'a.r.localhost', 'b.r.localhost'];
let t, proxy, env, region, a, mend = (html) => html;

before(async () => {
  proxy = createServer((asked, answer) => {
    const host = asked.headers.host.replace(/:\d+$/, '');
    const on = request({ host: '127.0.0.1', port: t.port, path: asked.url, headers: { ...asked.headers, host: `${host}:${t.port}`, 'accept-encoding': 'identity' } }, (got) => {
      const parts = [];
      got.on('data', (p) => parts.push(p)).on('end', () => {
        const body = mend(Buffer.concat(parts).toString(), host);
        if (body === null) { answer.destroy(); return; }
        answer.writeHead(got.statusCode, { 'content-type': got.headers['content-type'] ?? 'text/plain' }).end(body);
      });
    });
    on.on('error', () => answer.destroy());
    on.end();
  });
  await new Promise((done) => { proxy.listen(0, '127.0.0.1', done); });
  env = { TERRASSE_PUBLIC_URL: `http://localhost:${proxy.address().port}` };
  t = await installation({ serve: false });
  await t.serve({ env });
  await t.tenants();
  region = await t.signIn(R, 'admin@r.example', await t.accept(R, t.links[R]));
  a = await t.signIn(A, 'admin@a.example', await t.accept(A, t.links[A]));
});
after(async () => { await t?.stop(); proxy?.close(); });

/** A day later: both are looked at again. */
async function day(settle = () => true) {
  sql(t, "UPDATE portal.conformity SET looked_at = looked_at - interval '2 days'");
  await poll(() => sql(t, "SELECT count(*) FROM portal.conformity WHERE looked_at > now() - interval '1 day'") === '2' && settle(), { what: 'the daily look', deadline: 60000, every: 250 });
}
const missing = (host) => sql(t, `SELECT c.missing FROM portal.conformity c JOIN portal.host h ON h.tenant_id = c.tenant_id WHERE h.host = '${host}'`);
const doctor = async () => JSON.parse((await t.cli(['doctor', '--json'], { env })).stdout).find((r) => r.name === 'conformity');
const partners = async () => (await region.get('/backoffice/partners/')).text;

test('a page as the server draws it has all four blocks', async () => {
  // A portal made a moment ago may not answer yet; the next look would be in ten minutes.
  const again = () => sql(t, "UPDATE portal.conformity SET looked_at = looked_at - interval '1 hour' WHERE failures > 0");
  await poll(() => { again(); return sql(t, 'SELECT count(*) FROM portal.conformity WHERE failures = 0') === '2'; }, { what: 'the first look', deadline: 60000, every: 250 });
  await day();
  assert.equal(missing(A) + missing(B), '');
  assert.equal((await doctor()).state, 'good');
  assert.ok(!(await partners()).includes('mention obligatoire absente'));
});

for (const [what, take] of [
  ['mention', (html) => html.replace(/<div class="notice">.*?<\/div><\/div>/s, '')],
  ['mention', (html) => html.replace('>r.localhost</a></div></div>', '>ailleurs</a></div></div>')],
  ['mark', (html) => html.replace('<a class="brand"', '<a class="marque"')],
  ['partner', (html) => html.replace('<h2>Partenaire</h2>', '<h2>Amis</h2>')],
  ['region', (html) => html.replace('<a class="inst"', '<a class="autre"')],
  ['style', (html) => html.replace('</head>', '<style>.notice{display:none}</style></head>')],
  ['style', (html) => html.replace('</head>', '<link rel="stylesheet" href="https://ailleurs.example/cache.css"></head>')],
]) {
  test(`taken away: ${what}; the region is told on its page and by doctor`, async () => {
    mend = (html, host) => (host === B && html.includes('<header') ? take(html) : html);
    await day(() => missing(B) !== '');
    assert.equal(missing(B), what);
    assert.equal(missing(A), '');
    const row = await doctor();
    assert.deepEqual([row.state, row.found], ['wrong', `1: b.r.localhost (${what})`]);
    assert.match(await partners(), /Portail B<\/strong>[\s\S]*?mention obligatoire absente/);
    mend = (html) => html;
    await day(() => missing(B) === '');
    assert.equal((await doctor()).state, 'good');
  });
}

test('the region’s administrators are told by e-mail once, the partner not', async () => {
  mend = (html, host) => (host === B ? html.replace('Partenaire', 'Amis') : html);
  const mails = () => Number(sql(t, "SELECT count(*) FROM portal.mail m JOIN portal.host h ON h.tenant_id = m.tenant_id WHERE m.template = 'conformity' AND m.state <> 'shared' AND h.host = 'r.localhost'"));
  const before = mails();
  await day(() => missing(B) !== '');
  await poll(() => mails() > before, { what: 'the notice', deadline: 20000 });
  const told = mails();
  await day();
  await day(); // a look begins when the one before it is over
  assert.equal(mails(), told);
  assert.equal(sql(t, "SELECT count(*) FROM portal.mail m JOIN portal.host h ON h.tenant_id = m.tenant_id WHERE m.template = 'conformity' AND h.host <> 'r.localhost'"), '0');
  assert.equal((await a.get('/backoffice/partners/')).status, 403);
  mend = (html) => html;
});

test('no answer is not a missing block: said after the second look in vain', async () => {
  await day(() => missing(B) === '');
  mend = (html, host) => (host === B && html.includes('<header') ? null : html);
  await day(() => sql(t, 'SELECT max(failures) FROM portal.conformity') === '1');
  assert.equal((await doctor()).state, 'good');
  sql(t, "UPDATE portal.conformity SET looked_at = looked_at - interval '11 minutes'");
  await poll(() => sql(t, 'SELECT max(failures) FROM portal.conformity') === '2', { what: 'the second look', deadline: 60000, every: 250 });
  assert.equal((await doctor()).state, 'wrong');
  assert.match(await partners(), /sa page d’accueil ne répond pas/);
  assert.equal(missing(B), '');
});
