// A region with two partners, and a national portal: the stand-in of tests/peers/udata, started here. One a file of tests,
// begun by begin() and ended by end(). It is a demonstration home, in which the worker stops at named points (federation/point.h).

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start as startPeer } from '../peers/udata/server.mjs';
import { sql } from './fixtures.mjs';
import { installation, poll } from './harness.mjs';

export const [R, A, B] = ['r.localhost', 'a.r.localhost', 'b.r.localhost'];
export let t, peer, organization, national, keyFile;

export async function begin() {
  peer = await startPeer({ allowLocal: true });
  organization = (await remote('POST', '/api/1/organizations/', { name: 'Région d’essai', description: 'Essai.' })).id;
  t = await installation({ serve: false });
  writeFileSync(join(t.home, 'demonstration'), '');
  await t.serve();
  await t.tenants();
  keyFile = join(t.folder, 'key');
  writeFileSync(keyFile, `${peer.keys.worker}\n`);
}
export async function end() { await t?.stop(); await peer?.close(); }

// The stand-in

export async function remote(method, path, body) {
  const answer = await fetch(peer.url + path, { method, body: body && JSON.stringify(body),
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-API-KEY': peer.keys.worker } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
export const control = async (path, body) => {
  const answer = await fetch(peer.url + path, { method: body ? 'POST' : 'GET', body: body && JSON.stringify(body) });
  return answer.json();
};
export const faults = (...list) => control('/_faults', list);
export const there = async () => (await remote('GET', `/api/1/organizations/${organization}/datasets/?page_size=100`)).data;
export const thereAs = async (title) => (await there()).filter((d) => d.title === title && !d.deleted);
export const journal = (since, filter = '') => control(`/_journal?since=${since}${filter}`);
export const mark = async () => (await journal(0)).at(-1)?.n ?? 0;
export const writes = async (since, title) => (await journal(since)).filter((r) => r.method !== 'GET' && (!title || JSON.stringify(r).includes(title)));

// Our side

export const links = () => t.must(['federation', 'list', '--json']);
export const run = () => t.must(['federation', 'run', '--json']);
export const receipts = () => t.must(['federation', 'receipts', '--last', '1000', '--json']);
const open = `SELECT (SELECT count(*) FROM portal.outbox WHERE dispatched_at IS NULL)
  + (SELECT count(*) FROM portal.subscription WHERE seeded_at IS NULL AND state <> 'requested')
  + (SELECT count(*) FROM portal.delivery WHERE state IN ('queued', 'intent', 'sent', 'waiting'))`;
export const isQuiet = () => sql(t, open) === '0';
export const quiet = (what = 'deliveries to end', deadline = 40000) => poll(isQuiet, { deadline, every: 200, what });
export async function whole() {
  const [chain] = await t.must(['federation', 'verify', '--json']);
  assert.equal(chain.whole, true, JSON.stringify(chain));
  return chain.receipts;
}
export const rowsOf = async (host, id) => {
  const answer = await t.http(host, `/api/explore/v2.1/catalog/datasets/${id}/exports/json`);
  return answer.status === 200 ? answer.json : answer.status;
};
export const list = async (host) => (await t.http(host, '/api/explore/v2.1/catalog/datasets?limit=100')).json.results.map((d) => d.dataset_id).sort();
export const until = (fn, what) => poll(fn, { deadline: 30000, every: 100, what });
export const csv = (rows) => ['code;nom', ...rows.map(([code, nom]) => `${code};${nom}`)].join('\r\n') + '\r\n';
export const objects = (rows) => rows.map(([code, nom]) => ({ code, nom }));

export async function addNational() {
  national ??= (await t.must(['federation', 'national', 'add', '--host', R, '--url', peer.url, '--key-file', keyFile,
    '--organisation', organization, '--name', 'Portail simulé', '--stand-in', '--json'])).link;
}

/** Creations at the national portal: what a fault can be put on. */
export const posts = { method: 'POST', path: '^/api/1/datasets/$' };
