// Files that cells name. Where the rows are a copy: on another portal of the installation, under that portal's own rules.
// Pictures among them: small ones, made by the worker in a sealed child. Two partners that do not trust each other; copies
// stand on the region's portal. Bytes are written here.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { installation, poll } from './harness.mjs';
import { converted, decoded, png, pngOf, withExif } from './pictures.mjs';
import { administrators, sql } from './fixtures.mjs';
import { zipOf } from './zip.mjs';

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
const send = async (id, column, ...files) => {
  const made = await api(A, `/datasets/${id}/files?column=${column}`, { method: 'POST', body: zipOf(files), headers: { 'Content-Type': 'application/octet-stream' } });
  assert.equal(made.status, 201, made.text);
};
const rows = async (host, id, options) => (await explore(host, `${id}/records?order_by=code&limit=100`, options)).json?.results ?? [];
const until = (fn, what) => poll(fn, { deadline: 60000, every: 200, what });
/** The copy's cell, once it is an object. */
const arrives = (id, n = 0) => until(async () => { const list = await rows(R, id); return typeof list[n]?.plan === 'object' && list[n].plan && list; }, `the file of ${id} on the region`);
const path = (url) => new URL(url).pathname;
const id = (slug) => sql(t, `SELECT id FROM portal.tenant WHERE slug = '${slug}'`);
const root = () => sql(t, 'SELECT id FROM portal.tenant WHERE parent_id IS NULL');
/** What portal.copied_files gives to the web role in that portal. */
const lent = (tenant, copy) => sql(t, `BEGIN; SET LOCAL ROLE terrasse_web; ${tenant ? `SET LOCAL portal.tenant_id = '${tenant}';` : ''}
  SELECT coalesce(string_agg(file_name, ',' ORDER BY file_name), '-') FROM portal.copied_files('${copy}', 'file', NULL); COMMIT`);

test('cells of a copy lead to the file, at the address of the portal that shows it', async () => {
  const hostile = '<b>&.pdf';
  await t.importCsv(A, 'plans', `code;plan\n1;un.pdf\n2;${hostile}\n3;absent.pdf\n`);
  await send('plans', 'plan', { name: 'un.pdf', bytes: pdf('un') }, { name: hostile, bytes: pdf('deux') }, { name: 'seul.pdf', bytes: pdf('seul') });
  const list = await arrives('plans');
  const { id: file, url, etag, ...rest } = list[0].plan;
  assert.deepEqual(rest, { filename: 'un.pdf', format: 'PDF', mimetype: 'application/pdf', thumbnail: false });
  assert.equal(new URL(url).hostname, R);
  assert.equal(path(url), `/api/explore/v2.1/catalog/datasets/plans/files/${file}`);
  assert.deepEqual(list.map((x) => x.plan.filename ?? x.plan), ['un.pdf', hostile, 'absent.pdf']);
  const got = await t.http(R, path(url));
  assert.deepEqual(got.body, pdf('un'));
  assert.equal(got.headers.etag, `"${etag}"`);
  assert.equal((await t.http(R, path(url), { headers: { 'If-None-Match': `"${etag}"` } })).status, 304);
  assert.notEqual(list[1].plan.etag, etag);
  assert.equal((await rows(A, 'plans'))[0].plan.etag, etag, 'of the bytes, wherever they are shown');
  assert.match(got.headers['content-disposition'], /^attachment;/);
  assert.match(got.headers['content-security-policy'], /sandbox/);
  assert.equal((await rows(A, 'plans'))[0].plan.id, file, 'the same id as at the origin');
  assert.equal((await explore(R, 'plans/exports/json')).json.find((x) => x.plan.id === file)?.plan.url, url);
  const elsewhere = await t.http(R, '/api/explore/v2.1/catalog/datasets/plans/exports/json', { headers: { Host: `${R}:81` } });
  assert.equal(new URL(elsewhere.json.find((x) => x.plan.id === file).plan.url).host, `${R}:81`, 'a kept file of another address is not given');
  const old = (await t.http(R, '/api/records/1.0/search/?dataset=plans&sort=-code')).json.records;
  assert.deepEqual(old.map((x) => x.fields.plan.id ?? x.fields.plan), [file, list[1].plan.id, 'absent.pdf']);
  assert.deepEqual((await t.http(R, `/api/datasets/1.0/plans/files/${file}/`)).body, pdf('un'));
  for (const view of ['', 'table/']) {
    const page = (await t.http(R, `/explore/dataset/plans/${view}`)).text;
    const links = [...page.matchAll(/<td[^>]*><a href="([^"]*\/files\/[0-9a-f]{32})">([^<]*)<\/a>/g)].map((m) => [path(m[1]), m[2]]);
    assert.deepEqual(links, [[path(url), 'un.pdf'], [path(list[1].plan.url), '&lt;b&gt;&amp;.pdf']], view);
  }
});

test('a file that the origin adds, replaces or removes is added, replaced or gone at its copy', async () => {
  await t.importCsv(A, 'suite', 'code;plan\n1;un.pdf\n2;deux.pdf\n');
  await send('suite', 'plan', { name: 'un.pdf', bytes: pdf('un') });
  const { url, id: file } = (await arrives('suite'))[0].plan;
  assert.equal((await rows(R, 'suite'))[1].plan, 'deux.pdf');
  await send('suite', 'plan', { name: 'deux.pdf', bytes: pdf('deux') }, { name: 'un.pdf', bytes: pdf('autre') });
  const second = (await arrives('suite', 1))[1].plan;
  assert.deepEqual((await t.http(R, path(second.url))).body, pdf('deux'));
  assert.deepEqual((await t.http(R, path(url))).body, pdf('autre'));
  assert.equal((await api(A, `/datasets/suite/attachments/file/${file}`, { method: 'DELETE' })).status, 200);
  assert.equal((await t.http(R, path(url))).status, 404);
  await until(async () => (await rows(R, 'suite'))[0].plan === 'un.pdf', 'the cell without its file');
});

test('whoever may not read the copy does not get its files; another portal gets none by any way', async () => {
  await t.importCsv(A, 'gardes', 'code;plan\n1;un.pdf\n');
  await send('gardes', 'plan', { name: 'un.pdf', bytes: pdf('un') });
  const { url, id: file } = (await arrives('gardes'))[0].plan;
  const copy = sql(t, `SELECT id FROM portal.dataset WHERE tenant_id = '${root()}' AND dataset_id = 'gardes'`);
  const origin = sql(t, `SELECT id FROM portal.dataset WHERE tenant_id = '${id('a')}' AND dataset_id = 'gardes'`);
  assert.equal((await explore(B, `gardes/files/${file}`, { key: keys[B] })).status, 404);
  assert.equal((await explore(R, `gardes/files/${file.replace(/.$/, (c) => (c === '0' ? '1' : '0'))}`)).status, 404);
  assert.equal((await explore(R, `gardes/attachments/${file}`)).status, 404, 'of its own kind only');
  assert.deepEqual([lent(root(), copy), lent(id('b'), copy), lent(id('a'), copy), lent('', copy), lent(root(), origin), lent(id('a'), origin)],
    ['un.pdf', '-', '-', '-', '-', '-']);
  // The region closes its copy: its own people read it, nobody else.
  sql(t, `UPDATE portal.dataset SET visibility = 'closed', revision = revision + 1 WHERE id = '${copy}';
    UPDATE portal.tenant SET generation = generation + 1 WHERE id = '${root()}'`);
  await until(async () => (await t.http(R, path(url))).status === 404, 'the copy closed');
  assert.equal((await t.http(R, path(url), { key: keys[R] })).status, 200);
  assert.equal((await t.http(R, path(url), { key: keys[A] })).status, 401);
});

test('when the origin closes its files are gone from the copy at once, even if the copy were left behind', async () => {
  await t.importCsv(A, 'secrets', 'code;plan\n1;un.pdf\n');
  await send('secrets', 'plan', { name: 'un.pdf', bytes: pdf('loutre-canari') });
  const { url } = (await arrives('secrets'))[0].plan;
  const copy = sql(t, `SELECT id FROM portal.dataset WHERE tenant_id = '${root()}' AND dataset_id = 'secrets'`);
  assert.equal((await api(A, '/datasets/secrets/close', { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } })).status, 200);
  assert.equal((await t.http(R, path(url))).status, 404);
  assert.equal((await t.http(R, path(url), { key: keys[R] })).status, 404);
  // A copy that something left in place, once the worker has done with it: the origin's state is looked at, not the copy's alone.
  await until(() => sql(t, `SELECT (SELECT count(*) FROM portal.outbox WHERE dispatched_at IS NULL)
    + (SELECT count(*) FROM portal.delivery WHERE state IN ('queued', 'intent', 'sent', 'waiting'))`) === '0', 'the worker\'s rest');
  sql(t, `BEGIN; SET LOCAL session_replication_role = replica;
    UPDATE portal.dataset SET state = 'published', visibility = 'open', version_id = (SELECT version_id FROM portal.dataset WHERE dataset_id = 'secrets' AND tenant_id = '${id('a')}'),
      revision = revision + 1 WHERE id = '${copy}'; UPDATE portal.tenant SET generation = generation + 1 WHERE id = '${root()}'; COMMIT`);
  assert.equal(lent(root(), copy), '-');
  await until(async () => (await t.http(R, '/api/explore/v2.1/catalog/datasets/secrets/records')).status === 200, 'the copy as it was left');
  assert.equal((await t.http(R, path(url))).status, 404);
});

// ---- pictures ----

const canary = 'adresse-du-photographe';
const halves = (left, right) => (x) => (x < 300 ? left : right);
const redBlue = png(600, 400, 2, halves([255, 0, 0], [0, 0, 255]));
const near = (got, wanted, what) => got.forEach((v, i) => assert.ok(Math.abs(v - wanted[i]) <= 6, `${what}: ${got} for ${wanted}`));
/** Both as numbers: [[r, g, b], …]. */
const colours = (said) => said.map((text) => /^rgba\((\d+), (\d+), (\d+), 1\.00\)$/.exec(text).slice(1).map(Number));
const small = (host, dataset, file) => t.http(host, `/explore/dataset/${dataset}/files/${file}/300/`);
const content = () => Number(sql(t, `SELECT content_bytes FROM portal.stock WHERE tenant_id = '${id('a')}'`));
const looked = (dataset) => until(() => sql(t, `SELECT bool_and(c.looked_at IS NOT NULL OR a.mimetype !~ '^image/') FROM portal.attachment a
  JOIN portal.content c USING (tenant_id, hash) JOIN portal.dataset d ON d.tenant_id = a.tenant_id AND d.id = a.dataset_id
  WHERE d.dataset_id = '${dataset}' AND d.is_origin`) === 't', `the look at the pictures of ${dataset}`);
/** The file objects of a data set's cells by file name, once the worker has looked and the answers show it. */
async function pictures(dataset, some) {
  await looked(dataset);
  return until(async () => {
    const list = (await rows(A, dataset)).map((x) => x.plan);
    return list.find((x) => x?.filename === some)?.thumbnail && Object.fromEntries(list.map((x) => [x.filename ?? x, x]));
  }, `the thumbnail of ${some}`);
}

test('each kind of picture has a small one: its size, its colours, its transparency', async () => {
  const kinds = {
    'a.png': redBlue,
    'b.png': png(600, 400, 6, halves([255, 0, 0, 255], [0, 0, 255, 0])),
    'c.png': png(600, 400, 3, halves([0], [1]), { extra: [['PLTE', Buffer.from([255, 0, 0, 0, 0, 255])]] }),
    'd.png': png(600, 400, 0, halves([0x1000], [0x8000]), { depth: 16 }),
    'e.jpg': converted(redBlue, 'JPEG'), 'g.webp': converted(redBlue, 'WEBP'),
    'h.png': png(40, 90, 2, () => [0, 128, 0]), // smaller than a small one
    'i.png': png(3000, 2, 2, halves([255, 0, 0], [0, 0, 255])), // one line of it
    'k.png': pngOf(600, 400, 0, deflateSync(Buffer.concat(Array.from({ length: 400 }, () => Buffer.alloc(76, 255).fill(0, 0, 38)))), { depth: 1 }), // one bit
  };
  kinds['f.gif'] = converted(kinds['c.png'], 'GIF');
  const [black, red, blue] = [[0, 0, 0], [255, 0, 0], [0, 0, 255]];
  const wanted = { 'b.png': [red], 'd.png': [[0x10, 0x10, 0x10], [0x80, 0x80, 0x80]], 'h.png': [[0, 128, 0]], 'i.png': [blue, red], 'k.png': [[255, 255, 255], black] };
  const names = Object.keys(kinds), before = content();
  await t.importCsv(A, 'photos', `code;plan\n${names.map((n, i) => `${i};${n}`).join('\n')}\n`);
  await send('photos', 'plan', ...names.map((name) => ({ name, bytes: kinds[name] })));
  const got = await pictures('photos', 'a.png');
  for (const name of names) {
    const { thumbnail, width, height, exif_orientation, id: file, url } = got[name];
    const [w, h] = name === 'h.png' ? [40, 90] : name === 'i.png' ? [3000, 2] : [600, 400];
    assert.deepEqual([thumbnail, width, height, exif_orientation], [true, w, h, 1], name);
    const shown = colours(got[name].color_summary), list = wanted[name] ?? [blue, red];
    assert.equal(shown.length, list.length, `${name}: ${shown}`);
    list.forEach((colour, n) => near(shown[n], colour, `${name}, colour ${n}`));
    const answer = await small(A, 'photos', file);
    assert.equal(answer.headers['content-type'], name === 'b.png' ? 'image/png' : 'image/jpeg', name);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.deepEqual((await t.http(A, path(url))).body, kinds[name], 'the file itself is as it was sent');
    assert.deepEqual((await t.http(A, `${path(url)}/300`)).body, answer.body);
    assert.deepEqual((await t.http(A, `/api/datasets/1.0/photos/files/${file}/300/`)).body, answer.body);
    const picture = decoded(answer.body);
    assert.deepEqual([picture.width, picture.height], name === 'h.png' ? [40, 90] : name === 'i.png' ? [300, 1] : [300, 200], name);
    if (name === 'd.png') // grey of 16 bits: 0x10 and 0x80 of 0xff
      [[20, 0x10], [280, 0x80]].forEach(([x, v]) => near(picture.at(x, 100), [v, v, v], name));
    else if (name === 'k.png')
      [[20, 0], [280, 255]].forEach(([x, v]) => near(picture.at(x, 100), [v, v, v], name));
    else if (name === 'h.png')
      near(picture.at(20, 45), [0, 128, 0], name);
    else if (name === 'i.png') // the first tenth is red
      [[5, [255, 0, 0]], [200, [0, 0, 255]]].forEach(([x, colour]) => near(picture.at(x, 0), colour, name));
    else if (name === 'b.png')
      [[20, [255, 0, 0, 255]], [280, [0, 0, 0, 0]]].forEach(([x, colour]) => near(picture.at(x, 100), colour, name));
    else
      [[20, [255, 0, 0]], [280, [0, 0, 255]]].forEach(([x, colour]) => near(picture.at(x, 100), colour, name));
  }
  assert.equal(content(), before + names.reduce((n, name) => n + kinds[name].length, 0), 'what was deposited counts, nothing else');
  // The same on the copy.
  await until(async () => (await rows(R, 'photos'))[0]?.plan?.thumbnail, 'the thumbnail at the copy');
  assert.deepEqual((await small(R, 'photos', got['a.png'].id)).body, (await small(A, 'photos', got['a.png'].id)).body);
  assert.deepEqual((await rows(R, 'photos'))[0].plan.color_summary, got['a.png'].color_summary);
  assert.equal((await small(B, 'photos', got['a.png'].id)).status, 404);
});

test('it is turned as the camera was held, and nothing of the file\'s metadata goes on', async () => {
  const jpeg = converted(redBlue, 'JPEG'), held = [1, 2, 3, 4, 5, 6, 7, 8];
  await t.importCsv(A, 'tournees', `code;plan\n${held.map((n) => `${n};${n}.jpg`).join('\n')}\n`);
  await send('tournees', 'plan', ...held.map((n) => ({ name: `${n}.jpg`, bytes: withExif(jpeg, n, canary) })));
  const got = await pictures('tournees', '1.jpg');
  // Where red is once upright (EXIF 2.32): the stored left side is the left, right, right, left; top, top, bottom, bottom.
  const red = { 1: [20, 100], 2: [280, 100], 3: [280, 100], 4: [20, 100], 5: [100, 20], 6: [100, 20], 7: [100, 280], 8: [100, 280] };
  for (const n of held) {
    const { width, height, exif_orientation, id: file } = got[`${n}.jpg`];
    assert.deepEqual([width, height, exif_orientation], [600, 400, n]);
    const { body } = await small(A, 'tournees', file), picture = decoded(body);
    assert.ok(!body.includes(canary) && !body.includes('Exif'), `${n}`);
    assert.deepEqual([picture.width, picture.height], n > 4 ? [200, 300] : [300, 200], `${n}`);
    near(picture.at(...red[n]), [255, 0, 0], `held ${n}`);
    near(picture.at(picture.width - 1 - red[n][0], picture.height - 1 - red[n][1]), [0, 0, 255], `held ${n}`);
  }
});

test('what is no picture, broken, or a bomb has none: its cell still leads to the file', async () => {
  const zeros = (n) => deflateSync(Buffer.alloc(n));
  const broken = { 'faux.png': Buffer.from('\x89PNG\r\n\x1a\nrien', 'latin1'), 'coupe.png': redBlue.subarray(0, redBlue.length / 2 | 0),
    'immense.png': pngOf(60000, 60000, 2, zeros(1000)), 'surface.png': pngOf(9000, 9000, 0, zeros(1126 * 9000), { depth: 1 }), // 81 megapixels, and sound
    
    'script.jpg': Buffer.from('\xff\xd8\xff<script>alert(1)</script>', 'latin1'), 'vide.gif': Buffer.from('GIF89a'), 'vide.webp': Buffer.from('RIFF') };
  const names = ['bonne.png', ...Object.keys(broken), 'plan.pdf'];
  await t.importCsv(A, 'hostiles', `code;plan\n${names.map((n, i) => `${i};${n}`).join('\n')}\n`);
  await send('hostiles', 'plan', { name: 'bonne.png', bytes: redBlue }, ...Object.entries(broken).map(([name, bytes]) => ({ name, bytes })), { name: 'plan.pdf', bytes: pdf('plan') });
  const got = await pictures('hostiles', 'bonne.png');
  for (const name of Object.keys(broken)) {
    assert.equal(got[name].thumbnail, false, name);
    assert.equal(got[name].color_summary, undefined, name);
    assert.deepEqual((await small(A, 'hostiles', got[name].id)).body, broken[name], `${name}: itself in place of a small one`);
  }
  assert.equal(got['plan.pdf'].thumbnail, false);
  assert.equal((await small(A, 'hostiles', got['plan.pdf'].id)).status, 404);
  // Nobody looks again.
  assert.equal(sql(t, "SELECT count(*) FROM portal.content c JOIN portal.attachment a USING (tenant_id, hash) WHERE a.file_name = 'immense.png' AND c.looked_at IS NOT NULL AND c.thumbnail IS NULL"), '1');
});

test('the page shows it with words for those who do not see it, later than what is read first, and for nothing', async () => {
  await t.importCsv(A, 'arbres', 'nom;plan\nTilleul "1";a.png\nÉrable <b>;x.pdf\n');
  await send('arbres', 'plan', { name: 'a.png', bytes: png(200, 600, 2, () => [0, 128, 0]) }, { name: 'x.pdf', bytes: pdf('x') });
  await looked('arbres');
  const page = await until(async () => { const x = (await t.http(A, '/explore/dataset/arbres/table/?lang=fr')).text; return /<img class="thumb"/.test(x) && x; }, 'the picture on the page');
  const images = page.match(/<img class="thumb"[^>]*>/g);
  assert.equal(images.length, 1);
  const [, address] = /src="([^"]*)"/.exec(images[0]);
  assert.match(address, /^\/explore\/dataset\/arbres\/files\/[0-9a-f]{32}\/300\/$/);
  assert.ok(images[0].includes('alt="Plan\u00a0: Tilleul &quot;1&quot;"') || images[0].includes('alt="plan\u00a0: Tilleul &quot;1&quot;"'), images[0]);
  assert.ok(images[0].includes(' width="100" height="300" loading="lazy"'), images[0]);
  assert.deepEqual(decoded((await t.http(A, address)).body).type, 'JPEG');
  const route = (await t.cli(['routes'])).stdout.split('\n').find((line) => line.includes('/explore/dataset/{dataset}/files/{attachment}/300'));
  assert.match(route, /\bPUBLIC\b.*\b0\b|\bpublic\b.*\b0\b/);
});

test('pictures from before there were colours are looked at again, and shown as they are meanwhile', async () => {
  await t.importCsv(A, 'anciennes', 'code;plan\n1;v.png\n2;trouee.png\n');
  await send('anciennes', 'plan', { name: 'v.png', bytes: png(70, 50, 2, () => [0, 128, 0]) }, { name: 'trouee.png', bytes: png(70, 51, 2, () => [0, 128, 0]) });
  await pictures('anciennes', 'trouee.png');
  const of = "FROM portal.content c JOIN portal.attachment a USING (tenant_id, hash) JOIN portal.dataset d ON d.tenant_id = a.tenant_id AND d.id = a.dataset_id WHERE d.dataset_id = 'anciennes' AND d.is_origin";
  const before = sql(t, `SELECT string_agg(c.thumbnail, ' ' ORDER BY c.thumbnail) ${of}`);
  rmSync(join(t.home, 'content', sql(t, `SELECT c.blob ${of} AND a.file_name = 'trouee.png'`))); // cannot be looked at again
  sql(t, `UPDATE portal.content SET colours = NULL, looked_at = NULL WHERE hash IN (SELECT c.hash ${of});
    UPDATE portal.dataset SET revision = revision + 1 WHERE dataset_id = 'anciennes'`); // as 0037 does
  await t.halt();
  await t.serve(); // the sweeper runs at once
  const list = await until(async () => { const x = (await rows(A, 'anciennes')).map((row) => row.plan); assert.ok(x.every((plan) => plan.thumbnail)); return x[0].color_summary && x; }, 'the colours');
  await looked('anciennes');
  assert.deepEqual(list.map((plan) => plan.color_summary), [['rgba(0, 128, 0, 1.00)'], undefined]);
  assert.equal(sql(t, `SELECT string_agg(c.thumbnail, ' ' ORDER BY c.thumbnail) ${of}`), before);
  for (const { id: file } of list)
    assert.equal((await small(A, 'anciennes', file)).headers['content-type'], 'image/jpeg');
});

test('a small picture goes with the bytes that it was made of', async () => {
  const unique = png(500, 500, 2, (x, y) => [x & 255, y & 255, 7]);
  await t.importCsv(A, 'passage', 'code;plan\n1;u.png\n');
  await send('passage', 'plan', { name: 'u.png', bytes: unique });
  const { id: file } = (await pictures('passage', 'u.png'))['u.png'];
  const blobs = sql(t, `SELECT c.blob, c.thumbnail FROM portal.content c JOIN portal.attachment a USING (tenant_id, hash) WHERE a.id = '${file}'`).split('|');
  const kept = () => blobs.map((b) => existsSync(join(t.home, 'content', b)));
  assert.deepEqual(kept(), [true, true]);
  assert.equal((await api(A, `/datasets/passage/attachments/file/${file}`, { method: 'DELETE' })).status, 200);
  sql(t, "UPDATE portal.content SET used_at = now() - interval '2 hours'");
  await t.halt();
  await t.serve(); // the sweeper runs at once
  await until(() => !kept().some(Boolean), 'both files gone');
  assert.equal((await small(A, 'photos', (await rows(A, 'photos'))[0].plan.id)).status, 200, 'the others stay');
  assert.ok(readdirSync(join(t.home, 'content/content', id('a'))).length > 10);
});
