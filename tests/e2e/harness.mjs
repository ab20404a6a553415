// A throw-away installation for end-to-end tests.
//
//   import { after, before, test } from 'node:test';
//   const t = await installation();            // init, serve, ready
//   after(() => t.stop());                     // also removes everything
//   await t.tenants();                         // r.localhost, a.r.localhost, b.r.localhost
//   await t.importCsv('a.r.localhost', 'arbres', 'code;nom\r\n1;Tilleul\r\n', { title: 'Arbres' });
//   (await t.http('a.r.localhost', '/api/explore/v2.1/catalog/datasets/arbres/records')).json
//
// The program is TERRASSE_BINARY (tools/check sets it) or TERRASSE_BIN. Everything lives in a
// temporary folder; only processes started here are ever ended.

import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const binary = process.env.TERRASSE_BINARY ?? process.env.TERRASSE_BIN ?? join(root, 'build/terrasse');

/** Calls fn until it gives something true; its last failure is the message when the time is up. */
export async function poll(fn, { deadline = 20000, every = 50, what = 'condition' } = {}) {
  const end = Date.now() + deadline;
  let last;
  do {
    try {
      const value = await fn();
      if (value) return value;
      last = undefined;
    } catch (error) { last = error; }
    await wait(every);
  } while (Date.now() < end);
  throw new Error(`no ${what} within ${deadline} ms${last ? `: ${last.message}` : ''}`);
}

/** Runs a program to its end: { code, stdout, stderr }. */
function run(file, args, { input, env, timeout = 120000 } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { env, timeout, stdio: ['pipe', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (s) => { stdout += s; });
    child.stderr.setEncoding('utf8').on('data', (s) => { stderr += s; });
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code: code ?? signal, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** What a browser keeps for one host. */
export class Jar {
  constructor() { this.cookies = new Map(); }
  take(headers) {
    for (const line of headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (name && /max-age=0(;|$)/i.test(line.replaceAll(' ', ''))) this.cookies.delete(name);
      else if (name) this.cookies.set(name, value);
    }
  }
  get header() { return [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; '); }
}

const STANDARD = { name: 'Région d’essai', host: 'r.localhost', admin: 'admin@r.example' };
const HOMES = process.env.TERRASSE_HOMES; // a folder of the run, which tools/check gives and takes away

/** Nearly all files begin with the same home. The first one makes it and leaves a copy, which the others take: most of
 * the time of a small file was initdb and the migrations. It has its own secrets, and no socket or lock yet. */
async function keptHome(home, make) {
  const kept = join(HOMES, 'kept');
  if (existsSync(kept)) {
    execFileSync('cp', ['-a', join(kept, 'home'), home]);
    return JSON.parse(readFileSync(join(kept, 'made.json'), 'utf8'));
  }
  const made = await make();
  const mine = mkdtempSync(join(HOMES, 'making-'));
  execFileSync('cp', ['-a', home, join(mine, 'home')]);
  for (const name of ['socket', 'lock']) rmSync(join(mine, 'home', name), { force: true });
  writeFileSync(join(mine, 'made.json'), JSON.stringify(made));
  try { renameSync(mine, kept); } catch { rmSync(mine, { recursive: true }); } // another was first
  return made;
}

class Installation {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'terrasse-e2e-'));
    // The database's own user must be able to walk through.
    chmodSync(this.folder, 0o755);
    this.home = join(this.folder, 'home');
    this.env = { ...process.env, LC_ALL: 'C.UTF-8', TERRASSE_HOME: this.home };
    this.log = '';
    this.links = {};
  }

  cli(args, options = {}) { return run(binary, args, { ...options, env: { ...this.env, ...options.env } }); }

  /** A command that must succeed; gives its JSON where it speaks JSON. */
  async must(args, options) {
    const done = await this.cli(args, options);
    if (done.code !== 0) throw new Error(`terrasse ${args.join(' ')}: ${done.code}\n${done.stdout}${done.stderr}`);
    try { return JSON.parse(done.stdout); } catch { return done.stdout; }
  }

  async init(given = {}) {
    const { name, host, admin } = { ...STANDARD, ...given };
    const plain = name === STANDARD.name && host === STANDARD.host && admin === STANDARD.admin;
    const make = () => this.must(['init', '--home', this.home, '--name', name, '--host', host, '--admin', admin, '--json']);
    const made = plain && HOMES ? await keptHome(this.home, make) : await make();
    this.host = host;
    this.links[host] = made.invitation;
    return made;
  }

  /** Starts serving on a free port and waits until /readyz says 200. */
  async serve({ args = [], env = {}, deadline = 60000 } = {}) {
    const listen = this.port ? `127.0.0.1:${this.port}` : '127.0.0.1:0';
    const child = spawn(binary, ['serve', '--home', this.home, '--listen', listen, ...args],
      { env: { ...this.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    this.ended = new Promise((done) => { child.on('close', (code, signal) => done(code ?? signal)); });
    let gone = false;
    this.ended.then(() => { gone = true; });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (s) => { this.log += s; });
    const alive = () => { if (gone) throw Object.assign(new Error(`serve ended\n${this.log.slice(-4000)}`), { final: true }); };
    await poll(() => {
      if (gone) return true;
      this.port = Number(/https?:\/\/127\.0\.0\.1:(\d+)/.exec(this.log)?.[1] ?? 0) || this.port;
      return this.port;
    }, { deadline, what: 'address printed by serve' });
    alive();
    await poll(async () => gone || (await this.http(this.host, '/readyz')).status === 200, { deadline, what: 'readiness' });
    alive();
  }

  /** One request: { status, headers, body, text, json }. Options: method, headers, body, form, jar, key. */
  http(host, path, { method, headers = {}, body, form, jar, key, timeout = 30000 } = {}) {
    const named = `${host}:${this.port}`;
    const sent = { Host: named, ...headers };
    let bytes = body;
    if (form) {
      bytes = new URLSearchParams(form).toString();
      Object.assign(sent, { 'Content-Type': 'application/x-www-form-urlencoded', Origin: `http://${named}`, ...headers });
    } else if (body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)) {
      bytes = JSON.stringify(body);
      sent['Content-Type'] ??= 'application/json';
    }
    if (bytes !== undefined) sent['Content-Length'] = Buffer.byteLength(bytes);
    if (key) sent.Authorization = `Apikey ${key}`;
    if (jar?.header) sent.Cookie = jar.header;
    return new Promise((done, fail) => {
      const request = httpRequest({ host: '127.0.0.1', port: this.port, path, agent: false, timeout, headers: sent,
        method: method ?? (bytes === undefined ? 'GET' : 'POST') }, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part)).on('error', fail).on('end', () => {
          jar?.take(answer.headers);
          done(new Answer(answer.statusCode, answer.headers, Buffer.concat(parts)));
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${path}: no answer within ${timeout} ms`)));
      request.on('error', fail);
      request.end(bytes);
    });
  }

  /** Bytes as they are on a connection of their own; gives all that came back. */
  raw(bytes, { timeout = 10000 } = {}) {
    return new Promise((done, fail) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(bytes));
      const parts = [];
      socket.setTimeout(timeout, () => socket.destroy());
      socket.on('data', (part) => parts.push(part));
      socket.on('error', (error) => (error.code === 'ECONNRESET' ? undefined : fail(error)));
      socket.on('close', () => done(Buffer.concat(parts).toString('latin1')));
    });
  }

  /** Uses a one-time link: sets the password. */
  async accept(host, link, password = randomBytes(12).toString('base64url')) {
    const answer = await this.http(host, new URL(link, 'http://x').pathname, { form: { password } });
    if (answer.status !== 303) throw new Error(`invitation: ${answer.status} ${answer.text.slice(0, 500)}`);
    return password;
  }

  /** Signs in; the session has get(path) and post(path, form) with the form's own token. */
  async signIn(host, email, password) {
    const jar = new Jar();
    const answer = await this.http(host, '/login/', { form: { email, password }, jar });
    if (answer.status !== 303) throw new Error(`sign-in: ${answer.status} ${answer.text.slice(0, 500)}`);
    const get = (path, options) => this.http(host, path, { ...options, jar });
    const csrf = async () => /name="csrf"[^>]*value="([^"]+)"/.exec((await get('/backoffice/')).text)?.[1];
    const token = await csrf();
    const post = (path, form = {}, options) => this.http(host, path, { ...options, jar, form: { csrf: token, ...form } });
    return { jar, get, post, csrf: token };
  }

  /** The root r and two tenants below it that do not trust each other. */
  async tenants(slugs = ['a', 'b']) {
    for (const slug of slugs) {
      const host = `${slug}.r.localhost`;
      const made = await this.must(['tenant', 'add', slug, '--name', `Portail ${slug.toUpperCase()}`, '--host', host,
        '--admin', `admin@${slug}.example`, '--json']);
      this.links[host] = made.invitation;
      await poll(async () => (await this.http(host, '/')).status !== 421, { what: `portal at ${host}` });
    }
  }

  /** A file in the installation's folder that the database's user and the sandboxed reader may read; its path. */
  file(name, bytes) {
    const path = join(this.folder, name);
    writeFileSync(path, bytes);
    chmodSync(path, 0o644);
    return path;
  }

  /** Imports and publishes a table; metadata that are left out are plausible. */
  async importCsv(host, id, csv, meta = {}, args = ['--publish'], reading = undefined) {
    const { visibility = 'open', fields, dcat, conforms_to, steps, ...rest } = meta;
    const title = rest.title ?? `Essai ${id}`;
    const file = this.file(`${id}.csv`, csv);
    const metaFile = this.file(`${id}.META.json`, JSON.stringify({ visibility, fields, reading, attestations: true, ...(conforms_to && { conforms_to }), ...(steps && { steps }), metas: {
      default: { title, description: `${title} : jeu de données d’essai, fait pour un test de bout en bout, avec assez de mots pour la règle des cent caractères.`,
        publisher: 'Région d’essai', license: 'Licence Ouverte v2.0 (Etalab)', theme: ['Régions et villes'], keyword: ['essai', 'données'], ...rest },
      dcat: { accrualperiodicity: 'Annuelle', spatial: 'Centre-Val de Loire', granularity: 'commune', ...dcat },
    } }));
    return this.must(['dataset', 'import', file, '--host', host, '--id', id, '--meta', metaFile, ...args]);
  }

  /** Ends serve as an operator would; 'SIGKILL' as a power cut. Gives its exit code. */
  async halt(signal = 'SIGTERM', { deadline = 30000 } = {}) {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return this.ended;
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), deadline);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }

  /** Ends it and removes everything; with TERRASSE_KEEP set the folder stays and is named. */
  async stop() {
    const code = await this.halt();
    if (process.env.TERRASSE_KEEP) console.error(`kept: ${this.folder}\n${this.log}`);
    else rmSync(this.folder, { recursive: true, force: true });
    return code;
  }
}

class Answer {
  constructor(status, headers, body) { Object.assign(this, { status, headers, body }); }
  get text() { return this.body.toString('utf8'); }
  get json() { return JSON.parse(this.text); }
}

/** Initialised and, unless serve is false, serving. What fails on the way is cleaned up. */
export async function installation({ serve = true, ...options } = {}) {
  if (!existsSync(binary)) throw new Error(`there is no program at ${binary}: build first, or set TERRASSE_BINARY`);
  const made = new Installation();
  try {
    await made.init(options);
    if (serve) await made.serve(options);
    return made;
  } catch (error) {
    await made.stop();
    throw error;
  }
}
