// Search in the catalogue and in rows, as people type and as programs ask.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

const H = 'r.localhost';
let t;

before(async () => {
  t = await installation();
  await t.importCsv(H, 'subventions', 'objet;ville\nSubvention au lycée Descartes;Tours\nChevaux de course;Vendôme\nQualité de l’eau;Blois\n', {
    title: 'Subventions aux associations', keyword: ['délibération'] });
  await t.importCsv(H, 'arbres', 'essence\nCèdre du Liban\n', { title: 'Arbres d’alignement', keyword: ['végétation'] });
  await t.importCsv(H, 'secret', 'mot\nornithorynque\n', { title: 'Ornithorynques', keyword: ['ornithorynque'], visibility: 'closed' });
  await poll(() => sql(t, "SELECT bool_and(text_index) FROM portal.version WHERE rows > 0") === 't', { what: 'text indexes' });
});
after(() => t?.stop());

const api = async (path, params) => {
  const answer = await t.http(H, `/api/explore/v2.1/catalog/datasets${path}?${new URLSearchParams(params)}`);
  assert.equal(answer.status, 200, answer.text.slice(0, 400));
  return answer.json.results;
};
const catalogue = async (where) => (await api('', { where, select: 'dataset_id', order_by: 'dataset_id' })).map((d) => d.dataset_id);
const page = async (q) => (await t.http(H, `/explore/?${new URLSearchParams({ q })}`, { headers: { 'Accept-Language': 'fr' } })).text;
const hits = async (q) => [...(await page(q)).matchAll(/href="\/explore\/dataset\/([a-z0-9_-]+)\/"/g)].map((m) => m[1]);

for (const [where, want] of [
  ['"subvention"', ['subventions']], ['search("SUBVENT")', ['subventions']], ['search("subvntions asso")', ['subventions']],
  ['search("deliberations")', ['subventions']], ['search(title, "arbre")', ['arbres']], ['search(title, "vegetation")', []],
  ['search("ornithorynque")', []], ['search("ornithorinque x")', []], ['"ornithorynque"', []],
]) {
  test(`the catalogue: ${where}`, async () => assert.deepEqual(await catalogue(where), want));
}

test('the catalogue page: stems, accents, elisions, the beginning of the last word', async () => {
  for (const q of ['subvention', 'SUBVENTIONS', 'associ', 'subventions aux assoc', 'délibérations', 'deliberation']) {
    assert.deepEqual(await hits(q), ['subventions'], q);
  }
  assert.deepEqual(await hits('l’alignement'), ['arbres']);
  assert.deepEqual(await hits('arbres -alignement'), []);
  assert.deepEqual(await hits('ornithorynque'), []);
});

test('the catalogue page: a slip of the pen is answered by the words that are there, never by those of closed data', async () => {
  const offered = async (q) => /<div class="note">[^]*?<a [^>]*>([^<]+)<\/a>/.exec(await page(q))?.[1];
  assert.equal(await offered('subvantions'), 'subventions');
  assert.equal(await offered('delibaration'), 'délibération'); // as it is written there
  assert.equal(await offered('subvantions associations'), 'subventions associations');
  assert.doesNotMatch(await page('ornithorinque'), /ornithorynque/i);
});

test('the catalogue page: what has the word in its title comes before what has it in its description', async () => {
  await t.importCsv(H, 'zoo', 'a\n1\n', { title: 'Zoo', description: 'Un parc, ses arbres et ses animaux : assez de mots pour la règle des cent caractères, tout compte fait et bien pesé.' });
  await poll(async () => (await hits('arbres')).length === 2, { what: 'the third dataset' });
  assert.deepEqual(await hits('arbres'), ['arbres', 'zoo']);
});

for (const [where, want] of [
  ['"lycees"', ['Tours']], ['search("lycée desc")', ['Tours']], ['search("cheval")', ['Vendôme']], ['search("subvantion tours")', ['Tours']],
  ['search("l\'eau bl")', ['Blois']], ['search(ville, "descartes")', []],
]) {
  test(`rows: ${where}`, async () => assert.deepEqual((await api('/subventions/records', { where })).map((r) => r.ville), want));
}
