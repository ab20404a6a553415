// Schemas in a browser: rules that nobody checks, what a JSON Schema finds in a file, and which datasets a new version
// concerns; free of what axe can see, at 1280 and 390 px, without scripts too.
//
// Needs Chromium (Debian's) and the packages of tools/npm; says so and skips where they are missing.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { poll } from '../e2e/harness.mjs';
import { office, skip } from './office.mjs';

describe('schemas', { skip, timeout: 300000 }, () => {
  const REGION = 'r.localhost', TOWN = 'a.r.localhost';
  const o = office();
  const { people, address, signIn, accessible } = o;
  let t, keys = {};
  const api = (host, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key: keys[host], ...options });
  const version = (number, id, more = {}) => ({ $schema: 'http://json-schema.org/draft-07/schema#', name: 'region/contrats', version: number, title: 'Contrats de la Région',
    type: 'object', properties: { contrats: { type: 'array', items: { type: 'object', required: ['id', 'montant', ...id], properties: {
      id: { type: 'string' }, montant: { type: 'number', minimum: 1 }, acheteur: { type: 'object', properties: { siret: { type: 'string', pattern: '^[0-9]{14}$' } } },
      titulaires: { type: 'array', unevaluatedItems: false, items: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, type: { enum: ['SIRET', 'TVA'] } } } }, ...more } } } } });

  before(async () => {
    await o.begin([REGION, TOWN]);
    t = o.t;
    for (const host of [REGION, TOWN]) keys[host] = (await t.must(['token', 'add', people[host].email, '--host', host, '--json'])).key;
    assert.equal((await api(REGION, '/schemas', { method: 'POST', body: { schema: version('1.0.0', []) } })).status, 201);
    const contracts = [{ id: 'A1', montant: 100, acheteur: { siret: '21370261300019' }, titulaires: [{ id: '1', type: 'SIRET' }] },
      { id: 'A2', montant: '200', acheteur: { siret: '2137' }, titulaires: [{ id: '2', type: 'RNA' }, {}] }];
    for (const [id, title] of [['contrats-2025', 'Contrats signés en 2025'], ['contrats-2026', 'Contrats signés en 2026']]) {
      const meta = t.file(`${id}.META.json`, JSON.stringify({ visibility: id.endsWith('5') ? 'open' : 'closed', conforms_to: 'region/contrats', metas: { default: { title, description: 'Les contrats.', license: 'lov2',
        theme: ['Santé'], keyword: ['contrat'] }, dcat: { accrualperiodicity: 'Annuelle', spatial: 'Tours', granularity: 'commune' } } }));
      const done = await t.cli(['dataset', 'import', t.file(`${id}.json`, JSON.stringify({ contrats: contracts })), '--host', TOWN, '--id', id, '--meta', meta, '--publish']);
      assert.equal(done.code, 0, done.stderr);
    }
    const more = { objet: { type: 'string' }, clauses: { type: 'array', items: { type: 'string' } } };
    assert.equal((await api(REGION, '/schemas', { method: 'POST', body: { schema: version('1.1.0', ['objet'], more) } })).status, 201);
    await poll(async () => (await api(REGION, '/schemas/impact/region')).json.datasets.length === 2, { what: 'the list', deadline: 60000 });
  });
  after(() => o.end());
  const text = (page) => page.locator('main').innerText();

  for (const scripts of [true, false]) {
    test(`the region: rules that are not checked, and the datasets by portal, ${scripts ? 'with' : 'without'} scripts`, async () => {
      const page = await signIn(REGION, people[REGION], { scripts });
      await page.goto(address(REGION, '/backoffice/schemas/'));
      await page.locator('summary', { hasText: 'Règles non vérifiées : 1' }).first().click();
      assert.match(await text(page), /titulaires: unevaluatedItems/);
      if (scripts) await accessible(page, 'schemas');
      await page.getByRole('link', { name: /Jeux que les nouvelles versions concernent/ }).click();
      assert.match(await text(page), /Jeux à relire : 2/);
      assert.match(await text(page), /Colonnes obligatoires absentes : objet\./);
      assert.match(await text(page), /Nouvelles colonnes facultatives : clauses\./);
      if (scripts) await accessible(page, 'schemas-region');
    });
  }

  test('a portal: its own datasets, then what was found in one', async () => {
    const page = await signIn(TOWN, people[TOWN]);
    await page.locator('#bo-nav').getByRole('link', { name: 'Schémas' }).click();
    assert.match(await text(page), /Contrats signés en 2026/);
    await accessible(page, 'schemas-own');
    await page.getByRole('link', { name: 'Contrats signés en 2026' }).click();
    assert.match(await text(page), /titulaires\[\]\.type : ne fait pas partie des valeurs du schéma/);
    assert.match(await text(page), /acheteur\.siret : n’a pas la forme attendue/);
    assert.match(await text(page), /montant : écrit entre guillemets/);
    for (const summary of await page.locator('main summary').all()) await summary.click();
    await accessible(page, 'schemas-found');
  });
});
