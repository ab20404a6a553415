// One machine: init, serve, ready, unknown hosts, an orderly stop, a start after a power cut.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { installation } from './harness.mjs';

let t;
before(async () => { t = await installation(); });
after(() => t?.stop());

test('an installation is ready on its host', async () => {
  assert.equal((await t.http('r.localhost', '/readyz')).status, 200);
  assert.equal((await t.http('r.localhost', '/healthz')).status, 200);
});
test('an unknown host is 421', async () => {
  assert.equal((await t.http('ailleurs.localhost', '/')).status, 421);
});
test('a style sheet packed and not packed are two things to whoever keeps them', async () => {
  const path = /href="(\/assets\/[^"]+\.css)"/.exec((await t.http('r.localhost', '/')).text)[1];
  const get = (coding, tag) => t.http('r.localhost', path, { headers: { 'Accept-Encoding': coding, ...(tag && { 'If-None-Match': tag }) } });
  const [plain, packed] = [await get('identity'), await get('gzip')];
  assert.deepEqual([plain.headers['content-encoding'], packed.headers['content-encoding']], [undefined, 'gzip']);
  assert.equal(gunzipSync(packed.body).toString(), plain.body.toString());
  assert.notEqual(plain.headers.etag, packed.headers.etag);
  for (const [coding, kept, other] of [['identity', plain, packed], ['gzip', packed, plain]]) {
    assert.equal((await get(coding, kept.headers.etag)).status, 304, coding);
    assert.equal((await get(coding, other.headers.etag)).status, 200, coding);
  }
});
test('a request without Host is 400 and the connection is closed', async () => {
  assert.match(await t.raw('GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /);
});
test('a second serve on the same home refuses and says so', async () => {
  const second = await t.cli(['serve', '--home', t.home, '--listen', '127.0.0.1:0'], { timeout: 30000 });
  assert.equal(second.code, 1);
  assert.notEqual(second.stderr, '');
  assert.equal((await t.http('r.localhost', '/readyz')).status, 200);
});
test('after kill -9 of everything above the database it starts again, each time', async () => {
  for (let round = 0; round < 4; round++) {
    await t.halt('SIGKILL');
    await t.serve();
  }
  assert.equal((await t.http('r.localhost', '/readyz')).status, 200);
});
test('SIGTERM ends it in order', async () => {
  assert.equal(await t.halt('SIGTERM'), 0);
});
