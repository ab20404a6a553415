// The front page and the look: highlighted data sets in their order (R47), sites that may embed a portal (I94), a look that is
// tried before it is kept.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation } from './harness.mjs';

const [R, A, B] = ['r.localhost', 'a.r.localhost', 'b.r.localhost'];
let t, a, b;

before(async () => {
  t = await installation();
  await t.tenants();
  a = await t.signIn(A, 'admin@a.example', await t.accept(A, t.links[A]));
  b = await t.signIn(B, 'admin@b.example', await t.accept(B, t.links[B]));
  for (const id of ['un', 'deux', 'trois', 'quatre']) await t.importCsv(A, id, 'code;nom\r\n1;a\r\n', { title: `Titre ${id}` });
  await t.importCsv(A, 'prive', 'code;nom\r\n1;a\r\n', { title: 'Titre privé', visibility: 'closed' });
});
after(() => t?.stop());

const front = (who, places, embed = '') => who.post('/backoffice/front/', { ...Object.fromEntries(places.map((id, i) => [`place${i + 1}`, id])), embed });
const home = async (host = A) => (await t.http(host, '/')).text;
/** The titles of the front page's first section, in their order. */
const chosen = (page) => [...(/id="a-la-une"[\s\S]*?<\/section>/.exec(page)?.[0] ?? '').matchAll(/Titre (\w+)<\/a>/g)].map((m) => m[1]);
const ancestors = async (host, path, who) => /frame-ancestors ([^;]*)/.exec((await (who ? who.get(path) : t.http(host, path))).headers['content-security-policy'])[1];

test('R47: the chosen data sets stand first, in the order that was chosen', async () => {
  assert.deepEqual(chosen(await home()), []);
  assert.equal((await front(a, ['trois', 'un', 'quatre'])).status, 303);
  assert.deepEqual(chosen(await home()), ['trois', 'un', 'quatre']); // in the very next request
  assert.equal((await front(a, ['', 'quatre', 'trois'])).status, 303); // a hole closes
  assert.deepEqual(chosen(await home()), ['quatre', 'trois']);
  assert.match((await a.get('/backoffice/front/')).text, /name="place1"[\s\S]*?<option value="quatre" selected>/);
  assert.deepEqual(chosen(await home(R)), [], 'another portal shows its own');
});

test('R47: a private data set is refused, and said with the words of one that never was', async () => {
  const closed = await front(a, ['un', 'prive']), never = await front(a, ['un', 'jamais']);
  assert.equal(closed.status, 400);
  assert.match(closed.text, /« prive » n’est pas un jeu ouvert de ce portail/);
  const plain = (answer, id) => answer.text.replaceAll(id, 'x').replace(/[\w-]{43}/g, '');
  assert.equal(plain(closed, 'prive'), plain(never, 'jamais'));
  for (const id of ['../un', '<b>', 'UN', "' OR 1=1"]) assert.equal((await front(a, [id])).status, 400, id);
  assert.equal((await front(b, ['un'])).status, 400, 'another portal’s data set');
  assert.deepEqual(chosen(await home()), ['quatre', 'trois']);
});

test('R47: one that is closed afterwards is not shown any more', async () => {
  await a.post('/backoffice/datasets/quatre/close');
  assert.deepEqual(chosen(await home()), ['trois']);
  await a.post('/backoffice/datasets/quatre/open');
  assert.deepEqual(chosen(await home()), ['quatre', 'trois']);
});

test('saving the look keeps the front page, and the other way round', async () => {
  const boundary = 'x9', form = (fields) => Buffer.from(Object.entries(fields).map(([k, v]) => `--${boundary}\r\nContent-Disposition: form-data; name="${k}"\r\n\r\n${v}\r\n`).join('') + `--${boundary}--\r\n`);
  const send = (path, fields) => t.http(A, path, { method: 'POST', body: form({ csrf: a.csrf, ...fields }), jar: a.jar,
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}`, Origin: `http://${A}:${t.port}` } });
  assert.equal((await send('/backoffice/brand/', { primary: '#1f4e79', font: 'atkinson', hero_title: 'Bonjour' })).status, 303);
  assert.deepEqual(chosen(await home()), ['quatre', 'trois']);
  await front(a, ['un']);
  assert.match(await home(), /Bonjour/);
  const theme = async () => (await t.http(A, /href="(\/theme\/[^"]+)"/.exec(await home())[1])).text;
  assert.match(await theme(), /--t-primary:#1f4e79/);
  // A look that is tried is drawn and not kept.
  const tried = await send('/backoffice/brand/preview', { primary: '#7a1c4a', font: 'atkinson', hero_title: 'Essai <i>' });
  assert.equal(tried.status, 200);
  assert.match(tried.text, /name="primary"[^>]*value="#7a1c4a"/);
  const frame = /<iframe[^>]*src="([^"]+)"/.exec(tried.text)[1].replaceAll('&amp;', '&');
  const drawn = await a.get(frame);
  assert.equal(drawn.status, 200);
  assert.match(drawn.text, /Essai &lt;i&gt;/);
  const sheet = await a.get(/href="(\/backoffice\/brand\/draft\.css[^"]+)"/.exec(drawn.text)[1].replaceAll('&amp;', '&'));
  assert.equal(sheet.headers['content-type'], 'text/css; charset=utf-8');
  assert.match(sheet.text, /--t-primary:#7a1c4a/);
  assert.match(await theme(), /--t-primary:#1f4e79/);
  assert.ok(!(await home()).includes('Essai'));
  // What is refused when kept is refused when tried, with the same words.
  const refused = await send('/backoffice/brand/preview', { primary: '#ffff00' });
  assert.equal(refused.status, 400);
  const pale = await a.get('/backoffice/brand/frame?primary=%23ffff00');
  assert.match(pale.text, /contraste/);
  assert.equal((await a.get('/backoffice/brand/draft.css?primary=red}body{display:none')).status, 400);
  assert.equal((await t.http(A, '/backoffice/brand/frame')).status, 303); // to the sign-in
});

test('I94: named sites may embed the public pages of this portal, and of no other', async () => {
  assert.equal(await ancestors(A, '/'), "'self'");
  assert.equal((await front(a, ['un'], 'https://www.ville.example\r\nblog.ville.example/\r\nhttps://*.presse.example:8443')).status, 303);
  const all = "'self' https://www.ville.example https://blog.ville.example https://*.presse.example:8443";
  for (const path of ['/', '/explore/', '/explore/dataset/un/', '/explore/dataset/un/table/']) {
    assert.equal(await ancestors(A, path), all, path);
    assert.equal(await ancestors(A, path), all, `${path} from the cache`);
  }
  assert.equal(await ancestors(R, '/'), "'self'");
  assert.equal(await ancestors(B, '/'), "'self'");
});

test('I94: where people sign in or work nobody else frames', async () => {
  for (const path of ['/login/', '/backoffice/', '/jamais']) assert.equal(await ancestors(A, path), "'self'", path);
  for (const path of ['/backoffice/', '/backoffice/front/', '/backoffice/brand/frame']) assert.equal(await ancestors(A, path, a), "'self'", path);
});

test('I94: what is not the address of a site is refused, and nothing of it reaches a header', async () => {
  for (const wrong of ['*', 'https://*', 'http://www.ville.example', 'https://ville.example/page', 'https://ville', "https://a.b; script-src *", "'none'",
    'https://u@ville.example', 'javascript://a.b', 'https://ville.example:0', 'https://ville.example:70000', 'https://-a.b', 'data:', 'https://a..b',
    Array.from({ length: 21 }, (_, i) => `https://s${i}.example`).join('\n')]) {
    const answer = await front(a, ['un'], wrong);
    assert.equal(answer.status, 400, wrong);
    assert.match(answer.text, /n’est pas l’adresse d’un site/);
  }
  assert.match(await ancestors(A, '/'), /^'self' https:\/\/www\.ville\.example /);
  assert.equal((await front(a, ['un'], '')).status, 303);
  assert.equal(await ancestors(A, '/'), "'self'");
});
