// What counting a call costs: instructions of the quota stage among those of whole requests, in the web
// process itself under callgrind. Exact and the same at each run; the kernel's part of a request, which no
// instruction count sees, would make the share smaller still.

import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { readFileSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { poll } from '../e2e/harness.mjs';
import { run } from './machine.mjs';

/** A second web process beside the one that serves, on a port of its own. */
async function webProcess(stage) {
  const log = join(stage.folder, 'callgrind.log'), out = openSync(log, 'w');
  const child = spawn('valgrind', ['--tool=callgrind', '--instr-atstart=no', '--separate-threads=no',
    `--callgrind-out-file=${stage.folder}/callgrind.out`, process.env.TERRASSE_BINARY, 'web-process'],
  { stdio: ['pipe', out, out], env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } });
  const secret = (name) => readFileSync(join(stage.t.home, 'secrets', name), 'utf8').trim();
  child.stdin.end(`listen=127.0.0.1:0\n@home=${stage.t.home}\n@web=${stage.uri('web')}\n@reader=${stage.uri('reader')}\n`
    + `@cache=${secret('cache')}\n@people=${secret('people')}\n@sealing=${secret('sealing')}\n`);
  const port = await poll(() => Number(/"event":"serving","on":"127\.0\.0\.1:(\d+)"/.exec(readFileSync(log, 'utf8'))?.[1] ?? 0),
    { deadline: 120000, what: 'web process under callgrind' });
  return { child, port };
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function get(server, stage, path) {
  return new Promise((done, fail) => {
    request({ host: '127.0.0.1', port: server.port, path, agent, headers: { Host: `${stage.host}:${server.port}` } }, (answer) => {
      answer.resume().on('end', () => (answer.statusCode === 200 ? done() : fail(new Error(`${path}: ${answer.statusCode}`))));
    }).on('error', fail).end();
  });
}

const control = (...args) => run('callgrind_control', args.map(String));

/** Inclusive instructions by function, a request. */
async function count(server, stage, n, path) {
  for (let i = 0; i < 20; i++) await get(server, stage, path(i));
  await control('-i', 'on', server.child.pid);
  await control('-z', server.child.pid);
  for (let i = 20; i < n + 20; i++) await get(server, stage, path(i));
  await control(`--dump=${n}`, server.child.pid);
  await control('-i', 'off', server.child.pid);
  const files = (await run('sh', ['-c', `ls -t ${stage.folder}/callgrind.out.* | head -1`])).stdout.trim();
  const { stdout } = await run('callgrind_annotate', ['--inclusive=yes', '--threshold=100', '--show-percs=no', files]);
  const of = (name) => Number(new RegExp(`^ *([\\d,]+) .*:${name}(?: \\[|$|')`, 'm').exec(stdout)?.[1].replaceAll(',', '') ?? 0) / n;
  const total = Number(/^ *([\d,]+) .*PROGRAM TOTALS/m.exec(stdout)[1].replaceAll(',', '')) / n;
  return { total, spend: of('meter_spend') + of('meter_give_back'), headers: of('meter_headers') };
}

export async function metering({ stage, report, say }) {
  say('metering, under callgrind');
  const server = await webProcess(stage);
  try {
    const page = stage.path('records?limit=20');
    for (const [text, n, path] of [['20-record page', 300, (i) => `${page}&n=${i}`], ['cached answer', 1000, () => page]]) {
      const c = await count(server, stage, n, path);
      if (!c.spend) throw new Error('no meter_spend among what callgrind counted');
      const note = `${c.spend.toFixed(0)} of ${c.total.toFixed(0)} instructions; its three headers ${c.headers.toFixed(0)} more`;
      report({ name: `metering in a ${text}`, value: 100 * c.spend / c.total, limit: 2, unit: '%', ratio: 1 - c.spend / c.total, floor: 0.98, note });
    }
  } finally {
    agent.destroy();
    server.child.kill('SIGTERM');
  }
}
