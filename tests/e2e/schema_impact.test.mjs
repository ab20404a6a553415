// A new version of a schema: each portal sees which of its datasets it concerns and what it changes for their columns, the
// region all of them, nobody another's; a file read against the new version settles its line (N17, R23).

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

const R = 'r.localhost', A = 'a.r.localhost', B = 'b.r.localhost', S = 's.localhost';
const keys = {}, passwords = {};
let t;
before(async () => {
  t = await installation();
  await t.tenants(['a', 'b']);
  const other = await t.must(['init', '--name', 'Autre région', '--host', S, '--admin', 'admin@s.example', '--json']);
  await poll(async () => (await t.http(S, '/')).status !== 421, { what: S });
  for (const [host, email, link] of [[R, 'admin@r.example'], [A, 'admin@a.example'], [B, 'admin@b.example'], [S, 'admin@s.example', other]]) {
    passwords[host] = await t.accept(host, t.links[host] ?? link.url ?? link.invitation ?? link);
    keys[host] = (await t.must(['token', 'add', email, '--host', host, '--label', 'essai', '--json'])).key;
  }
});
after(() => t?.stop());

const api = (host, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key: keys[host], ...options });
const impact = async (host, where = '') => (await api(host, `/schemas/impact${where}`)).json.datasets;
const line = (list, id) => list.find((d) => d.dataset_id === id);
const field = (name, more = {}) => ({ name, ...more }), needed = { constraints: { required: true } };
const version = (number, fields, more = {}) => ({ name: 'essai/arbres', version: number, title: 'Arbres', fields, ...more });
const v1 = [field('id', needed), field('essence', { title: 'Essence' }), field('hauteur', { type: 'number' }), field('plante', { type: 'date' })];
/** The height has a bound, the planting is gone, the town is required, a remark may be given; the words of the kind are others. */
const v2 = [field('id', needed), field('essence', { title: 'Espèce' }), field('hauteur', { type: 'number', constraints: { maximum: 60 } }), field('insee', needed), field('remarque')];

async function publish(host, id, csv, { conforms_to, visibility = 'closed', ...more } = {}) {
  const meta = t.file(`${id}.META.json`, JSON.stringify({ visibility, conforms_to, ...more, metas: { default: { title: `Jeu ${id}`, description: 'x', license: 'lov2', theme: ['Santé'], keyword: ['x'] },
    dcat: { accrualperiodicity: 'Annuelle', spatial: 'Tours', granularity: 'commune' } } }));
  const done = await t.cli(['dataset', 'import', t.file(`${id}.csv`, csv), '--host', host, '--id', id, '--meta', meta, '--publish', '--accept-shape', '--accept-errors']);
  assert.equal(done.code, 0, done.stderr);
}
const add = async (schema) => assert.equal((await api(R, '/schemas', { method: 'POST', body: { schema } })).status, 201);
/** Whatever the worker has to say of the newest version is said. */
const said = () => poll(() => sql(t, "SELECT count(*) FROM portal.task WHERE kind = 'schema_news';") === '0', { what: 'the news', deadline: 60000 });

test('before there is a second version the list is empty, whatever the faults', async () => {
  await add(version('1.0.0', v1));
  await publish(A, 'parcs', 'id;essence;hauteur;plante\n1;Chêne;12;2020-01-01\n2;Orme;haut;2020-01-01\n', { conforms_to: 'essai/arbres' });
  await publish(A, 'rues', 'id;essence;hauteur;insee\n1;Chêne;12;45234\n', { conforms_to: 'essai/arbres', visibility: 'open' });
  await publish(B, 'bois', 'id;essence;insee\n1;Hêtre;37261\n', { conforms_to: 'essai/arbres' });
  await publish(B, 'autres', 'a;b\n1;2\n');
  await said();
  assert.deepEqual([await impact(A), await impact(B), await impact(R, '/region')], [[], [], []]);
});

test('a new version: every portal has its own, with what lacks, what changes, what is gone and what is new', async () => {
  await add(version('1.1.0', v2));
  await poll(async () => (await impact(R, '/region')).length === 3, { what: 'the list', deadline: 60000 });
  const a = await impact(A), b = await impact(B);
  assert.deepEqual(a.map((d) => d.dataset_id), ['parcs', 'rues']); // what will not follow stands first
  const { tenant, portal, host, since, title, ...parcs } = line(a, 'parcs');
  assert.deepEqual(parcs, { dataset_id: 'parcs', schema: 'essai/arbres', followed: '1.0.0', version: '1.1.0', declared: true, verdict: 'fails',
    missing: ['insee'], changed: ['hauteur'], gone: ['plante'], added: ['remarque'], errors: 1, settled: null, settled_errors: null });
  assert.deepEqual([line(a, 'rues').verdict, line(a, 'rues').missing, line(a, 'rues').changed], ['recheck', [], ['hauteur', 'insee']]);
  assert.deepEqual(b.map((d) => [d.dataset_id, d.verdict, d.changed]), [['bois', 'recheck', ['insee']]]);
});

test('a portal sees nothing of another, the region everything but the titles of what is closed, another region nothing', async () => {
  const region = await impact(R, '/region');
  assert.deepEqual(region.map((d) => [d.host, d.dataset_id, d.title]).sort(), [[A, 'parcs', null], [A, 'rues', 'Jeu rues'], [B, 'bois', null]]);
  assert.deepEqual(await impact(R), []); // the root's own
  assert.equal((await api(A, '/schemas/impact/region')).status, 403);
  assert.deepEqual([await impact(S), await impact(S, '/region')], [[], []]);
  assert.equal((await t.http(A, '/api/portal/v1/schemas/impact')).status, 401);
  assert.equal((await t.http(A, '/api/portal/v1/schemas/impact', { key: keys[B] })).status, 401); // B's key opens nothing of A
  assert.deepEqual((await t.must(['schema', 'impact', '--host', B, '--json'])).map((d) => [d.dataset_id, d.version, d.missing]), [['bois', '1.1.0', []]]);
});

test('the editors of a portal get one mail a version, with the numbers', async () => {
  const mails = () => sql(t, "SELECT h.host || ' ' || m.args::text FROM portal.mail AS m JOIN portal.host AS h ON h.tenant_id = m.tenant_id AND h.canonical WHERE m.template = 'schema_newer' AND m.recipient = 'editors' ORDER BY 1;");
  const first = mails();
  assert.match(first, /^a\.r\.localhost .*Arbres.*1\.1\.0.*2.*1/m);
  assert.match(first, /^b\.r\.localhost .*Arbres.*1\.1\.0.*1.*0/m);
  await add(version('1.0.1', v1)); // older than the newest: no news
  await said();
  assert.equal(mails(), first);
  assert.equal((await impact(R, '/region')).length, 3);
});

test('a file that is read against the new version settles its line with the faults it has now; leaving the schema does too', async () => {
  await publish(A, 'parcs', 'id;essence;hauteur;insee\n1;Chêne;12;45234\n2;Orme;80;45234\n', { conforms_to: 'essai/arbres' });
  const parcs = line(await impact(A), 'parcs');
  assert.match(parcs.settled, /^\d{4}-\d\d-\d\d$/);
  assert.deepEqual([parcs.errors, parcs.settled_errors], [1, 1]); // 80 metres
  assert.equal(line(await impact(R, '/region'), 'parcs').settled_errors, 1);
  assert.equal((await api(B, '/datasets/bois/schema', { method: 'POST', body: { schema: '' } })).status, 200);
  const bois = line(await impact(B), 'bois');
  assert.deepEqual([typeof bois.settled, bois.settled_errors], ['string', null]);
  assert.equal(line(await impact(A), 'rues').settled, null);
});

test('the pages say it: the region by portal, a portal its own', async () => {
  const region = await (await t.signIn(R, 'admin@r.example', passwords[R])).get('/backoffice/schemas/impact/region/');
  assert.match(region.text, /Jeux à relire : 1</);
  assert.match(region.text, /<strong>rues<\/strong>|<strong>Jeu rues<\/strong>/);
  const own = await t.signIn(B, 'admin@b.example', passwords[B]);
  const page = (await own.get('/backoffice/schemas/impact/')).text;
  assert.match(page, /Jeu bois/);
  assert.doesNotMatch(page, /parcs|rues/);
  assert.equal((await own.get('/backoffice/schemas/impact/region/')).status, 403);
});

test('a schema of lists is compared by the list whose columns the dataset has', async () => {
  const list = (properties, required) => ({ type: 'array', items: { type: 'object', required, properties } });
  const lists = (number, second) => ({ name: 'essai/actes', version: number, title: 'Actes', properties: { actes: { type: 'object', properties: {
    acte: list({ id: { type: 'string' }, objet: { type: 'string' }, le: { type: 'string' } }, ['id']), vote: second } } } });
  await add(lists('1.0.0', list({ acte: { type: 'string' }, pour: { type: 'integer' }, contre: { type: 'integer' } }, ['acte'])));
  await publish(B, 'votes', 'acte;pour;contre\nx;1;2\n', { conforms_to: 'essai/actes' });
  await add(lists('2.0.0', list({ acte: { type: 'string' }, pour: { type: 'integer', minimum: 0 }, contre: { type: 'integer' }, blancs: { type: 'integer' } }, ['acte', 'blancs'])));
  await poll(async () => line(await impact(B), 'votes'), { what: 'the votes', deadline: 60000 });
  const { verdict, missing, changed, gone } = line(await impact(B), 'votes');
  assert.deepEqual({ verdict, missing, changed, gone }, { verdict: 'fails', missing: ['blancs'], changed: ['pour'], gone: [] });
});
