// Scripted faults and the journal of requests.
//
// POST /_faults takes a list; each fault is used `count` times (default 1), in order:
//   { "method": "POST", "path": "^/api/1/datasets/$", "count": 1, "kind": …, … }
// kind               before or after the commit   further members
//   delay            before                       ms
//   reset-before     before: nothing is written
//   reset-after      after: written, answer lost
//   status           before ("after": true: after) status, headers, body
//   malformed        after: 2xx, body is not JSON
//   html             after: 200, an HTML page     status
//   truncated        after: Content-Length lies, the connection is cut at half
//   drip             after: one byte each `ms`    ms

const kinds = ['delay', 'reset-before', 'reset-after', 'reset-after-commit', 'status', 'malformed', 'html', 'truncated', 'drip'];

export class Faults {
  constructor() { this.list = []; }

  set(list) {
    if (!Array.isArray(list)) return 'a list is expected';
    for (const fault of list) {
      if (!kinds.includes(fault?.kind)) return `unknown kind ${fault?.kind}; known: ${kinds.join(', ')}`;
      try { new RegExp(fault.path ?? ''); } catch { return `bad path expression ${fault.path}`; }
    }
    this.list = list.map((f) => ({ ...f, count: f.count ?? 1 }));
    return null;
  }

  take(method, path) {
    const hit = this.list.find((f) => f.count > 0 &&
      (!f.method || f.method === method) && new RegExp(f.path ?? '').test(path));
    if (hit) hit.count--;
    return hit ?? null;
  }
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** What happens before the request is looked at; true: it goes no further. */
export async function faultBefore(fault, request, response) {
  if (!fault) return false;
  if (fault.kind === 'delay') await wait(fault.ms ?? 1000);
  if (fault.kind === 'reset-before') { request.socket.resetAndDestroy(); return true; }
  if (fault.kind !== 'status' || fault.after) return false;
  sendStatus(fault, response);
  return true;
}

function sendStatus(fault, response) {
  const body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? { message: 'fault' });
  response.writeHead(fault.status ?? 500, { 'Content-Type': 'application/json', ...fault.headers });
  response.end(body);
}

/** What happens to an answer whose request has been done and committed. */
export async function faultAfter(fault, request, response, status, headers, body) {
  switch (fault.kind) {
    case 'reset-after': case 'reset-after-commit': request.socket.resetAndDestroy(); return;
    case 'status': sendStatus(fault, response); return;
    case 'malformed':
      response.writeHead(status, { ...headers, 'Content-Length': 8 });
      response.end('{"id": "');
      return;
    case 'html':
      response.writeHead(fault.status ?? 200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>502</title><h1>Bad gateway</h1>');
      return;
    case 'truncated':
      response.writeHead(status, { ...headers, 'Content-Length': body.length });
      response.write(body.subarray(0, body.length >> 1), () => request.socket.destroy());
      return;
    case 'drip':
      response.writeHead(status, headers);
      for (const byte of body) {
        if (response.destroyed) return;
        response.write(Buffer.of(byte));
        await wait(fault.ms ?? 50);
      }
      response.end();
      return;
    default: response.writeHead(status, headers); response.end(body);
  }
}

const kept = 20000;
const shown = 65536;

export class Journal {
  constructor() { this.clear(); }
  clear() { this.next = 1; this.list = []; }

  add(entry) {
    const row = { n: this.next++, ...entry };
    this.list.push(row);
    if (this.list.length > kept) this.list.shift();
    return row;
  }

  read(query) {
    const since = Number(query.get('since') ?? 0);
    const method = query.get('method');
    const path = query.get('path');
    return this.list.filter((r) => r.n > since && (!method || r.method === method) &&
      (!path || new RegExp(path).test(r.path)));
  }
}

export const journalBody = (buffer) => buffer.subarray(0, shown).toString('utf8');
