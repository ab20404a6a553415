// A page of 20 records and one record, nothing from the cache: the whole request (host, rights, quota,
// metering, JSON, log) against pgbench of its row query alone. CPU of terrasse + PostgreSQL per request
// beside CPU of pgbench + PostgreSQL per transaction.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { meter, rounds, run } from './machine.mjs';
import { setTimeout as wait } from 'node:timers/promises';

const SECONDS = 3, CONNECTIONS = 32, CLIENTS = 8;

/** What the reader's connection was asked last: the statement that our compiler made. */
async function lastRowQuery(stage) {
  return stage.value(`SELECT query FROM pg_stat_activity WHERE usename = 'terrasse_reader' AND query LIKE '%${stage.table}%'
                      ORDER BY query_start DESC LIMIT 1`);
}

/** $1, $2 … become pgbench's variables; what it prepares has the same parameters. */
function script(stage, name, sql, variables) {
  const text = Object.entries(variables).map(([k, v]) => `\\set ${k} ${v.set}\n`).join('')
    + `${sql.replace(/\$(\d+)/g, (_, n) => `:${Object.keys(variables).find((k) => variables[k].at === Number(n))}`)};\n`;
  return stage.write(`${name}.sql`, [text]);
}

export async function wrk(stage, lua, { seconds = SECONDS, connections = CONNECTIONS } = {}) {
  const used = meter({ pids: [stage.web], parent: stage.postmaster });
  const { stdout } = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', lua, `http://127.0.0.1:${stage.port}`]);
  const us = used();
  const n = Number(/(\d+) requests in/.exec(stdout)[1]);
  if (/Non-2xx/.test(stdout)) throw new Error(`answers that were not 200: ${stdout}`);
  return { cpu: us / n, rate: n / seconds };
}

async function pgbench(stage, file) {
  const used = meter({ parent: stage.postmaster, mine: true });
  const { stdout } = await run('/usr/lib/postgresql/15/bin/pgbench', ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '1', '-T', String(SECONDS), '-f', file],
    { env: stage.env('reader') });
  const us = used();
  return { cpu: us / Number(/transactions actually processed: (\d+)/.exec(stdout)[1]) };
}

async function ids(stage) {
  const found = [];
  for (let offset = 0; offset < 9900; offset += 900) {
    const { json } = await stage.t.http(stage.host, stage.path(`records?limit=100&offset=${offset}&include_app_metas=true&select=annee`));
    found.push(...json.results.map((r) => r._id));
  }
  return found;
}

export async function queries({ stage, rounds: n, report, say }) {
  say('one page of 20 records');
  const head = `wrk.headers["Host"] = "${stage.host}:${stage.port}"\nlocal n = ${Date.now()}\n`;
  const page = stage.write('page.lua', [`${head}request = function()\n n = n + 1\n return wrk.format("GET", "${stage.path('records?limit=20&offset=')}" .. math.random(0, 9980) .. "&n=" .. n)\nend\n`]);
  for (let i = 0; i < 5; i++) await stage.t.http(stage.host, stage.path(`records?limit=20&offset=1234&n=${i}`));
  const pageSql = await lastRowQuery(stage);
  const pageFile = script(stage, 'page', pageSql, /\$2/.test(pageSql) ? { lim: { at: 1, set: 20 }, off: { at: 2, set: 'random(0, 9980)' } } : {});
  const p = await rounds(n, () => wrk(stage, page), () => pgbench(stage, pageFile));
  report({ name: '20-record page, CPU a request', value: p.a.cpu, limit: p.b.cpu, unit: 'us', ratio: p.b.cpu / p.a.cpu, floor: 0.75, note: `limit: pgbench; ${p.a.rate.toFixed(0)} requests/s` });

  say('one record');
  const list = await ids(stage);
  const one = stage.write('one.lua', [`${head}local ids = {${list.map((i) => `"${i}"`).join(',')}}\nrequest = function()\n n = n + 1\n return wrk.format("GET", "${stage.path('records/')}" .. ids[math.random(#ids)] .. "?n=" .. n)\nend\n`]);
  for (let i = 0; i < 5; i++) await stage.t.http(stage.host, stage.path(`records/${list[7]}?n=${i}`));
  const oneFile = script(stage, 'one', await lastRowQuery(stage), { row: { at: 1, set: 'random(1, 9900)' } });
  const o = await rounds(n, () => wrk(stage, one), () => pgbench(stage, oneFile));
  report({ name: '1 record, CPU a request', value: o.a.cpu, limit: o.b.cpu, unit: 'us', ratio: o.b.cpu / o.a.cpu, floor: 0.75, note: `limit: pgbench; ${o.a.rate.toFixed(0)} requests/s` });
  await wait(0);
  writeFileSync(join(stage.folder, 'queries.done'), '');
}
