// The back office in a real browser: a town hall, a region's officer, a direct publisher; no foreign form, no
// stolen session; every page free of what axe can see, at 1280 and 390 px.
//
// Needs Chromium (Debian's) and the packages of tools/npm; says so and skips where they are missing.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Jar, poll } from '../e2e/harness.mjs';
import { office, require, skip } from './office.mjs';

const SIRETS = ['7851234960002', '8123045670001', '7750981230003', '4987612350001'].map((n) => n + luhn(n));
const rows = (half) => SIRETS.map((siret, i) => [siret, `Association ${half}-${i + 1}`, 1500 + i * 250, new Date(Date.UTC(2026, half === 1 ? 2 : 8, i + 1))]);

/** A spreadsheet as a town hall has it; spoiled: the SIRETs are numbers that were rounded and written with an exponent. */
async function sheet(half, { spoiled = false } = {}) {
  const book = new (require('exceljs')).Workbook();
  const page = book.addWorksheet('Subventions');
  page.addRow(['SIRET', 'Bénéficiaire', 'Montant', 'Date']);
  for (const [siret, name, amount, date] of rows(half)) page.addRow([spoiled ? `${siret[0]},${siret.slice(1, 3)}E+13` : siret, name, amount, date]);
  page.getColumn(4).numFmt = 'dd/mm/yyyy';
  return Buffer.from(await book.xlsx.writeBuffer());
}

describe('back office', { skip, timeout: 300000 }, () => {
  const REGION = 'r.localhost', TOWN = 'a.r.localhost';
  const o = office();
  const { people, complaints, address, open, signIn, accessible } = o;
  let t;
  before(async () => { await o.begin([REGION, TOWN]); t = o.t; });
  after(() => o.end());

  /** No column is out of view, on a desk nor on a phone. */
  async function wholeRows(page, name) {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      const cut = await page.locator('main .scroll').evaluateAll((all) => all.map((box) => box.scrollWidth - box.clientWidth));
      assert.ok(cut.length > 0 && cut.every((px) => px <= 0), `${name} at ${width} px: columns out of view by ${cut} px`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  const text = (page) => page.locator('main').innerText();
  const press = (page, name) => page.locator('main').getByRole('button', { name }).click();

  async function send(page, path, name, bytes, mode) {
    await page.goto(path);
    await page.setInputFiles('input[type=file]', { name, mimeType: 'application/octet-stream', buffer: bytes });
    if (mode) await page.check(`input[name=mode][value=${mode}]`);
    await press(page, 'Envoyer et lire le fichier');
    await poll(async () => { if (/Lecture de/.test(await text(page))) { await page.reload(); return false; } return true; },
      { what: 'preview', every: 300 });
  }

  test('a wrong password and an unknown person read the same words', async () => {
    const said = [];
    for (const email of ['admin@r.example', 'personne@r.example']) {
      const answer = await t.http(REGION, '/login/', { form: { email, password: 'pas le bon mot de passe' }, jar: new Jar() });
      assert.equal(answer.status, 401);
      said.push(answer.text.replaceAll(email, ''));
    }
    assert.equal(said[0], said[1]);
  });

  test('nobody without a session gets in, and a session of one portal opens no other', async () => {
    const session = await t.signIn(TOWN, people[TOWN].email, people[TOWN].password);
    assert.equal((await session.get('/backoffice/')).status, 200);
    for (const path of ['/backoffice/', '/backoffice/people/', '/backoffice/datasets/']) {
      const foreign = await t.http(REGION, path, { headers: { Cookie: session.jar.header } });
      assert.ok([303, 302, 401].includes(foreign.status), `${path}: ${foreign.status}`);
      assert.ok(!foreign.text.includes('admin@r.example'));
      assert.ok([303, 302, 401].includes((await t.http(TOWN, path)).status));
    }
  });

  test('a foreign form, or one without its token, changes nothing', async () => {
    const session = await t.signIn(TOWN, people[TOWN].email, people[TOWN].password);
    const form = { email: 'intrus@a.example', name: 'Intrus', role: 'admin' };
    const foreign = await session.post('/backoffice/people/', form, { headers: { Origin: 'http://mal.example' } });
    assert.equal(foreign.status, 403);
    const bare = await t.http(TOWN, '/backoffice/people/', { form, jar: session.jar });
    assert.equal(bare.status, 403);
    const wrong = await t.http(TOWN, '/backoffice/people/', { form: { ...form, csrf: 'A'.repeat(43) }, jar: session.jar });
    assert.equal(wrong.status, 403);
    assert.ok(!(await session.get('/backoffice/people/')).text.includes('intrus@a.example'));
  });

  test('only administrators and the region see their pages', async () => {
    const session = await t.signIn(TOWN, people[TOWN].email, people[TOWN].password);
    assert.equal((await session.get('/backoffice/partners/')).status, 403);
    assert.equal((await session.get('/backoffice/people/')).status, 200);
  });

  test('everything is reached by the keyboard, the first stop leads past the menu', async () => {
    const page = await signIn(TOWN);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '#contenu');
    const seen = new Set();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      seen.add(await page.evaluate(() => document.activeElement.getAttribute('href')));
    }
    for (const href of ['/backoffice/datasets/', '/backoffice/quotas/', '/backoffice/people/', '/backoffice/brand/', '/backoffice/datasets/new/'])
      assert.ok(seen.has(href), `${href} by keyboard`);
    await page.context().close();
  });

  for (const scripts of [true, false]) {
    const title = scripts ? 'Subventions aux associations 2026' : 'Subventions sans script 2026';
    const id = scripts ? 'subventions-aux-associations-2026' : 'subventions-sans-script-2026';
    test(`a town hall: spoiled file told in plain words, corrected, published, the next half-year added${scripts ? '' : ', without scripts'}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      const check = scripts ? accessible : async () => {};
      await page.goto(address(TOWN, '/backoffice/datasets/new/'));
      await check(page, 'file');
      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'subventions.xlsx', await sheet(1, { spoiled: true }));
      await check(page, 'preview-spoiled');
      const told = await text(page);
      assert.match(told, /4 valeurs ont été abîmées par un tableur/);
      assert.match(told, /ligne 2, colonne siret : 7,85E\+13/);
      assert.match(told, /ligne 5, colonne siret : 4,98E\+13/);
      assert.match(told, /la valeur d’origine ne peut pas être retrouvée/);
      assert.equal(await page.getByRole('link', { name: 'Continuer' }).count(), 0, 'a spoiled file does not go on');

      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'subventions.xlsx', await sheet(1));
      await check(page, 'preview');
      assert.match(await text(page), /gardé en texte : (le nom annonce un code|4 valeurs sont des numéros SIREN ou SIRET)/);
      await page.getByRole('link', { name: 'Continuer' }).click();
      await check(page, 'describe');
      await page.fill('#f-title', title);
      await page.fill('#f-description', 'Subventions versées aux associations de la commune, une ligne par versement.');
      await press(page, 'Enregistrer et contrôler');
      await page.waitForURL('**/check');
      await check(page, 'check');
      for (const box of ['personal', 'rights']) await page.check(`#f-attest_${box}`);
      await press(page, 'Publier');
      await page.waitForURL('**/?done=published');
      await check(page, 'dataset-closed');
      const url = `/api/explore/v2.1/catalog/datasets/${id}/records`;
      assert.equal((await t.http(TOWN, url)).status, 404, 'published is not open');
      await press(page, 'Ouvrir au public');
      await page.waitForURL('**/?done=opened');
      await check(page, 'dataset-open');
      const first = await poll(async () => { const a = await t.http(TOWN, url); return a.status === 200 && a.json; }, { what: 'open dataset' });
      assert.equal(first.total_count, 4);
      assert.deepEqual(first.results.map((row) => row.siret).sort(), [...SIRETS].sort());

      await send(page, address(TOWN, `/backoffice/datasets/${id}/file`), 'suite.xlsx', await sheet(2), 'append');
      await check(page, 'preview-append');
      assert.match(await text(page), /4 aujourd’hui, 8 après/);
      await page.getByRole('link', { name: 'Continuer' }).click();
      for (const box of ['personal', 'rights']) await page.check(`#f-attest_${box}`);
      await press(page, 'Publier');
      await page.waitForURL('**/?done=published');
      await poll(async () => (await t.http(TOWN, url)).json.total_count === 8, { what: 'eight rows at the same address' });
      await page.goto(address(TOWN, `/backoffice/datasets/${id}/fields`));
      await check(page, 'fields');
      await page.goto(address(TOWN, `/backoffice/datasets/${id}/describe`));
      await check(page, 'describe-edit');
      await page.goto(address(TOWN, '/backoffice/datasets/'));
      await check(page, 'datasets');
      assert.match(await text(page), new RegExp(title));
      await page.context().close();
    });
  }

  test('what is missing is named with a link to its field, and what was typed is kept', async () => {
    const page = await signIn(TOWN);
    await send(page, address(TOWN, '/backoffice/datasets/new/'), 'x.csv', Buffer.from('code;nom\r\n01;Ain\r\n02;Aisne\r\n'));
    assert.match(await text(page), /gardé en texte : 2 valeurs commencent par un zéro/);
    await page.getByRole('link', { name: 'Continuer' }).click();
    assert.equal(await page.locator('#f-license option:checked').textContent(), 'Licence Ouverte v2.0 (Etalab)');
    await page.fill('#f-title', 'D'.repeat(400));
    await page.fill('#f-description', 'Deux départements.');
    await press(page, 'Enregistrer et contrôler');
    await page.getByRole('alert').waitFor();
    assert.match(await text(page), /titre dépasse 350 caractères/);
    await accessible(page, 'describe-error');
    assert.equal(await page.inputValue('#f-description'), 'Deux départements.');

    await page.goto(address(TOWN, '/backoffice/datasets/subventions-aux-associations-2026/describe'));
    await page.locator('summary').click();
    await page.evaluate(() => document.querySelectorAll('[required]').forEach((field) => field.removeAttribute('required')));
    await page.fill('#f-spatial', '');
    await press(page, 'Enregistrer et contrôler');
    await page.waitForURL('**/check?done=saved');
    const link = page.locator('main .note.err a');
    assert.equal(await link.innerText(), 'couverture géographique');
    await accessible(page, 'check-missing');
    await link.click();
    assert.match(page.url(), /describe#f-spatial$/);
    assert.equal(await page.inputValue('#f-title'), 'Subventions aux associations 2026');
    await page.context().close();
  });

  test('a region’s officer: a partner by one form, its home answers at once', async () => {
    const page = await signIn(REGION);
    await page.goto(address(REGION, '/backoffice/partners/new'));
    await accessible(page, 'partner-new');
    await page.fill('#f-name', 'Ville de Vierzon');
    await page.fill('#f-siren', '123456789');
    await page.fill('#f-contact_name', 'Odile Roux');
    await page.fill('#f-email', 'odile@vierzon.example');
    await press(page, 'Créer le partenaire et son invitation');
    await page.getByRole('alert').waitFor();
    assert.match(await text(page), /n’est pas un SIREN/);
    await accessible(page, 'partner-error');
    assert.equal(await page.inputValue('#f-contact_name'), 'Odile Roux');
    assert.match(await page.getAttribute('#f-siren', 'aria-describedby'), /erreur/);
    assert.equal((await t.http('ville-de-vierzon.r.localhost', '/')).status, 421, 'nothing was left behind');
    await page.fill('#f-siren', `21180279${luhn('21180279')}`);
    await press(page, 'Créer le partenaire et son invitation');
    await page.locator('#lien').waitFor();
    await accessible(page, 'partner-made');
    const link = await page.locator('#lien').innerText();
    await poll(async () => (await t.http('ville-de-vierzon.r.localhost', '/')).status === 200, { what: 'its home', deadline: 5000 });
    assert.equal((await t.http('ville-de-vierzon.r.localhost', new URL(link).pathname)).status, 200);
    await page.goto(address(REGION, '/backoffice/partners/'));
    await accessible(page, 'partners');
    assert.match(await text(page), /Ville de Vierzon/);
    await page.context().close();
  });

  test('a direct publisher submits and cannot publish; the region accepts one and refuses one on 2.6', async () => {
    const officer = await signIn(REGION);
    await officer.goto(address(REGION, '/backoffice/partners/new'));
    await officer.fill('#f-name', 'Ville de Vendôme');
    await officer.check('input[name=mode][value=direct]');
    await officer.fill('#f-contact_name', 'Paul Mercier');
    await officer.fill('#f-email', 'paul@vendome.example');
    await press(officer, 'Créer le partenaire et son invitation');
    await officer.locator('#lien').waitFor();
    const link = new URL(await officer.locator('#lien').innerText());
    const password = await t.accept(REGION, link.pathname);
    const paul = await signIn(REGION, { email: 'paul@vendome.example', password });
    const ids = [];
    for (const title of ['Menus des cantines', 'Horaires des piscines']) {
      await send(paul, address(REGION, '/backoffice/datasets/new/'), 'menus.csv', Buffer.from('jour;plat\r\nlundi;Soupe\r\nmardi;Gratin\r\n'));
      await paul.getByRole('link', { name: 'Continuer' }).click();
      await paul.fill('#f-title', title);
      await paul.fill('#f-description', `${title} de la ville, une ligne par jour.`);
      await press(paul, 'Enregistrer et contrôler');
      await paul.waitForURL('**/check');
      ids.push(/datasets\/([^/]+)\/check/.exec(paul.url())[1]);
      assert.match(await text(paul), /48 heures/);
      if (ids.length === 1) await accessible(paul, 'check-direct');
      for (const box of ['personal', 'rights']) await paul.check(`#f-attest_${box}`);
      await press(paul, 'Soumettre à la Région');
      await paul.waitForURL('**/?done=submitted');
      assert.match(await text(paul), /Soumis à la Région, qui répond avant le \d/);
      assert.doesNotMatch(await text(paul), /brouillon attend|contrôler et le publier/, 'what was submitted is not published by oneself');
    }
    const session = await t.signIn(REGION, 'paul@vendome.example', password);
    for (const verb of ['publish', 'open', 'withdraw'])
      assert.equal((await session.post(`/backoffice/datasets/${ids[0]}/${verb}`, { attest_personal: 'on', attest_rights: 'on', reason: 'x' })).status, 403, verb);
    assert.equal((await session.get('/backoffice/review/')).status, 403);
    const records = (id) => t.http(REGION, `/api/explore/v2.1/catalog/datasets/${id}/records`);
    assert.equal((await records(ids[0])).status, 404);

    await officer.goto(address(REGION, '/backoffice/review/'));
    await accessible(officer, 'review');
    assert.match(await text(officer), /encore 47\sh/);
    await officer.getByRole('link', { name: 'Menus des cantines' }).click();
    await accessible(officer, 'review-one');
    await press(officer, /Valider, publier/);
    await officer.waitForURL('**/?done=accepted');
    await poll(async () => (await records(ids[0])).status === 200, { what: 'accepted dataset' });

    await officer.getByRole('link', { name: 'Horaires des piscines' }).click();
    await press(officer, 'Refuser');
    await officer.getByRole('alert').waitFor();
    assert.match(await text(officer), /2\.3, 2\.4, 2\.5 ou 2\.6/);
    await officer.getByLabel('2.6 Description.').check();
    await officer.fill('#f-message', 'Précisez la période couverte par ces horaires.');
    await press(officer, 'Refuser');
    await officer.waitForURL('**/?done=refused');
    assert.equal((await records(ids[1])).status, 404);
    await paul.goto(address(REGION, `/backoffice/datasets/${ids[1]}/`));
    await accessible(paul, 'dataset-refused');
    const seen = await text(paul);
    assert.match(seen, /article 2\.6/);
    assert.match(seen, /Précisez la période/);
    await officer.context().close();
    await paul.context().close();
  });

  test('people: invited, sent again, role changed, disabled; keys shown once', async () => {
    const page = await signIn(TOWN);
    await page.goto(address(TOWN, '/backoffice/people/'));
    await page.fill('#f-name', 'Lise Petit');
    await page.fill('#f-email', 'lise@a.example');
    await press(page, 'Créer l’invitation');
    await page.locator('#lien').waitFor();
    const older = new URL(await page.locator('#lien').innerText()).pathname;
    await page.goto(address(TOWN, '/backoffice/people/'));
    await accessible(page, 'people');
    await page.getByRole('button', { name: 'Renvoyer l’invitation : Lise Petit' }).click();
    await page.locator('#lien').waitFor();
    const newer = new URL(await page.locator('#lien').innerText()).pathname;
    assert.equal((await t.http(TOWN, older)).status, 404, 'the older link is dead');
    assert.equal((await t.http(TOWN, newer)).status, 200);
    await page.goto(address(TOWN, '/backoffice/people/'));
    await page.getByRole('button', { name: 'Désactiver : Lise Petit' }).click();
    await page.waitForURL('**/?done=changed');
    assert.match(await text(page), /désactivé/);
    assert.equal((await t.http(TOWN, newer)).status, 404, 'a disabled person cannot come in');

    await page.goto(address(TOWN, '/backoffice/keys/'));
    await page.fill('#f-label', 'export quotidien');
    await press(page, 'Créer une clé');
    const key = await page.locator('#cle').innerText();
    assert.match(key, /^[A-Za-z0-9_-]{43}$/);
    await page.goto(address(TOWN, '/backoffice/keys/'));
    await accessible(page, 'keys');
    assert.ok(!(await page.content()).includes(key), 'shown once');
    await page.context().close();
  });

  test('a colour that cannot be read is refused with one that can', async () => {
    const page = await signIn(TOWN);
    await page.goto(address(TOWN, '/backoffice/brand/'));
    await accessible(page, 'brand');
    await page.fill('#f-primary', '#ffcc00');
    await press(page, 'Enregistrer l’apparence');
    await page.getByRole('alert').waitFor();
    const near = /(#[0-9a-f]{6}) *\.?\s*$/m.exec(await page.getByRole('alert').innerText().then((s) => s.split('\n')[0]))?.[1];
    assert.ok(near, 'a neighbour is offered');
    await page.fill('#f-primary', near);
    await press(page, 'Enregistrer l’apparence');
    await page.waitForURL('**/?done=saved');
    await page.context().close();
  });

  test('shares and loans: the region reserves, a portal lends with the consent of the other', async () => {
    await t.must(['tenant', 'add', 'b', '--name', 'Portail B', '--host', 'b.r.localhost', '--region', REGION, '--admin', 'admin@b.example', '--json']);
    const region = await signIn(REGION);
    await region.goto(address(REGION, '/backoffice/quotas/'));
    await accessible(region, 'quotas-region');
    await wholeRows(region, 'quotas');
    const links = await region.context().newPage();
    await links.goto(address(REGION, '/backoffice/federation/'));
    await accessible(links, 'federation');
    await wholeRows(links, 'federation');
    await links.close();
    const share = async (amount) => {
      await region.selectOption('#f-portal', { label: 'Portail A' });
      await region.selectOption('#f-metric', 'calls_month');
      await region.fill('#f-amount', amount);
      await press(region, 'Enregistrer la part');
    };
    await share('400 000');
    await region.getByRole('alert').waitFor();
    assert.match(await text(region), /plus que le pot commun/);
    await share('50 000');
    await region.waitForURL('**/?done=share');
    assert.match(await region.locator('tr', { hasText: 'Portail A' }).innerText(), /50\s000/);

    const town = await signIn(TOWN);
    await town.goto(address(TOWN, '/backoffice/quotas/'));
    assert.match(await town.locator('tbody tr').first().innerText(), /Portail A/, 'its own share stands first');
    await accessible(town, 'quotas-town');
    await town.getByText('Prêter une partie de notre réserve').click();
    await town.selectOption('#f-to', { label: 'Portail B' });
    await town.selectOption('#f-lent', 'calls_month');
    await town.fill('#f-how_much', '60 000');
    await press(town, 'Proposer le prêt');
    await town.getByRole('alert').waitFor();
    await town.getByText('Prêter une partie de notre réserve').click();
    await town.selectOption('#f-to', { label: 'Portail B' });
    await town.selectOption('#f-lent', 'calls_month');
    await town.fill('#f-how_much', '20 000');
    await press(town, 'Proposer le prêt');
    await town.waitForURL('**/?done=loan');
    const shares = () => t.must(['quota', 'show', '--host', REGION, '--json']);
    assert.equal((await shares()).find((s) => s.host === 'b.r.localhost' && s.metric === 'calls_month').lent, 0, 'nothing moves before consent');

    const password = await t.accept('b.r.localhost', (await t.must(['user', 'link', 'admin@b.example', '--host', 'b.r.localhost', '--json'])).invitation);
    const other = await signIn('b.r.localhost', { email: 'admin@b.example', password });
    await other.goto(address('b.r.localhost', '/backoffice/quotas/'));
    await press(other, 'Accepter');
    await other.waitForURL('**/?done=answered');
    const now = await shares();
    assert.equal(now.find((s) => s.host === 'b.r.localhost' && s.metric === 'calls_month').lent, 20000);
    assert.equal(now.find((s) => s.host === TOWN && s.metric === 'calls_month').lent, -20000);
    for (const page of [region, town, other]) await page.context().close();
  });

  test('signing out ends the session', async () => {
    const page = await signIn(TOWN);
    await accessible(page, 'home');
    await page.getByRole('button', { name: 'Se déconnecter' }).click();
    await page.waitForURL(address(TOWN, '/'));
    await page.goto(address(TOWN, '/backoffice/'));
    assert.match(page.url(), /\/login\//);
    await page.context().close();
  });

  test('no page asked the browser to bend its policy', () => assert.deepEqual(complaints, []));
});

/** The last digit by Luhn's rule: every second digit, from the right, counts twice. */
function luhn(digits) {
  let sum = 0;
  [...digits].reverse().forEach((c, i) => { const d = Number(c) * (i % 2 === 0 ? 2 : 1); sum += d > 9 ? d - 9 : d; });
  return String((10 - (sum % 10)) % 10);
}
