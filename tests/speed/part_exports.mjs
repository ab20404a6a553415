// The whole table as a file: from the database in slices (limit= keeps it from being an artefact), from an
// artefact, and to a reader who takes his time.

import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { hrtime } from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { binary } from '../e2e/harness.mjs';
import { childrenOf, meter, residentBytes, rounds, run } from './machine.mjs';

async function download(stage, query, options = []) {
  const used = meter({ pids: [stage.web], parent: stage.postmaster });
  const { wallUs, stderr } = await run('curl', ['-sS', '--fail', '-H', stage.hostHeader, ...options, '-o', '/dev/null', '-w', '%{stderr}%{size_download}', stage.url(query)]);
  return { wall: wallUs / 1e6, cpu: used() / 1e6, bytes: Number(stderr) };
}

async function copy(stage) {
  const used = meter({ parent: stage.postmaster, mine: true });
  const columns = stage.columns.map((c) => c.sql).join(', ');
  const { wallUs } = await stage.psql(`COPY ${stage.table} (${columns}) TO STDOUT (FORMAT csv, HEADER)`, 'reader', { stdout: 'ignore' });
  return { wall: wallUs / 1e6, cpu: used() / 1e6 };
}

const gauge = (text, name) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? NaN);

/** Takes 64 KiB every 50 ms for a while; gives the most that the process held for it. */
async function slow(stage, query) {
  const before = residentBytes(stage.web);
  const socket = connect({ port: stage.port, host: '127.0.0.1', highWaterMark: 65536 });
  await new Promise((done) => { socket.on('connect', done); });
  socket.on('error', () => {});
  socket.pause();
  socket.write(`GET ${stage.path(query)} HTTP/1.1\r\nHost: ${stage.host}:${stage.port}\r\n\r\n`);
  let [held, grown, taken] = [0, 0, 0];
  for (const end = hrtime.bigint() + 8_000_000_000n; hrtime.bigint() < end;) {
    await wait(50);
    taken += socket.read()?.length ?? 0;
    const { text } = await stage.t.http(stage.host, '/metrics');
    held = Math.max(held, gauge(text, 'terrasse_stream_held_most_bytes'));
    grown = Math.max(grown, residentBytes(stage.web) - before);
  }
  socket.destroy();
  return { held, grown, taken };
}

/** All rows as a spreadsheet: what the web process grows by while it is made, and what a reader of it takes. */
async function xlsx(stage, report) {
  const file = join(stage.folder, 'rows.xlsx'), before = residentBytes(stage.web);
  let grown = 0;
  const watch = setInterval(() => { grown = Math.max(grown, residentBytes(stage.web) - before); }, 20);
  const { wallUs } = await run('curl', ['-sS', '--fail', '-H', stage.hostHeader, '-o', file, stage.url('exports/xlsx?n=xlsx')]);
  clearInterval(watch);
  report({ name: 'XLSX export of all rows: the process grew by', value: grown / 1048576, limit: null, unit: 'MiB', most: 16, note: `${(wallUs / 1e6).toFixed(1)} s, ${(statSync(file).size / 1e6).toFixed(0)} MB` });
  const reader = spawn(binary, ['read', file], { stdio: 'ignore', env: stage.t.env });
  let most = 0;
  const peek = setInterval(() => { for (const pid of [reader.pid, ...childrenOf(reader.pid)]) { try { most = Math.max(most, residentBytes(pid)); } catch { /* it has gone */ } } }, 20);
  const from = hrtime.bigint();
  const code = await new Promise((done) => { reader.on('close', done); });
  clearInterval(peek);
  report({ name: 'XLSX of 300,000 rows read: resident at most', value: most / 1048576, limit: null, unit: 'MiB', most: 128, note: `${(Number(hrtime.bigint() - from) / 1e9).toFixed(1)} s, exit ${code}` });
}

export async function exports({ stage, rounds: n, report, say }) {
  say('exports');
  const all = `limit=${stage.rows}`;
  for (const [format, floor] of [['csv', 1.3], ['json', 1.5]]) {
    await download(stage, `exports/${format}?${all}`);
    const r = await rounds(n, (i) => download(stage, `exports/${format}?${all}&n=${i}`), () => copy(stage));
    const note = `limit: COPY TO STDOUT; ${(r.a.bytes / 1e6).toFixed(0)} MB`;
    report({ name: `${format} export, wall`, value: r.a.wall, limit: r.b.wall, unit: 's', ratio: r.b.wall / r.a.wall, floor, note });
    report({ name: `${format} export, CPU of all processes`, value: r.a.cpu, limit: r.b.cpu, unit: 's', ratio: r.b.cpu / r.a.cpu, note });
  }
  for (const way of ['gzip', 'zstd']) {
    const r = await rounds(n, (i) => download(stage, `exports/csv?${all}&n=${way}${i}`, ['-H', `Accept-Encoding: ${way}`]), (i) => download(stage, `exports/csv?${all}&n=plain${way}${i}`));
    report({ name: `csv export as ${way}, wall`, value: r.a.wall, limit: r.b.wall, unit: 's', ratio: r.b.wall / r.a.wall, floor: way === 'gzip' ? 0.6 : null, note: `limit: the same uncompressed; ${(r.a.bytes / 1e6).toFixed(0)} MB` });
  }
  await download(stage, 'exports/csv');
  await wait(500);
  const kept = await rounds(n, () => download(stage, 'exports/csv'), () => copy(stage));
  report({ name: 'csv export again (artefact), CPU of all processes', value: kept.a.cpu, limit: kept.b.cpu, unit: 's', ratio: kept.b.cpu / kept.a.cpu, note: 'limit: COPY TO STDOUT' });
  say('XLSX');
  await xlsx(stage, report);
  say('an export to a slow reader');
  await stage.serveAnew(); // what is held at most is counted from the start, and quick readers are given more
  const s = await slow(stage, `exports/json?${all}&n=slow`);
  report({ name: 'export to a slow reader: bytes held', value: s.held / 1048576, limit: 1, ratio: 1048576 / s.held, floor: 1, unit: 'MiB',
    note: `${(s.taken / 1e6).toFixed(1)} MB taken; the process grew by ${(s.grown / 1048576).toFixed(1)} MiB` });
}
