// The public pages in a real browser: accessible, quiet, complete, and right.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { sql } from '../e2e/fixtures.mjs';
import { poll } from '../e2e/harness.mjs';
import { communes, site } from './site.mjs';

let s;
before(async () => { s = await site(); });
after(() => s?.end());

const R = 'r.localhost', A = 'a.r.localhost';
const kinds = [[R, '/'], [A, '/'], [R, '/explore/'], [R, '/explore/?q=rien-du-tout'], [R, '/explore/?theme=Environnement&sort=title'],
  [R, '/explore/dataset/communes/'], [R, '/explore/dataset/communes/table/?refine=nom_departement:Cher&order_by=population+desc'],
  [R, '/explore/dataset/communes/analyze/?how=sum&of=population&by=nom_departement'], [R, '/explore/dataset/communes/export/'],
  [R, '/explore/dataset/communes/api/'], [R, '/explore/dataset/arbres/'], [A, '/explore/dataset/arbres/'], [R, '/themes/'],
  [R, '/partners/'], [R, '/pages/quotas/'], [R, '/pages/api/'], [R, '/login/'], [R, '/legal/terms/'], [R, '/legal/privacy/'],
  [R, '/legal/cookies/'], [R, '/legal/accessibility/'], [R, '/?lang=en'], [A, '/explore/?lang=en']];

for (const width of [1280, 390])
  for (const scheme of ['light', 'dark'])
    test(`axe finds nothing, and the browser hears nothing odd: ${width} px, ${scheme}`, async () => {
      const found = [];
      const page = await s.open(R, '/', { width, scheme });
      for (const [host, path] of kinds) {
        await s.go(page, host, path);
        assert.equal(page.answer.status(), 200, path);
        for (const fault of [...await s.faults(page), ...await s.axe(page)]) found.push(`${host}${path}: ${fault}`);
      }
      await page.context().close();
      assert.deepEqual(found, []);
    });

test('an error page is a page of the portal, in both languages', async () => {
  for (const [path, lang] of [['/nulle-part', 'fr'], ['/nulle-part?lang=en', 'en'], ['/explore/dataset/nexiste-pas/', 'fr']]) {
    const page = await s.open(R, path);
    assert.equal(page.answer.status(), 404);
    assert.equal(await page.getAttribute('html', 'lang'), lang);
    assert.equal(await page.locator('header .brand').count(), 1);
    assert.deepEqual(await s.axe(page), []);
    await page.context().close();
  }
});

test('a host nobody serves gets 421, a plain page and no cookie', async () => {
  const answer = await s.t.http('inconnu.localhost', '/');
  assert.equal(answer.status, 421);
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.doesNotMatch(answer.text, /Région d’essai|Tours/);
});

/** Addresses of a page that are of this installation. */
function links(html, host, path) {
  const found = new Set();
  for (const [, raw] of html.matchAll(/\s(?:href|src|action)="([^"]*)"/g)) {
    const url = new URL(raw.replaceAll('&amp;', '&').replaceAll('&#39;', "'"), s.url(host, path));
    if (url.hostname.endsWith('.localhost') && Number(url.port) === s.t.port) found.add(`${url.hostname} ${url.pathname}${url.search}`);
  }
  return found;
}

test('no link leads nowhere', async () => {
  const todo = kinds.map(([host, path]) => `${host} ${path}`), seen = new Set(todo), broken = [];
  while (todo.length && seen.size < 1500) {
    const [host, path] = todo.shift().split(' ');
    const answer = await s.t.http(host, path);
    if (answer.status >= 400 && !['/logout'].includes(path)) broken.push(`${answer.status} ${host}${path}`);
    // A page with a filter or an order of its own has no new kind of link.
    if (!/html/.test(answer.headers['content-type'] ?? '') || (path.includes('?') && !kinds.some(([h, p]) => h === host && p === path))) continue;
    for (const link of links(answer.text, host, path)) if (!seen.has(link)) { seen.add(link); todo.push(link); }
  }
  assert.deepEqual(broken, []);
  assert.ok(seen.size > 60, `only ${seen.size} links seen`);
});

test('scripts off: search, dataset, CSV', async () => {
  const page = await s.open(R, '/', { scripts: false, width: 390 });
  await page.fill('#q', 'communes');
  await page.click('.search button');
  assert.match(page.url(), /\/explore\/\?q=communes/);
  assert.match(await page.textContent('h1'), /1\sjeu de données/);
  await page.click('.hit-t a');
  assert.equal(await page.textContent('h1'), 'Communes de la région');
  const href = await page.getAttribute('.ds-title a.btn', 'href');
  const answer = await s.t.http(R, href);
  assert.equal(answer.status, 200);
  assert.equal(answer.text.trim().split('\n').length, communes.length + 1);
  await page.context().close();
});

test('scripts off, on a phone: title, producer, date and download are on the first screen', async () => {
  const page = await s.open(R, '/explore/dataset/communes/', { scripts: false, width: 390 });
  for (const part of ['h1', '.ds-title .by', '.ds-title a.btn']) {
    const box = await page.locator(part).first().boundingBox();
    assert.ok(box.y + box.height <= 640, `${part} ends at ${box.y + box.height} px`);
  }
  assert.equal(await page.locator('.nav a').first().isVisible(), true);
  await page.context().close();
});

test('scripts off: filter, sort and the next rows of a table are those of the API', async () => {
  const page = await s.open(R, '/explore/dataset/communes/table/', { scripts: false });
  await page.selectOption('select[name=refine]', { label: 'Loiret (20)' });
  await page.click('.filters button');
  await page.click('thead a:has-text("Population")');
  const shown = await page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.cells[0].textContent));
  const expected = communes.filter((c) => c.dep === '45').sort((a, b) => a.population - b.population).map((c) => c.code);
  assert.deepEqual(shown, expected);
  const href = await page.getAttribute('.panel-head a:has-text("CSV")', 'href');
  const csv = (await s.t.http(R, href)).text.trim().split('\n').slice(1).map((line) => line.split(';')[0]);
  assert.deepEqual(csv, expected);
  await page.goto(s.url(R, '/explore/dataset/communes/table/'));
  await page.click('a:has-text("Lignes suivantes")');
  assert.equal(await page.textContent('tbody tr th'), communes[50].code);
  await page.context().close();
});

test('accents do not matter: Vendome finds Vendôme', async () => {
  const page = await s.open(R, '/explore/dataset/communes/table/?q=vendome');
  assert.deepEqual(await page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.cells[1].textContent)), ['Vendôme']);
  await page.context().close();
});

test('nothing found: the nearest spelling, and from a sub-domain the whole region', async () => {
  const page = await s.open(A, '/explore/?q=arbrs');
  assert.equal(await page.textContent('.note a >> nth=0'), 'arbres');
  assert.equal(new URL(await page.locator('.note a:has-text("portail régional")').getAttribute('href')).hostname, R);
  await page.context().close();
});

test('facets narrow, chips widen, counts are those of the list', async () => {
  const page = await s.open(R, '/explore/');
  assert.match(await page.textContent('h1'), /^2\s/);
  await page.check('input[name=theme][value=Environnement]');
  await page.waitForURL(/theme=Environnement/);
  assert.match(await page.textContent('h1'), /^1\s/);
  assert.equal(await page.locator('.hit').count(), 1);
  await page.click('.chip');
  await page.waitForURL((url) => !url.search.includes('theme'));
  assert.match(await page.textContent('h1'), /^2\s/);
  await page.context().close();
});

test('the map and the bars of the region say what the rows say', async () => {
  const sums = new Map();
  for (const c of communes) sums.set(c.depNom, (sums.get(c.depNom) ?? 0) + c.population);
  const plain = (text) => Number(text.replace(/\s/g, ''));
  const page = await s.open(R, '/');
  const map = await page.locator('.map-fig a').evaluateAll((shapes) => shapes.map((a) => [...a.querySelectorAll('text')].map((x) => x.textContent.trim())));
  assert.deepEqual(new Map(map.map(([name, said]) => [name, plain(said)])), sums);
  const bars = await page.locator('.sec .bars li').evaluateAll((rows) => rows.map((row) => [row.children[0].textContent, row.children[2].textContent]));
  assert.deepEqual(bars.map(([name, said]) => [name, plain(said)]), [...sums].sort((a, b) => b[1] - a[1]));
  await page.context().close();
});

test('the figures of the home are those of the API', async () => {
  const page = await s.open(R, '/');
  const [datasets, records] = await page.locator('.facts dd').evaluateAll((all) => all.map((x) => Number(x.textContent.replace(/\s/g, ''))));
  const list = (await s.t.http(R, '/api/explore/v2.1/catalog/datasets?limit=100')).json;
  assert.equal(datasets, list.total_count);
  assert.equal(records, communes.length + 3);
  await page.context().close();
});

test('a closed dataset is nowhere: not listed, not found, not counted', async () => {
  for (const path of ['/', '/explore/', '/explore/?q=myrtille', '/sitemap.xml', '/themes/']) {
    const text = (await s.t.http(R, path)).text.replaceAll('q=myrtille', '').replaceAll('value="myrtille"', '').replace(/Recherche\s: myrtille/g, '');
    assert.doesNotMatch(text, /Canari|dataset\/secret/, path);
  }
  for (const view of ['', 'table/', 'export/', 'api/', 'analyze/'])
    assert.equal((await s.t.http(R, `/explore/dataset/secret/${view}`)).status, 404);
});

test('the ten headings of article 2.6 are on the dataset page', async () => {
  const page = await s.open(R, '/explore/dataset/communes/');
  const words = await page.locator('.side dt').allTextContents();
  for (const word of ['Titre', 'Organisation', 'Date de création', 'Date de publication', 'Date de modification', 'Licence', 'Thématiques',
    'Mots-clés', 'Fréquence de mise à jour', 'Couverture géographique', 'Granularité']) assert.ok(words.includes(word), word);
  assert.ok((await page.textContent('.flow')).includes('jeu de données d’essai'));
  await page.context().close();
});

test('at 390 px the producer, the date and the download come before everything else', async () => {
  const page = await s.open(R, '/explore/dataset/communes/', { width: 390 });
  const top = (selector) => page.locator(selector).first().evaluate((x) => x.getBoundingClientRect().bottom);
  for (const selector of ['.ds-title .by', '.ds-title a.btn']) assert.ok(await top(selector) < 600, selector);
  await page.context().close();
});

test('a copy says where its original is', async () => {
  const page = await s.open(R, '/explore/dataset/arbres/');
  const link = page.locator('.note.t a');
  assert.equal((await link.textContent()).trim(), A);
  assert.match(await link.getAttribute('href'), /^http:\/\/a\.r\.localhost:\d+\/explore\/dataset\/arbres\/$/);
  await page.context().close();
});

/** WCAG contrast of an element's text on the first painted ground behind it. */
const contrast = (element) => element.evaluate((x) => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  let ground = x;
  while (ground && rgb(getComputedStyle(ground).backgroundColor)[3] < 255) ground = ground.parentElement;
  const [a, b] = [light(rgb(getComputedStyle(x).color)), light(rgb(getComputedStyle(ground ?? document.documentElement).backgroundColor))].sort((p, q) => q - p);
  return (a + 0.05) / (b + 0.05);
});

async function mandatory(page) {
  const mention = page.locator('.notice');
  assert.equal((await mention.textContent()).trim().replace(/\s+/g, ' '), 'Ce portail est un sous-domaine du portail r.localhost');
  assert.equal(await mention.locator('a').getAttribute('href'), s.url(R, '/'));
  assert.equal((await page.locator('header .brand .brand-name').textContent()).trim(), 'Data');
  assert.equal(await page.locator('footer h2').first().textContent(), 'Partenaire');
  const region = page.locator('footer .inst');
  assert.equal(await region.getAttribute('href'), 'https://www.region.example/');
  assert.ok(await region.locator('img').evaluate((img) => img.complete && img.naturalWidth > 0), 'the region’s logo is drawn');
  for (const part of [mention.locator('.wrap'), mention.locator('a'), page.locator('header .brand-name'), page.locator('footer h2').first(), region]) {
    const box = await part.boundingBox();
    assert.ok(await part.isVisible() && box.width > 10 && box.height > 10);
    assert.ok(await contrast(part) >= 4.5, `contrast ${await contrast(part)}`);
  }
}

test('R50-R52: mention, mark and footer stand on every page of a sub-domain, whatever its look', async () => {
  const set = (theme) => sql(s.t, `UPDATE portal.tenant SET theme = '${JSON.stringify(theme)}', generation = generation + 1 WHERE slug = 'b';`);
  for (const theme of [{}, { primary: '#ffffff', accent: '#ffffff' }, { primary: '#000000' },
    { primary: '#ffff00', hero_title: '</style><style>.notice,.foot{display:none}</style>', hero_text: '<script>document.body.remove()</script>' }]) {
    set(theme);
    await poll(async () => (await s.t.http('b.r.localhost', '/')).text.includes('hero') && (theme.hero_title === undefined || (await s.t.http('b.r.localhost', '/')).text.includes('&lt;/style&gt;')), { what: 'the new look' });
    for (const scheme of ['light', 'dark']) {
      const page = await s.open('b.r.localhost', '/', { scheme });
      for (const path of ['/', '/explore/', '/nulle-part']) {
        await s.go(page, 'b.r.localhost', path);
        await mandatory(page);
      }
      await page.context().close();
    }
  }
  set({});
});

test('R53: every active partner’s logo is on the region’s home, linked; one that left is not', async () => {
  let page = await s.open(R, '/');
  const logos = await page.locator('.partners li').evaluateAll((all) => all.map((li) => ({ name: li.querySelector('.t').textContent,
    href: li.querySelector('a').href, drawn: li.querySelector('img')?.naturalWidth > 0 })));
  assert.deepEqual(logos.map((x) => x.name).sort(), ['Bourges', 'Commune de Vendôme', 'Tours Métropole']);
  assert.ok(logos.every((x) => x.drawn && x.href));
  await page.context().close();
  sql(s.t, "UPDATE portal.partner SET state = 'terminated' WHERE name = 'Bourges'; UPDATE portal.tenant SET generation = generation + 1 WHERE parent_id IS NULL;");
  await poll(async () => !/>Bourges</.test((await s.t.http(R, '/')).text), { what: 'the partner gone' });
  sql(s.t, "UPDATE portal.partner SET state = 'active' WHERE name = 'Bourges'; UPDATE portal.tenant SET generation = generation + 1 WHERE parent_id IS NULL;");
});

test('by keyboard: the first stop is the skip link, and it leads to the content', async () => {
  const page = await s.open(R, '/');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  assert.ok((await page.locator('.skip').boundingBox()).y >= 0);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'contenu');
  await page.context().close();
});

test('the language rides in the address: English stays English without a cookie', async () => {
  const page = await s.open(R, '/?lang=en');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await page.click('.nav a:has-text("Datasets")');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await page.fill('#q', 'communes');
  await page.press('#q', 'Enter');
  await page.waitForURL(/q=communes/);
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  assert.deepEqual(await page.context().cookies(), []);
  await page.context().close();
});

test('the theme button keeps the choice, and only then is something kept', async () => {
  const page = await s.open(R, '/', { scheme: 'light' });
  await page.click('[data-theme-toggle]');
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  await page.reload();
  assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ['theme']);
  await page.context().close();
});

test('an invitation leads to a password, and the password in', async () => {
  const path = new URL(s.t.links[A], 'http://x').pathname;
  const form = await s.t.http(A, path);
  assert.equal(form.status, 200);
  assert.equal(form.headers['referrer-policy'], 'no-referrer');
  const weak = await s.t.http(A, path, { form: { password: 'court' } });
  assert.equal(weak.status, 400);
  assert.match(weak.text, /12 caractères au moins|au moins 12/);
  assert.equal((await s.t.http(A, path, { form: { password: 'une phrase assez longue' } })).status, 303);
  assert.equal((await s.t.http(A, path)).status, 404);
  const wrong = await s.t.http(A, '/login/', { form: { email: 'admin@a.example', password: 'non' } });
  const unknown = await s.t.http(A, '/login/', { form: { email: 'personne@a.example', password: 'non' } });
  assert.equal(wrong.status, 401);
  assert.equal(unknown.status, 401);
  assert.match(wrong.text, /role="alert"/);
  const right = await s.t.http(A, '/login/', { form: { email: 'admin@a.example', password: 'une phrase assez longue', next: '/explore/' } });
  assert.equal(right.status, 303);
  assert.equal(right.headers.location, '/explore/');
  assert.match(right.headers['set-cookie'][0], /^__Host-sid=.*Secure.*HttpOnly/);
});

test('the page of what counts says the costs of terrasse routes', async () => {
  const text = (await s.t.http(R, '/pages/quotas/')).text;
  for (const [pattern, cost] of [['/explore/dataset/{dataset}/table', 1], ['/api/explore/v2.1/catalog/datasets/{dataset}/records', 1]])
    assert.match(text.replaceAll('\n', ''), new RegExp(`${pattern.replace(/[{}./]/g, '\\$&')}</td><td class="r">${cost}</td>`));
});

// From here on there are two more datasets than the lists above count.
const stations = 'Stations de mobilité partagée (vélos, trottinettes, voitures) de Tours Métropole';
const attached = [['Reglement_d_utilisation_des_velos_en_libre_service_de_la_metropole_annexe_technique_2026.pdf', 'Règlement d’utilisation, avec son annexe technique', 41000],
  ['plan.pdf', '', 900], ['tout.gpkg', '', 3]];

async function attach() {
  const key = (await s.t.must(['token', 'add', 'admin@a.example', '--host', A, '--json'])).key;
  for (const [name, title, size] of attached) {
    const query = `name=${encodeURIComponent(name)}${title && `&title=${encodeURIComponent(title)}`}${name.endsWith('gpkg') ? '&kind=alternative_export' : ''}`;
    const sent = await s.t.http(A, `/api/portal/v1/datasets/velos/attachments?${query}`, { method: 'POST', key, body: Buffer.alloc(size, 37), headers: { 'Content-Type': 'application/octet-stream' } });
    assert.equal(sent.status, 201, sent.text);
  }
}

test('a dataset made with another, with files beside it: both stand on its page and on its copy’s, at each width', async () => {
  await s.t.importCsv(A, 'stations', 'code;nom\r\n1;Gare\r\n2;Halles\r\n', { title: stations, publisher: 'Tours Métropole' });
  await s.t.importCsv(A, 'velos', 'code;n\r\n1;12\r\n2;8\r\n', { title: 'Vélos disponibles', publisher: 'Tours Métropole',
    steps: [{ do: 'join', column: 'code', dataset: 'stations', on: 'code', take: ['nom'] }] });
  await attach();
  const path = '/explore/dataset/velos/';
  await poll(async () => /h-files[^]*tout\.gpkg/.test((await s.t.http(R, path)).text), { deadline: 60000, what: 'the files on the copy' });
  const day = new Date().toISOString().slice(0, 10).split('-').reverse().join('/');
  for (const host of [A, R])
    for (const width of [1280, 390]) {
      const page = await s.open(host, path, { width, scripts: width === 1280 });
      const files = page.locator('section[aria-labelledby=h-files]');
      assert.deepEqual([await files.locator('h2').innerText(), await files.locator('li').count()], ['Fichiers joints', 3]);
      assert.deepEqual(await files.locator('li').evaluateAll((all) => all.map((li) => li.innerText.replace(/\s+/g, ' ').trim())),
        [`${attached[0][1]} ${attached[0][0]} 41 Ko`, 'plan.pdf 900 octets', 'tout.gpkg 3 octets']);
      const credit = page.locator('section:has(#credit)');
      assert.match((await credit.innerText()).replaceAll('\u00a0', ' '), new RegExp(`« Vélos disponibles »[^]*Fait aussi avec[^]*Source : Tours Métropole, « ${stations.replace(/[()]/g, '\\$&')} », données du ${day}, Licence Ouverte`));
      assert.deepEqual(await s.faults(page), [], `${host} ${width}`);
      if (width === 1280) assert.deepEqual(await s.axe(page), [], host);
      for (const box of [files, credit]) assert.ok(await box.evaluate((e) => [...e.querySelectorAll('*')].every((x) => x.getBoundingClientRect().right <= e.getBoundingClientRect().right + 1)), 'within its panel');
      await page.context().close();
    }
});

test('what is copied to cite a dataset has a line for each that it was made with', async () => {
  const page = await s.open(A, '/explore/dataset/velos/');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.click('section:has(#credit) button');
  await page.locator('section:has(#credit) button', { hasText: 'Copié' }).waitFor();
  const lines = (await page.evaluate(() => navigator.clipboard.readText())).replaceAll('\u00a0', ' ').split(/\n+/);
  assert.deepEqual(lines.map((x) => x.split(', ')[0] + (/«.*»/.exec(x)?.[0] ?? '')), ['Source : Tours Métropole« Vélos disponibles »', 'Fait aussi avec', `Source : Tours Métropole« ${stations} »`]);
  await page.context().close();
});

test('a file beside a copy is downloaded from the copy’s portal under its own name', async () => {
  const page = await s.open(R, '/explore/dataset/velos/');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('section[aria-labelledby=h-files] a:has-text("Règlement")')]);
  assert.equal(download.suggestedFilename(), attached[0][0]);
  assert.equal(new URL(download.url()).hostname, R);
  await page.context().close();
});
