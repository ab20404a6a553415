// The contract of the national portal's write API: one test a rule.
//
// Against the stand-in (default, started here) or a real udata:
//   UDATA_URL=http://127.0.0.1:7000 UDATA_KEY=… UDATA_STRANGER_KEY=… node --test contract.test.mjs
// Each test makes what it needs; the expected values come from the portal's
// public code and guides, never from a run of the stand-in.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';

const peer = {};
const real = process.env.UDATA_URL !== undefined;
const long = 'Liste des bureaux de vote de la commune, avec leur adresse, leur nombre d’inscrits et leur périmètre, tenue par le service des élections.';
let serial = 0;
const unique = (text) => `${text} ${Date.now().toString(36)}${serial++}`;
const csv = 'https://data.example.fr/api/explore/v2.1/catalog/datasets/x/exports/csv?use_labels=true';

before(async () => {
  if (real) {
    Object.assign(peer, { url: process.env.UDATA_URL.replace(/\/$/, ''), close: () => {} });
    peer.keys = { worker: process.env.UDATA_KEY, stranger: process.env.UDATA_STRANGER_KEY };
  } else {
    const { start } = await import('./server.mjs');
    Object.assign(peer, await start());
  }
  peer.organization = (await call('POST', '/api/1/organizations/', { name: unique('Commune'), description: 'Essai.' })).body.id;
  peer.other = (await call('POST', '/api/1/organizations/', { name: unique('Autre'), description: 'Essai.' }, { key: peer.keys.stranger })).body.id;
});
after(() => peer.close());

async function call(method, path, body, { key = peer.keys.worker, headers = {}, redirect = 'manual' } = {}) {
  const sent = { Accept: 'application/json', ...headers };
  if (key) sent['X-API-KEY'] = key;
  if (body !== undefined && !('Content-Type' in sent)) sent['Content-Type'] = 'application/json';
  const raw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
  const answer = await fetch(peer.url + path, { method, headers: sent, body: raw ? body : JSON.stringify(body), redirect });
  const text = await answer.text();
  let value = text;
  try { value = JSON.parse(text); } catch { /* an HTML page or nothing */ }
  return { status: answer.status, body: value, headers: answer.headers };
}
const anonymous = { key: null };
const get = (path, options) => call('GET', path, undefined, options);
const body = (extra = {}) => ({ title: unique('Bureaux de vote'), description: long, organization: peer.organization, private: false, ...extra });
const remote = (extra = {}) => ({ title: 'CSV', type: 'main', filetype: 'remote', format: 'csv', url: csv, ...extra });

async function create(extra) {
  const made = await call('POST', '/api/1/datasets/', body(extra));
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
}
const refused = async (extra, field) => {
  const made = await call('POST', '/api/1/datasets/', body(extra));
  assert.equal(made.status, 400, JSON.stringify(made.body));
  if (field) assert.ok(made.body.errors?.[field], `errors.${field} in ${JSON.stringify(made.body)}`);
  return made.body;
};
const at = (dataset, rest = '') => `/api/1/datasets/${dataset.id}/${rest}`;
const put = (dataset, extra) => call('PUT', at(dataset), { title: dataset.title, description: dataset.description, ...extra });
/** Dates of the portal are in milliseconds: what comes after this has another one. */
async function later() {
  for (const now = Date.now(); Date.now() <= now + 1;) await new Promise(setImmediate);
}
const again = async (dataset) => (await get(at(dataset))).body;
const standIn = { skip: real && 'needs the switches of the stand-in' };
const control = (path, value) => call('POST', path, value, anonymous);

// Keys, headers, errors

test('a write without a key is 401', async () => {
  assert.equal((await call('POST', '/api/1/datasets/', body(), anonymous)).status, 401);
});
test('a bad key is 401 even on a GET', async () => {
  const answer = await get('/api/1/datasets/', { key: 'udata_wrong' });
  assert.equal(answer.status, 401);
  assert.equal(typeof answer.body.message, 'string');
});
test('a read without a key is 200', async () => {
  assert.equal((await get('/api/1/datasets/', anonymous)).status, 200);
});
test('an expired key is 401', standIn, async () => {
  assert.match((await get('/api/1/me/', { key: peer.keys.expired })).body.message, /Expired/);
});
test('a revoked key is 401', standIn, async () => {
  assert.match((await get('/api/1/me/', { key: peer.keys.revoked })).body.message, /Revoked/);
});
test('/me/ names the organisations of the key', async () => {
  const me = await get('/api/1/me/');
  assert.equal(me.status, 200);
  assert.ok(me.body.organizations.some((o) => o.id === peer.organization));
});
test('/me/ without a key is 401', async () => {
  assert.equal((await get('/api/1/me/', anonymous)).status, 401);
});
test('a body that is not declared JSON is 400 errors.Content-Type', async () => {
  const answer = await call('POST', '/api/1/datasets/', JSON.stringify(body()), { headers: { 'Content-Type': 'text/plain' } });
  assert.equal(answer.status, 400);
  assert.deepEqual(answer.body.errors, { 'Content-Type': 'expecting application/json' });
});
test('a body that is not an object is 400 errors.request', async () => {
  const answer = await call('POST', '/api/1/datasets/', [1]);
  assert.equal(answer.status, 400);
  assert.deepEqual(answer.body.errors, { request: 'expecting a JSON object' });
});
test('a body that is not JSON is 400', async () => {
  assert.equal((await call('POST', '/api/1/datasets/', '{"title":')).status, 400);
});
test('an unknown dataset is 404 in JSON with Accept', async () => {
  const answer = await get('/api/1/datasets/5f0000000000000000000000/');
  assert.equal(answer.status, 404);
  assert.equal(typeof answer.body, 'object');
});
test('an unknown page without Accept json is an HTML 404', standIn, async () => {
  const answer = await get('/api/1/datasets/5f0000000000000000000000/', { headers: { Accept: '*/*' } });
  assert.equal(answer.status, 404);
  assert.match(answer.headers.get('content-type'), /text\/html/);
});
test('a path without its last slash is redirected with 308', async () => {
  assert.equal((await get('/api/1/datasets')).status, 308);
});

// Creating

test('a created dataset is 201 with a 24-hex id and its slug', async () => {
  const made = await create({ title: 'Écoles élémentaires & cantines ' + unique('') });
  assert.match(made.id, /^[0-9a-f]{24}$/);
  assert.match(made.slug, /^ecoles-elementaires-cantines-/);
});
test('POST is not idempotent: the same title makes slug-1', async () => {
  const same = body();
  const first = (await call('POST', '/api/1/datasets/', same)).body;
  const second = (await call('POST', '/api/1/datasets/', same)).body;
  assert.notEqual(second.id, first.id);
  assert.equal(second.slug, `${first.slug}-1`);
});
test('a dataset needs a title', () => refused({ title: undefined }, 'title'));
test('a dataset needs a description', () => refused({ description: '' }, 'description'));
test('a title of 350 characters passes', () => create({ title: unique('t').padEnd(350, 'x') }));
test('a title of 351 characters is refused', () => refused({ title: 'x'.repeat(351) }, 'title'));
test('a description of 100 001 characters is refused', () => refused({ description: 'x'.repeat(100001) }, 'description'));
test('a short description of 201 characters is refused', () => refused({ description_short: 'x'.repeat(201) }, 'description_short'));
test('an acronym of 129 characters is refused', () => refused({ acronym: 'x'.repeat(129) }, 'acronym'));
test('a slug is never longer than 255', async () => {
  assert.ok((await create({ title: unique('s').padEnd(340, 'y') })).slug.length <= 255);
});
test('read-only members are ignored when sent', async () => {
  const made = await create({ id: '5f0000000000000000000000', slug: 'mien', metrics: { views: 9 }, quality: { score: 1 } });
  assert.notEqual(made.id, '5f0000000000000000000000');
  assert.notEqual(made.slug, 'mien');
  assert.notEqual(made.quality.score, 1);
});
test('dataset, resources and extras go in one POST', async () => {
  const made = await create({ resources: [remote(), remote({ title: 'JSON', format: 'json' })], extras: { 'terrasse:uid': 'u1' } });
  assert.deepEqual(made.resources.map((r) => r.title), ['CSV', 'JSON']);
  assert.equal(made.extras['terrasse:uid'], 'u1');
});

// Organisations

test('without organisation the owner is the person', async () => {
  const made = await create({ organization: undefined });
  assert.equal(made.organization, null);
  assert.ok(made.owner.id);
});
test('the organisation may be an object with an id', async () => {
  assert.equal((await create({ organization: { id: peer.organization } })).organization.id, peer.organization);
});
test('an organisation of others is 400 errors.organization, not 403', () => refused({ organization: peer.other }, 'organization'));
test('an unknown organisation is 400 errors.organization', () => refused({ organization: '5f0000000000000000000000' }, 'organization'));
test('the organisation cannot be changed by PUT', async () => {
  const made = await create();
  const answer = await put(made, { organization: peer.other });
  assert.equal(answer.status, 400);
  assert.ok(answer.body.errors.organization);
});
test('PUT by somebody outside the organisation is 403', async () => {
  const made = await create();
  assert.equal((await call('PUT', at(made), body(), { key: peer.keys.stranger })).status, 403);
});
test('an invited editor may write only once accepted', standIn, async () => {
  const user = (await get('/api/1/me/', { key: peer.keys.stranger })).body.id;
  const organization = (await call('POST', '/api/1/organizations/', { name: unique('Ville'), description: 'x' })).body.id;
  const invited = await call('POST', `/api/1/organizations/${organization}/member/`, { user, role: 'editor' });
  assert.equal(invited.status, 201);
  const write = () => call('POST', '/api/1/datasets/', body({ organization }), { key: peer.keys.stranger });
  assert.equal((await write()).status, 400);
  assert.equal((await control('/_accept', { organization, user })).status, 200);
  assert.equal((await write()).status, 201);
});
test('an organisation is found by its SIRET', async () => {
  const siret = '21410269100018';
  const before = (await get(`/api/1/organizations/?business_number_id=${siret}`)).body.total;
  await call('POST', '/api/1/organizations/', { name: unique('Ville'), description: 'x', business_number_id: siret });
  assert.equal((await get(`/api/1/organizations/?business_number_id=${siret}`)).body.total, before + 1);
});
test('a wrong SIRET is 400', async () => {
  const made = await call('POST', '/api/1/organizations/', { name: unique('V'), description: 'x', business_number_id: '12345678901234' });
  assert.equal(made.status, 400);
});
test('a deleted organisation is 410 for others', async () => {
  const made = (await call('POST', '/api/1/organizations/', { name: unique('Fin'), description: 'x' })).body;
  assert.equal((await call('DELETE', `/api/1/organizations/${made.id}/`)).status, 204);
  assert.equal((await get(`/api/1/organizations/${made.id}/`, anonymous)).status, 410);
});
test("an organisation's list keeps archived and deleted datasets and hides private ones", async () => {
  const organization = (await call('POST', '/api/1/organizations/', { name: unique('Liste'), description: 'x' })).body.id;
  const archived = await create({ organization, archived: '2026-01-01T00:00:00Z' });
  const deleted = await create({ organization });
  const hidden = await create({ organization, private: true });
  await call('DELETE', at(deleted));
  const ids = async (o) => (await get(`/api/1/organizations/${organization}/datasets/?page_size=100`, o)).body.data.map((d) => d.id).sort();
  assert.deepEqual(await ids(), [archived.id, deleted.id, hidden.id].sort());
  assert.deepEqual(await ids(anonymous), [archived.id, deleted.id].sort());
});

// Tags, period, coverage, licence, frequency, access

test('tags are slugified, sorted and without doubles', async () => {
  assert.deepEqual((await create({ tags: ['Élections', 'bureau de vote', 'elections'] })).tags, ['bureau-de-vote', 'elections']);
});
test('a tag of two characters refuses the whole request', () => refused({ tags: ['eau', 'à!'] }, 'tags'));
test('a tag of 96 characters passes and one of 97 does not', async () => {
  await create({ tags: ['a'.repeat(96), 'bbb'] });
  await refused({ tags: ['a'.repeat(97), 'bbb'] }, 'tags');
});
test('a list of one tag is split at its commas', async () => {
  assert.deepEqual((await create({ tags: ['eau, énergie'] })).tags, ['eau', 'energie']);
});
test('a list of two tags is not split', async () => {
  assert.deepEqual((await create({ tags: ['eau, air', 'sol'] })).tags, ['eau-air', 'sol']);
});
test('a period is kept, with an open end', async () => {
  assert.deepEqual((await create({ temporal_coverage: { start: '2024-01-01', end: null } })).temporal_coverage,
    { start: '2024-01-01', end: null });
});
test('a reversed period is turned round in silence', async () => {
  assert.deepEqual((await create({ temporal_coverage: { start: '2025-12-31', end: '2025-01-01' } })).temporal_coverage,
    { start: '2025-01-01', end: '2025-12-31' });
});
test('a period that is not made of dates is refused', () => refused({ temporal_coverage: { start: 2024, end: 2025 } }, 'temporal_coverage'));
test('known licences pass', async () => {
  for (const license of ['lov2', 'fr-lo', 'odc-odbl']) assert.equal((await create({ license })).license, license);
});
test('an unknown licence is 400 errors.license', () => refused({ license: 'licence-ouverte' }, 'license'));
test('no licence shows as notspecified', async () => assert.equal((await create({ license: null })).license, 'notspecified'));
test('an unknown frequency is 400 with a message and no errors', async () => {
  const answer = await refused({ frequency: 'parfois' });
  assert.equal(typeof answer.message, 'string');
  assert.equal(answer.errors, undefined);
});
test('the legacy frequency realtime becomes continuous', async () => assert.equal((await create({ frequency: 'realtime' })).frequency, 'continuous'));
test('the legacy frequency biannual becomes semiannual', async () => assert.equal((await create({ frequency: 'biannual' })).frequency, 'semiannual'));
test('frequencies of the French convention are all known', async () => {
  for (const frequency of ['punctual', 'notPlanned', 'irregular', 'continuous', 'daily', 'weekly', 'semimonthly', 'monthly',
    'quarterly', 'semiannual', 'annual', 'unknown']) assert.equal((await create({ frequency })).frequency, frequency);
});
const zoned = (zones, more = {}) => ({ spatial: { zones, granularity: 'fr:commune', ...more } });
const zoneIds = (d) => d.spatial.zones.map((z) => z.id ?? z);
test('zones of Centre-Val de Loire are known', standIn, async () => {
  const zones = ['fr:region:24', ...['18', '28', '36', '37', '41', '45'].map((d) => `fr:departement:${d}`), 'fr:commune:41269', 'fr:epci:243700754'];
  assert.deepEqual(zoneIds(await create(zoned(zones))), zones);
});
test('an unknown zone is 400 errors.spatial', () => refused(zoned(['fr:region:99']), 'spatial'));
test('a zone that has vanished is refused', standIn, async () => {
  await control('/_zones', { vanished: ['fr:commune:41001'] });
  await refused(zoned(['fr:commune:41001']), 'spatial');
  await control('/_zones', { vanished: [] });
  await create(zoned(['fr:commune:41001']));
});
test('legacy zone forms mean the same', standIn, async () => {
  assert.deepEqual(zoneIds(await create(zoned(['fr/commune/41269', 'fr:departement:41@1860-07-01']))), ['fr:commune:41269', 'fr:departement:41']);
});
const square = { type: 'MultiPolygon', coordinates: [[[[0, 47], [1, 47], [1, 48], [0, 47]]]] };
test('zones and geometry together are refused', () => refused(zoned(['country:fr'], { geom: square }), 'spatial'));
test('a MultiPolygon is kept and a Polygon refused', async () => {
  assert.equal((await create({ spatial: { geom: square } })).spatial.geom.type, 'MultiPolygon');
  await refused({ spatial: { geom: { type: 'Polygon', coordinates: square.coordinates[0] } } }, 'spatial');
});
test('the granularity is other where it is left out', async () => {
  assert.equal((await create({ spatial: { geom: square } })).spatial.granularity, 'other');
});
test('an unknown granularity is refused', () => refused({ spatial: { zones: [], granularity: 'fr:village' } }, 'spatial'));
test('an access that is not open erases the licence', async () => {
  assert.equal((await create({ license: 'lov2', access_type: 'restricted' })).license, 'notspecified');
});
test('an unknown access type is 400', () => refused({ access_type: 'secret' }));
test('extras under custom: are refused', () => refused({ extras: { 'custom:x': 1 } }, 'extras'));

// PUT

test('PUT wipes tags that are left out', async () => {
  const made = await create({ tags: ['eau', 'air'] });
  assert.deepEqual((await put(made, {})).body.tags, []);
});
test('PUT wipes the period that is left out', async () => {
  const made = await create({ temporal_coverage: { start: '2024-01-01', end: '2024-12-31' } });
  assert.equal((await put(made, {})).body.temporal_coverage, null);
});
test('PUT keeps licence, frequency, extras, coverage and resources that are left out', async () => {
  const made = await create({ license: 'lov2', frequency: 'annual', extras: { a: 1 }, spatial: { geom: square }, resources: [remote()] });
  const now = (await put(made, {})).body;
  assert.deepEqual([now.license, now.frequency, now.extras, now.spatial.granularity, now.resources.length], ['lov2', 'annual', { a: 1 }, 'other', 1]);
});
test('PUT bumps the date even when nothing changed', async () => {
  const made = await create();
  await later();
  const now = (await put(made, {})).body;
  assert.ok(now.internal.last_modified_internal > made.internal.last_modified_internal);
});
test('extras sent by PUT replace all', async () => {
  const made = await create({ extras: { a: 1, b: 2 } });
  assert.deepEqual((await put(made, { extras: { c: 3 } })).body.extras, { c: 3 });
});
test('resources sent by PUT replace all, and a known id is updated', async () => {
  const made = await create({ resources: [remote(), remote({ title: 'JSON' })] });
  const [first] = made.resources;
  const now = (await put(made, { resources: [{ ...remote({ title: 'CSV neuf' }), id: first.id }] })).body;
  assert.deepEqual(now.resources.map((r) => [r.id, r.title]), [[first.id, 'CSV neuf']]);
});
test('an unknown resource id gets a new one', async () => {
  const id = '0a0a0a0a-0000-4000-8000-00000000000a';
  const made = await create({ resources: [remote({ id })] });
  assert.notEqual(made.resources[0].id, id);
});
test('a malformed resource id is 400', () => refused({ resources: [remote({ id: 'mine' })] }, 'resources'));
test('an empty list of resources is ignored by PUT', async () => {
  const made = await create({ resources: [remote()] });
  assert.equal((await put(made, { resources: [] })).body.resources.length, 1);
});
test('errors of nested resources stand at their place', async () => {
  const answer = await refused({ resources: [remote(), remote({ schema: { name: 'nul/inconnu' } })] }, 'resources');
  assert.ok(answer.errors.resources[1].schema.name);
});
test('a renamed dataset answers 308 at its old slug', async () => {
  const made = await create();
  const now = (await put(made, { title: unique('Nouveau nom') })).body;
  assert.notEqual(now.slug, made.slug);
  const old = await get(`/api/1/datasets/${made.slug}/`);
  assert.equal(old.status, 308);
  assert.match(old.headers.get('location'), new RegExp(`/${now.slug}/`));
});
test('archived is set by a date and cleared by null', async () => {
  const made = await create();
  assert.ok((await put(made, { archived: '2026-05-01T10:00:00Z' })).body.archived);
  assert.equal((await put(made, { archived: null })).body.archived, null);
});
test('private: null is public', async () => assert.equal((await create({ private: null })).private, false));
test('a private dataset is 404 for others', async () => {
  const made = await create({ private: true });
  assert.equal((await get(at(made), anonymous)).status, 404);
  assert.equal((await get(at(made))).status, 200);
});

// Deleting

async function removed() {
  const made = await create();
  assert.equal((await call('DELETE', at(made))).status, 204);
  return made;
}
test('a deleted dataset is 410 for the public', async () => assert.equal((await get(at(await removed()), anonymous)).status, 410));
test('a deleted dataset is 200 with its date for the key', async () => {
  const answer = await get(at(await removed()));
  assert.equal(answer.status, 200);
  assert.equal(typeof answer.body.deleted, 'string');
});
test('PUT on a deleted dataset is 410', async () => assert.equal((await put(await removed(), {})).status, 410));
test('a second DELETE is 410', async () => assert.equal((await call('DELETE', at(await removed()))).status, 410));
test('PUT with deleted: null restores', async () => {
  const made = await removed();
  assert.equal((await put(made, { deleted: null })).status, 200);
  assert.equal((await get(at(made), anonymous)).status, 200);
});
test('after the purge a dataset is 404', standIn, async () => {
  const made = await removed();
  await control('/_purge', { dataset: made.id });
  assert.equal((await put(made, {})).status, 404);
});
test('after a transfer to others a PUT is 403', standIn, async () => {
  const made = await create();
  await control('/_transfer', { dataset: made.id, organization: peer.other });
  assert.equal((await put(made, {})).status, 403);
});

// Resources

test('a new resource is 201 and stands first', async () => {
  const made = await create({ resources: [remote()] });
  const answer = await call('POST', at(made, 'resources/'), remote({ title: 'Notice', type: 'documentation' }));
  assert.equal(answer.status, 201);
  assert.deepEqual((await again(made)).resources.map((r) => r.title), ['Notice', 'CSV']);
});
test('the same resource posted twice is there twice', async () => {
  const made = await create();
  for (let i = 0; i < 2; i++) await call('POST', at(made, 'resources/'), remote());
  assert.equal((await again(made)).resources.length, 2);
});
test('a resource without filetype is refused: only remote', async () => {
  const made = await create();
  assert.equal((await call('POST', at(made, 'resources/'), remote({ filetype: undefined }))).status, 400);
});
async function withOne(extra) {
  const made = await create({ resources: [remote(extra)] });
  const [resource] = made.resources;
  return { made, resource, path: at(made, `resources/${resource.id}/`) };
}
test('PUT of one resource moves its date and no other', async () => {
  const made = await create({ resources: [remote(), remote({ title: 'JSON' })] });
  const [one, two] = made.resources;
  await later();
  assert.equal((await call('PUT', at(made, `resources/${one.id}/`), remote({ title: 'CSV' }))).status, 200);
  const now = (await again(made)).resources;
  assert.ok(now[0].internal.last_modified_internal > one.internal.last_modified_internal);
  assert.equal(now[1].internal.last_modified_internal, two.internal.last_modified_internal);
});
test('the filetype of a resource cannot change', async () => {
  const { path } = await withOne();
  assert.equal((await call('PUT', path, remote({ filetype: 'file' }))).status, 400);
});
test('a resource deleted twice is 204 then 404', async () => {
  const { path } = await withOne();
  assert.equal((await call('DELETE', path)).status, 204);
  assert.equal((await call('DELETE', path)).status, 404);
});
test('extras sent by PUT of a resource wipe those of the crawler', async () => {
  const { path, made } = await withOne({ extras: { 'check:available': true } });
  await call('PUT', path, remote({ extras: {} }));
  assert.deepEqual((await again(made)).resources[0].extras, {});
});
test('extras left out in the PUT of a resource are kept', async () => {
  const { path, made } = await withOne({ extras: { 'check:available': true } });
  await call('PUT', path, remote());
  assert.deepEqual((await again(made)).resources[0].extras, { 'check:available': true });
});
test('the format of a resource is trimmed and in lower case', async () => assert.equal((await withOne({ format: ' CSV ' })).resource.format, 'csv'));
const badUrls = { 'a loopback address': 'http://127.0.0.1/x', localhost: 'http://localhost/x', 'a private address': 'http://10.0.0.8/x',
  'an unknown top-level domain': 'https://data.exemple.terrasse/x', 'another scheme': 'javascript:alert(1)', 'no url': '' };
for (const [name, url] of Object.entries(badUrls)) {
  test(`a resource at ${name} is refused`, () => refused({ resources: [remote({ url })] }, 'resources'));
}
test('spaces around a url are trimmed', async () => assert.equal((await withOne({ url: ` ${csv} ` })).resource.url, csv));
test('an unknown resource type is refused', () => refused({ resources: [remote({ type: 'table' })] }, 'resources'));
test('an unknown kind of checksum is refused', () => refused({ resources: [remote({ checksum: { type: 'crc64', value: 'x' } })] }, 'resources'));
test('a sha256 checksum and a size are kept', async () => {
  const { resource } = await withOne({ checksum: { type: 'sha256', value: 'ab' }, filesize: 12 });
  assert.deepEqual([resource.checksum.type, resource.filesize], ['sha256', 12]);
});
test('a size that is no integer is refused', () => refused({ resources: [remote({ filesize: 'gros' })] }, 'resources'));
test('a schema by an unknown url is kept', async () => {
  const url = 'https://data.example.fr/schema.json';
  assert.equal((await withOne({ schema: { url } })).resource.schema.url, url);
});
test('resources are put in order when all ids are there', async () => {
  const made = await create({ resources: [remote({ title: 'a' }), remote({ title: 'b' })] });
  const ids = made.resources.map((r) => ({ id: r.id })).reverse();
  assert.equal((await call('PUT', at(made, 'resources/'), ids)).status, 200);
  assert.deepEqual((await again(made)).resources.map((r) => r.title), ['b', 'a']);
});
test('an order that misses an id is 400', async () => {
  const made = await create({ resources: [remote(), remote()] });
  assert.equal((await call('PUT', at(made, 'resources/'), [{ id: made.resources[0].id }])).status, 400);
});
test('the permalink of a resource is a 302 to its url', async () => {
  const { resource } = await withOne();
  const answer = await get(`/api/1/datasets/r/${resource.id}`);
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.get('location'), csv);
});
const form = (name, type) => `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\na;b\r\n1;2\r\n\r\n--b--\r\n`;
const upload = async (name, type) => call('POST', at(await create(), 'upload/'), form(name, type), { headers: { 'Content-Type': 'multipart/form-data; boundary=b' } });
test('an uploaded file is a hosted resource with size and sha1', async () => {
  const answer = await upload('liste.csv', 'text/csv');
  assert.equal(answer.status, 201);
  assert.deepEqual([answer.body.success, answer.body.filetype, answer.body.filesize, answer.body.checksum.type], [true, 'file', 10, 'sha1']);
});
test('an extension that is not listed is 400', async () => assert.equal((await upload('a.parquet', 'application/octet-stream')).status, 400));
test('an uploaded HTML page is 415', async () => assert.equal((await upload('a.html', 'text/html')).status, 415));

// Extras of the second API

test('extras of /api/2/ are merged and null removes', async () => {
  const made = await create({ extras: { a: 1, b: 2 } });
  const answer = await call('PUT', `/api/2/datasets/${made.id}/extras/`, { b: null, c: 3 });
  assert.equal(answer.status, 200);
  assert.deepEqual((await again(made)).extras, { a: 1, c: 3 });
});
test('DELETE of extras takes a list of keys', async () => {
  const made = await create({ extras: { a: 1, b: 2 } });
  assert.equal((await call('DELETE', `/api/2/datasets/${made.id}/extras/`, ['a'])).status, 204);
  assert.deepEqual((await again(made)).extras, { b: 2 });
});
test('extras of a resource are merged; an absent key to delete is 404', async () => {
  const { made, resource } = await withOne({ extras: { a: 1 } });
  const path = `/api/2/datasets/${made.id}/resources/${resource.id}/extras/`;
  assert.equal((await call('PUT', path, { b: 2 })).status, 200);
  assert.deepEqual((await again(made)).resources[0].extras, { a: 1, b: 2 });
  assert.equal((await call('DELETE', path, ['absent'])).status, 404);
});
test('/api/2/ shows resources as a link with a total', async () => {
  const { made } = await withOne();
  const { resources } = (await get(`/api/2/datasets/${made.id}/`)).body;
  assert.equal(resources.total, 1);
  assert.equal(typeof resources.href, 'string');
});
test('/api/2/ pages the resources', async () => {
  const made = await create({ resources: [remote({ title: 'a' }), remote({ title: 'b' })] });
  const page = (await get(`/api/2/datasets/${made.id}/resources/?page=2&page_size=1`)).body;
  assert.deepEqual([page.data[0].title, page.total, page.next_page], ['b', 2, null]);
});

// Lists

const listed = async (query, options) => (await get(`/api/1/datasets/?organization=${peer.listing}&${query}`, options)).body;
test('a list has the envelope and null at both ends', async () => {
  peer.listing = (await call('POST', '/api/1/organizations/', { name: unique('Pages'), description: 'x' })).body.id;
  for (const title of ['Premier', 'Deux', 'Trois']) await create({ title: unique(title), organization: peer.listing, tags: ['eau', title] });
  const first = await listed('page_size=2', anonymous);
  assert.deepEqual([first.page, first.page_size, first.total, first.previous_page], [1, 2, 3, null]);
  const second = await (await fetch(first.next_page)).json();
  assert.deepEqual([second.page, second.data.length, second.next_page], [2, 1, null]);
});
test('a page size of zero is 400', async () => assert.equal((await get('/api/1/datasets/?page_size=0')).status, 400));
test('the organisation filter takes an id only', async () => assert.equal((await get('/api/1/datasets/?organization=ma-ville')).status, 400));
test('two tags are a conjunction', async () => {
  assert.equal((await listed('tag=eau&tag=deux', anonymous)).total, 1);
});
test('sort=-created gives the newest first', async () => {
  const dates = (await listed('sort=-created', anonymous)).data.map((d) => d.created_at);
  assert.deepEqual(dates, [...dates].sort().reverse());
});
test('an unknown sort is 400', async () => assert.equal((await get('/api/1/datasets/?sort=taille')).status, 400));
for (const filter of ['archived', 'deleted', 'private']) {
  test(`the filter ${filter} needs a key`, async () => assert.equal((await get(`/api/1/datasets/?${filter}=true`, anonymous)).status, 401));
}
test("with a key the list holds the organisation's private, archived and deleted ones", async () => {
  const hidden = await create({ organization: peer.listing, private: true });
  const has = (page) => page.data.some((d) => d.id === hidden.id);
  assert.equal(has(await listed('page_size=50', anonymous)), false);
  assert.equal(has(await listed('page_size=50')), true);
  assert.equal(has(await listed('page_size=50&private=false')), false);
});
test('X-Fields keeps the named members only', async () => {
  const { made } = await withOne();
  const answer = await get(at(made), { headers: { 'X-Fields': 'id,extras,resources{id}' } });
  assert.deepEqual(answer.body, { id: made.id, extras: {}, resources: [{ id: made.resources[0].id }] });
});
test('X-Fields works inside the envelope', async () => {
  const answer = await get('/api/1/datasets/?page_size=1', { headers: { 'X-Fields': 'data{id,deleted},next_page' } });
  assert.deepEqual(Object.keys(answer.body).sort(), ['data', 'next_page']);
  assert.deepEqual(Object.keys(answer.body.data[0]).sort(), ['deleted', 'id']);
});
test('the closed lists are there', async () => {
  const licences = (await get('/api/1/datasets/licenses/')).body.map((l) => l.id);
  for (const id of ['lov2', 'fr-lo', 'odc-odbl', 'notspecified']) assert.ok(licences.includes(id));
  assert.ok((await get('/api/1/datasets/frequencies/')).body.some((f) => f.id === 'semimonthly'));
  assert.ok((await get('/api/1/datasets/resource_types/')).body.some((t) => t.id === 'documentation'));
  assert.ok((await get('/api/1/datasets/extensions/')).body.includes('csv'));
  assert.ok((await get('/api/1/spatial/granularities/')).body.some((g) => g.id === 'fr:commune'));
});

// Contacts

const contact = (extra) => ({ name: unique('Service'), email: 'data@ville.example.fr', role: 'contact', organization: peer.organization, ...extra });
test('an identical contact is found again with 200', async () => {
  const same = contact();
  const first = await call('POST', '/api/1/contacts/', same);
  const second = await call('POST', '/api/1/contacts/', same);
  assert.deepEqual([first.status, second.status, second.body.id], [201, 200, first.body.id]);
});
test('a contact needs an address or a form', async () => {
  assert.equal((await call('POST', '/api/1/contacts/', contact({ email: undefined }))).status, 400);
});
test('a name of a contact with a url is refused', async () => {
  assert.equal((await call('POST', '/api/1/contacts/', contact({ name: 'Voir https://x.fr' }))).status, 400);
});
test('contact points of another organisation are 400 errors.contact_points', async () => {
  const foreign = (await call('POST', '/api/1/contacts/', contact({ organization: peer.other }), { key: peer.keys.stranger })).body.id;
  await refused({ contact_points: [foreign] }, 'contact_points');
});
test('contact_points [] is ignored and null clears', async () => {
  const { id } = (await call('POST', '/api/1/contacts/', contact())).body;
  const made = await create({ contact_points: [id] });
  assert.equal((await put(made, { contact_points: [] })).body.contact_points.length, 1);
  assert.equal((await put(made, { contact_points: null })).body.contact_points.length, 0);
});

// Quality

const complete = { license: 'lov2', frequency: 'annual', temporal_coverage: { start: '2026-01-01', end: '2026-12-31' }, spatial: { geom: square } };
const near = (score, ninths) => assert.ok(Math.abs(score - ninths / 9) < 0.006, `${score} for ${ninths}/9`);
test('a complete dataset scores 9 of 9', async () => near((await create({ ...complete, resources: [remote({ description: 'Colonnes : code, nom.' })] })).quality.score, 9));
test('without resources three points are lost', async () => near((await create(complete)).quality.score, 6));
test('a description of 100 characters loses the point, 101 has it', async () => {
  const of = async (n) => (await create({ description: 'é'.repeat(n) })).quality.dataset_description_quality ?? false;
  assert.deepEqual([await of(100), await of(101)], [false, true]);
});
test('an unknown frequency loses two points', async () => near((await create({ ...complete, frequency: 'unknown' })).quality.score, 4));
test('a spreadsheet alone is no open format', async () => {
  near((await create({ ...complete, resources: [remote({ format: 'xlsx', description: 'x' })] })).quality.score, 8);
});
test('an annual dataset is late after 366 days', standIn, async () => {
  const made = await create({ ...complete, resources: [remote({ description: 'x' })] });
  await control('/_clock', { advance: 367 * 86400 });
  const late = (await again(made)).quality;
  await control('/_clock', { real: true });
  assert.equal(late.update_fulfilled_in_time, false);
});

// Faults of the stand-in

const fault = (list) => control('/_faults', list);
const total = async () => (await get(`/api/1/organizations/${peer.organization}/datasets/`)).body.total;
test('reset-before writes nothing, reset-after has written', standIn, async () => {
  const start = await total();
  for (const [kind, more] of [['reset-before', 0], ['reset-after', 1]]) {
    await fault([{ method: 'POST', path: '^/api/1/datasets/$', kind }]);
    await assert.rejects(call('POST', '/api/1/datasets/', body()));
    assert.equal(await total(), start + more);
  }
});
test('a status fault carries its headers and ends after its count', standIn, async () => {
  await fault([{ path: '^/api/1/me/', kind: 'status', status: 429, headers: { 'Retry-After': '120' }, count: 2 }]);
  const answers = [await get('/api/1/me/'), await get('/api/1/me/'), await get('/api/1/me/')];
  assert.deepEqual(answers.map((a) => a.status), [429, 429, 200]);
  assert.equal(answers[0].headers.get('retry-after'), '120');
});
test('a status fault after the commit has written', standIn, async () => {
  const start = await total();
  await fault([{ method: 'POST', path: '^/api/1/datasets/$', kind: 'status', status: 500, after: true }]);
  assert.equal((await call('POST', '/api/1/datasets/', body())).status, 500);
  assert.equal(await total(), start + 1);
});
test('malformed, html and dripped answers are what they say', standIn, async () => {
  await fault([{ path: '/me/', kind: 'malformed' }, { path: '/me/', kind: 'html' }, { path: '/me/', kind: 'drip', ms: 0 }]);
  assert.equal((await get('/api/1/me/')).body, '{"id": "');
  assert.match((await get('/api/1/me/')).headers.get('content-type'), /html/);
  assert.ok((await get('/api/1/me/')).body.id);
});
test('a truncated answer cuts the connection', standIn, async () => {
  await fault([{ path: '/me/', kind: 'truncated' }]);
  await assert.rejects(get('/api/1/me/'));
});
test('an unknown fault is refused', standIn, async () => assert.equal((await fault([{ kind: 'tsunami' }])).status, 400));
test('a page in a browser cannot press the switches', standIn, async () => {
  assert.equal((await call('POST', '/_reset', {}, { key: null, headers: { Origin: 'https://ailleurs.example' } })).status, 403);
});
test('the journal names each call with its status', standIn, async () => {
  const last = (await get('/_journal', anonymous)).body.at(-1)?.n ?? 0;
  await get('/api/1/me/');
  const [row] = (await get(`/_journal?since=${last}`, anonymous)).body;
  assert.deepEqual([row.method, row.path, row.status, row.key], ['GET', '/api/1/me/', 200, 'service-regional']);
});
test('the pages say in French that this is a stand-in, and escape', standIn, async () => {
  const made = await create({ title: unique('<b>Titre</b>') });
  for (const path of ['/', `/fr/datasets/${made.slug}/`]) {
    const { body: html, status } = await get(path, { key: null, headers: { Accept: 'text/html' } });
    assert.equal(status, 200);
    assert.match(html, /Ce site est un simulacre de data\.gouv\.fr pour les essais et la démonstration/);
    assert.doesNotMatch(html, /<b>Titre/);
    assert.doesNotMatch(html, /<script/);
  }
});
test('the state file outlives a restart', standIn, async () => {
  const { mkdtempSync, rmSync } = await import('node:fs');
  const { start } = await import('./server.mjs');
  const folder = mkdtempSync(`${(await import('node:os')).tmpdir()}/udata-`);
  const run = async (use) => { const p = await start({ state: `${folder}/state.json` }); try { return await use(p); } finally { await p.close(); } };
  const name = unique('Durable');
  await run((p) => fetch(`${p.url}/api/1/organizations/`, { method: 'POST', body: JSON.stringify({ name, description: 'x' }),
    headers: { 'Content-Type': 'application/json', 'X-API-KEY': p.keys.worker } }));
  const found = await run(async (p) => (await (await fetch(`${p.url}/api/1/organizations/`)).json()).data);
  rmSync(folder, { recursive: true });
  assert.deepEqual(found.map((o) => o.name), [name]);
});
