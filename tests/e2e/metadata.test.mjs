// What other machines read of a dataset: DCAT-AP held against its own shapes, the nine criteria of the national portal,
// schema.org, Data Package, the SCDL table, Atom; and one credit line everywhere.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { installation, poll } from './harness.mjs';

const require = createRequire(import.meta.url);
const { Parser, Store } = require('n3');
const H = 'r.localhost';
const POLYGON = { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [[[0.6, 47.3], [0.8, 47.3], [0.8, 47.5], [0.6, 47.5], [0.6, 47.3]]] } };
let t, base;

before(async () => {
  t = await installation();
  base = `http://${H}:${t.port}`;
  await t.importCsv(H, 'arbres', 'code;nom;plante;haut;lieu\r\n01;Tilleul;2021-03-01;4,5;"47.4, 0.7"\r\n02;Frêne & <orme>;2020-11-30;12,25;"47.41, 0.69"\r\n', {
    title: 'Arbres & <haies> de Tours', publisher: 'Ville de Tours', bbox: POLYGON,
    dcat: { temporal_coverage_start: '2020-01-01', temporal_coverage_end: '2021-12-31', contact_name: 'Service des données', contact_email: 'donnees@tours.example', spatial: 'Tours',
      conforms_to: 'https://schema.data.gouv.fr/schemas/x/arbres/1.0.0/schema.json' } });
  await t.importCsv(H, 'budget', 'annee;montant\r\n2024;12\r\n', { title: 'Budget', license: 'Open Database License (ODbL)' });
  await t.importCsv(H, 'secret', 'mot\r\nornithorynque\r\n', { title: 'Ornithorynque', visibility: 'closed' });
});
after(() => t?.stop());

const get = async (path, options) => {
  const answer = await t.http(H, path, options);
  assert.equal(answer.status, 200, `${path}: ${answer.text.slice(0, 300)}`);
  return answer;
};
const turtle = (text, prefix = 'b') => new Store(new Parser({ blankNodePrefix: `_:${prefix}` }).parse(text));
const DCT = 'http://purl.org/dc/terms/', DCAT = 'http://www.w3.org/ns/dcat#';

test('DCAT-AP 3.0.1: no violation of its shapes and ranges, in Turtle, RDF/XML and the vendor’s address', async () => {
  const shapes = new Store();
  for (const file of ['shapes', 'range']) {
    shapes.addQuads(new Parser({ blankNodePrefix: `_:${file}` }).parse(readFileSync(new URL(`../golden/shacl/${file}.ttl`, import.meta.url), 'utf8')));
  }
  const { default: Validator } = await import('rdf-validate-shacl');
  const violations = async (store) => (await new Validator(shapes).validate(store)).results.map((r) => `${r.focusNode?.value} ${r.path?.value} ${r.sourceConstraintComponent?.value}`);
  // A feed without titles is refused by the same gate: it can fail.
  const spoiled = turtle((await get('/catalog.ttl')).text.replace(/dct:title [^;]+;/, ''));
  assert.notDeepEqual(await violations(spoiled), []);
  assert.deepEqual(await violations(turtle((await get('/catalog.ttl')).text)), []);
  for (const path of ['/catalog.rdf', '/api/explore/v2.1/catalog/exports/dcat']) {
    const nt = execFileSync('rapper', ['-q', '-i', 'rdfxml', '-o', 'ntriples', '-', base], { input: (await get(path)).text, encoding: 'utf8' });
    assert.deepEqual(await violations(turtle(nt)), [], path);
  }
});

test('data.gouv.fr’s nine criteria: a complete dataset has all of them', async () => {
  const g = turtle((await get('/catalog.ttl')).text);
  const dataset = `${base}/explore/dataset/arbres/`;
  const one = (s, p) => g.getObjects(s, p, null)[0];
  const distributions = g.getObjects(dataset, `${DCAT}distribution`, null);
  const urls = distributions.map((d) => one(d, `${DCAT}downloadURL`).value);
  const answers = await Promise.all(urls.map(async (url) => (await t.http(H, new URL(url).pathname + new URL(url).search, { method: 'HEAD' })).status));
  const age = Date.now() - Date.parse(one(dataset, `${DCT}modified`).value);
  const place = one(dataset, `${DCT}spatial`);
  const criteria = {
    licence: one(dataset, `${DCT}license`)?.value === 'https://www.etalab.gouv.fr/licence-ouverte-open-licence',
    temporal: one(one(dataset, `${DCT}temporal`), `${DCAT}startDate`)?.value === '2020-01-01',
    spatial: one(place, `${DCAT}bbox`)?.value === 'POLYGON((0.6 47.3,0.8 47.3,0.8 47.5,0.6 47.5,0.6 47.3))',
    frequency: one(dataset, `${DCT}accrualPeriodicity`)?.value.endsWith('/frequency/ANNUAL') ?? false,
    in_time: age >= 0 && age < 367 * 86400e3,
    description: one(dataset, `${DCT}description`).value.length > 100,
    open_format: distributions.some((d) => one(d, `${DCT}format`).value.endsWith('/file-type/CSV')),
    available: answers.length > 0 && answers.every((s) => s === 200),
    documented: distributions.every((d) => one(d, `${DCT}description`)?.value.length > 0),
  };
  assert.deepEqual(Object.entries(criteria).filter(([, v]) => !v).map(([k]) => k), []);
  assert.equal(one(distributions[0], `${DCT}conformsTo`).value, 'https://schema.data.gouv.fr/schemas/x/arbres/1.0.0/schema.json');
});

test('R32: the credit line is the same on the page, in the API, in DCAT, on a download and for search engines', async () => {
  const object = (await get('/api/explore/v2.1/catalog/datasets/arbres')).json;
  const day = object.metas.default.data_processed.slice(0, 10);
  const [y, m, d] = day.split('-');
  const line = `Source\u00a0: Ville de Tours, «\u00a0Arbres & <haies> de Tours\u00a0», données du ${d}/${m}/${y}, Licence Ouverte v2.0 (Etalab)`;
  assert.deepEqual(object.metas.default.attributions, [line]);
  const page = (await get('/explore/dataset/arbres/', { headers: { 'Accept-Language': 'fr' } })).text;
  assert.ok(page.includes(`id="credit">${line.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</p>`));
  const links = (await get('/api/explore/v2.1/catalog/datasets/arbres/exports/csv')).headers.link;
  assert.match(links, /<https:\/\/www\.etalab\.gouv\.fr\/licence-ouverte-open-licence>; rel="license"/);
  const [, target, title] = /<([^>]+)>; rel="cite-as"; title\*=UTF-8''([^,; ]+)/.exec(links);
  assert.equal(target, `${base}/explore/dataset/arbres/`);
  assert.equal(decodeURIComponent(title), line);
  const g = turtle((await get('/catalog.ttl')).text);
  const rights = g.getObjects(g.getObjects(`${base}/explore/dataset/arbres/`, `${DCAT}distribution`, null)[0], `${DCT}rights`, null)[0];
  assert.equal(g.getObjects(rights, 'http://www.w3.org/2000/01/rdf-schema#label', null)[0].value, line);
  const english = (await get('/explore/dataset/budget/?lang=en')).text;
  assert.ok(english.includes(`Source: Région d’essai, “Budget”, data of ${day}, Open Database License (ODbL)`));
});

const structured = (html) => JSON.parse(/<script type="application\/ld\+json">([^]*?)<\/script>/.exec(html)?.[1] ?? 'null');

test('where a dataset lies: as its producer says, else as its rows lie', async () => {
  await t.importCsv(H, 'lieux', 'nom;lieu\r\na;"47.5, 0.25"\r\nb;"46.25, 1.5"\r\n', { title: 'Lieux' });
  const box = [[0.25, 46.25], [1.5, 46.25], [1.5, 47.5], [0.25, 47.5], [0.25, 46.25]];
  const object = await poll(async () => { const a = await t.http(H, '/api/explore/v2.1/catalog/datasets/lieux'); return a.status === 200 && a.json; }, { what: 'the dataset' });
  assert.deepEqual(object.metas.default.bbox, { type: 'Feature', geometry: { coordinates: [box], type: 'Polygon' }, properties: {} });
  assert.deepEqual((await get('/api/explore/v2.1/catalog/datasets/arbres')).json.metas.default.bbox.geometry.coordinates, POLYGON.geometry.coordinates);
  assert.equal((await get('/api/explore/v2.1/catalog/datasets/budget')).json.metas.default.bbox, null);
  assert.equal(structured((await get('/explore/dataset/lieux/')).text).spatialCoverage.geo.box, '46.25 0.25 47.5 1.5');
  await poll(async () => (await get('/catalog.ttl')).text.includes('POLYGON((0.25 46.25,1.5 46.25,1.5 47.5,0.25 47.5,0.25 46.25))'), { what: 'the place in the feed' });
});

test('schema.org: the page of an open dataset says what it is; a closed one’s does not', async () => {
  const ld = structured((await get('/explore/dataset/arbres/')).text);
  assert.equal(ld['@type'], 'Dataset');
  assert.equal(ld.name, 'Arbres & <haies> de Tours');
  assert.equal(ld.url, `${base}/explore/dataset/arbres/`);
  assert.equal(ld.temporalCoverage, '2020-01-01/2021-12-31');
  assert.equal(ld.license, 'https://www.etalab.gouv.fr/licence-ouverte-open-licence');
  assert.deepEqual([ld.creator.name, ld.spatialCoverage.name, ld.isAccessibleForFree], ['Ville de Tours', 'Tours', true]);
  assert.deepEqual(ld.variableMeasured.map((v) => v.name), ['code', 'nom', 'plante', 'haut', 'lieu']);
  assert.equal((await t.http(H, new URL(ld.distribution[0].contentUrl).pathname)).status, 200);
});

test('datapackage.json: the columns are those of the CSV it names, and its types read every value', async () => {
  const pack = (await get('/explore/dataset/arbres/datapackage.json')).json;
  const [resource] = pack.resources;
  const path = new URL(resource.path);
  const lines = (await get(path.pathname + path.search)).text.split('\r\n');
  assert.deepEqual(lines[0].split(resource.dialect.delimiter), resource.schema.fields.map((f) => f.name));
  assert.deepEqual(resource.schema.fields.map((f) => f.type), ['string', 'string', 'date', 'number', 'string']);
  assert.equal(lines[1], '01;Tilleul;2021-03-01;4.5;47.4, 0.7');
  assert.equal(pack.licenses[0].path, 'https://www.etalab.gouv.fr/licence-ouverte-open-licence');
  assert.equal((await t.http(H, '/explore/dataset/secret/datapackage.json')).status, 404);
});

test('the SCDL catalogue: twenty columns in their order, closed lists respected, one line a dataset', async () => {
  const answer = await get('/catalog-scdl.csv');
  assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
  const [head, ...rows] = answer.text.trim().split('\r\n').map((l) => [...l.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map((m) => (m[1] ?? m[2]).replaceAll('""', '"')));
  assert.deepEqual(head, ['COLL_NOM', 'COLL_SIRET', 'ID', 'TITRE', 'DESCRIPTION', 'THEME', 'PRODUCTEUR_NOM', 'PRODUCTEUR_SIRET', 'COUV_SPAT_MAILLE', 'COUV_SPAT_NOM',
    'COUV_TEMP_DEBUT', 'COUV_TEMP_FIN', 'DATE_PUBL', 'FREQ_MAJ', 'DATE_MAJ', 'MOTS_CLES', 'LICENCE', 'NOMBRE_RESSOURCES', 'FORMAT_RESSOURCES', 'URL']);
  const of = (row) => Object.fromEntries(head.map((name, i) => [name, row[i]]));
  assert.deepEqual(rows.map((r) => r[2]), ['arbres', 'budget', 'lieux']);
  const arbres = of(rows[0]);
  assert.deepEqual([arbres.TITRE, arbres.PRODUCTEUR_NOM, arbres.COUV_SPAT_MAILLE, arbres.COUV_SPAT_NOM, arbres.COUV_TEMP_DEBUT, arbres.FREQ_MAJ, arbres.MOTS_CLES, arbres.LICENCE, arbres.URL],
    ['Arbres & <haies> de Tours', 'Ville de Tours', 'Communale', 'Tours', '2020-01-01', 'Annuelle', 'essai;données', 'Licence Ouverte-LO', `${base}/explore/dataset/arbres/`]);
  assert.match(arbres.DATE_PUBL, /^\d{4}-\d\d-\d\d$/);
  assert.equal(of(rows[1]).LICENCE, 'Open Database License-ODBL');
  assert.doesNotMatch((await get('/catalog-scdl.csv?where=title%20like%20%22budget%22')).text, /arbres/);
});

test('Atom: the last change first, ids that stay, nothing closed; every page leads there', async () => {
  await t.importCsv(H, 'arbres', 'code;nom;plante;haut;lieu\r\n03;If;2022-03-01;4,5;"47.4, 0.7"\r\n', { title: 'Arbres de Tours', publisher: 'Ville de Tours' });
  const feed = await poll(async () => { const { text } = await get('/catalog.atom'); return text.includes('<title>Arbres de Tours</title>') && text; }, { what: 'the new title in the feed' });
  const ids = [...feed.matchAll(/<entry><id>([^<]+)<\/id>/g)].map((m) => m[1]);
  assert.deepEqual(ids, ['https://r.localhost/explore/dataset/arbres/', 'https://r.localhost/explore/dataset/lieux/', 'https://r.localhost/explore/dataset/budget/']);
  assert.doesNotMatch(feed, /ornithorynque/i);
  assert.match((await get('/')).text, /<link rel="alternate" type="application\/atom\+xml" href="\/catalog\.atom"/);
});
