// tools/bench: every ratio with its limit, measured in the same run. See README.md.

import { parseArgs } from 'node:util';
import { Stage } from './stage.mjs';
import { load } from './part_load.mjs';
import { queries } from './part_queries.mjs';
import { counts } from './part_counts.mjs';
import { cached } from './part_cached.mjs';
import { exports } from './part_exports.mjs';
import { metering } from './part_metering.mjs';
import { memory } from './part_memory.mjs';
import { search } from './part_search.mjs';

const parts = { memory, load, queries, counts, cached, exports, metering, search };
const { values: o, positionals } = parseArgs({ allowPositionals: true, options: {
  json: { type: 'boolean' }, rounds: { type: 'string', default: '5' }, rows: { type: 'string', default: '300000' },
  programs: { type: 'string' }, tenants: { type: 'string', default: '206' } } });
const wanted = positionals.length ? positionals : Object.keys(parts);
for (const name of wanted) if (!parts[name]) { console.error(`no part ${name}: ${Object.keys(parts).join(' ')}`); process.exit(2); }

const results = [];
const short = (v) => (v === null ? '-' : Math.abs(v) >= 100 ? v.toFixed(0) : v.toPrecision(3));
const say = (text) => console.error(`  ${text}`);

/** value and limit in `unit`; ratio as the goal counts it; floor (or most) null: a figure, no goal. */
function report(row) {
  const full = { name: row.name, value: row.value, limit: row.limit, unit: row.unit, ratio: row.ratio ?? null, floor: row.floor ?? null,
    most: row.most ?? null, reached: row.floor != null ? row.ratio >= row.floor : row.most != null ? row.value <= row.most : null, note: row.note ?? '' };
  results.push(full);
  const goal = full.floor != null ? `floor ${full.floor}` : full.most != null ? `at most ${full.most}` : '';
  console.error(`${full.reached === false ? 'SHORT' : '     '} ${full.name.padEnd(46)} ${short(full.value).padStart(8)} ${full.unit.padEnd(10)}`
    + ` limit ${full.limit == null ? '-'.padStart(8) : short(full.limit).padStart(8)}  ratio ${full.ratio == null ? '-   ' : full.ratio.toFixed(2)}  ${goal}  ${full.note}`);
}

const stage = new Stage();
try {
  say('making an installation');
  await stage.open({ rows: Number(o.rows), tenants: Number(o.tenants), programs: o.programs, say });
  const context = { stage, rounds: Number(o.rounds), report, say };
  for (const name of Object.keys(parts)) {
    // Everything but the memory of an idle process needs the dataset, which `load` leaves behind.
    if (name === 'load' ? wanted.some((w) => w !== 'memory') : wanted.includes(name)) {
      await parts[name]({ ...context, rounds: name === 'load' && !wanted.includes('load') ? 0 : context.rounds });
    }
  }
} catch (error) {
  console.error(stage.complaints());
  throw error;
} finally {
  await stage.close();
}
const missed = results.filter((r) => r.reached === false);
console.error(missed.length ? `${missed.length} short: ${missed.map((r) => r.name).join('; ')}` : 'every floor is reached');
if (o.json) console.log(JSON.stringify(results, null, 1));
