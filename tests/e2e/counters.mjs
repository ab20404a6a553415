// What the counter file of an installation says (tenants/quota/usage.c), and what routes cost, read without the program's help.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from './fixtures.mjs';

const SLOTS = 4096;
const ORIGINS = ['site', 'api', 'embed', 'crawler', 'federation'];

/** Calls of a portal in the month of Paris that holds `at`, by origin, in all, and before this file. */
export function counted(t, host, at = new Date()) {
  const [year, month] = parisMonth(at);
  const slot = Number(sql(t, `SELECT slot FROM portal.tenant t JOIN portal.host h ON h.tenant_id = t.id WHERE host = '${host}'`));
  const file = readFileSync(join(t.home, 'usage/calls'));
  const number = (offset) => Number(file.readBigInt64LE(offset));
  const k = [0, 1, 2].find((i) => number(16 + 16 * i) === year * 12 + month - 1);
  const line = 128 + 2 * 64 * SLOTS + 64 * (3 * slot + k);
  const by = Object.fromEntries(ORIGINS.map((origin, i) => [origin, k === undefined ? 0 : number(line + 8 + 8 * i)]));
  return { ...by, used: k === undefined ? 0 : number(line), before: k === undefined ? 0 : number(line + 48) };
}

/** What PostgreSQL holds of it, by origin and in all. */
export function flushed(t, host, at = new Date()) {
  const [year, month] = parisMonth(at);
  const rows = sql(t, `SELECT origin, sum(calls) FROM portal.usage_call u JOIN portal.host h ON h.tenant_id = u.tenant_id
    WHERE host = '${host}' AND month = make_date(${year}, ${month}, 1) GROUP BY origin`);
  const by = Object.fromEntries(ORIGINS.map((origin) => [origin, 0]));
  for (const row of rows.split('\n').filter(Boolean)) by[row.split('|')[0]] = Number(row.split('|')[1]);
  return { ...by, used: Object.values(by).reduce((a, b) => a + b, 0) };
}

function parisMonth(at) {
  const parts = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Paris', year: 'numeric', month: 'numeric' }).formatToParts(at);
  return ['year', 'month'].map((type) => Number(parts.find((p) => p.type === type).value));
}

/** The instant a month of Paris begins: midnight there is 22:00 or 23:00 UTC of the day before. */
export function monthBegins(year, month) {
  const hour = (at) => Number(new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', hour: '2-digit', hourCycle: 'h23' }).format(at));
  return [22, 23].map((h) => new Date(Date.UTC(year, month - 1, 0, h))).find((at) => hour(at) === 0);
}
export const nextMonth = (at = new Date()) => {
  const [year, month] = parisMonth(at);
  return month === 12 ? monthBegins(year + 1, 1) : monthBegins(year, month + 1);
};

/** `terrasse routes`, and the row a path falls on: a literal segment beats a parameter. */
export async function routes(t) {
  const rows = await t.must(['routes', '--json']);
  const segments = (path) => path.split('?')[0].split('/').filter(Boolean);
  const rank = (row) => segments(row.path).map((s) => (s.startsWith('{') ? 1 : 0)).join('');
  const find = (path, method = 'GET') => rows
    .filter((row) => row.method === method && segments(row.path).length === segments(path).length)
    .filter((row) => segments(row.path).every((s, i) => s.startsWith('{') || s === segments(path)[i]))
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0];
  return { rows, find };
}

/** Processes of one kind below serve: 'web-process', 'worker-process', 'postgres'. */
export function processes(t, word) {
  const found = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))[1]);
      if (parent === t.child.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)) found.push(Number(pid));
    } catch { /* it ended meanwhile */ }
  }
  return found;
}
