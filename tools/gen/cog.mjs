// The codes of the communes of France, dated, for core/data/value/commune.h: one line a département of today's codes, one line a
// code that is no more. Written from the yearly lists of @etalab/decoupage-administratif (npm; Insee's code officiel
// géographique, Licence Ouverte), whose README says which version has which year:
//
//   node tools/gen/cog.mjs 2021=FOLDER 2022=FOLDER … 2026=FOLDER > core/data/value/cog/communes.txt
//
// A FOLDER is an unpacked package. The last year given is today's list.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const lists = process.argv.slice(2).map((arg) => arg.split('=')).map(([year, folder]) => ({ year: Number(year),
  communes: JSON.parse(readFileSync(join(folder, 'data/communes.json'), 'utf8')) })).sort((a, b) => a.year - b.year);
const isCommune = (c) => ['commune-actuelle', 'arrondissement-municipal'].includes(c.type);
const last = lists.at(-1), now = new Set(last.communes.filter(isCommune).map((c) => c.code));

const successor = new Map(); // an older list knows mergers that a newer one may tell of no more
for (const { communes } of lists)
  for (const c of communes) {
    for (const old of c.anciensCodes ?? []) successor.set(old, c.code);
    if (c.chefLieu && c.chefLieu !== c.code) successor.set(c.code, c.chefLieu);
  }
const until = new Map();
for (const { year, communes } of lists) for (const c of communes.filter(isCommune)) until.set(c.code, year);
const today = (code) => {
  let at = code;
  for (let i = 0; i < 10 && at && !now.has(at); i++) at = successor.get(at);
  return at ?? '-----';
};

const ranges = new Map();
for (const code of [...now].sort()) {
  const [head, n] = [code.slice(0, 2), Number(code.slice(2))], list = ranges.get(head) ?? [];
  if (list.length && list.at(-1)[1] === n - 1) list.at(-1)[1] = n;
  else list.push([n, n]);
  ranges.set(head, list);
}
const three = (n) => String(n).padStart(3, '0');
console.log(`${lists[0].year} ${last.year}`);
for (const [head, list] of [...ranges].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(head, list.map(([a, b]) => (a === b ? three(a) : `${three(a)}-${three(b)}`)).join(' '));
console.log('gone');
for (const code of [...new Set([...successor.keys(), ...until.keys()])].filter((c) => !now.has(c) && /^(\d\d|2[AB])\d{3}$/.test(c)).sort())
  console.log(code, today(code), until.get(code) ?? '0000');
