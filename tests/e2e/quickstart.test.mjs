// tools/quickstart with a program that is built: what it prints is true, twice, and Ctrl-C leaves nothing.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Jar, binary, poll } from './harness.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = mkdtempSync(join(tmpdir(), 'terrasse-quick-'));
const home = join(folder, 'demo');
const env = { ...process.env, TERRASSE_BINARY: binary, LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8', SSH_CONNECTION: '192.0.2.7 50000 192.0.2.9 22' };
let shown, child, ended;

/** Starts it, waits for its last line, and reads what it printed. */
async function begin() {
  let text = '';
  child = spawn(join(root, 'tools/quickstart'), ['--home', home, '--listen', '127.0.0.1:0'], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  ended = new Promise((done) => { child.on('close', (code, signal) => done(code ?? signal)); });
  let gone = false;
  ended.then(() => { gone = true; });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (s) => { text += s; });
  await poll(() => {
    if (gone) throw Object.assign(new Error(text), { final: true });
    return text.includes('Ctrl-C');
  }, { deadline: 240000, what: `last line of quickstart` }).catch((error) => { throw new Error(`${error.message}\n${text}`); });
  const urls = [...text.matchAll(/^ {2}\S.*? {2,}(http:\/\/\S+)$/gm)].map((m) => new URL(m[1]));
  const accounts = [...text.matchAll(/^ {4}(http:\S+) {3}(\S+) {3}(\S+)$/gm)].map(([, url, email, password]) => ({ url: new URL(url), email, password }));
  return { text, portals: urls.filter((u) => u.hostname.endsWith('.localhost')), national: urls.find((u) => u.hostname === '127.0.0.1'), accounts };
}

/** As Ctrl-C in its terminal: the signal goes to its whole group. */
async function interrupt() {
  process.kill(-child.pid, 'SIGINT');
  const code = await ended;
  child = null;
  return code;
}

/** Processes that name the home. */
const left = () => readdirSync('/proc').filter((p) => /^\d+$/.test(p) && Number(p) !== process.pid).filter((p) => {
  try { return readFileSync(`/proc/${p}/cmdline`, 'utf8').includes(home) || readFileSync(`/proc/${p}/environ`, 'utf8').includes(`TERRASSE_HOME=${home}`); } catch { return false; }
});

/** One request to a printed address, by loopback with its Host. */
function get(url, { form, jar } = {}) {
  const body = form && new URLSearchParams(form).toString();
  const headers = { Host: url.host };
  if (jar?.header) headers.Cookie = jar.header;
  if (body) Object.assign(headers, { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body), Origin: url.origin });
  return new Promise((done, fail) => {
    request({ host: '127.0.0.1', port: url.port, path: url.pathname + url.search, method: body ? 'POST' : 'GET', headers, agent: false }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part)).on('end', () => {
        jar?.take(answer.headers);
        done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString('utf8') });
      });
    }).on('error', fail).end(body);
  });
}
const at = (host, path) => new URL(path, shown.portals.find((u) => u.hostname === host));

before(async () => {
  chmodSync(folder, 0o755);
  shown = await begin();
});
after(async () => {
  if (child) await interrupt();
  rmSync(folder, { recursive: true, force: true });
});

test('each printed address answers under its own name', async () => {
  assert.deepEqual(shown.portals.map((u) => u.hostname).sort(), ['academie.localhost', 'agglopolys.region.localhost', 'bourges-plus.region.localhost',
    'chartres-metropole.region.localhost', 'chateauroux-metropole.region.localhost', 'loiret.region.localhost', 'orleans-metropole.region.localhost',
    'region.localhost', 'tours-metropole.region.localhost']);
  for (const url of [...shown.portals, shown.national]) assert.equal((await get(url)).status, 200, url.href);
  assert.match((await get(shown.national)).text, /[Ss]imul/);
});
test('the region has its datasets, with as many rows as the sources', async () => {
  const answer = await get(at('region.localhost', '/api/explore/v2.1/catalog/datasets/communes-centre-val-de-loire/records?limit=1&where=code_commune%3D%2241269%22'));
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.text, /Vendôme/);
  const all = JSON.parse((await get(at('region.localhost', '/api/explore/v2.1/catalog/datasets/communes-centre-val-de-loire/records?limit=1'))).text);
  assert.equal(all.total_count, 1754); // communes of the region on 1 January 2024 and after (INSEE)
});
test('copies have arrived: partners on the region, the region on its partners, all of it at the national stand-in', async () => {
  const total = async (host, id) => JSON.parse((await get(at(host, `/api/explore/v2.1/catalog/datasets/${id}/records?limit=1`))).text).total_count;
  assert.equal(await total('region.localhost', 'communes-tours-metropole'), 22); // its communes by law
  assert.equal(await total('tours-metropole.region.localhost', 'departements-centre-val-de-loire'), 6);
  assert.equal(await total('loiret.region.localhost', 'communes-centre-val-de-loire'), await total('loiret.region.localhost', 'communes-loiret')); // filtered
  // Six of the region, two or three of each of seven partners, one of the town; nothing of the academy.
  const there = JSON.parse((await get(new URL('/api/1/datasets/?page_size=100', shown.national))).text);
  assert.equal(there.total, 22);
  assert.ok(there.data.every((d) => d.resources.every((r) => new URL(r.url).port === shown.portals[0].port)));
});
test('each account signs in, with a password of its own', async () => {
  assert.equal(shown.accounts.length, 6);
  assert.equal(new Set(shown.accounts.map((a) => a.password)).size, 6);
  for (const { url, email, password } of shown.accounts) {
    assert.match(password, /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    const answer = await get(url, { form: { email, password }, jar: new Jar() });
    assert.equal(answer.status, 303, `${email}: ${answer.text.slice(0, 300)}`);
  }
});
test('the academy’s closed dataset does not exist for a stranger, and its agent reads it', async () => {
  const { canary } = JSON.parse(readFileSync(join(home, 'demonstration'), 'utf8'));
  const url = at('academie.localhost', '/api/explore/v2.1/catalog/datasets/demandes-materiel-exemple/records');
  const stranger = await get(url);
  assert.equal(stranger.status, 404);
  const { email, password } = shown.accounts.find((a) => a.email.startsWith('agent@'));
  const jar = new Jar();
  await get(at('academie.localhost', '/login/'), { form: { email, password }, jar });
  const agent = await get(new URL(`${url.pathname}?limit=100`, url), { jar });
  assert.equal(agent.status, 200, agent.text);
  assert.ok(agent.text.includes(canary));
  for (const path of ['/', '/api/explore/v2.1/catalog/datasets', '/explore/', '/sitemap.xml']) {
    const open = await get(at('academie.localhost', path));
    assert.ok(!open.text.includes(canary) && !open.text.includes('demandes-materiel'), path);
  }
  const search = await get(at('academie.localhost', `/api/explore/v2.1/catalog/datasets?where=${encodeURIComponent(`"${canary}"`)}`));
  assert.equal(JSON.parse(search.text).total_count, 0);
});
test('the line for another computer names every printed port', () => {
  const [line] = /^ {2}ssh .*$/m.exec(shown.text);
  for (const { port } of [shown.portals[0], shown.national]) assert.ok(line.includes(` -L ${port}:127.0.0.1:${port} `), line);
  assert.match(line, /@192\.0\.2\.9$/);
});
test('passwords lie in a file that its owner alone reads', () => {
  assert.equal(statSync(join(home, 'demonstration')).mode & 0o777, 0o600);
});
test('a second start beside the first says that it runs', () => {
  const done = spawnSync(join(root, 'tools/quickstart'), ['--home', home, '--listen', '127.0.0.1:0'], { env, encoding: 'utf8' });
  assert.equal(done.status, 1);
  assert.match(done.stderr, /running already/);
});
test('beyond loopback it refuses, and so does the program on this home', async () => {
  const done = spawnSync(join(root, 'tools/quickstart'), ['--home', home, '--listen', '0.0.0.0:0'], { env, encoding: 'utf8' });
  assert.equal(done.status, 2);
  const serve = spawnSync(binary, ['serve', '--home', home, '--listen', '0.0.0.0:0'], { env, encoding: 'utf8' });
  assert.equal(serve.status, 1);
  assert.match(serve.stderr, /127\.0\.0\.1/);
});
test('Ctrl-C ends all of it with 0', async () => {
  assert.equal(await interrupt(), 0);
  assert.deepEqual(left(), []);
});
test('the second start keeps accounts and data', async () => {
  const first = shown;
  shown = await begin();
  assert.deepEqual(shown.accounts.map((a) => a.password), first.accounts.map((a) => a.password));
  assert.ok(!/datasets +ok/.test(shown.text));
  const answer = await get(at('region.localhost', '/api/explore/v2.1/catalog/datasets/departements-centre-val-de-loire/records'));
  assert.equal(JSON.parse(answer.text).total_count, 6);
});
test('killed without a word, it leaves nothing running either', async () => {
  child.kill('SIGKILL');
  await ended;
  child = null;
  await poll(() => left().length === 0, { what: 'the end of every process' });
});
test('a folder with somebody’s work is refused', () => {
  writeFileSync(join(folder, 'work.txt'), 'mine');
  const done = spawnSync(join(root, 'tools/quickstart'), ['--home', folder], { env, encoding: 'utf8' });
  assert.equal(done.status, 1);
  assert.match(done.stderr, /not a demonstration/);
});
test('without packages and without root: the one apt-get line, code 2', { skip: process.getuid() === 0 ? false : 'needs root to become somebody else' }, () => {
  const tools = join(folder, 'tools');
  const bin = join(folder, 'bin');
  spawnSync('cp', ['-r', join(root, 'tools/setup.sh'), join(root, 'tools/quickstart'), folder]);
  spawnSync('mkdir', ['-p', tools, bin]);
  spawnSync('mv', [join(folder, 'setup.sh'), join(folder, 'quickstart'), tools]);
  writeFileSync(join(bin, 'dpkg-query'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const done = spawnSync(join(tools, 'quickstart'), [], { env: { PATH: `${bin}:${process.env.PATH}` }, encoding: 'utf8', uid: 65534, gid: 65534 });
  assert.equal(done.status, 2, done.stderr);
  const lines = done.stderr.split('\n').filter((l) => l.includes('apt-get'));
  assert.equal(lines.length, 1);
  assert.match(lines[0], /apt-get install .*postgresql-15 .*libuv1-dev|apt-get install .*libuv1-dev .*postgresql-15 /);
});
