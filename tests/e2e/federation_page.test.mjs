// Links made, paused, resumed and ended on the page: by the administrators of the two ends, and by nobody else.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { start as startPeer } from '../peers/udata/server.mjs';
import { sql } from './fixtures.mjs';
import { installation, poll } from './harness.mjs';

const [R, A, B, X] = ['r.localhost', 'a.r.localhost', 'b.r.localhost', 'autre.localhost'];
let t, region, a, b, other, peer;

before(async () => {
  peer = await startPeer({ allowLocal: true });
  t = await installation();
  await t.tenants();
  const second = await t.must(['init', '--home', t.home, '--name', 'Autre région', '--host', X, '--admin', 'admin@autre.example', '--json']);
  await poll(async () => (await t.http(X, '/')).status === 200, { what: 'the other region' });
  region = await t.signIn(R, 'admin@r.example', await t.accept(R, t.links[R]));
  a = await t.signIn(A, 'admin@a.example', await t.accept(A, t.links[A]));
  b = await t.signIn(B, 'admin@b.example', await t.accept(B, t.links[B]));
  other = await t.signIn(X, 'admin@autre.example', await t.accept(X, second.invitation));
  await t.importCsv(R, 'voies', 'dep;nom\r\n37;Loire\r\n41;Cher\r\n', { title: 'Voies' });
  await t.importCsv(R, 'reserve', 'dep;nom\r\n37;x\r\n', { title: 'Réserve', visibility: 'closed' });
});
after(async () => { await t?.stop(); await peer?.close(); });

const federation = '/backoffice/federation/';
const add = (who, form) => who.post('/backoffice/federation/add', form);
const change = (who, link, act) => who.post('/backoffice/federation/change', { link, act });
const rows = async (host, id) => (await t.http(host, `/api/explore/v2.1/catalog/datasets/${id}/records`)).json.total_count;
const appears = (host, id, n) => poll(async () => (await rows(host, id)) === n, { what: `${id} on ${host}`, deadline: 30000 });
const leaves = (host, id) => poll(async () => (await t.http(host, `/api/explore/v2.1/catalog/datasets/${id}`)).status === 404, { what: `end of ${id} on ${host}`, deadline: 30000 });
const linkTo = (host, id) => sql(t, `SELECT s.id FROM portal.subscription s JOIN portal.host h ON h.tenant_id = s.target_tenant_id
  JOIN portal.dataset d ON d.id = s.dataset_id WHERE h.host = '${host}' AND d.dataset_id = '${id}'`);
const state = (link) => sql(t, `SELECT state FROM portal.subscription WHERE id = '${link}'`);

test('the region copies one data set to a sub-domain, some rows only', async () => {
  const page = await region.get(federation);
  assert.match(page.text, /<option value="a\.r\.localhost"[^>]*>Portail A<\/option>/);
  assert.ok(!page.text.includes('Autre région'));
  assert.equal((await add(region, { way: 'downward', portal: A, dataset: 'voies', filter: 'dep = "37"' })).status, 303);
  await appears(A, 'voies', 1);
  assert.match((await a.get(federation)).text, /une partie|certaines lignes|filtr/i);
});

test('a sub-domain takes the region’s data set, and gives its own', async () => {
  assert.equal((await add(b, { way: 'downward', dataset: 'voies' })).status, 303);
  await appears(B, 'voies', 2);
  await t.importCsv(B, 'parcs', 'code;nom\r\n1;a\r\n', { title: 'Parcs' });
  await appears(R, 'parcs', 1); // over the link that each sub-domain has from the start
  assert.equal((await add(b, { way: 'upward', dataset: 'parcs' })).status, 303);
  assert.equal(state(linkTo(R, 'parcs')), 'active');
});

test('what cannot be linked is said on the page and nothing is made', async () => {
  const before = sql(t, 'SELECT count(*) FROM portal.subscription');
  const closed = await add(a, { way: 'downward', dataset: 'reserve' }), never = await add(a, { way: 'downward', dataset: 'jamais' });
  assert.equal(closed.status, 400);
  assert.match(closed.text, /n’est pas un jeu de Région d’essai que l’on puisse copier/);
  const plain = (answer, id) => answer.text.replaceAll(id, 'x').replace(/[\w-]{43}/g, '');
  assert.equal(plain(closed, 'reserve'), plain(never, 'jamais'), 'a closed data set is nothing to another portal');
  assert.equal((await add(region, { way: 'downward', portal: A, dataset: 'reserve' })).status, 400);
  for (const portal of [X, R, 'nulle.part', '', "' OR 1=1"]) assert.equal((await add(region, { way: 'downward', portal })).status, 400, portal);
  assert.equal((await add(region, { way: 'ailleurs', portal: A })).status, 400);
  assert.equal((await add(a, { way: 'upward', csrf: 'x' })).status, 403);
  // A sub-domain names no other end: the field is not its own.
  assert.equal((await add(a, { way: 'downward', portal: B, dataset: 'jamais' })).status, 400);
  assert.equal(sql(t, 'SELECT count(*) FROM portal.subscription'), before);
});

test('paused, a change waits and a closing does not; resumed, it comes', async () => {
  const link = linkTo(B, 'voies');
  assert.equal((await change(b, link, 'pause')).status, 303);
  assert.match((await b.get(`${federation}?done=pause`)).text, /Le lien est suspendu/);
  await t.importCsv(R, 'voies', 'dep;nom\r\n37;Loire\r\n41;Cher\r\n18;Yèvre\r\n', { title: 'Voies' });
  await t.importCsv(B, 'parcs', 'code;nom\r\n1;a\r\n2;b\r\n', { title: 'Parcs' });
  await appears(R, 'parcs', 2); // what came after the change has arrived, so the change has had its turn
  assert.equal(sql(t, `SELECT records FROM portal.dataset d JOIN portal.host h ON h.tenant_id = d.tenant_id WHERE h.host = '${B}' AND d.dataset_id = 'voies'`), '2');
  assert.equal(await rows(B, 'voies'), 2);
  assert.equal((await region.post('/backoffice/datasets/voies/close')).status, 303);
  assert.equal((await t.http(B, '/api/explore/v2.1/catalog/datasets/voies')).status, 404);
  assert.equal((await region.post('/backoffice/datasets/voies/open')).status, 303);
  assert.equal((await change(b, link, 'resume')).status, 303);
  await appears(B, 'voies', 3);
});

test('a link is touched by its ends alone', async () => {
  const link = linkTo(A, 'voies');
  for (const who of [b, other]) {
    assert.ok(!(await who.get(federation)).text.includes(link));
    for (const act of ['pause', 'resume', 'end']) assert.equal((await change(who, link, act)).status, 404, act);
  }
  for (const act of ['', 'drop', 'ended']) assert.equal((await change(a, link, act)).status, 404, act);
  assert.equal((await t.http(A, '/backoffice/federation/change', { form: { link, act: 'end' } })).status, 303); // to the sign-in
  assert.equal(state(link), 'active');
  assert.equal((await change(a, link, 'end')).status, 303);
  await leaves(A, 'voies');
  assert.equal((await change(a, link, 'resume')).status, 404); // ended is ended: it is made anew
});

test('a national portal is linked on the page: https, the region’s alone, its key sealed for the worker', async () => {
  const good = { url: 'https://national.example', name: 'National', organisation: '', key: 'cle-du-national-42' };
  const national = (who, form) => who.post('/backoffice/federation/national', form);
  for (const wrong of [{ url: 'http://national.example' }, { url: 'https://u@national.example' }, { url: 'https://national.example/x' },
    { url: peer.url }, { key: 'court' }, { organisation: 'zz' }]) {
    assert.equal((await national(region, { ...good, ...wrong })).status, 400, JSON.stringify(wrong));
  }
  assert.ok([403, 404].includes((await national(a, good)).status));
  assert.equal(sql(t, 'SELECT count(*) FROM portal.peer'), '0');
  assert.equal((await national(region, good)).status, 303);
  assert.ok(!sql(t, "SELECT encode(sealed_key, 'escape') FROM portal.peer").includes('cle-du-national'));
  assert.ok(!(await region.get(federation)).text.includes('cle-du-national'));
  assert.ok((await region.get(federation)).text.includes('National'));
  assert.ok(!(await other.get(federation)).text.includes('National'));
  await change(region, sql(t, "SELECT id FROM portal.subscription WHERE kind = 'national'"), 'end');
});

test('the key that the page sealed is the one that the worker sends', async () => {
  const wrong = `${t.folder}/key`;
  const { writeFileSync } = await import('node:fs');
  writeFileSync(wrong, 'une-cle-qui-ne-va-pas\n');
  const organisation = await fetch(`${peer.url}/api/1/organizations/`, { method: 'POST', body: JSON.stringify({ name: 'Région', description: 'Essai.' }),
    headers: { 'Content-Type': 'application/json', 'X-API-KEY': peer.keys.worker } }).then((r) => r.json());
  await t.must(['federation', 'national', 'add', '--host', R, '--url', peer.url, '--key-file', wrong, '--organisation', organisation.id, '--name', 'Simulé', '--stand-in', '--json']);
  await poll(() => sql(t, `SELECT state FROM portal.peer WHERE url = '${peer.url}'`) === 'stopped', { what: 'the refusal of the wrong key', deadline: 30000 });
  assert.equal((await region.post('/backoffice/federation/national', { url: peer.url, key: peer.keys.worker })).status, 303);
  await poll(async () => (await fetch(`${peer.url}/api/1/organizations/${organisation.id}/datasets/`).then((r) => r.json())).data.some((d) => d.title === 'Parcs'),
    { what: 'a data set at the national portal', deadline: 30000 });
});

test('a national portal that does not answer is said at the head of the page, until it answers again', async () => {
  const head = async () => /<section class="panel" aria-labelledby="h-v">[^]*?<\/section>/.exec((await region.get(`${federation}?lang=fr`)).text)[0];
  const well = () => poll(async () => (await head()).includes('Rien à signaler'), { what: 'nothing to report', deadline: 60000 });
  const faults = (list) => fetch(`${peer.url}/_faults`, { method: 'POST', body: JSON.stringify(list), headers: { 'Content-Type': 'application/json' } });
  await well();
  await faults([{ path: '^/api/', kind: 'reset-before', count: 100000 }]);
  await t.importCsv(R, 'muet', 'dep;nom\r\n37;Loire\r\n', { title: 'Muet' });
  const said = await poll(async () => { const now = await head(); return now.includes('1 lien arrêté ou sans réponse') && now; }, { what: 'the silence', deadline: 60000 });
  assert.ok(!said.includes('Rien à signaler'));
  assert.match(said, /class="node ko"/);
  assert.match((await region.get(`${federation}?lang=fr`)).text, /portail injoignable/);
  await faults([]);
  await t.must(['federation', 'retry', '--json']);
  await well();
});
