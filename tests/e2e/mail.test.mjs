// Notices by mail: what is queued leaves, once, over a verified connection, and nothing in it adds a header.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { start, words } from '../peers/smtp/server.mjs';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

let t, peer, folder;
const A = 'a.r.localhost', B = 'b.r.localhost';

/** A key and a certificate of itself for these names; tomorrow they are worth nothing. */
function certificate(name, names) {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=peer',
    '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  chmodSync(cert, 0o644);
  return { file: cert, key: readFileSync(key), cert: readFileSync(cert) };
}

let good, other;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'terrasse-mail-'));
  chmodSync(folder, 0o755);
  good = certificate('good', 'DNS:mx.localhost');
  other = certificate('other', 'DNS:elsewhere.example');
  peer = await start({ tls: good, user: 'portail', password: 'pässwort' });
  writeFileSync(join(folder, 'password'), 'pässwort\n', { mode: 0o644 });
  t = await installation({ args: ['--smtp', `mx.localhost:${peer.port}`, '--smtp-ca', good.file, '--smtp-user', 'portail',
    '--smtp-password-file', join(folder, 'password'), '--mail-from', 'portail@r.example', '--public-url', 'https://r.localhost:8443'] });
  await t.tenants();
});
after(async () => { await t?.stop(); await peer?.close(); rmSync(folder, { recursive: true, force: true }); });

const tenant = (host) => `(SELECT tenant_id FROM portal.host WHERE host = '${host}')`;
/** As mail_queue does. */
function queue(host, to, { template = 'test', path = '', args = [], once } = {}) {
  const text = JSON.stringify(args).replaceAll("'", "''");
  sql(t, `WITH m AS (INSERT INTO portal.mail (tenant_id, id, recipient, template, path, args, once)
    VALUES (${tenant(host)}, gen_random_uuid(), '${to}', '${template}', '${path}', '${text}', ${once ? `'${once}'` : 'NULL'})
    ON CONFLICT (tenant_id, recipient, once) DO NOTHING RETURNING tenant_id, id)
    INSERT INTO portal.task (id, tenant_id, kind, subject) SELECT gen_random_uuid(), tenant_id, 'mail', id FROM m;`);
}
const state = (host, to) => sql(t, `SELECT state FROM portal.mail WHERE tenant_id = ${tenant(host)} AND recipient = '${to}' ORDER BY created_at DESC LIMIT 1;`);
const nothingWaits = () => poll(() => sql(t, "SELECT count(*) FROM portal.task WHERE kind = 'mail';") === '0', { what: 'the end of all that was queued' });
const got = (to, n = 1) => poll(() => { const m = peer.mails.filter((x) => x.to[0] === to); return m.length >= n && m; }, { what: `mail to ${to}` });

test('a notice to a role reaches each of that portal’s people, alone on its own message, over STARTTLS and with the password', async () => {
  await t.must(['user', 'add', 'editrice@a.example', '--host', A, '--role', 'editor', '--name', 'Éditrice']);
  await t.must(['user', 'add', 'lecteur@a.example', '--host', A, '--role', 'reader', '--name', 'Lecteur']);
  queue(A, 'editors');
  const [first] = await got('admin@a.example');
  const [second] = await got('editrice@a.example');
  for (const m of [first, second]) {
    assert.equal(m.tls, true);
    assert.equal(m.user, 'portail');
    assert.equal(m.from, 'portail@r.example');
    assert.equal(m.to.length, 1);
    assert.equal(words(m.head.from), 'Portail A <portail@r.example>');
    assert.equal(words(m.head.subject), 'Essai d’envoi');
    assert.equal(m.head['auto-submitted'], 'auto-generated');
    assert.match(m.body, /^Ce message montre que Portail A peut envoyer des avis\.\r\n/);
    assert.ok(Math.abs(Date.parse(m.head.date) - Date.now()) < 60000, m.head.date);
  }
  assert.notEqual(first.head['message-id'], second.head['message-id']);
  await nothingWaits();
  assert.deepEqual(peer.mails.filter((m) => /lecteur|b\.example|@r\.example/.test(m.to[0])), []);
  assert.deepEqual(peer.faults, []);
});

test('what was said once is not said again', async () => {
  queue(B, 'admins', { once: 'x 1' });
  await got('admin@b.example');
  queue(B, 'admins', { once: 'x 1' });
  queue(B, 'admins', { once: 'x 2' });
  await got('admin@b.example', 2);
  await nothingWaits();
  assert.equal(peer.mails.filter((m) => m.to[0] === 'admin@b.example').length, 2);
});

test('a refusal for good ends it, a passing one is tried again, an unverified server gets nothing', async () => {
  peer.answer = (verb, rest) => (verb === 'RCPT' && rest.includes('nobody@') ? '550 nobody here' : verb === 'RCPT' && rest.includes('later@') ? '451 later' : undefined);
  queue(A, 'nobody@a.example');
  await poll(() => state(A, 'nobody@a.example') === 'failed', { what: 'the refusal' });
  queue(A, 'later@a.example');
  const late = await poll(() => sql(t, "SELECT error FROM portal.task WHERE kind = 'mail' AND error IS NOT NULL;"), { what: 'the passing refusal' });
  assert.equal(late, 'mail_failed');
  assert.equal(state(A, 'later@a.example'), 'waiting');
  peer.answer = () => undefined;
  sql(t, "UPDATE portal.task SET run_at = now() WHERE kind = 'mail';");
  await got('later@a.example');
  const listed = await t.must(['mail', 'list', '--host', A, '--json']);
  assert.equal(listed.find((m) => m.recipient === 'nobody@a.example').state, 'failed');
  assert.match(listed.find((m) => m.recipient === 'nobody@a.example').error, /^mail_refused .*550/);
  assert.deepEqual((await t.must(['mail', 'list', '--host', B, '--json'])).filter((m) => m.recipient.includes('a.example')), []);
});

test('three days of attempts are enough', async () => {
  peer.answer = (verb) => (verb === 'MAIL' ? '421 busy' : undefined);
  queue(A, 'old@a.example');
  sql(t, "UPDATE portal.mail SET created_at = now() - interval '73 hours' WHERE recipient = 'old@a.example';");
  // Each time: an attempt that was under way puts the next one off.
  const hurry = () => sql(t, "UPDATE portal.task SET run_at = now() WHERE kind = 'mail';");
  await poll(() => { hurry(); return state(A, 'old@a.example') === 'failed'; }, { what: 'giving up', every: 200 });
  peer.answer = () => undefined;
});

test('a message whose answer was lost comes again under its first Message-ID', async () => {
  let once = true;
  peer.answer = (verb, text) => { if (verb !== '.' || !once || !text.includes('twice@')) return undefined; once = false; return 'drop'; };
  queue(A, 'twice@a.example');
  await poll(() => sql(t, "SELECT error FROM portal.task WHERE kind = 'mail' AND error IS NOT NULL;"), { what: 'the lost answer' });
  sql(t, "UPDATE portal.task SET run_at = now() WHERE kind = 'mail';");
  const [one, two] = await got('twice@a.example', 2);
  assert.equal(one.head['message-id'], two.head['message-id']);
  await poll(() => state(A, 'twice@a.example') === 'sent', { what: 'the end' });
});

test('a portal’s name with line ends and 200 characters adds no header and cuts no character', async () => {
  const name = `Région é${'è'.repeat(80)}`;
  sql(t, `UPDATE portal.tenant SET name = E'${name}\\r\\nBcc: all@x.example' WHERE id = ${tenant(B)};`);
  queue(B, 'long@b.example', { path: '/backoffice/' });
  const [m] = await got('long@b.example');
  assert.equal(words(m.head.from), `${name}\r\nBcc: all@x.example <portail@r.example>`);
  assert.equal(m.head.bcc, undefined);
  assert.deepEqual(peer.faults, []);
});

test('mail test speaks at once; a certificate of another name, one of nobody known and a server without STARTTLS are refused', async () => {
  const ask = (port, ca) => t.cli(['mail', 'test', 'essai@r.example', '--host', 'r.localhost', '--smtp', `mx.localhost:${port}`, ...(ca ? ['--smtp-ca', ca] : [])]);
  const plain = await start({});
  const bare = await start({ tls: good, hideStartTls: true });
  const wrong = await start({ tls: other });
  const fine = await start({ tls: good });
  try {
    const done = await ask(fine.port, good.file);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(fine.mails[0].to, ['essai@r.example']);
    assert.equal(fine.mails[0].from, 'noreply@r.localhost');
    for (const [port, ca, what] of [[fine.port, null, 'unknown issuer'], [wrong.port, other.file, 'another name'], [plain.port, good.file, 'no TLS'], [bare.port, good.file, 'TLS hidden']]) {
      const refused = await ask(port, ca);
      assert.notEqual(refused.code, 0, what);
      assert.match(refused.stderr, /mx\.localhost/, what);
    }
    assert.deepEqual([plain.mails, bare.mails, wrong.mails], [[], [], []]);
    assert.equal(fine.mails.length, 1);
    // A server on this machine needs none.
    const here = await t.cli(['mail', 'test', 'essai@r.example', '--host', 'r.localhost', '--smtp', `127.0.0.1:${plain.port}`]);
    assert.equal(here.code, 0, here.stderr);
    assert.equal(plain.mails.length, 1);
    const off = await t.cli(['mail', 'test', 'essai@r.example', '--host', 'r.localhost']);
    assert.notEqual(off.code, 0);
    assert.match(off.stderr, /smtp = /);
    const odd = await t.cli(['mail', 'test', 'essai@r.example', '--host', 'r.localhost', '--smtp', 'mx/../:25']);
    assert.match(odd.stderr, /mx\.example\.fr:587/);
  } finally { await Promise.all([plain, bare, wrong, fine].map((p) => p.close())); }
});

test('notices that wait for an hour are named by the doctor', async () => {
  const said = async () => JSON.parse((await t.cli(['doctor', '--json'])).stdout).find((r) => r.name === 'mail');
  assert.equal((await said()).state, 'skipped');
  peer.answer = (verb) => (verb === 'MAIL' ? '421 busy' : undefined);
  queue(A, 'slow@a.example');
  await poll(() => sql(t, "SELECT error FROM portal.task WHERE kind = 'mail' AND error IS NOT NULL;"), { what: 'an attempt' });
  sql(t, "UPDATE portal.task SET created_at = now() - interval '2 hours' WHERE kind = 'mail';");
  assert.deepEqual([(await said()).state, (await said()).found], ['wrong', '1 (mail_failed)']);
});
