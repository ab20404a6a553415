// Files of rows: every format read back by a program that is not ours, and how files are sent.
// What is expected is worked out here from the rows below, never from another answer.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decompress as unzstd } from 'fzstd';
import { installation, poll } from './harness.mjs';
import { publish, sql } from './fixtures.mjs';

const H = 'r.localhost';
const WIDE = { id: 'large', fields: { n: ['int'], t: ['text'] },
  generate: "SELECT i, i, 'ligne ' || i || repeat(' et du texte', 5) FROM generate_series(1, 200000) i" };
const wide = () => {
  let text = '\ufeffn;t\r\n';
  for (let i = 1; i <= 200000; i++) text += `${i};ligne ${i}${' et du texte'.repeat(5)}\r\n`;
  return Buffer.from(text);
};
let t;

before(async () => {
  t = await installation();
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 1000000');
  await publish(t, H, WIDE, { processed: '2026-03-04T05:06:07Z' });
});
after(() => t?.stop());

const url = (path, params = {}) => `/api/explore/v2.1/catalog/datasets/${path}?${new URLSearchParams(params)}`;
const get = (path, params, options) => t.http(H, url(path, params), { timeout: 60000, ...options });
const good = async (path, params, options) => {
  const answer = await get(path, params, options);
  assert.equal(answer.status, 200, `${path} ${JSON.stringify(params)}: ${answer.text.slice(0, 400)}`);
  return answer;
};
const accepts = (encoding, more) => ({ headers: { 'Accept-Encoding': encoding, ...more } });

// ---- how files are sent ----

test('a file is sent smaller to whoever takes that: gzip in one member, zstd where it is named', async () => {
  const whole = wide();
  const gzip = await good('large/exports/csv', { limit: 200000 }, accepts('gzip, deflate, br'));
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.match(gzip.headers.vary, /Accept-Encoding/);
  assert.ok(gunzipSync(gzip.body).equals(whole));
  assert.ok(gzip.body.length < whole.length / 4);
  assert.equal(gzip.body.indexOf(Buffer.from([0x1f, 0x8b, 8]), 1), -1, 'a second member is not read by browsers');
  const zstd = await good('large/exports/csv', { limit: 200000 }, accepts('gzip, zstd'));
  assert.equal(zstd.headers['content-encoding'], 'zstd');
  assert.ok(Buffer.from(unzstd(zstd.body)).equals(whole));
  for (const refused of ['identity', 'gzip;q=0', 'br', 'zstd;q=0, gzip;q=0']) {
    const plain = await good('large/exports/csv', { limit: 5 }, accepts(refused));
    assert.equal(plain.headers['content-encoding'], undefined, refused);
  }
  assert.equal(new Set([gzip.headers.etag, zstd.headers.etag, (await get('large/exports/csv', { limit: 200000 }, { method: 'HEAD' })).headers.etag]).size, 3);
});

test('compressed=true is a gzip file, whatever the client takes', async () => {
  const file = await good('large/exports/csv', { compressed: true, limit: 3000 }, accepts('gzip, zstd'));
  assert.deepEqual([file.headers['content-type'], file.headers['content-encoding']], ['application/gzip', undefined]);
  assert.equal(file.headers['content-disposition'], 'attachment; filename="large.csv.gzip"');
  assert.equal(gunzipSync(file.body).toString().split('\r\n').length, 3002);
});

test('each way of sending is kept apart: length, ranges and the same bytes', async () => {
  for (const encoding of ['identity', 'gzip', 'zstd']) {
    const first = await good('large/exports/csv', {}, accepts(encoding));
    const kept = await poll(async () => {
      const again = await good('large/exports/csv', {}, accepts(encoding));
      return again.headers['content-length'] ? again : null;
    }, { what: `kept ${encoding}` });
    assert.ok(kept.body.equals(first.body), encoding);
    const part = await get('large/exports/csv', {}, accepts(encoding, { Range: 'bytes=100-199', 'If-Range': kept.headers.etag }));
    assert.equal(part.status, 206);
    assert.ok(part.body.equals(first.body.subarray(100, 200)), encoding);
    const other = await get('large/exports/csv', {}, accepts(encoding, { Range: 'bytes=100-199', 'If-Range': '"another"' }));
    assert.equal(other.status, 200, 'a part of another version is not sent');
    const head = await get('large/exports/csv', {}, { method: 'HEAD', ...accepts(encoding) });
    assert.equal(Number(head.headers['content-length']), first.body.length);
  }
});

test('HEAD answers at once and says no length that it does not know', async () => {
  for (const params of [{}, { where: 'n > 3' }, { select: 't,count(*)', group_by: 't', order_by: 't' }]) {
    const began = performance.now();
    const head = await get('large/exports/jsonl', params, { method: 'HEAD' });
    assert.ok(performance.now() - began < 1000);
    assert.deepEqual([head.status, head.headers['content-length'], head.headers['last-modified']],
      [200, undefined, 'Wed, 04 Mar 2026 05:06:07 GMT']);
  }
});

test('If-Modified-Since: not sent again unless rows or description changed', async () => {
  const since = (date) => get('large/exports/csv', { limit: 1 }, { headers: { 'If-Modified-Since': date } });
  assert.equal((await since('Wed, 04 Mar 2026 05:06:07 GMT')).status, 200, 'its description is younger');
  const now = new Date(Date.now() + 60000).toUTCString();
  assert.equal((await since(now)).status, 304);
  assert.equal((await since('yesterday')).status, 200);
});

test('groups come row by row over the disk, and nothing of it stays', async () => {
  const file = await good('large/exports/json', { select: 'n, count(*) as c', group_by: 'n', order_by: 'n desc' });
  const rows = JSON.parse(file.text);
  assert.equal(rows.length, 200000);
  assert.deepEqual([rows[0], rows[199999]], [{ n: 200000, c: 1 }, { n: 1, c: 1 }]);
  assert.deepEqual(readdirSync(join(t.home, 'spool')).filter((name) => !name.startsWith('artefact-')), []);
});

test('closing cuts a download that is running, also one from a kept file', async () => {
  for (const kept of [false, true]) {
    const id = `coupe-${kept}`;
    await publish(t, H, { ...WIDE, id });
    if (kept) {
      await poll(async () => (await good(`${id}/exports/csv`)).headers['content-length'], { what: 'kept file' });
    }
    const socket = connect({ port: t.port, host: '127.0.0.1', highWaterMark: 16384 });
    await new Promise((done) => { socket.on('connect', done); });
    let [taken, ended] = [0, false];
    socket.on('error', () => {}).on('close', () => { ended = true; });
    socket.pause();
    socket.write(`GET ${url(`${id}/exports/csv`)} HTTP/1.1\r\nHost: ${H}\r\n\r\n`);
    await poll(() => { taken += socket.read()?.length ?? 0; return taken > 1000; }, { what: 'first bytes' });
    sql(t, `UPDATE portal.dataset SET visibility = 'closed', revision = revision + 1 WHERE dataset_id = '${id}';
      UPDATE portal.catalogue_search SET is_open = false WHERE dataset_id = '${id}'; UPDATE portal.tenant SET generation = generation + 1;`);
    await poll(async () => (await get(`${id}/exports/csv`)).status === 404, { what: 'closed', deadline: 3000 });
    socket.on('data', (bytes) => { taken += bytes.length; }).resume();
    await poll(() => ended, { what: 'cut' });
    assert.ok(taken < wide().length, `${taken} bytes: cut`);
  }
});
