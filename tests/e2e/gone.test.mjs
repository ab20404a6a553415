// What is closed or withdrawn is gone from every portal of the installation in the next request; what was withdrawn while it
// was open says so (410, R98), and what was closed looks as if it never was.
//
// The worker is stopped (SIGSTOP) while things are closed: what a copy shows does not wait for it.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { processes } from './counters.mjs';
import { sql } from './fixtures.mjs';
import { installation, poll } from './harness.mjs';

const [R, A, B] = ['r.localhost', 'a.r.localhost', 'b.r.localhost'];
const canary = 'loutre-canari';
const api = (id, rest = '') => `/api/explore/v2.1/catalog/datasets/${id}${rest}`;
let t, office;

before(async () => {
  t = await installation();
  await t.tenants();
  office = await t.signIn(A, 'admin@a.example', await t.accept(A, t.links[A]));
});
after(() => t?.stop());

const get = (host, path) => t.http(host, path);
const list = async (host) => (await get(host, '/api/explore/v2.1/catalog/datasets?limit=100')).json.results.map((d) => d.dataset_id);
const arrives = (id) => poll(async () => (await list(R)).includes(id) && (await get(R, api(id))).status === 200, { deadline: 30000, what: `${id} on the region` });
const quiet = () => poll(() => sql(t, `SELECT (SELECT count(*) FROM portal.outbox WHERE dispatched_at IS NULL)
  + (SELECT count(*) FROM portal.delivery WHERE state IN ('queued', 'intent', 'sent', 'waiting'))`) === '0', { deadline: 30000, every: 200, what: 'the worker’s rest' });

async function withoutWorker(fn) {
  const [pid] = processes(t, 'worker-process');
  process.kill(pid, 'SIGSTOP');
  try { return await fn(); } finally { process.kill(pid, 'SIGCONT'); }
}
const add = (host, id, extra = {}) => t.importCsv(host, id, `code;nom\r\n1;${canary}\r\n2;autre\r\n`, { title: `Jeu ${id}`, ...extra });
const post = (id, verb, form = {}) => office.post(`/backoffice/datasets/${id}/${verb}`, form);
const everywhere = (id) => [api(id), api(id, '/records'), api(id, '/exports/csv'), api(id, '/exports/json'), `/explore/dataset/${id}/`,
  `/explore/dataset/${id}/table/`, `/api/records/1.0/search/?dataset=${id}`, `/api/datasets/1.0/${id}/`];

test('in the very next request after closing, the copy is nowhere, though the worker sleeps', async () => {
  await add(A, 'mare');
  await arrives('mare');
  for (const path of everywhere('mare')) assert.equal((await get(R, path)).status, 200, path); // and every cache is warm
  assert.match((await get(R, '/')).text + (await get(R, '/explore/')).text, /Jeu mare/);
  await quiet();
  await withoutWorker(async () => {
    assert.equal((await post('mare', 'close')).status, 303);
    const first = await get(R, api('mare', '/records'));
    assert.equal(first.status, 404, first.text);
    for (const path of everywhere('mare')) assert.equal((await get(R, path)).status, 404, path);
    for (const path of ['/', '/explore/', '/api/explore/v2.1/catalog/datasets?limit=100', '/api/explore/v2.1/catalog/exports/dcat']) {
      const { text } = await get(R, path);
      assert.ok(!text.includes('Jeu mare') && !text.includes(canary), path);
    }
  });
  await poll(() => sql(t, "SELECT count(*) FROM portal.dataset WHERE dataset_id = 'mare' AND NOT is_origin AND version_id IS NULL") === '1',
    { what: 'the worker to empty the copy' });
  const receipts = await t.must(['federation', 'receipts', '--last', '100', '--json']);
  assert.equal(receipts[0].action, 'withdraw');
  assert.equal((await post('mare', 'open')).status, 303);
  await arrives('mare');
});

test('closed and opened again before the worker looked: the copy comes back', async () => {
  await add(A, 'etang');
  await arrives('etang');
  await quiet();
  await withoutWorker(async () => {
    await post('etang', 'close');
    assert.equal((await get(R, api('etang'))).status, 404);
    await post('etang', 'open');
    assert.equal((await get(R, api('etang'))).status, 404); // opening is the worker's
  });
  await arrives('etang');
  assert.equal((await get(R, api('etang', '/records'))).json.total_count, 2);
});

test('two portals that close at once do not block each other', async () => {
  await add(R, 'loire');
  await t.must(['federation', 'link', '--from', R, '--to', A, '--dataset', 'loire', '--json']);
  await add(A, 'cher');
  await arrives('cher');
  await poll(async () => (await list(A)).includes('loire'), { what: 'the region’s on A', deadline: 30000 });
  const region = await t.signIn(R, 'admin@r.example', await t.accept(R, t.links[R]));
  for (let i = 0; i < 5; i++) {
    const done = await Promise.all([post('cher', 'close'), region.post('/backoffice/datasets/loire/close')]);
    assert.deepEqual(done.map((d) => d.status), [303, 303]);
    assert.deepEqual([(await get(R, api('cher'))).status, (await get(A, api('loire'))).status], [404, 404]);
    const back = await Promise.all([post('cher', 'open'), region.post('/backoffice/datasets/loire/open')]);
    assert.deepEqual(back.map((d) => d.status), [303, 303]);
    // Else the next round would close what shows no copy.
    await arrives('cher');
    await poll(async () => (await get(A, api('loire'))).status === 200, { what: 'the region’s on A again', deadline: 30000 });
  }
});

test('the right that closing lends hides nothing that is open and nothing that is foreign', async () => {
  await add(A, 'ouvert');
  await arrives('ouvert');
  await quiet();
  const id = sql(t, "SELECT id FROM portal.dataset WHERE dataset_id = 'ouvert' AND is_origin");
  const tenant = (slug) => sql(t, `SELECT id FROM portal.tenant WHERE slug = '${slug}'`);
  sql(t, `BEGIN; SET LOCAL ROLE terrasse_web; SET LOCAL portal.tenant_id = '${tenant('a')}'; SELECT portal.hide_copies('${id}'); COMMIT`);
  sql(t, `UPDATE portal.dataset SET visibility = 'closed' WHERE id = '${id}'`);
  sql(t, `BEGIN; SET LOCAL ROLE terrasse_web; SET LOCAL portal.tenant_id = '${tenant('b')}'; SELECT portal.hide_copies('${id}'); COMMIT`);
  sql(t, `BEGIN; SET LOCAL ROLE terrasse_web; SELECT portal.hide_copies('${id}'); COMMIT`);
  // In the database: a kept answer would go on saying 200 for a moment.
  assert.equal(sql(t, `SELECT state FROM portal.dataset WHERE source_id = '${id}' AND NOT is_origin`), 'published');
  assert.equal((await get(R, api('ouvert'))).status, 200);
});

// Tombstones (R98)

test('withdrawn while open: 410 with its reason on every address, here and where its copy stood', async () => {
  await add(A, 'ancien');
  await add(A, 'nouveau');
  await arrives('ancien');
  await arrives('nouveau');
  await add(A, 'ferme', { visibility: 'closed' });
  for (const successor of ['inconnu', 'ferme', 'ancien']) {
    const refused = await post('ancien', 'withdraw', { reason: 'Remplacé', successor });
    assert.equal(refused.status, 400, successor);
    assert.ok(refused.text.includes(`« ${successor} » n’est pas un autre jeu ouvert`), successor);
  }
  await quiet();
  await withoutWorker(async () => {
    assert.equal((await post('ancien', 'withdraw', { reason: 'Version <b>refondue</b>', successor: 'nouveau' })).status, 303);
    for (const host of [A, R]) {
      for (const path of everywhere('ancien')) assert.equal((await get(host, path)).status, 410, `${host}${path}`);
      assert.ok(!(await list(host)).includes('ancien'));
      const page = await get(host, '/explore/dataset/ancien/');
      assert.match(page.text, /a été retiré par son producteur : Version &lt;b&gt;refondue&lt;\/b&gt;\./);
      assert.match(page.text, /<a class="btn" href="\/explore\/dataset\/nouveau\/">/);
      const answer = await get(host, api('ancien'));
      assert.equal(answer.json.error_code, 'GoneResource');
      assert.match(answer.json.message, /replaced by the dataset nouveau/);
      assert.equal((await get(host, '/api/records/1.0/search/?dataset=ancien')).json.errorcode, 410);
    }
    assert.equal((await get(B, api('ancien'))).status, 404); // where it never stood
  });
  await quiet();
  assert.equal((await get(R, api('ancien'))).status, 410); // after the worker as before
});

test('the successor is named while anybody may see it', async () => {
  await post('nouveau', 'close');
  assert.ok(!(await get(A, '/explore/dataset/ancien/')).text.includes('nouveau'));
  assert.equal((await get(A, api('ancien'))).status, 410);
});

test('withdrawn while closed: the same answer as for what never was', async () => {
  await add(A, 'discret', { visibility: 'closed' });
  await add(A, 'cache');
  await arrives('cache');
  await post('cache', 'close');
  await post('cache', 'withdraw', { reason: 'Plus tenu' });
  await post('discret', 'withdraw', { reason: 'Plus tenu' });
  const plain = (answer, id) => [answer.status, answer.text.replaceAll(id, 'x')];
  for (const id of ['discret', 'cache']) {
    for (const host of [A, R]) {
      for (let i = 0; i < everywhere(id).length; i++) {
        const [path, other] = [everywhere(id)[i], everywhere('jamais')[i]];
        assert.deepEqual(plain(await get(host, path), id), plain(await get(host, other), 'jamais'), `${host}${path}`);
      }
    }
  }
});

test('what was withdrawn and comes back answers again; closed then, it is nothing', async () => {
  await add(A, 'retour');
  await arrives('retour');
  await t.must(['dataset', 'withdraw', 'retour', '--host', A, '--reason', 'Erreur.', '--json']);
  await poll(async () => (await get(R, api('retour'))).status === 410, { what: '410 on the region' });
  await add(A, 'retour');
  await arrives('retour');
  await quiet();
  await post('retour', 'close');
  for (const host of [A, R]) assert.equal((await get(host, api('retour'))).status, 404, host);
});
