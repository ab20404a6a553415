// A partner's contact for the convention (R6) and its duty to publish (R5), on the pages and by command.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

let t, region, password, id, base;
const R = 'r.localhost', A = 'a.r.localhost', day = 86400;
const one = (text) => sql(t, `${text};`);
const contacts = () => one(`SELECT string_agg(email || ' ' || since || ' ' || coalesce(until::text, '-'), '|' ORDER BY until NULLS LAST, since, email) FROM portal.partner_contact WHERE partner_id = '${id}'`);
const today = () => one("SELECT (now() AT TIME ZONE 'Europe/Paris')::date");

before(async () => {
  t = await installation();
  await t.tenants();
  region = await t.signIn(R, 'admin@r.example', await t.accept(R, t.links[R]));
  password = await t.accept(A, t.links[A]);
  await t.signIn(A, 'admin@a.example', password);
  id = one(`SELECT p.id FROM portal.partner p JOIN portal.host h ON h.tenant_id = p.subdomain_id WHERE h.host = '${A}'`);
  base = `/backoffice/partners/${id}/`;
});
after(() => t?.stop());

test('a partner is made with its contact, and none without', async () => {
  assert.equal(contacts(), `admin@a.example ${today()} -`);
  const made = await t.cli(['tenant', 'add', 'c', '--name', 'C', '--host', 'c.r.localhost', '--admin', 'admin@c.example', '--contact', '  ']);
  assert.equal(made.code, 1);
  assert.match(made.stderr, /contact/);
  assert.equal((await t.http('c.r.localhost', '/')).status, 421);
  const form = { name: 'Ville de C', kind: 'commune', mode: 'subdomain', slug: 'c', siren: '', insee: '', contact_name: 'Odile', email: '' };
  const refused = await region.post('/backoffice/partners/', form);
  assert.ok(refused.status >= 400 && refused.status < 500, String(refused.status));
  assert.equal(one("SELECT count(*) FROM portal.partner WHERE name IN ('C', 'Ville de C')"), '0');
});
test('the last contact cannot be removed; a second one makes it possible', async () => {
  const first = one(`SELECT id FROM portal.partner_contact WHERE partner_id = '${id}'`);
  const refused = await region.post(`${base}contact/remove`, { contact: first });
  assert.equal(refused.status, 409);
  assert.match(refused.text, /dernier|seul/);
  assert.equal((await region.post(`${base}contact`, { contact_name: 'Suppléante', email: 'Adjointe@A.example', way: 'beside' })).status, 303);
  assert.equal((await region.post(`${base}contact`, { contact_name: 'Encore', email: 'adjointe@a.example', way: 'beside' })).status, 409);
  assert.equal((await region.post(`${base}contact/remove`, { contact: first })).status, 303);
  assert.equal((await region.post(`${base}contact/remove`, { contact: first })).status, 409, 'it has gone already');
  assert.equal(contacts(), `admin@a.example ${today()} ${today()}|adjointe@a.example ${today()} -`);
});
test('a hand-over ends the former contact on the day that the new one begins', async () => {
  for (const since of ['hier', '2026-13-01', '01/02/2027']) assert.equal((await region.post(`${base}contact`, { contact_name: 'X', email: 'x@a.example', since })).status, 400, since);
  assert.equal((await region.post(`${base}contact`, { contact_name: 'Claire Petit', email: 'admin@a.example', since: '2099-01-31', way: 'replace' })).status, 303);
  assert.equal(contacts().split('|').at(-1), 'admin@a.example 2099-01-31 -');
  assert.equal(one(`SELECT until FROM portal.partner_contact WHERE email = 'adjointe@a.example' AND partner_id = '${id}'`), '2099-01-31');
  assert.match((await region.get(base)).text, /Claire Petit/);
});
test('a contact whose account is disabled, gone or silent is told to the region, once', async () => {
  const lapsed = () => one(`SELECT coalesce(lapsed, '-') FROM portal.partner_contact WHERE partner_id = '${id}' AND until IS NULL`);
  const told = () => one("SELECT coalesce(string_agg(recipient || ' ' || split_part(once, ' ', 3), '|' ORDER BY created_at), '') FROM portal.mail WHERE template = 'contact_lapsed' AND args ->> 0 = 'Portail A'");
  const look = async (shift) => { await t.halt(); await t.serve({ env: { TERRASSE_CLOCK: String(shift) } }); };
  // What the worker says of the other partner's shows that it has looked at all of them.
  one("UPDATE portal.account SET state = 'disabled' WHERE email = 'admin@b.example'");
  const looked = async (shift) => {
    one("UPDATE portal.partner_contact SET lapsed = NULL WHERE email = 'admin@b.example'");
    await look(shift);
    await poll(() => one("SELECT lapsed FROM portal.partner_contact WHERE email = 'admin@b.example'") === 'disabled', { what: 'the worker' });
  };
  await looked(0);
  assert.deepEqual([lapsed(), told()], ['-', '']);
  await look(366 * day);
  await poll(() => lapsed() === 'silent', { what: 'a year of silence' });
  assert.match((await region.get(base)).text, /un an/);
  assert.match((await region.get('/backoffice/partners/')).text, /à vérifier/i);
  one("UPDATE portal.account SET state = 'disabled' WHERE email = 'admin@a.example'");
  await look(0);
  await poll(() => lapsed() === 'disabled', { what: 'the disabled account' });
  await looked(60);
  assert.equal(told(), 'admins silent|admins disabled');
  one("UPDATE portal.account SET state = 'active' WHERE email = 'admin@a.example'");
  await look(0);
  await poll(() => lapsed() === '-', { what: 'all well again' });
});
test('the duty to publish follows the figures, with the text of the law', async () => {
  one(`UPDATE portal.partner SET kind = 'commune' WHERE id = '${id}'`);
  const said = async (population, staff) => {
    assert.equal((await region.post(`${base}figures`, { population, staff })).status, 303);
    return /Obligé de publier|Non obligé|Chiffres manquants/.exec((await region.get(base)).text)?.[0];
  };
  assert.equal(await said('3500', '50'), 'Obligé de publier');
  assert.equal(await said('3499', '50'), 'Non obligé');
  assert.equal(await said('3500', '49'), 'Non obligé');
  assert.equal(await said('3500', ''), 'Chiffres manquants');
  assert.match((await region.get(base)).text, /L312-1-1/);
  assert.equal(one(`SELECT population || ' ' || coalesce(staff::text, '-') FROM portal.tenant t JOIN portal.host h ON h.tenant_id = t.id WHERE host = '${A}'`), '3500 -');
  for (const bad of ['-1', '3,5', '1e9', '99999999999']) assert.equal((await region.post(`${base}figures`, { population: bad, staff: '1' })).status, 400, bad);
  const listed = await t.must(['partner', 'list', '--region', R, '--json']);
  assert.deepEqual(listed.map((p) => [p.name, p.duty, p.contact]).sort(), [['Portail A', 'unknown', 'admin@a.example'], ['Portail B', 'unknown', 'admin@b.example']]);
});
test('only the region’s administrators see and change it', async () => {
  const officer = await t.signIn(A, 'admin@a.example', password);
  assert.equal((await officer.get(base)).status, 403);
  for (const verb of ['contact', 'contact/remove', 'figures'])
    assert.equal((await officer.post(`${base}${verb}`, { email: 'pirate@a.example', contact_name: 'P', population: '1' })).status, 403, verb);
  assert.equal((await region.get('/backoffice/partners/00000000-0000-7000-8000-000000000000/')).status, 404);
  assert.equal(one("SELECT count(*) FROM portal.partner_contact WHERE email LIKE 'pirate%'"), '0');
});
test('today is the day in Paris, in summer too: at 22:30 UTC of the first of July it is the second', async () => {
  const shift = Math.round((Date.parse('2098-07-01T22:30:00Z') - Date.now()) / 1000);
  await t.must(['partner', 'contact', one("SELECT id FROM portal.partner WHERE name = 'Portail B'"), '--region', R, '--email', 'ete@b.example'], { env: { TERRASSE_CLOCK: `+${shift}` } });
  assert.equal(one("SELECT since FROM portal.partner_contact WHERE email = 'ete@b.example'"), '2098-07-02');
});
