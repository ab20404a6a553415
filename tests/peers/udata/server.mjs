// A strict stand-in for the write API of the national portal (udata).
//   node tests/peers/udata/server.mjs [--port 0] [--state FILE] [--allow-local]
// Prints one JSON line: {"url": …, "keys": {"worker": …, …}, "users": {…}}.

import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { Store } from './store.mjs';
import { Present, parseMask, applyMask } from './present.mjs';
import { Faults, Journal, faultBefore, faultAfter, journalBody } from './faults.mjs';
import { HttpError, refuse } from './forms.mjs';
import { routes as datasetRoutes } from './datasets.mjs';
import { routes as organizationRoutes } from './organizations.mjs';
import { control } from './control.mjs';
import * as pages from './pages.mjs';

// The lists under /datasets/ stand before the route that takes any name there.
const routes = [...organizationRoutes, ...datasetRoutes]
  .map(([method, path, handler, key]) => ({ method, path: new RegExp(path), handler, key }));
const bodyLimit = 64 * 1024 * 1024;

async function readBody(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > bodyLimit) refuse(413, 'Request Entity Too Large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The user of X-API-KEY, or null without one; a bad key refuses even a GET. */
function authenticate(store, key) {
  if (key === undefined) return null;
  const token = store.token(key);
  if (!token) refuse(401, 'Invalid API token');
  if (token.revoked) refuse(401, 'Revoked API token');
  if (token.expires_at && Date.parse(token.expires_at) <= store.time()) refuse(401, 'Expired API token');
  const user = store.user(token.user);
  return user.active ? user : refuse(401, 'Inactive user');
}

/** What a handler gets: the store, the caller, the request and ways to read it. */
class Call {
  constructor(server, request, url, body) {
    Object.assign(this, { store: server.store, base: server.base, request, url, body, who: null });
    this.present = new Present(server.store, server.base);
    this.allowLocal = server.allowLocal;
  }

  json({ array = false } = {}) {
    if (!(this.request.headers['content-type'] ?? '').includes('application/json')) {
      throw new HttpError(400, { errors: { 'Content-Type': 'expecting application/json' } });
    }
    let value;
    try { value = JSON.parse(this.body.toString('utf8')); } catch { refuse(400, 'Failed to decode JSON object'); }
    if (array) return Array.isArray(value) ? value : refuse(400, 'expecting a JSON list');
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw new HttpError(400, { errors: { request: 'expecting a JSON object' } });
    }
    return value;
  }

  context() {
    return { who: this.who, now: this.store.now(), allowLocal: this.allowLocal, vanished: this.store.state.vanishedZones,
      contacts: this.store.state.contacts, organization: (id) => this.store.organization(id),
      mayWrite: (id) => this.store.mayWrite(this.who, id) };
  }
}

function route(call) {
  const { pathname, search } = call.url;
  const wantsJson = (call.request.headers.accept ?? '').includes('json');
  const matching = routes.filter((r) => r.path.test(pathname));
  if (matching.length === 0) {
    if (!pathname.endsWith('/') && routes.some((r) => r.path.test(pathname + '/'))) {
      return { status: 308, body: null, headers: { Location: `${pathname}/${search}` } };
    }
    return wantsJson ? { status: 404, body: { error: 'Not found', status: 404 } } : htmlReply(404, pages.notFound());
  }
  const found = matching.find((r) => r.method === call.request.method || (r.method === 'GET' && call.request.method === 'HEAD'));
  if (!found) refuse(405, 'The method is not allowed for the requested URL.');
  call.who = authenticate(call.store, call.request.headers['x-api-key']);
  if (found.key && !call.who) refuse(401, 'Unauthorized');
  return found.handler(call, ...found.path.exec(pathname).slice(1));
}

const htmlReply = (status, html) => ({ status, html });

function htmlPage(call) {
  const { pathname } = call.url;
  if (pathname === '/' || pathname === '/fr/') return htmlReply(200, pages.home(call.store));
  const [, kind, slug] = /^\/(?:fr\/)?(datasets|organizations)\/([^/]+)\/?$/.exec(pathname) ?? [];
  if (kind === 'organizations') {
    const found = call.store.organization(slug);
    if (found && !found.deleted) return htmlReply(200, pages.organization(call.store, found));
  }
  if (kind === 'datasets') return datasetPage(call, slug);
  return htmlReply(404, pages.notFound());
}

function datasetPage(call, slug) {
  const found = call.store.dataset(slug);
  const renamed = found ? null : call.store.datasetByOldSlug(slug);
  if (renamed) return { status: 308, body: null, headers: { Location: `/fr/datasets/${renamed.slug}/` } };
  if (found?.deleted) return htmlReply(410, pages.notFound());
  if (!found || found.private) return htmlReply(404, pages.notFound());
  return htmlReply(200, pages.dataset(found, call.present.dataset(found, null)));
}

function answer(call) {
  const { pathname } = call.url;
  try {
    if (!pathname.startsWith('/api/')) return htmlPage(call);
    const made = route(call);
    const mask = call.request.headers['x-fields'];
    if (mask && made.status < 300 && made.body) made.body = applyMask(made.body, parseMask(mask));
    return made;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const wantsJson = (call.request.headers.accept ?? '').includes('json');
    if (error.status === 404 && !wantsJson) return htmlReply(404, pages.notFound());
    return { status: error.status, body: error.body, headers: error.headers };
  }
}

function encode(made) {
  const headers = { ...made.headers };
  let body = Buffer.alloc(0);
  if (made.html !== undefined) {
    headers['Content-Type'] = 'text/html; charset=utf-8';
    headers['Content-Security-Policy'] = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    body = Buffer.from(made.html);
  } else if (made.body !== null && made.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = Buffer.from(JSON.stringify(made.body));
  }
  if (made.status !== 204) headers['Content-Length'] = body.length;
  return { headers, body };
}

async function handle(server, request, response) {
  const url = new URL(request.url, server.base);
  if (url.pathname.startsWith('/_')) return control(server, request, response, url, await readBody(request));
  const fault = server.faults.take(request.method, url.pathname);
  const entry = server.journal.add({ time: server.store.now(), method: request.method, path: url.pathname,
    query: url.search, key: null, agent: request.headers['user-agent'] ?? null, body: '', fault: fault?.kind ?? null, status: null });
  const body = await readBody(request);
  entry.body = journalBody(body);
  if (await faultBefore(fault, request, response)) return undefined;
  const call = new Call(server, request, url, body);
  const made = answer(call);
  entry.key = call.who?.slug ?? null;
  entry.status = made.status;
  const { headers, body: bytes } = encode(made);
  const sent = request.method === 'HEAD' ? Buffer.alloc(0) : bytes;
  if (fault) return faultAfter(fault, request, response, made.status, headers, sent);
  response.writeHead(made.status, headers);
  response.end(sent);
  return undefined;
}

/** Starts on loopback; resolves when it listens. */
export async function start({ port = 0, state = null, allowLocal = false } = {}) {
  const server = { store: new Store(state), faults: new Faults(), journal: new Journal(), allowLocal, base: '' };
  const http = createServer((request, response) => {
    handle(server, request, response).catch((error) => {
      const status = error instanceof HttpError ? error.status : 500;
      if (status === 500) console.error(error);
      if (!response.headersSent) response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(error.body ?? { message: 'Internal Server Error' }));
    });
  });
  await new Promise((done, fail) => { http.once('error', fail); http.listen(port, '127.0.0.1', done); });
  server.base = `http://127.0.0.1:${http.address().port}`;
  server.users = Object.fromEntries(['admin', 'worker', 'stranger'].map((n, i) => [n, server.store.state.users[i].id]));
  const close = () => new Promise((done) => { http.close(done); http.closeAllConnections(); });
  return { url: server.base, keys: server.store.state.keys, users: server.users, close };
}

function options(args) {
  const made = {};
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--port') made.port = Number(args[++i]);
    else if (args[i] === '--state') made.state = args[++i];
    else if (args[i] === '--allow-local') made.allowLocal = true;
    else { console.error(`unknown option ${args[i]}; known: --port N --state FILE --allow-local`); process.exit(2); }
  }
  return made;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { url, keys, users, close } = await start(options(process.argv.slice(2)));
  console.log(JSON.stringify({ url, keys, users }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => close().then(() => process.exit(0)));
}
