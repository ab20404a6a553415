// Six facets and a grouped question over the whole table, none from the cache: the whole request over HTTP, answered by
// the columnar side copy, against the same counts by GROUPING SETS in psql and by DuckDB on the same rows.

import { request, Agent } from 'node:http';
import { hrtime } from 'node:process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { poll } from '../e2e/harness.mjs';
import { median } from './machine.mjs';

const FACETS = ['code_departement', 'departement', 'domaine', 'etat', 'annee', 'affiche'];
const REPEATS = 5; // questions of one kind, one after the other, in a turn

const ms = (from) => Number(hrtime.bigint() - from) / 1e6;

async function timed(fn) {
  const all = [];
  for (let i = 0; i < REPEATS; i++) { const from = hrtime.bigint(); await fn(); all.push(ms(from)); }
  return median(all);
}

/** The side copy is the worker's: it is asked for as a publication asks. */
async function sideCopy(stage) {
  const version = stage.table.slice('data.v_'.length);
  await stage.psql(`INSERT INTO portal.task (id, tenant_id, kind, subject)
    SELECT gen_random_uuid(), tenant_id, 'side_copy', version_id FROM portal.dataset WHERE version_id = '${version}' ON CONFLICT DO NOTHING`);
  await poll(() => existsSync(join(stage.t.home, 'content/side', version)), { deadline: 60000, what: 'side copy' });
}

function asker(stage) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let n = Date.now();
  return (path) => new Promise((done, fail) => {
    const ask = request({ host: '127.0.0.1', port: stage.port, agent, path: encodeURI(`${stage.path(path)}&n=${n += 1}`),
      headers: { Host: `${stage.host}:${stage.port}` } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (s) => { text += s; }).on('end', () => (answer.statusCode === 200 ? done(text) : fail(new Error(text))));
    });
    ask.on('error', fail);
    ask.end();
  });
}

/** Milliseconds of a statement as psql's \timing has them: median of the repeats. */
async function psqlMs(stage, sql) {
  const { stdout } = await stage.psql(`\\timing on\n${`${sql} \\g /dev/null\n`.repeat(REPEATS)}`, 'reader');
  return median([...stdout.matchAll(/Time: ([\d.]+) ms/g)].map((m) => Number(m[1])));
}

async function duck(stage) {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  await db.run(`CREATE TABLE t AS SELECT * FROM read_csv('${stage.psqlFile}', header = true, all_varchar = false, types = {'code_insee': 'VARCHAR', 'code_departement': 'VARCHAR', 'montant': 'DECIMAL(18,2)'})`);
  return db;
}

export async function counts({ stage, rounds: n, report, say }) {
  say('facets and groups');
  await sideCopy(stage);
  const ask = asker(stage), db = await duck(stage);
  const column = (name) => stage.columns.find((c) => c.name === name).sql;
  const questions = [
    ['6 facets of 300,000 rows', `facets?${FACETS.map((f) => `facet=${f}`).join('&')}`,
      (c) => `SELECT ${FACETS.map(c).join(', ')}, count(*) FROM t GROUP BY GROUPING SETS (${FACETS.map((f) => `(${c(f)})`).join(', ')})`],
    ['6 facets of filtered rows', `facets?${FACETS.map((f) => `facet=${f}`).join('&')}&where=beneficiaires > 1000 and domaine = "Culture"`,
      (c) => `SELECT ${FACETS.map(c).join(', ')}, count(*) FROM t WHERE ${c('beneficiaires')} > 1000 AND ${c('domaine')} = 'Culture' GROUP BY GROUPING SETS (${FACETS.map((f) => `(${c(f)})`).join(', ')})`],
    ['group_by with count, sum, avg', 'records?group_by=code_departement,etat&select=count(*) as n,sum(beneficiaires) as s,avg(montant) as m&order_by=n desc&limit=100',
      (c) => `SELECT ${c('code_departement')}, ${c('etat')}, count(*) AS n, sum(${c('beneficiaires')}), avg(${c('montant')}) FROM t GROUP BY 1, 2 ORDER BY n DESC`],
  ];
  for (const [name, path, sql] of questions) {
    const seen = { ours: [], psql: [], duck: [] };
    await ask(path);
    for (let i = 0; i < n; i++) {
      const turns = [['ours', () => timed(() => ask(path))], ['psql', () => psqlMs(stage, sql(column).replace('FROM t', `FROM ${stage.table}`))],
        ['duck', () => timed(async () => (await db.runAndReadAll(sql((x) => x))).getRows())]];
      for (const [who, fn] of i % 2 ? turns.reverse() : turns) seen[who].push(await fn());
    }
    const [ours, psql, other] = [seen.ours, seen.psql, seen.duck].map(median);
    report({ name: `${name}, wall`, value: ours, limit: psql, unit: 'ms', ratio: psql / ours, floor: name.includes('filtered') ? null : 30, note: 'limit: GROUPING SETS in psql' });
    report({ name: `${name}, beside DuckDB`, value: ours, limit: other, unit: 'ms', ratio: other / ours, floor: 0.33, note: 'limit: DuckDB in memory, no HTTP' });
  }
}
