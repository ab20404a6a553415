// The catalogue as harvesters read it: three syntaxes with the same triples (read by raptor, a parser that
// is not ours), frozen addresses, pages, and nothing that is closed.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation, poll } from './harness.mjs';
import { jsonld, rdfXml, triples, turtle } from './rdf.mjs';

/** What each syntax has its own way for: ends of lines, tabs, quotes, marks of XML and HTML, characters outside the first plane. */
const TEXT = 'Une ligne\r\net une autre\n\tavec "guillemets" et \\n, <![CDATA[x]]> & &amp;, </script>, \u2028, 🌳 é e\u0301.';
let t;
before(async () => {
  t = await installation();
  await t.tenants(['a']);
  await t.importCsv('r.localhost', 'arbres', 'code;nom\r\n01;Tilleul\r\n02;Frêne & <orme>\r\n', { title: 'Arbres & <haies>' });
  await t.importCsv('r.localhost', 'textes', 'mot\r\nun\r\n', { title: 'Textes', description: TEXT, keyword: ['mots "clés"', '<b>'], dcat: { spatial: 'L’Île\\d’Or', contact_name: 'A & B', contact_email: 'a@b.example' } });
  await t.importCsv('r.localhost', 'secret', 'mot;n\r\nornithorynque;1\r\n', { title: 'Ornithorynque', visibility: 'closed' });
});
after(() => t.stop());

const feed = (path, host = 'r.localhost') => t.http(host, path);

test('RDF/XML, Turtle and JSON-LD hold the same triples, and say their charset; the vendor’s addresses as well', async () => {
  const V = '/api/explore/v2.1/catalog/exports';
  for (const [xml, ttl, json] of [['/catalog.rdf', '/catalog.ttl', '/catalog.jsonld'], [`${V}/rdf`, `${V}/ttl`, `${V}/jsonld`]]) {
    const read = async (path, type, reader) => {
      const answer = await feed(path);
      assert.equal(answer.headers['content-type'], `${type}; charset=utf-8`);
      return triples(reader(answer)).map((line) => line.replaceAll(path, '/feed'));
    };
    const want = await read(ttl, 'text/turtle', (answer) => turtle(answer.text));
    assert.deepEqual(await read(xml, 'application/rdf+xml', (answer) => rdfXml(answer.text)), want);
    assert.deepEqual(await read(json, 'application/ld+json', (answer) => jsonld(answer.json)), want);
    for (const word of [TEXT, 'mots "clés"']) assert.ok(want.some((line) => line.includes(`${JSON.stringify(word)}@fr`)), word);
  }
});

test('JSON-LD carries its context, and names the formats that are asked for', async () => {
  const doc = (await feed('/catalog.jsonld')).json;
  assert.equal(doc['@context'].dct, 'http://purl.org/dc/terms/');
  const dataset = doc['@graph'].find((node) => node['@type']?.includes('dcat:Dataset') && node['@id'].endsWith('/arbres/'));
  assert.deepEqual(dataset['dct:title'], [{ '@value': 'Arbres & <haies>', '@language': 'fr' }]);
  const names = dataset['dcat:distribution'].map((d) => /exports\/([a-z0-9]+)/.exec(d['@id'])[1]);
  assert.deepEqual(names, ['csv', 'json', 'jsonl', 'parquet', 'xlsx']); // no geometry
  const asked = (await feed('/catalog.jsonld?include_exports=turtle,ods,fgb,csv')).json['@graph'].find((node) => node['@type']?.includes('dcat:Dataset') && node['@id'].endsWith('/arbres/'));
  assert.deepEqual(asked['dcat:distribution'].map((d) => /exports\/([a-z0-9]+)/.exec(d['@id'])[1]), ['csv', 'turtle', 'ods']);
});

test('the vendor’s address answers with and without its slash, HEAD like GET', async () => {
  const path = '/api/explore/v2.1/catalog/exports/dcat';
  const [one, two] = [await feed(path), await feed(`${path}/`)];
  assert.equal(one.status, 200);
  assert.equal(two.status, 200);
  const head = await t.http('r.localhost', path, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-type'], one.headers['content-type']);
  assert.equal(head.text, '');
});

test('distribution addresses are the frozen ones, and answer', async () => {
  const base = `http://r.localhost:${t.port}/api/explore/v2.1/catalog/datasets/arbres/exports`;
  const text = (await feed('/api/explore/v2.1/catalog/exports/dcat?include_exports=csv,json&where=title%20like%20%22arbres%22')).text;
  const urls = [...text.matchAll(/<dcat:downloadURL rdf:resource="([^"]+)"/g)].map((m) => m[1]);
  assert.deepEqual(urls, [`${base}/csv?use_labels=true`, `${base}/json`]);
  for (const url of urls) assert.equal((await feed(new URL(url).pathname + new URL(url).search)).status, 200);
  assert.match(text, /<dct:identifier>https:\/\/r\.localhost\/explore\/dataset\/arbres\/<\/dct:identifier>/);
});

test('where keeps what matches', async () => {
  const none = (await feed(`/api/explore/v2.1/catalog/exports/dcat?where=${encodeURIComponent('publisher="Personne"')}`)).text;
  assert.doesNotMatch(none, /dcat:Dataset rdf:about/);
  const bad = await feed('/api/explore/v2.1/catalog/exports/dcat?where=nope%3D1');
  assert.equal(bad.status, 400);
});

test('a closed dataset is in no feed', async () => {
  for (const path of ['/catalog.rdf', '/catalog.ttl', '/catalog.jsonld', '/api/explore/v2.1/catalog/exports/dcat'])
    assert.doesNotMatch((await feed(path)).text, /ornithorynque|Ornithorynque|secret/);
});

test('the service’s two documents answer: description for machines, page for people', async () => {
  const text = (await feed('/catalog.rdf')).text;
  for (const name of ['swagger.json', 'console']) {
    assert.match(text, new RegExp(`/api/explore/v2\\.1/${name}"`));
    assert.equal((await feed(`/api/explore/v2.1/${name}`)).status, 200);
  }
});

test('a page names the whole and the next; pages do not overlap', async () => {
  // A hundred more: small files, in one go.
  for (let i = 0; i < 100; i++) await t.importCsv('a.r.localhost', `jeu-${String(i).padStart(3, '0')}`, `c;n\r\nx${i};1\r\n`);
  // A publication is seen once the web process has heard of it.
  const upTo = (n) => poll(async () => {
    const { text } = await feed('/catalog.rdf', 'a.r.localhost');
    return text.includes(`>${n}</hydra:totalItems>`) && text;
  }, { what: `${n} datasets in the feed` });
  const one = await upTo(100);
  const datasets = (text) => [...text.matchAll(/<dcat:Dataset rdf:about="([^"]+)"/g)].map((m) => m[1]);
  assert.equal(datasets(one).length, 100);
  assert.doesNotMatch(one, /hydra:next/);
  await t.importCsv('a.r.localhost', 'jeu-100', 'c;n\r\nx;1\r\n');
  const first = await upTo(101);
  const next = /<hydra:next rdf:resource="([^"]+)"/.exec(first)?.[1];
  assert.equal(next, `http://a.r.localhost:${t.port}/catalog.rdf?page=2`);
  const last = (await feed('/catalog.rdf?page=2', 'a.r.localhost')).text;
  assert.deepEqual(datasets(last), [`http://a.r.localhost:${t.port}/explore/dataset/jeu-100/`]);
  assert.equal(new Set([...datasets(first), ...datasets(last)]).size, 101);
  for (const page of [3, 99, '18446744073709551615']) assert.deepEqual(datasets((await feed(`/catalog.rdf?page=${page}`, 'a.r.localhost')).text), [], page);
});
