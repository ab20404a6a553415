// An answer kept in memory against the same bytes served by nginx: one worker each, 64 connections.

import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { poll } from '../e2e/harness.mjs';
import { childrenOf, meter, rounds, run } from './machine.mjs';
import { wrk } from './part_queries.mjs';

const CONNECTIONS = 64, SECONDS = 3;

const freePort = () => new Promise((done) => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });

/** nginx of our own, in our folder: static files, open_file_cache, no log; performance.md 3.1. */
async function nginx(stage) {
  const folder = join(stage.folder, 'nginx'), port = await freePort();
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const conf = stage.write('nginx/nginx.conf', [`daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100; types { application/json json; }
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server { listen 127.0.0.1:${port}; root ${folder}; } }
`]);
  const child = spawn('nginx', ['-c', conf, '-p', folder], { stdio: 'ignore' });
  await poll(() => childrenOf(child.pid).length === 1 && readFileSync(`${folder}/pid`, 'utf8'), { what: 'nginx' });
  return { child, port, folder, worker: childrenOf(child.pid)[0] };
}

async function nginxWrk(server, name) {
  const used = meter({ pids: [server.worker] });
  const { stdout } = await run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, `http://127.0.0.1:${server.port}/${name}`]);
  const n = Number(/(\d+) requests in/.exec(stdout)[1]);
  return { cpu: used() / n, rate: n / SECONDS };
}

export async function cached({ stage, rounds: n, report, say }) {
  say('answers kept in memory');
  const server = await nginx(stage);
  try {
    for (const [limit, text, floor] of [[2, '1 KB', 1], [36, '20 KB', 0.9]]) {
      const path = stage.path(`records?limit=${limit}`);
      const { body } = await stage.t.http(stage.host, path);
      stage.write(`nginx/${limit}.json`, [body]);
      const lua = stage.write('cached.lua', [`wrk.headers["Host"] = "${stage.host}:${stage.port}"\nwrk.path = "${path}"\n`]);
      const r = await rounds(n, () => wrk(stage, lua, { connections: CONNECTIONS, seconds: SECONDS }), () => nginxWrk(server, `${limit}.json`));
      report({ name: `cached answer, about ${text}, CPU a request`, value: r.a.cpu, limit: r.b.cpu, unit: 'us', ratio: r.b.cpu / r.a.cpu, floor,
        note: `limit: nginx; ${body.length} bytes; ${r.a.rate.toFixed(0)} requests/s` });
    }
  } finally {
    server.child.kill('SIGTERM');
  }
}
