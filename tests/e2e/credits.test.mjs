// What a dataset's rows were joined with is quoted wherever the dataset is shown, and on its copies: the same line everywhere (N19,
// R29 to R35). Two partners that do not trust each other, both with datasets of the same names; the national portal is the
// stand-in of tests/peers/udata. Every line is written here by hand.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start as startPeer } from '../peers/udata/server.mjs';
import { administrators, sql } from './fixtures.mjs';
import { installation, poll } from './harness.mjs';
import { DCAT, DCT, rdfXml, turtle, violations } from './rdf.mjs';

const [R, A, B] = ['r.localhost', 'a.r.localhost', 'b.r.localhost'];
const PROV = 'http://www.w3.org/ns/prov#';
const ODBL = 'Open Database License (ODbL)', LO = 'Licence Ouverte v2.0 (Etalab)', BY = 'Creative Commons Attribution 4.0', HOSTILE = '<b>Noms</b> & "rues", ]]>';
let t, keys, peer, organization, password;

before(async () => {
  peer = await startPeer({ allowLocal: true });
  organization = (await remote('POST', '/api/1/organizations/', { name: 'Région d’essai', description: 'Essai.' })).id;
  t = await installation({ serve: false });
  writeFileSync(join(t.home, 'demonstration'), '');
  await t.serve();
  await t.tenants();
  keys = await administrators(t);
  password = await t.accept(R, t.links[R]);
  const file = join(t.folder, 'key');
  writeFileSync(file, `${peer.keys.worker}\n`);
  await t.must(['federation', 'national', 'add', '--host', R, '--url', peer.url, '--key-file', file, '--organisation', organization,
    '--name', 'Portail simulé', '--stand-in', '--json']);
});
after(async () => { await t?.stop(); await peer?.close(); });

async function remote(method, path, body) {
  const answer = await fetch(peer.url + path, { method, body: body && JSON.stringify(body),
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-API-KEY': peer.keys.worker } });
  return answer.json();
}
const national = async (title) => (await remote('GET', `/api/1/organizations/${organization}/datasets/?page_size=100`)).data.find((d) => d.title === title && !d.archived);
const until = (fn, what, deadline = 60000) => poll(fn, { deadline, every: 100, what });
const api = (host, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key: keys[host], ...options });
const post = async (host, path, body = {}) => { const a = await api(host, path, { method: 'POST', body }); assert.equal(a.status, 200, a.text); };
const joining = (dataset) => [{ do: 'join', column: 'code', dataset, on: 'code', take: ['nom'] }];
const escaped = (s) => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A file published with its steps, as the command line takes it. */
async function publish(host, id, csv, { title, publisher = 'Ville d’essai', license = 'Licence Ouverte v2.0 (Etalab)', steps, visibility = 'open' }) {
  const meta = { visibility, attestations: true, ...(steps && { steps }), metas: {
    default: { title, description: `${title} : un jeu de données d’essai pour les crédits de ce qui est joint, décrit avec assez de mots pour la règle.`,
      publisher, license, theme: ['Régions et villes'], keyword: ['essai'] },
    dcat: { accrualperiodicity: 'Annuelle', spatial: 'Tours', granularity: 'commune' } } };
  return t.must(['dataset', 'import', t.file(`${id}.csv`, csv), '--host', host, '--id', id, '--meta', t.file(`${id}.META.json`, JSON.stringify(meta)), '--publish']);
}
const reference = (host, title = HOSTILE) => publish(host, 'noms', 'code;nom\n01;Un\n02;Deux\n', { title, publisher: `Service de ${host[0].toUpperCase()}`, license: ODBL });
const joined = (host, id = 'parcs', title = `Parcs de ${host[0].toUpperCase()}`, dataset = 'noms') => publish(host, id, 'code;n\n01;1\n02;2\n', { title, license: ODBL, steps: joining(dataset) });
const dated = (host, id, day) => sql(t, `UPDATE portal.dataset d SET data_processed = '${day} 12:00+00' FROM portal.host h
  WHERE h.tenant_id = d.tenant_id AND h.host = '${host}' AND d.dataset_id = '${id}'`);
const line = (host, title, day) => `Source\u00a0: Service de ${host[0].toUpperCase()}, «\u00a0${title}\u00a0», données du ${day}, ${ODBL}`;
const notice = (licence) => `Contient des données reprises d’un jeu diffusé sous ${licence}`;
const object = async (host, id = 'parcs') => (await t.http(host, `/api/explore/v2.1/catalog/datasets/${id}`)).json;
const quoted = async (host, id = 'parcs') => (await object(host, id))?.metas?.default.attributions?.slice(1);
const saying = (host, id, ...lines) => until(async () => JSON.stringify(await quoted(host, id)) === JSON.stringify(lines), `${id} on ${host}: ${lines.join(' | ') || 'nothing'}`);
const quotes = (host, ...lines) => saying(host, 'parcs', ...lines);
/** The line of a dataset of today, as publish() describes it. */
const todays = (title, license = LO) => {
  const [y, m, d] = new Date().toISOString().slice(0, 10).split('-');
  return `Source\u00a0: Ville d’essai, «\u00a0${title}\u00a0», données du ${d}/${m}/${y}, ${license}`;
};

/** Every place that quotes a dataset: what it says beside the dataset's own line, and which page it leads to. */
async function everywhere(host, id = 'parcs') {
  const get = async (path) => { const a = await t.http(host, path); assert.equal(a.status, 200, path); return a; };
  const explore = `/catalog/datasets/${id}`, said = {}, led = {};
  const [own, ...others] = (await get(`/api/explore/v2.1${explore}`)).json.metas.default.attributions;
  said.v21 = others;
  said.v21_list = (await get(`/api/explore/v2.1/catalog/datasets?where=dataset_id="${id}"`)).json.results[0].metas.default.attributions.slice(1);
  said.v20 = (await get(`/api/v2${explore}`)).json.dataset.metas.default.attributions.slice(1);
  said.v1 = (await get(`/api/datasets/1.0/${id}/`)).json.metas.attributions.slice(1);
  said.v1_list = (await get('/api/datasets/1.0/search/?rows=50')).json.datasets.find((d) => d.datasetid === id).metas.attributions.slice(1);
  said.catalogue = (await get('/api/explore/v2.1/catalog/exports/json')).json.find((d) => d.dataset_id === id).metas.default.attributions.slice(1);
  const { sources = [] } = (await get(`/explore/dataset/${id}/datapackage.json`)).json;
  said.datapackage = sources.map((s) => s.title);
  led.datapackage = sources.flatMap((s) => s.path ?? []);
  const page = (await get(`/explore/dataset/${id}/?lang=fr`)).text;
  said.page = [...(/Fait aussi avec[^<]*<\/p>((?:<p class="small">[^<]*<\/p>)*)/.exec(page)?.[1] ?? '').matchAll(/<p class="small">([^<]*)<\/p>/g)].map((m) => m[1]);
  const based = JSON.parse(/<script type="application\/ld\+json">([^]*?)<\/script>/.exec(page)[1]).isBasedOn ?? [];
  said.schema_org = based.map((b) => b.creditText);
  led.schema_org = based.flatMap((b) => b.url ?? []);
  const vias = [...(await get(`/api/explore/v2.1${explore}/exports/csv`)).headers.link.matchAll(/<([^>]+)>; rel="(via|copyright|describedby)"; title\*=UTF-8''([^,; ]+)/g)];
  said.download = vias.map((m) => decodeURIComponent(m[3]));
  led.download = vias.flatMap((m) => m[2] === 'via' ? m[1] : []);
  for (const feed of host === B ? [] : ['/catalog.ttl', '/api/explore/v2.1/catalog/exports/dcat']) { // a sub-domain's feed has no copies
    const text = (await get(feed)).text;
    const g = feed.endsWith('ttl') ? turtle(text) : rdfXml(text, `http://${host}/`);
    const dataset = `http://${host}:${t.port}/explore/dataset/${id}/`;
    const each = g.getObjects(dataset, `${DCAT}distribution`, null).map((d) => g.getObjects(g.getObjects(d, `${DCT}rights`, null)[0],
      'http://www.w3.org/2000/01/rdf-schema#label', null).map((x) => x.value).filter((x) => x !== own).sort((x, y) => others.indexOf(x) - others.indexOf(y))); // a graph has no order
    each.forEach((x) => assert.deepEqual(x, each[0], feed));
    said[feed] = each[0];
    led[feed] = g.getObjects(dataset, `${PROV}wasDerivedFrom`, null).map((x) => x.value).sort();
  }
  return { said, led };
}
/** Each of them, once the web process has heard of it. */
const agrees = (host, id, want, pages) => until(async () => {
  const { said, led } = await everywhere(host, id);
  same(said, want);
  same(led, pages);
  return true;
}, `${id} on ${host}`);
const same = (got, want) => { for (const [place, value] of Object.entries(got)) assert.deepEqual(value, want.map(place === 'page' ? escaped : (x) => x), place); };

test('every place that quotes a dataset quotes what its rows were joined with, under the licence and with the day of the rows that were taken', async () => {
  await publish(R, 'noms', 'code;nom\n01;Autre\n', { title: 'Les noms de la Région' }); // before A's copy: that one takes another name
  await reference(A);
  dated(A, 'noms', '2020-05-04');
  await joined(A);
  await reference(A); // new rows of today: those of 4 May are in the parks
  const want = [line(A, HOSTILE, '04/05/2020')];
  await quotes(A, ...want);
  await agrees(A, 'parcs', want, [`http://${A}:${t.port}/explore/dataset/noms/`]);
  const own = (await object(A)).metas.default.attributions[0];
  assert.ok(own.startsWith('Source\u00a0: Ville d’essai, «\u00a0Parcs de A\u00a0», données du '), own);
  assert.ok((await t.http(A, '/explore/dataset/parcs/?lang=en')).text.includes(escaped(`Source: Service de A, “${HOSTILE}”, data of 2020-05-04, ${ODBL}`)));
});

test('what is joined with nothing quotes nothing more', async () => {
  await publish(A, 'seul', 'code;n\n01;1\n', { title: 'Seul' });
  await agrees(A, 'seul', [], []);
  assert.equal((await t.http(A, '/explore/dataset/seul/datapackage.json')).json.sources, undefined);
});

test('the copy on the region’s portal quotes the same, leads to the partner’s page, and not to the region’s dataset of that name', async () => {
  await agrees(R, 'parcs', [line(A, HOSTILE, '04/05/2020')], [`http://${A}:${t.port}/explore/dataset/noms/`]);
});

test('DCAT-AP: neither copies nor what is joined break its shapes', async () => {
  for (const host of [A, R]) assert.deepEqual(await violations(turtle((await t.http(host, '/catalog.ttl')).text)), [], host);
});

test('the national portal has the line in the description', async () => {
  const found = await until(() => national('Parcs de A'), 'the dataset there');
  assert.ok(found.description.includes(`\n\nFait aussi avec, à citer de même :\n\n- ${line(A, HOSTILE, '04/05/2020')}\n\nSource : `), found.description);
  assert.ok(!(await until(() => national('Seul'), 'the other')).description.includes('à citer de même'));
});

test('a region’s dataset quotes on a sub-domain what the region joined it with', async () => {
  await publish(R, 'lieux', 'code;n\n01;1\n', { title: 'Lieux de R', steps: joining('noms') });
  await t.must(['federation', 'link', '--from', R, '--to', B, '--dataset', 'lieux', '--json']);
  const [y, m, d] = new Date().toISOString().slice(0, 10).split('-');
  await agrees(B, 'lieux', [`Source\u00a0: Ville d’essai, «\u00a0Les noms de la Région\u00a0», données du ${d}/${m}/${y}, Licence Ouverte v2.0 (Etalab)`],
    [`http://${R}:${t.port}/explore/dataset/noms/`]);
});

test('two partners with the same names quote each its own, at home and on the region’s portal', async () => {
  await reference(B, 'Les noms de B');
  dated(B, 'noms', '2021-06-07');
  await joined(B);
  await quotes(B, line(B, 'Les noms de B', '07/06/2021'));
  const copy = await until(async () => (await t.http(R, '/api/explore/v2.1/catalog/datasets?limit=50')).json.results.find((x) => x.metas.default.title === 'Parcs de B'), 'B’s copy');
  assert.deepEqual(copy.metas.default.attributions.slice(1), [line(B, 'Les noms de B', '07/06/2021')]);
  assert.deepEqual(await quoted(R), [line(A, HOSTILE, '04/05/2020')]);
  // A row of another portal, handed to the function by its number: the policy gives none.
  const credits = (slug, of) => sql(t, `BEGIN; SET LOCAL ROLE terrasse_web; SET LOCAL portal.tenant_id = '${sql(t, `SELECT id FROM portal.tenant WHERE slug = '${slug}'`)}';
    SELECT count(portal.credits(d)) FROM portal.dataset AS d WHERE d.id = '${sql(t, `SELECT d.id FROM portal.dataset d JOIN portal.tenant x ON x.id = d.tenant_id WHERE x.slug = '${of}' AND d.dataset_id = 'parcs'`)}'; COMMIT`);
  assert.deepEqual([credits('a', 'a'), credits('b', 'a'), credits('a', 'b')], ['1', '0', '0']);
});

test('a new title of what is joined arrives on the copy and at the national portal; other changes of it send nothing', async () => {
  const revision = () => sql(t, `SELECT d.revision FROM portal.dataset d JOIN portal.host h ON h.tenant_id = d.tenant_id AND h.host = '${A}' WHERE d.dataset_id = 'parcs'`);
  const before = revision();
  await reference(A); // rows alone
  assert.equal(revision(), before);
  await reference(A, 'Noms des rues');
  const want = line(A, 'Noms des rues', '04/05/2020');
  await quotes(A, want);
  await quotes(R, want);
  await until(async () => (await national('Parcs de A'))?.description.includes(want), 'the national portal');
});

test('of what is joined and closed since, the notice of its licence stays and nothing that names it; it is quoted again once it is open', async () => {
  await post(A, '/datasets/noms/close');
  await quotes(A, notice(ODBL));
  await quotes(R, notice(ODBL));
  await until(async () => (await national('Parcs de A'))?.description.includes(`\n\n- ${notice(ODBL)}\n\n`), 'the national portal');
  for (const host of [A, R]) {
    await agrees(host, 'parcs', [notice(ODBL)], []);
    for (const path of ['/catalog.ttl', '/api/explore/v2.1/catalog/exports/json', '/explore/dataset/parcs/', '/explore/dataset/parcs/datapackage.json', '/api/explore/v2.1/catalog/datasets/parcs'])
      assert.doesNotMatch((await t.http(host, path)).text, /Noms des rues|Service de A/, `${host}${path}`);
  }
  assert.ok((await t.http(A, '/explore/dataset/parcs/?lang=en')).text.includes(`Contains data taken from a dataset published under ${ODBL}`));
  await post(A, '/datasets/noms/open');
  await quotes(A, line(A, 'Noms des rues', '04/05/2020'));
  await quotes(R, line(A, 'Noms des rues', '04/05/2020'));
});

test('the next file that is joined with something else changes what the copy quotes', async () => {
  await publish(A, 'autres', 'code;nom\n01;Un\n', { title: 'Autres noms', publisher: 'Service de A', license: ODBL });
  dated(A, 'autres', '2022-08-09');
  await joined(A, 'parcs', 'Parcs de A', 'autres');
  await quotes(R, line(A, 'Autres noms', '09/08/2022'));
  await until(async () => (await national('Parcs de A'))?.description.includes('Autres noms'), 'the national portal');
});

test('what was joined with what is joined is quoted as well, as it was when the rows were taken; its new title too', async () => {
  await publish(A, 'zones', 'code;m\n01;1\n02;2\n', { title: 'Zones de A', license: ODBL, steps: joining('parcs') });
  const [y, m, d] = new Date().toISOString().slice(0, 10).split('-');
  const parks = `Source\u00a0: Ville d’essai, «\u00a0Parcs de A\u00a0», données du ${d}/${m}/${y}, ${ODBL}`;
  const pages = ['autres', 'parcs'].map((id) => `http://${A}:${t.port}/explore/dataset/${id}/`);
  for (const host of [A, R]) await agrees(host, 'zones', [line(A, 'Autres noms', '09/08/2022'), parks], pages);
  await publish(A, 'autres', 'code;nom\n01;Un\n', { title: 'Noms renommés', publisher: 'Service de A', license: ODBL });
  await quotes(R, line(A, 'Noms renommés', '09/08/2022'));
  await until(async () => JSON.stringify(await quoted(R, 'zones')) === JSON.stringify([line(A, 'Noms renommés', '09/08/2022'), parks]), 'the new title on the copy');
  await post(A, '/datasets/parcs/close'); // what stands between: its own line goes, that of what it was made with stays
  await until(async () => JSON.stringify(await quoted(R, 'zones')) === JSON.stringify([notice(ODBL), line(A, 'Noms renommés', '09/08/2022')]), 'the notice');
  await post(A, '/datasets/parcs/open');
  await until(async () => (await quoted(R, 'zones'))?.[1] === parks, 'open again');
  await publish(A, 'autres', 'code;nom\n01;Un\n', { title: 'Autres noms', publisher: 'Service de A', license: ODBL });
  await quotes(R, line(A, 'Autres noms', '09/08/2022'));
});

test('what is joined with a copy is sent again when the copy quotes something else, is taken back, and comes again', async () => {
  await publish(R, 'quartiers', 'code;q\n01;1\n02;2\n', { title: 'Quartiers de R', license: ODBL, steps: joining('parcs') });
  const names = async () => /Autres noms|$/.exec((await national('Quartiers de R')).description)[0], parks = async () => /Parcs de A|$/.exec((await national('Quartiers de R')).description)[0];
  const says = (want) => until(async () => JSON.stringify([await parks(), await names()]) === JSON.stringify(want), `the national portal: ${want}`);
  await until(() => national('Quartiers de R'), 'the dataset there');
  await says(['Parcs de A', 'Autres noms']);
  await post(A, '/datasets/autres/close');
  await says(['Parcs de A', '']);
  await post(A, '/datasets/parcs/close');
  await says(['', '']);
  await post(A, '/datasets/autres/open');
  await post(A, '/datasets/parcs/open');
  await says(['Parcs de A', 'Autres noms']);
});

test('what a copy quoted when its rows were joined is owed until the next file, whatever it quotes later and when it is taken back', async () => {
  const alone = () => publish(A, 'lignes', 'code;nom;quai\n01;Un;1\n02;Deux;2\n', { title: 'Lignes', steps: [] });
  const withStations = () => publish(A, 'lignes', 'code;nom\n01;Un\n02;Deux\n', { title: 'Lignes', steps: [{ do: 'join', column: 'code', dataset: 'stations', on: 'code', take: ['quai'] }] });
  const journeys = () => publish(R, 'trajets', 'code;k\n01;1\n02;2\n', { title: 'Trajets', steps: joining('lignes') });
  const [lines, stations, owed] = [todays('Lignes'), todays('Stations', BY), notice(BY)];
  await publish(A, 'stations', 'code;quai\n01;1\n02;2\n', { title: 'Stations', license: BY });
  await withStations();
  await saying(R, 'lignes', stations);
  await journeys();
  await saying(R, 'trajets', lines, stations);
  await alone();
  await saying(R, 'lignes');
  await saying(R, 'trajets', owed, lines); // whether stations is open nobody tells the region any more: not its name
  await until(async () => (await national('Trajets'))?.description.includes(`\n\n- ${owed}\n- ${lines}\n\n`), 'the national portal');
  await post(A, '/datasets/lignes/close');
  await saying(R, 'trajets', owed, notice(LO));
  await until(async () => (await national('Trajets'))?.description.includes(`\n\n- ${owed}\n- ${notice(LO)}\n\n`), 'the national portal');
  await post(A, '/datasets/lignes/open');
  await saying(R, 'trajets', owed, lines);
  await journeys();
  await saying(R, 'trajets', lines);
  await withStations();
  await saying(R, 'lignes', stations);
  await saying(R, 'trajets', lines); // its rows are older
});

test('portals that join each other’s datasets do not keep a name alive that was closed where it is from', async () => {
  const make = (host, id, columns, ...of) => publish(host, id, `code;${columns}\n01${';1'.repeat(columns.split(';').length)}\n`, { title: `Jeu ${id}`,
    steps: of.map(([dataset, take]) => ({ do: 'join', column: 'code', dataset, on: 'code', take: [take] })) });
  await make(A, 'puits', 'p');
  await make(A, 'forages', 'f', ['puits', 'p']);
  await saying(R, 'forages', todays('Jeu puits'));
  await make(R, 'nappes', 'n;s', ['forages', 'f']);
  await t.must(['federation', 'link', '--from', R, '--to', B, '--dataset', 'nappes', '--json']);
  await saying(B, 'nappes', todays('Jeu forages'), todays('Jeu puits'));
  await make(B, 'sources', 's', ['nappes', 'n']);
  await saying(R, 'sources', ...['forages', 'nappes', 'puits'].map((id) => todays(`Jeu ${id}`)));
  await make(R, 'nappes', 'n', ['forages', 'f'], ['sources', 's']);
  const all = ['forages', 'nappes', 'puits', 'sources'].map((id) => todays(`Jeu ${id}`));
  await saying(B, 'nappes', ...all);
  await make(B, 'sources', 's', ['nappes', 'n']);
  await saying(R, 'sources', ...all);
  await post(A, '/datasets/puits/close');
  for (const [host, id] of [[R, 'nappes'], [B, 'nappes'], [B, 'sources'], [R, 'sources']])
    await saying(host, id, notice(LO), ...all.filter((x) => !x.includes('puits')));
});

test('all lines are quoted, what binds most first; with more than a hundred nothing is joined', async () => {
  await publish(A, 'tout', 'code;n;nom\n01;1;Un\n', { title: 'Tout', license: ODBL });
  sql(t, `INSERT INTO portal.dataset SELECT (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'dataset_id', 'rue-' || to_char(n, 'FM00'),
      'uid', 'da_rue' || to_char(n, 'FM000'), 'metas', jsonb_build_object('default', jsonb_build_object('publisher', 'Voirie', 'title', 'Rue ' || to_char(n, 'FM00')))))).*
      FROM portal.dataset AS d JOIN portal.host AS h ON h.tenant_id = d.tenant_id AND h.host = '${A}' CROSS JOIN generate_series(1, 98) AS n WHERE d.dataset_id = 'tout';
    UPDATE portal.version_check AS c SET joined = (
      SELECT jsonb_agg(jsonb_build_object('dataset', 'rue-' || to_char(n, 'FM00'), 'modified', '2023-01-02', 'open', true,
               'licence', CASE n WHEN 3 THEN 'cc-zero' WHEN 90 THEN 'odc-odbl' ELSE 'lov2' END)) FROM generate_series(1, 98) AS n)
        || '[{"dataset": "partie", "licence": "cc-by", "open": true}, {"dataset": "cachee", "licence": "lov2", "open": false}]'
      FROM portal.dataset AS d JOIN portal.host AS h ON h.tenant_id = d.tenant_id AND h.host = '${A}'
     WHERE d.dataset_id = 'tout' AND c.tenant_id = d.tenant_id AND c.version_id = d.version_id`);
  const street = (n, license) => `Source\u00a0: Voirie, «\u00a0Rue ${String(n).padStart(2, '0')}\u00a0», données du 02/01/2023, ${license}`;
  const others = Array.from({ length: 98 }, (_, i) => i + 1).filter((n) => n !== 3 && n !== 90).map((n) => street(n, LO));
  const want = [notice(BY), street(90, ODBL), ...others, street(3, 'Creative Commons Zéro')];
  await saying(A, 'tout', ...want);
  const { said: { download, ...elsewhere } } = await everywhere(A, 'tout');
  same(elsewhere, want);
  const last = download.pop();
  assert.ok(download.length > 10 && download.length < 50, `${download.length} in a head`);
  same({ download }, want.slice(0, download.length));
  assert.equal(last, `${want.length - download.length} autres à citer`);
  const steps = encodeURIComponent(JSON.stringify([{ do: 'join', column: 'code', dataset: 'tout', on: 'code', take: ['n'] }]));
  const sent = await api(A, `/uploads?name=f.csv&steps=${steps}`, { method: 'POST', body: Buffer.from('code\n01\n'), headers: { 'Content-Type': 'text/csv' } });
  const state = async () => (await api(A, `/uploads/${sent.json.id}`)).json;
  await until(async () => ['ready', 'failed'].includes((await state()).state), 'reading');
  assert.equal((await state()).error?.kind.code, 'joined_many', JSON.stringify(await state()));
});

test('a closed dataset that the portal joined for itself is quoted nowhere outside it', async () => {
  await publish(A, 'canari', 'code;nom\n01;Un\n', { title: 'Zibeline', visibility: 'closed' });
  await joined(A, 'avec', 'Avec', 'canari');
  await until(async () => (await national('Avec')), 'the national portal');
  for (const host of [A, R]) {
    await agrees(host, 'avec', [], []);
    for (const path of ['/catalog.ttl', '/api/explore/v2.1/catalog/exports/json', '/explore/dataset/avec/', '/explore/dataset/avec/datapackage.json'])
      assert.ok(!(await t.http(host, path)).text.includes('Zibeline'), `${host}${path}`);
  }
  assert.ok(!JSON.stringify(await remote('GET', `/api/1/organizations/${organization}/datasets/?page_size=100`)).includes('Zibeline'));
});

test('the nightly comparison finds a copy whose credits are not its origin’s, and mends it', async () => {
  const copies = `SELECT id FROM portal.dataset WHERE dataset_id = 'parcs' AND NOT is_origin AND tenant_id = (SELECT id FROM portal.tenant WHERE parent_id IS NULL)`;
  await until(() => sql(t, `SELECT (SELECT count(*) FROM portal.outbox WHERE dispatched_at IS NULL)
    + (SELECT count(*) FROM portal.delivery WHERE state IN ('queued', 'intent', 'sent', 'waiting'))`) === '0', 'the worker’s rest');
  // What was found while copies were on their way is none of ours.
  sql(t, `DELETE FROM portal.comparison; UPDATE portal.dataset SET joined_credits = '[]' WHERE id = (${copies}); UPDATE portal.subscription SET compared_at = NULL`);
  await until(() => sql(t, `SELECT count(*) FROM portal.comparison WHERE what = 'credits' AND state = 'mended'`) !== '0'
    && sql(t, `SELECT joined_credits <> '[]' FROM portal.dataset WHERE id = (${copies})`) === 't', 'the difference mended', 120000);
  await quotes(R, line(A, 'Autres noms', '09/08/2022'));
});

test('whoever answers a submission reads what it is joined with, and under which licence', async () => {
  await t.must(['tenant', 'add', '--direct', '--region', R, '--name', 'Ville de Vierzon', '--admin', 'agent@vierzon.example']);
  const key = (await t.must(['token', 'add', 'agent@vierzon.example', '--host', R, '--json'])).key;
  await publish(R, 'rues', 'code;nom\n01;Un\n', { title: 'Rues de R', license: ODBL });
  const as = (path, options) => t.http(R, `/api/portal/v1${path}`, { key, ...options });
  const sent = await as(`/uploads?name=f.csv&steps=${encodeURIComponent(JSON.stringify(joining('rues')))}`,
    { method: 'POST', body: Buffer.from('code;n\n01;1\n'), headers: { 'Content-Type': 'text/csv' } });
  await until(async () => (await as(`/uploads/${sent.json.id}`)).json.state === 'ready', 'reading');
  const metas = { default: { title: 'Vierzon', description: 'x', license: 'odc-odbl', theme: ['Santé'], keyword: ['essai'] },
    dcat: { accrualperiodicity: 'Annuelle', spatial: 'Vierzon', granularity: 'commune' } };
  assert.equal((await as('/datasets/vierzon/draft', { method: 'PUT', body: { upload: sent.json.id, metas } })).status, 201);
  const submitted = await as('/datasets/vierzon/submit', { method: 'POST', body: { attest: true } });
  assert.equal(submitted.status, 200, submitted.text);
  const session = await t.signIn(R, 'admin@r.example', password);
  const page = await session.get(`/backoffice/review/${submitted.json.review}/?lang=fr`);
  const panel = /<section[^>]*aria-labelledby="h-joints">([^]*?)<\/section>/.exec(page.text)?.[1] ?? '';
  assert.match(panel, /Ce qui est joint, et sous quelle licence/);
  assert.match(panel, new RegExp(`<b>rues</b><p>${ODBL.replace(/[()]/g, '\\$&')} : ce jeu la porte aussi, comme elle le demande</p>`));
  assert.match(panel.replaceAll('\u00a0', ' '), /Source : Ville d’essai, « Rues de R »/);
  assert.doesNotMatch(panel, /backoffice\/datasets/, 'the producer’s form is not the reviewer’s');
  assert.match((await session.get(`/backoffice/review/${submitted.json.review}/?lang=en`)).text, /Rues de R/);
});
