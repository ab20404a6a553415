// API keys have an end: chosen, told of before, and after it nothing; a renewed key leaves its place in a week. The clock is set.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

let t, admin, yearly, monthly;
const A = 'a.r.localhost', WHO = 'admin@a.example', day = 86400;
const one = (query) => sql(t, `${query};`);
before(async () => {
  t = await installation();
  await t.tenants();
  admin = await t.signIn(A, WHO, await t.accept(A, t.links[A]));
});
after(() => t?.stop());

/** Everything again, so many seconds later. */
const later = async (seconds) => { await t.halt(); await t.serve({ env: { TERRASSE_CLOCK: String(seconds) } }); };
const call = (key) => t.http(A, '/api/explore/v2.1/catalog/datasets', { key });
const days = (label) => Number(one(`SELECT round(extract(epoch FROM expires_at - created_at) / ${day}) FROM portal.api_key WHERE label = '${label}' ORDER BY created_at DESC LIMIT 1`));
const told = (label) => one(`SELECT coalesce(string_agg(split_part(m.once, ' ', 3), ' ' ORDER BY m.id), '') FROM portal.mail m JOIN portal.api_key k ON m.once LIKE 'key ' || k.id || ' %' WHERE k.label = '${label}'`);
const made = (page) => /id="cle">([^<]+)</.exec(page.text)?.[1];

test('a key lives a year where nobody says how long, at most three, and never without an end', async () => {
  yearly = (await t.must(['token', 'add', WHO, '--host', A, '--label', 'an', '--json'])).key;
  assert.equal(days('an'), 365);
  const page = await admin.post('/backoffice/keys/', { label: 'mois', days: '30' });
  monthly = made(page);
  assert.equal(days('mois'), 30);
  await t.must(['token', 'add', WHO, '--host', A, '--label', 'long', '--days', '1095', '--json']);
  assert.equal(days('long'), 1095);
  for (const bad of ['0', '1096', '-1', '1e3', 'toujours']) {
    assert.equal((await t.cli(['token', 'add', WHO, '--host', A, '--days', bad])).code, 1, bad);
    assert.equal((await admin.post('/backoffice/keys/', { label: 'non', days: bad })).status, 400, bad);
  }
  assert.equal(one("SELECT count(*) FROM portal.api_key WHERE label = 'non' OR expires_at IS NULL"), '0');
  assert.deepEqual([(await call(yearly)).status, (await call(monthly)).status], [200, 200]);
});
test('a week before its end the holder is told, once; a key of a month is not told of at once', async () => {
  // A key that the worker must tell of shows that it has looked at all of them.
  const looked = async (label, seconds) => {
    await t.must(['token', 'add', WHO, '--host', A, '--label', label, '--json']);
    one(`UPDATE portal.api_key SET created_at = now() - interval '1 year', expires_at = now() + interval '${seconds} seconds 3 days' WHERE label = '${label}'`);
    await later(seconds);
    await poll(() => told(label) === '7', { what: `the notice of ${label}` });
  };
  await looked('un', 0);
  assert.equal(told('mois'), '');
  await later(24 * day);
  await poll(() => told('mois') === '7', { what: 'the notice' });
  await looked('deux', 24 * day + 60);
  assert.equal(told('mois'), '7');
  assert.equal(one(`SELECT m.recipient = a.id::text FROM portal.mail m JOIN portal.api_key k ON m.once LIKE 'key ' || k.id || ' %', portal.account a
    WHERE m.template = 'key_ends' AND k.label = 'mois' AND a.email = '${WHO}'`), 't');
  assert.equal((await call(monthly)).status, 200);
});
test('after its end a key opens nothing, and says when it ended', async () => {
  await later(30 * day + 60);
  const refused = await call(monthly);
  assert.equal(refused.status, 401, refused.text);
  const end = one("SELECT to_char(expires_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD') FROM portal.api_key WHERE label = 'mois'");
  assert.ok(refused.text.includes(end), refused.text);
  assert.equal((await call(yearly)).status, 200);
  assert.match((await admin.get('/backoffice/keys/')).text, /éteinte/);
});
test('a renewed key lives for a week beside the new one, which has its label and lifetime', async () => {
  const id = (await t.must(['token', 'list', WHO, '--host', A, '--json'])).find((k) => k.label === 'an').id;
  const fresh = made(await admin.post('/backoffice/keys/renew', { key: id }));
  assert.deepEqual([(await call(yearly)).status, (await call(fresh)).status], [200, 200]);
  assert.equal(days('an'), 365);
  assert.equal((await admin.post('/backoffice/keys/renew', { key: id })).status, 409);
  assert.equal((await t.cli(['token', 'renew', WHO, '--host', A, '--key', id])).code, 1);
  assert.equal((await t.cli(['token', 'renew', 'admin@b.example', '--host', 'b.r.localhost', '--key', id])).code, 1);
  await later(37 * day + 30);
  assert.equal((await call(yearly)).status, 200, 'until the week is over');
  await later(37 * day + 600);
  assert.equal((await call(yearly)).status, 401);
  assert.equal((await call(fresh)).status, 200);
  await later((30 + 336) * day);
  await poll(() => told('an') === '30', { what: 'a notice for the new one, none for the old' });
  assert.match((await admin.get('/backoffice/keys/')).text, /encore (29|30) j/);
});
test('a key revoked by command ends at once', async () => {
  const listed = await t.must(['token', 'list', WHO, '--host', A, '--json'], { env: { TERRASSE_CLOCK: '0' } });
  const long = listed.find((k) => k.label === 'long');
  assert.equal(long.state, 'live');
  await t.must(['token', 'revoke', WHO, '--host', A, '--key', long.id]);
  assert.equal((await t.must(['token', 'list', WHO, '--host', A, '--json'])).find((k) => k.id === long.id).state, 'revoked');
  assert.equal((await t.cli(['token', 'revoke', WHO, '--host', A, '--key', long.id])).code, 1);
});
