// What other machines read of a dataset: DCAT-AP held against its own shapes, the nine criteria of the national portal,
// schema.org, Data Package, the SCDL table, Atom; and one credit line everywhere.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { administrators } from './fixtures.mjs';
import { installation, poll } from './harness.mjs';
import { DCAT, DCT, RDFS, jsonld, rdfXml, turtle, values, violations } from './rdf.mjs';

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

test('DCAT-AP 3.0.1: no violation of its shapes and ranges and none of its deprecated paths, in Turtle, RDF/XML, JSON-LD and at the vendor’s address', async () => {
  // A feed without titles is refused by the same gate: it can fail.
  const spoiled = turtle((await get('/catalog.ttl')).text.replace(/dct:title [^;]+;/, ''));
  assert.notDeepEqual(await violations(spoiled), []);
  assert.deepEqual(await violations(turtle((await get('/catalog.ttl')).text)), []);
  for (const path of ['/catalog.rdf', '/api/explore/v2.1/catalog/exports/dcat'])
    assert.deepEqual(await violations(rdfXml((await get(path)).text, base)), [], path);
  assert.deepEqual(await violations(jsonld((await get('/catalog.jsonld')).json)), []);
  const outdated = turtle((await get('/catalog.ttl')).text.replace(' a dct:PeriodOfTime ;', ' a dct:PeriodOfTime ; <http://schema.org/startDate> "2020-01-01" ;'));
  assert.match((await violations(outdated)).join(), /schema.org\/startDate deprecated$/);
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

test('R34: the full text of the licence is one link away, on the page, in the feed and in the package; its canonical address stays', async () => {
  const titles = { 'Licence Ouverte v2.0 (Etalab)': ['https://www.etalab.gouv.fr/licence-ouverte-open-licence', 'https://www.etalab.gouv.fr/wp-content/uploads/2017/04/ETALAB-Licence-Ouverte-v2.0.pdf'],
    'Licence Ouverte v1.0 (Etalab)': ['https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf', 'https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf'],
    'Open Database License (ODbL)': ['http://opendatacommons.org/licenses/odbl/summary/', 'https://opendatacommons.org/licenses/odbl/1-0/'],
    'Creative Commons Attribution 4.0': ['https://creativecommons.org/licenses/by/4.0/', 'https://creativecommons.org/licenses/by/4.0/legalcode'],
    'Creative Commons Zéro': ['https://creativecommons.org/publicdomain/zero/1.0/', 'https://creativecommons.org/publicdomain/zero/1.0/legalcode'] };
  for (const [i, license] of Object.keys(titles).entries()) await t.importCsv(H, `licence-${i}`, 'a\r\nx\r\n', { title: `Licence ${i}`, license });
  await poll(async () => (await get('/catalog.ttl')).text.includes('dataset/licence-4/'), { what: 'the last one in the feed' });
  const g = turtle((await get('/catalog.ttl')).text);
  for (const [i, [canonical, text]] of Object.values(titles).entries()) {
    const page = { fr: (await get(`/explore/dataset/licence-${i}/?lang=fr`)).text, en: (await get(`/explore/dataset/licence-${i}/?lang=en`)).text };
    assert.ok(page.fr.includes(`<a href="${canonical}">`), canonical);
    assert.ok(page.fr.includes(`href="${text}">Texte complet de la licence</a>`) && page.en.includes(`href="${text}">Full text of the licence</a>`), text);
    assert.deepEqual(values(g, `${base}/explore/dataset/licence-${i}/`, `${DCT}license`), [canonical]);
    assert.deepEqual(values(g, canonical, `${RDFS}seeAlso`), [text]);
    const [{ path, legalcode }] = (await get(`/explore/dataset/licence-${i}/datapackage.json`)).json.licenses;
    assert.deepEqual([path, legalcode], [canonical, text]);
  }
  assert.deepEqual(await violations(g), []);
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

/** [created, published] of a dataset: as each place says them, their days. */
async function dates(id) {
  const object = (await get(`/api/explore/v2.1/catalog/datasets/${id}`)).json.metas.dcat;
  const g = turtle((await get('/catalog.ttl')).text), dataset = `${base}/explore/dataset/${id}/`;
  const page = (await get(`/explore/dataset/${id}/`, { headers: { 'Accept-Language': 'fr' } })).text;
  const ld = structured(page), row = (await get('/catalog-scdl.csv')).text.split('\r\n').find((l) => l.includes(`"${id}"`));
  const open = (await get('/api/explore/v2.1/catalog/exports/data.json')).json.dataset.find((d) => d.landingPage === dataset);
  const shown = (word) => new RegExp(`<dt>${word}</dt><dd>([^<]*)</dd>`).exec(page)[1].replaceAll('\u00a0', ' ');
  return { api: [object.created, object.issued], dcat: ['created', 'issued'].map((p) => values(g, dataset, DCT + p)[0]),
    'schema.org': [ld.dateCreated, ld.datePublished], page: [shown('Date de création'), shown('Date de publication')], scdl: [/"(\d{4}-\d\d-\d\d)","(?=Annuelle")/.exec(row)[1]], open: [open.issued] };
}

test('R39: the dates that a producer gives are those of the page, the API, the feed, search engines and tables; else the system’s', async () => {
  await t.importCsv(H, 'anciens', 'code;n\r\n1;2\r\n', { title: 'Anciens', dcat: { created: '2017-03-01', issued: '2019-07-14T08:00:00+02:00' } });
  await t.importCsv(H, 'repris', 'code;n\r\n1;2\r\n', { title: 'Repris', dcat: { issued: '2015-02-03' } });
  await t.importCsv(H, 'neufs', 'code;n\r\n1;2\r\n', { title: 'Neufs' });
  await poll(async () => (await get('/catalog.ttl')).text.includes('dataset/neufs/'), { what: 'the last one in the feed' });
  const given = ['2017-03-01', '2019-07-14T08:00:00+02:00'];
  assert.deepEqual(await dates('anciens'), { api: given, dcat: given, 'schema.org': ['2017-03-01', '2019-07-14'], page: ['1er mars 2017', '14 juillet 2019'],
    scdl: ['2019-07-14'], open: [given[1]] });
  const one = ['2015-02-03', '2015-02-03']; // made at the latest on the day it was published
  assert.deepEqual(await dates('repris'), { api: one, dcat: one, 'schema.org': one, page: ['3 février 2015', '3 février 2015'], scdl: ['2015-02-03'], open: ['2015-02-03'] });
  const known = await dates('neufs'), day = known.api[1].slice(0, 10);
  assert.deepEqual(known.dcat, known.api);
  assert.deepEqual([...known['schema.org'], known.open[0]], [day, day, known.api[1]]);
  assert.ok(Math.abs(Date.parse(known.api[1]) - Date.now()) < 600e3 && known.api[0] <= known.api[1], JSON.stringify(known));
  const types = turtle((await get('/catalog.ttl')).text).getObjects(`${base}/explore/dataset/anciens/`, null, null).filter((o) => given.includes(o.value)).map((o) => o.datatype.value.split('#')[1]);
  assert.deepEqual(types.sort(), ['date', 'dateTime']);
});

test('R39: dates are ISO dates, created then published, neither in the future; what is refused is said in both languages', async () => {
  const [{ 'r.localhost': key }, later] = [await administrators(t, [H]), new Date(Date.now() + 3 * 86400e3).toISOString().slice(0, 10)];
  for (const [dcat, fr, en] of [
    [{ created: 'été 2019' }, 'dcat.created : « été 2019 » n’est pas une date ; écrire année-mois-jour, par exemple 2026-01-31.', 'dcat.created: “été 2019” is not a date; write year-month-day, as in 2026-01-31.'],
    [{ temporal_coverage_end: '31/12/2021' }, 'dcat.temporal_coverage_end : « 31/12/2021 » n’est pas une date ; écrire année-mois-jour, par exemple 2026-01-31.', 'dcat.temporal_coverage_end: “31/12/2021” is not a date; write year-month-day, as in 2026-01-31.'],
    [{ created: '2020-01-02', issued: '2020-01-01' }, 'Un jeu est créé avant d’être publié : le 2020-01-02 vient après le 2020-01-01.', 'A dataset is created before it is published: 2020-01-02 comes after 2020-01-01.'],
    [{ issued: later }, `Le ${later} est dans l’avenir : un jeu est créé et publié au plus tard aujourd’hui.`, `${later} lies in the future: a dataset was created and published by today at the latest.`]])
    for (const [lang, want] of [['fr', fr], ['en', en]]) {
      const answer = await t.http(H, '/api/portal/v1/datasets/refuse/draft', { method: 'PUT', key, headers: { 'Accept-Language': lang }, body: { metas: { default: { title: 'Refusé' }, dcat } } });
      assert.deepEqual([answer.status, answer.json.detail ?? answer.json.message], [400, want], answer.text);
    }
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
  assert.deepEqual(rows.map((r) => r[2]).slice(0, 3), ['anciens', 'arbres', 'budget']);
  const arbres = of(rows[1]);
  assert.deepEqual([arbres.TITRE, arbres.PRODUCTEUR_NOM, arbres.COUV_SPAT_MAILLE, arbres.COUV_SPAT_NOM, arbres.COUV_TEMP_DEBUT, arbres.FREQ_MAJ, arbres.MOTS_CLES, arbres.LICENCE, arbres.URL],
    ['Arbres & <haies> de Tours', 'Ville de Tours', 'Communale', 'Tours', '2020-01-01', 'Annuelle', 'essai;données', 'Licence Ouverte-LO', `${base}/explore/dataset/arbres/`]);
  assert.match(arbres.DATE_PUBL, /^\d{4}-\d\d-\d\d$/);
  assert.equal(of(rows[2]).LICENCE, 'Open Database License-ODBL');
  assert.doesNotMatch((await get('/catalog-scdl.csv?where=title%20like%20%22budget%22')).text, /arbres/);
});

test('Atom: the last change first, ids that stay, nothing closed; every page leads there', async () => {
  await t.importCsv(H, 'arbres', 'code;nom;plante;haut;lieu\r\n03;If;2022-03-01;4,5;"47.4, 0.7"\r\n', { title: 'Arbres de Tours', publisher: 'Ville de Tours' });
  const feed = await poll(async () => { const { text } = await get('/catalog.atom'); return text.includes('<title>Arbres de Tours</title>') && text; }, { what: 'the new title in the feed' });
  const ids = [...feed.matchAll(/<entry><id>([^<]+)<\/id>/g)].map((m) => m[1]);
  assert.deepEqual(ids, ['arbres', 'neufs', 'repris', 'anciens', 'lieux', 'licence-4', 'licence-3', 'licence-2', 'licence-1', 'licence-0', 'budget'].map((id) => `https://r.localhost/explore/dataset/${id}/`));
  assert.doesNotMatch(feed, /ornithorynque/i);
  assert.match((await get('/')).text, /<link rel="alternate" type="application\/atom\+xml" href="\/catalog\.atom"/);
});
