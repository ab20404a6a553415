// Random questions, written once in ODSQL and once, by rules of their own, in the SQL of another engine over the same rows:
// both must give the same rows, groups, counts and facets.
//
// SEED=7 RANDOM_QUERIES=10000 node --test … repeats or prolongs a run. What the contract says (nulls, NOT, order, ranges) is in
// the translation below, not in the program under test.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { installation } from './harness.mjs';
import { publish, sql } from './fixtures.mjs';

const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api');
const H = 'r.localhost';
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const rounds = Number(process.env.RANDOM_QUERIES ?? 400);
let state = seed >>> 0;
const dice = (n) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return (state >>> 8) % n; };
const pick = (list) => list[dice(list.length)];
const chance = (percent) => dice(100) < percent;
let t, duck;

// ---- the rows ----

const towns = ['Tours', 'Orléans', 'Bourges', 'Blois', 'Saint-Avertin', 'Le Blanc', 'tours', 'Ævre'];
const tags = ['eau', 'air', 'sol', 'bruit'];
const or_null = (percent, v) => (chance(percent) ? null : v);
const date = () => `20${String(10 + dice(15))}-${String(1 + dice(12)).padStart(2, '0')}-${String(1 + dice(28)).padStart(2, '0')}`;
const rows = Array.from({ length: 500 }, (_, i) => ({
  _id: i, town: or_null(10, pick(towns)), code: or_null(5, String(dice(30)).padStart(3, '0')), tags: or_null(15, tags.filter(() => chance(40)).join(',') || null),
  n: or_null(10, dice(100) - 20), amount: or_null(10, (dice(4000) - 1000) / 4), ratio: or_null(10, dice(800) / 8),
  day: or_null(10, date()), moment: or_null(10, `${date()}T${String(dice(24)).padStart(2, '0')}:30:00Z`), flag: or_null(10, chance(50)) }));
const fields = { town: ['text', { facet: true }], code: ['text', { facet: true }], tags: ['text', { facet: true, multivalued: ',' }], n: ['int'], amount: ['decimal'],
  ratio: ['double'], day: ['date', { facet: true }], moment: ['datetime'], flag: ['boolean', { facet: true }] };

const quote = (s) => `'${String(s).replaceAll("'", "''")}'`;
const odsql = (s) => `"${String(s).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

before(async () => {
  t = await installation();
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 100000000, calls_month = 1000000000');
  await publish(t, H, { id: 'hasard', fields, rows: rows.map((r) => Object.keys(fields).map((f) => r[f])) });
  duck = await (await DuckDBInstance.create(':memory:')).connect();
  await duck.run("SET TimeZone = 'UTC'");
  await duck.run('CREATE TABLE r (_id INT, town VARCHAR, code VARCHAR, tags VARCHAR, n BIGINT, amount DOUBLE, ratio DOUBLE, day DATE, moment TIMESTAMP, flag BOOLEAN)');
  const cell = (v) => (v === null ? 'NULL' : typeof v === 'string' ? quote(v.replace('Z', '')) : String(v));
  await duck.run(`INSERT INTO r VALUES ${rows.map((r) => `(${[r._id, ...Object.keys(fields).map((f) => r[f])].map(cell).join(',')})`).join(',')}`);
});
after(() => t?.stop());

// ---- questions: [ODSQL, SQL] ----

const numbers = ['n', 'amount', 'ratio'];
const literal = () => pick([String(dice(80) - 20), `${dice(60)}.${pick(['25', '5', '75'])}`]);
function value(depth = 2) {
  const kind = dice(depth > 0 ? 7 : 3);
  if (kind === 0) { const l = literal(); return [l, `${l}::DOUBLE`]; }
  if (kind < 3) { const f = pick(numbers); return [f, f]; }
  if (kind === 3) return [`length(town)`, `length(town)`];
  if (kind === 4) { const p = pick(['year', 'month', 'day']), f = pick(['day', 'moment']); return [`${p}(${f === 'day' ? '`day`' : f})`, `${p}(${f === 'day' ? 'day' : f})`]; }
  const [a, b] = [value(depth - 1), value(depth - 1)];
  const op = pick(['+', '-', '*']);
  return [`(${a[0]} ${op} ${b[0]})`, `(${a[1]} ${op} ${b[1]})`];
}
const named = (f) => (f === 'day' ? '`day`' : f);
function condition(depth = 3) {
  const kind = dice(depth > 0 ? 14 : 11);
  switch (kind) {
    case 0: { const [a, b] = [value(1), value(0)], op = pick(['=', '<', '>', '<=', '>=']); return [`${a[0]} ${op} ${b[0]}`, `coalesce(${a[1]} ${op} ${b[1]}, false)`]; }
    case 1: { const f = pick(['town', 'code']), v = pick(f === 'town' ? towns : ['001', '012', '029', '1']), op = pick(['=', ':']); return [`${f} ${op} ${odsql(v)}`, `coalesce(${f} = ${quote(v)}, false)`]; }
    case 2: { const f = pick(Object.keys(fields)), not = chance(50) ? 'not ' : ''; return [`${named(f)} is ${not}null`, `${f} IS ${not}NULL`]; }
    case 3: { const list = [pick(towns), pick(towns), 'nulle part']; return [`town in (${list.map(odsql)})`, `coalesce(town IN (${list.map(quote)}), false)`]; }
    case 4: { const [lo, hi] = [dice(40) - 10, dice(60)], a = chance(50), b = chance(50), f = pick(numbers);
      return [`${f} in ${a ? '[' : ']'}${lo}${pick(['..', ' TO '])}${hi}${b ? ']' : '['}`, `coalesce(${f} ${a ? '>=' : '>'} ${lo} AND ${f} ${b ? '<=' : '<'} ${hi}, false)`]; }
    case 5: { const d = date(), f = pick(['day', 'moment']), op = pick(['<', '>', '<=', '>=', '=']); return [`${named(f)} ${op} date'${d}'`, `coalesce(${f} ${op} TIMESTAMP '${d} 00:00:00', false)`]; }
    case 6: return pick([['flag', 'coalesce(flag, false)'], ['flag is true', 'coalesce(flag, false)'], ['flag is false', 'coalesce(NOT flag, false)'], ['flag = false', 'coalesce(NOT flag, false)']]);
    case 7: { const tag = pick([...tags, 'feu']); return [`${odsql(tag)} in tags`, `coalesce(list_contains(string_split(tags, ','), ${quote(tag)}), false)`]; }
    case 8: { const p = pick(['T', 'Or', 't', '0', 'Bl']), f = pick(['town', 'code']); return [`startswith(${f}, ${odsql(p)})`, `coalesce(starts_with(${f}, ${quote(p)}), false)`]; }
    case 9: { const w = pick(['tours', 'blanc', 'SAINT', 'avertin', 'orleans']); return [`town like ${odsql(w)}`, `coalesce(regexp_matches(lower(strip_accents(town)), '(^|[^a-z0-9])${w.toLowerCase()}($|[^a-z0-9])'), false)`]; }
    case 10: { const [v, w] = [dice(60), dice(9)]; return [`ifnull(n, ${v}) > ${w}`, `coalesce(n, ${v}) > ${w}`]; }
    case 11: { const a = condition(depth - 1); return [`not (${a[0]})`, `(NOT ${a[1]})`]; }
    default: { const [a, b] = [condition(depth - 1), condition(depth - 1)], op = pick(['and', 'or']); return [`(${a[0]}) ${op} (${b[0]})`, `(${a[1]} ${op.toUpperCase()} ${b[1]})`]; }
  }
}

const aggregates = () => pick([
  ['count(*)', 'count(*)'], ['count(town)', 'count(town)'], ['count(distinct code)', 'count(DISTINCT code)'],
  ...['n', 'amount'].flatMap((f) => [[`sum(${f})`, `sum(${f})`], [`avg(${f})`, `avg(${f})`], [`min(${f})`, `min(${f})`], [`max(${f})`, `max(${f})`], [`median(${f})`, `quantile_cont(${f}, 0.5)`]])]);
const keys = () => pick([
  ['town', 'town'], ['code', 'code'], ['flag', 'flag'], ['n', 'n'], ['year(`day`)', 'year(day)'], ['month(moment)', 'month(moment)'], ['lower(town)', 'lower(town)'], ['tags', 'tag'],
  ['date_format(moment, "yyyy-MM")', "strftime(moment, '%Y-%m')"], ['ifnull(town, "?")', "coalesce(town, '?')"]]);

// ---- answers ----

const ask = async (path, params) => {
  const query = new URLSearchParams();
  for (const [k, v] of Object.entries(params)) for (const one of [v].flat()) if (one !== undefined) query.append(k, one);
  const answer = await t.http(H, `/api/explore/v2.1/catalog/datasets/hasard/${path}?${query}`);
  assert.equal(answer.status, 200, `seed ${seed}: ${JSON.stringify(params)}\n${answer.text.slice(0, 400)}`);
  return answer.json;
};
const other = async (text) => (await duck.runAndReadAll(text)).getRows();
const plain = (v) => (typeof v === 'bigint' ? Number(v) : v && typeof v === 'object' ? String(v) : v);
const same = (a, b) => a === b || (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b)));
function equal(got, want, what) {
  const g = got.map((r) => r.map(plain)), w = want.map((r) => r.map(plain));
  const bad = g.length !== w.length ? 'length' : g.findIndex((r, i) => r.length !== w[i].length || r.some((v, k) => !same(v, w[i][k])));
  assert.ok(bad === -1, `seed ${seed}: ${what}\nfirst difference: ${bad}\nours:  ${JSON.stringify(g.slice(0, 12))}\nother: ${JSON.stringify(w.slice(0, 12))}`);
}

test(`records: ${rounds} random questions have the other engine's rows (seed ${seed})`, async () => {
  for (let i = 0; i < rounds; i++) {
    const where = condition(), x = value();
    const order = Array.from({ length: dice(3) }, () => [pick(['town', 'code', 'n', 'amount', 'ratio', 'flag', 'moment']), chance(50) ? 'desc' : 'asc']);
    const [limit, offset] = [1 + dice(100), chance(30) ? dice(50) : 0];
    const got = await ask('records', { where: where[0], select: `code, town, ${x[0]} as x`, order_by: order.length ? order.map((o) => o.join(' ')).join(',') : undefined, limit: String(limit), offset: String(offset) });
    const want = await other(`SELECT code, town, ${x[1]} FROM r WHERE ${where[1]} ORDER BY ${[...order.map(([f, d]) => `${f} ${d} NULLS LAST`), '_id'].join(', ')} LIMIT ${limit} OFFSET ${offset}`);
    const [[total]] = await other(`SELECT count(*) FROM r WHERE ${where[1]}`);
    const what = `where=${where[0]} order=${JSON.stringify(order)} x=${x[0]}`;
    equal(got.results.map((r) => [r.code, r.town, r.x]), want, what);
    assert.equal(got.total_count, Number(total), `seed ${seed}: ${what}`);
  }
});

test(`groups: ${rounds} random questions have the other engine's groups and sums (seed ${seed})`, async () => {
  for (let i = 0; i < rounds; i++) {
    const where = condition(2), key = keys(), two = [aggregates(), aggregates()];
    const from = key[1] === 'tag' ? "(SELECT r.*, s.tag FROM r LEFT JOIN LATERAL (SELECT unnest(string_split(r.tags, ',')) AS tag) s ON true)" : 'r';
    const having = `SELECT ${key[1]}, ${two.map((a) => a[1]).join(', ')} FROM ${from} WHERE ${where[1]} GROUP BY ALL`;
    const descending = chance(40);
    const order = descending ? `ORDER BY 2 DESC NULLS LAST, 1 ASC NULLS FIRST` : 'ORDER BY 1 ASC NULLS FIRST';
    const got = await ask('records', { where: where[0], group_by: `${key[0]} as k`, select: `${two[0][0]} as a, ${two[1][0]} as b`, order_by: descending ? 'a desc' : undefined, limit: '20000' });
    const want = await other(`${having.replace('GROUP BY ALL', 'GROUP BY 1')} ${order}`);
    const what = `where=${where[0]} group_by=${key[0]} select=${two.map((a) => a[0])} ${order}`;
    equal(got.results.map((r) => [r.k, r.a, r.b]), want, what);
    assert.equal(got.total_count, want.length, `seed ${seed}: ${what}`);
  }
});

test(`facets: ${Math.ceil(rounds / 4)} random questions have the other engine's counts (seed ${seed})`, async () => {
  for (let i = 0; i < rounds / 4; i++) {
    const where = condition(2), town = chance(50) ? pick(towns) : undefined, not = chance(30) ? pick(['001', '002', '003']) : undefined;
    const got = await ask('facets', { where: where[0], facet: ['town', 'code', 'tags', 'flag'], refine: town && `town:${odsql(town)}`, exclude: not && `code:${odsql(not)}` });
    const kept = [where[1], town && `coalesce(town = ${quote(town)}, false)`, not && `(NOT coalesce(code = ${quote(not)}, false))`].filter(Boolean).join(' AND ');
    for (const [name, from, column] of [['town', 'r', 'town'], ['code', 'r', 'code'], ['tags', "(SELECT r.*, unnest(string_split(tags, ',')) AS tag FROM r)", 'tag']]) {
      const want = await other(`SELECT ${column}, count(*) FROM ${from} WHERE ${kept} AND ${column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100`);
      equal(got.facets.find((f) => f.name === name)?.facets.filter((f) => f.count > 0).map((f) => [f.value, f.count]) ?? [], want, `facet ${name} where=${where[0]} refine=${town} exclude=${not}`);
    }
  }
});
