// Files that stand beside the rows of a dataset, on its copies: listed and given under the copy's portal and its access, kept and
// counted where the origin is, gone with the origin or the file. Two partners that do not trust each other. Bytes are written here.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation, poll } from './harness.mjs';
import { administrators, publish, sql } from './fixtures.mjs';
import { DCAT, DCT, turtle, values, violations } from './rdf.mjs';

const [R, A, B] = ['r.localhost', 'a.r.localhost', 'b.r.localhost'];
let t, keys;
before(async () => {
  t = await installation();
  await t.tenants();
  keys = await administrators(t);
});
after(() => t?.stop());

const explore = (host, path, options) => t.http(host, `/api/explore/v2.1/catalog/datasets/${path}`, options);
const api = (host, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key: keys[host], ...options });
const pdf = (text) => Buffer.from(`%PDF-1.4\n% ${text}\n`);
const until = (fn, what) => poll(fn, { deadline: 60000, every: 100, what });
async function attach(id, name, bytes, query = '') {
  const made = await api(A, `/datasets/${id}/attachments?name=${encodeURIComponent(name)}${query}`, { method: 'POST', body: bytes, headers: { 'Content-Type': 'application/octet-stream' } });
  assert.equal(made.status, 201, made.text);
}
const listed = async (host, id, options) => ((await explore(host, `${id}/attachments`, options)).json?.attachments ?? []).map((a) => [new URL(a.href).hostname, new URL(a.href).pathname.split('/').at(-1), a.metas.title]);
const arrives = (host, id, n) => until(async () => (await listed(host, id)).length === n, `${n} files of ${id} on ${host}`);
const tenant = (host) => sql(t, `SELECT tenant_id FROM portal.host WHERE host = '${host}'`);
const number = (host, id) => sql(t, `SELECT id FROM portal.dataset WHERE tenant_id = '${tenant(host)}' AND dataset_id = '${id}'`);
const content = (host) => sql(t, `SELECT coalesce(sum(content_bytes), 0) FROM portal.dataset WHERE tenant_id = '${tenant(host)}'`);
/** What portal.copied_files and portal.files_beside give to the web role in that portal. */
const asked = (host, call) => sql(t, `BEGIN; SET LOCAL ROLE terrasse_web; ${host ? `SET LOCAL portal.tenant_id = '${tenant(host)}';` : ''}
  SELECT coalesce(string_agg(file_name, ',' ORDER BY file_name), '-') FROM ${call}; COMMIT`);
const lent = (host, copy) => asked(host, `portal.copied_files('${copy}', 'attachment', NULL)`);
const beside = (host, id) => asked(host, `portal.dataset AS d CROSS JOIN LATERAL portal.files_beside(d) WHERE d.id = '${id}'`);
/** The links of the page's list of files. */
async function page(host, id, options) {
  const panel = /<section[^>]*aria-labelledby="h-files">([^]*?)<\/section>/.exec((await t.http(host, `/explore/dataset/${id}/?lang=fr`, options)).text)?.[1] ?? '';
  return [...panel.matchAll(/<a href="([^"]*)">.*?<span>([^<]*)/g)].map((m) => [m[1], m[2]]);
}

test('files beside a dataset are listed and given on its copy, under the copy’s portal, and on the page of both', async () => {
  const hostile = '<b>&"Arrêté".pdf';
  await t.importCsv(A, 'arretes', 'code;n\n1;1\n');
  await attach('arretes', hostile, pdf('un'), '&title=L%E2%80%99arr%C3%AAt%C3%A9');
  await attach('arretes', 'plan.pdf', pdf('deux'));
  await attach('arretes', 'tout.gpkg', Buffer.from('SQLite format 3\0'), '&kind=alternative_export');
  await arrives(R, 'arretes', 2);
  const want = [['b_arrete_pdf', 'L’arrêté'], ['plan_pdf', 'plan.pdf']];
  for (const host of [A, R]) {
    assert.deepEqual(await listed(host, 'arretes'), want.map(([id, title]) => [host, id, title]), host);
    assert.deepEqual((await explore(host, 'arretes/attachments/b_arrete_pdf')).body, pdf('un'), host);
    const { attachments, alternative_exports } = (await explore(host, 'arretes')).json;
    assert.deepEqual(attachments.map((a) => [a.id, a.title, a.mimetype, a.url]),
      [['b_arrete_pdf', 'L’arrêté', 'application/pdf', `odsfile://${hostile}`], ['plan_pdf', 'plan.pdf', 'application/pdf', 'odsfile://plan.pdf']]);
    assert.deepEqual(alternative_exports.map((a) => a.id), ['tout_gpkg']);
    assert.equal((await explore(host, 'arretes/alternative_exports/tout_gpkg')).body.toString(), 'SQLite format 3\0');
    const base = '/api/explore/v2.1/catalog/datasets/arretes';
    assert.deepEqual(await page(host, 'arretes'),
      [[`${base}/attachments/b_arrete_pdf`, 'L’arrêté'], [`${base}/attachments/plan_pdf`, 'plan.pdf'], [`${base}/alternative_exports/tout_gpkg`, 'tout.gpkg']]);
    assert.ok((await t.http(host, '/explore/dataset/arretes/')).text.includes('&lt;b&gt;&amp;&quot;Arrêté&quot;.pdf'), 'the file’s name below its title');
    assert.match((await t.http(host, '/explore/dataset/arretes/?lang=en')).text, />Attached files</);
  }
  const got = await explore(R, 'arretes/attachments/b_arrete_pdf');
  assert.match(got.headers['content-disposition'], /^attachment;/);
  assert.match(got.headers['content-security-policy'], /sandbox/);
  assert.equal(got.headers['content-type'], 'application/pdf');
  assert.deepEqual((await t.http(R, '/api/datasets/1.0/arretes/attachments/b_arrete_pdf/')).body, pdf('un'));
  const first = (await t.http(R, '/api/datasets/1.0/arretes/')).json;
  assert.deepEqual(first.attachments.map((a) => a.id), ['b_arrete_pdf', 'plan_pdf']);
  const all = (await t.http(R, '/api/explore/v2.1/catalog/datasets?limit=20')).json.results.find((d) => d.dataset_id === 'arretes');
  assert.deepEqual(all.attachments.map((a) => a.id), ['b_arrete_pdf', 'plan_pdf']);
  assert.equal((await explore(R, 'arretes/attachments/tout_gpkg')).status, 404, 'of its own kind only');
  assert.deepEqual(await page(R, 'arretes'), await page(R, 'arretes', { key: keys[R] }), 'the same to whoever is known');
});

/** What the feed of a portal says of the files beside a dataset's rows: [address, title, media type, format, size]. */
async function inFeed(host, id, query = '', links = [`${DCT}hasPart`, `${DCAT}distribution`]) {
  const g = turtle((await t.http(host, `/catalog.ttl${query}`)).text), dataset = `http://${host}:${t.port}/explore/dataset/${id}/`;
  return links.flatMap((link) => values(g, dataset, link)).filter((d) => !d.includes('/exports/')).map((d) => {
    const of = (name) => values(g, d, name)[0];
    assert.deepEqual([of(`${DCAT}accessURL`), of(`${DCAT}downloadURL`)], [d, d]);
    assert.ok(of(`${DCT}license`) && of(`${DCT}rights`), 'its licence, and whom to quote');
    return [d, of(`${DCT}title`), of(`${DCAT}mediaType`)?.split('/media-types/')[1], of(`${DCT}format`)?.split('/').at(-1), Number(of(`${DCAT}byteSize`))];
  });
}

test('harvesters are told of them: one distribution each, at the address known of old, whichever exports they ask for', async () => {
  for (const host of [A, R]) {
    const at = `http://${host}:${t.port}/api/v2/catalog/datasets/arretes`;
    const want = [[`${at}/attachments/b_arrete_pdf`, 'L’arrêté', 'application/pdf', 'PDF', pdf('un').length],
      [`${at}/attachments/plan_pdf`, 'plan.pdf', 'application/pdf', 'PDF', pdf('deux').length],
      [`${at}/alternative_exports/tout_gpkg`, 'tout.gpkg', 'application/geopackage+sqlite3', 'GPKG', 16]];
    assert.deepEqual((await inFeed(host, 'arretes', '', [`${DCT}hasPart`])).map(([url]) => url), [want[0][0], want[1][0]], 'attached, no form of the rows');
    for (const query of ['', '?include_exports=csv', '?include_exports=none']) assert.deepEqual(await inFeed(host, 'arretes', query), want, host + query);
    for (const [url, , type, , size] of want) {
      const file = await t.http(host, new URL(url).pathname);
      assert.deepEqual([file.status, file.headers['content-type'], file.body.length], [200, type, size], url);
    }
    assert.deepEqual(await violations(turtle((await t.http(host, '/catalog.ttl')).text)), [], host);
  }
});

test('search engines, data packages and the SCDL table are told of them', async () => {
  const structured = (html) => JSON.parse(/<script type="application\/ld\+json">([^]*?)<\/script>/.exec(html)[1]);
  for (const host of [A, R]) {
    const at = `http://${host}:${t.port}/api/explore/v2.1/catalog/datasets/arretes`;
    const catalogued = (await t.http(host, '/api/explore/v2.1/catalog/exports/data.json')).json.dataset.find((d) => d.identifier.endsWith('/arretes/'));
    assert.deepEqual(catalogued.distribution.slice(3).map((d) => [d.title, d.mediaType, d.downloadURL]), [['L’arrêté', 'application/pdf', `${at}/attachments/b_arrete_pdf`],
      ['plan.pdf', 'application/pdf', `${at}/attachments/plan_pdf`], ['tout.gpkg', 'application/geopackage+sqlite3', `${at}/alternative_exports/tout_gpkg`]]);
    const ld = structured((await t.http(host, '/explore/dataset/arretes/')).text);
    assert.deepEqual(ld.distribution.slice(2), [
      { '@type': 'DataDownload', name: 'L’arrêté', encodingFormat: 'application/pdf', contentUrl: `${at}/attachments/b_arrete_pdf`, contentSize: `${pdf('un').length} B` },
      { '@type': 'DataDownload', name: 'plan.pdf', encodingFormat: 'application/pdf', contentUrl: `${at}/attachments/plan_pdf`, contentSize: `${pdf('deux').length} B` },
      { '@type': 'DataDownload', name: 'tout.gpkg', encodingFormat: 'application/geopackage+sqlite3', contentUrl: `${at}/alternative_exports/tout_gpkg`, contentSize: '16 B' }]);
    const pack = (await t.http(host, '/explore/dataset/arretes/datapackage.json')).json;
    assert.equal(pack.profile, 'data-package'); // a tabular one has tables alone
    assert.deepEqual(pack.resources.slice(1), [
      { name: 'attachments.b_arrete_pdf', path: `${at}/attachments/b_arrete_pdf`, title: 'L’arrêté', mediatype: 'application/pdf', bytes: pdf('un').length },
      { name: 'attachments.plan_pdf', path: `${at}/attachments/plan_pdf`, title: 'plan.pdf', mediatype: 'application/pdf', bytes: pdf('deux').length },
      { name: 'alternative_exports.tout_gpkg', path: `${at}/alternative_exports/tout_gpkg`, title: 'tout.gpkg', mediatype: 'application/geopackage+sqlite3', bytes: 16 }]);
    for (const { path } of pack.resources.slice(1)) assert.equal((await t.http(host, new URL(path).pathname)).status, 200, path);
    const row = (await t.http(host, '/catalog-scdl.csv')).text.split('\r\n').find((l) => l.includes('"arretes"'));
    assert.match(row, /"13","csv;json;jsonl;xlsx;ods;parquet;rdf;jsonld;ttl;n3;gpkg;pdf",/); // ten of the rows, three files
  }
});

test('they count where they were deposited, once', async () => {
  assert.equal(content(A), String(pdf('un').length + pdf('deux').length + 16));
  assert.equal(content(R), '0');
  assert.equal(sql(t, `SELECT count(*) FROM portal.attachment WHERE tenant_id <> '${tenant(A)}'`), '0');
  assert.equal(sql(t, `SELECT coalesce(sum(content_bytes), 0) FROM portal.stock WHERE tenant_id = '${tenant(R)}'`), '0');
});

test('what the origin adds, replaces, renames or removes is added, replaced, renamed or gone at its copy', async () => {
  await t.importCsv(A, 'suite', 'code;n\n1;1\n');
  await arrives(R, 'suite', 0);
  await attach('suite', 'un.pdf', pdf('un'));
  await arrives(R, 'suite', 1);
  await until(async () => (await page(R, 'suite')).length === 1, 'the page');
  await attach('suite', 'un.pdf', pdf('autre'), '&title=Le%20plan');
  await until(async () => (await listed(R, 'suite'))[0]?.[2] === 'Le plan', 'the new title');
  assert.deepEqual((await explore(R, 'suite/attachments/un_pdf')).body, pdf('autre'));
  assert.equal((await api(A, '/datasets/suite/attachments/attachment/un_pdf', { method: 'DELETE' })).status, 200);
  assert.equal((await explore(R, 'suite/attachments/un_pdf')).status, 404, 'at once');
  await arrives(R, 'suite', 0);
  await until(async () => (await page(R, 'suite')).length === 0, 'the page without it');
});

test('whoever may not read the copy gets neither list nor files; another portal gets none by any way', async () => {
  await t.importCsv(A, 'gardes', 'code;n\n1;1\n');
  await t.importCsv(B, 'gardes', 'code;n\n1;1\n', { title: 'Gardes de B' });
  await attach('gardes', 'un.pdf', pdf('un'));
  await arrives(R, 'gardes', 1);
  const [copy, origin, other] = [number(R, 'gardes'), number(A, 'gardes'), number(B, 'gardes')];
  assert.deepEqual(await listed(B, 'gardes', { key: keys[B] }), []);
  assert.equal((await explore(B, 'gardes/attachments/un_pdf', { key: keys[B] })).status, 404);
  assert.deepEqual([lent(R, copy), lent(B, copy), lent(A, copy), lent('', copy), lent(R, origin), lent(B, origin), lent(A, origin), lent(R, other)],
    ['un.pdf', '-', '-', '-', '-', '-', '-', '-']);
  assert.deepEqual([beside(A, origin), beside(R, copy), beside(B, origin), beside(B, copy), beside(R, origin)], ['un.pdf', 'un.pdf', '-', '-', '-']);
  // The region closes its copy: its own people read it, nobody else.
  sql(t, `UPDATE portal.dataset SET visibility = 'closed', revision = revision + 1 WHERE id = '${copy}';
    UPDATE portal.tenant SET generation = generation + 1 WHERE id = '${tenant(R)}'`);
  await until(async () => (await explore(R, 'gardes/attachments/un_pdf')).status === 404, 'the copy closed');
  assert.equal((await explore(R, 'gardes/attachments')).status, 404);
  assert.equal((await explore(R, 'gardes/attachments/un_pdf', { key: keys[R] })).status, 200);
  assert.deepEqual(await listed(R, 'gardes', { key: keys[R] }), [[R, 'un_pdf', 'un.pdf']]);
  assert.equal((await explore(R, 'gardes/attachments/un_pdf', { key: keys[A] })).status, 401);
});

test('a closed origin shows none of them anywhere, even if a copy were left behind', async () => {
  await t.importCsv(A, 'secrets', 'code;n\n1;1\n');
  await attach('secrets', 'loutre-canari.pdf', pdf('un'));
  await arrives(R, 'secrets', 1);
  const copy = number(R, 'secrets');
  assert.equal((await api(A, '/datasets/secrets/close', { method: 'POST', body: {} })).status, 200);
  for (const key of [undefined, keys[R]])
    for (const path of ['secrets', 'secrets/attachments', 'secrets/attachments/loutre_canari_pdf'])
      assert.equal((await explore(R, path, { key })).status, 404, path);
  await until(() => sql(t, `SELECT (SELECT count(*) FROM portal.outbox WHERE dispatched_at IS NULL)
    + (SELECT count(*) FROM portal.delivery WHERE state IN ('queued', 'intent', 'sent', 'waiting'))`) === '0', 'the worker’s rest');
  sql(t, `BEGIN; SET LOCAL session_replication_role = replica;
    UPDATE portal.dataset SET state = 'published', visibility = 'open', version_id = (SELECT version_id FROM portal.dataset WHERE dataset_id = 'secrets' AND tenant_id = '${tenant(A)}'),
      revision = revision + 1 WHERE id = '${copy}'; UPDATE portal.tenant SET generation = generation + 1 WHERE id = '${tenant(R)}'; COMMIT`);
  assert.deepEqual([lent(R, copy), beside(R, copy)], ['-', '-']);
  await until(async () => (await explore(R, 'secrets/records')).status === 200, 'the copy as it was left');
  assert.equal((await explore(R, 'secrets/attachments/loutre_canari_pdf')).status, 404);
  assert.deepEqual(await listed(R, 'secrets'), []);
  for (const path of ['/api/explore/v2.1/catalog/datasets/secrets', '/explore/dataset/secrets/', '/api/explore/v2.1/catalog/exports/json',
    '/catalog.ttl', '/catalog-scdl.csv', '/explore/dataset/secrets/datapackage.json'])
    assert.ok(!(await t.http(R, path)).text.includes('canari'), path); // its page too, though nothing describes it any more
});

test('a dataset of files alone is in the feed with them, and with nothing else', async () => {
  await publish(t, A, { id: 'plans', fields: { code: ['text'] } });
  assert.deepEqual(await inFeed(A, 'plans'), []);
  await attach('plans', 'cadastre.zip', Buffer.from('PK rien'), '&title=Le%20cadastre');
  await until(async () => (await inFeed(A, 'plans')).length === 1, 'the file in the feed');
  const g = turtle((await t.http(A, '/catalog.ttl')).text);
  const [url] = values(g, `http://${A}:${t.port}/explore/dataset/plans/`, `${DCAT}distribution`);
  assert.equal(new URL(url).pathname, '/api/v2/catalog/datasets/plans/attachments/cadastre_zip');
  assert.deepEqual(await violations(g), []);
});

test('a copy was created and published when its origin was', async () => {
  await t.importCsv(A, 'dates', 'code;n\n1;1\n', {}, []);
  sql(t, `UPDATE portal.dataset SET created_at = '2020-02-03 10:00+00' WHERE dataset_id = 'dates'`);
  await t.importCsv(A, 'dates', 'code;n\n1;1\n');
  const dates = async (host) => { const { created, issued } = (await explore(host, 'dates')).json?.metas.dcat ?? {}; return [created, issued]; };
  await until(async () => (await explore(R, 'dates')).status === 200, 'the copy');
  const [created, issued] = await dates(A);
  assert.equal(created, '2020-02-03T10:00:00+00:00');
  assert.deepEqual(await dates(R), [created, issued]);
});
