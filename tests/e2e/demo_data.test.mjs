// The demonstration region: what tools/demo makes out of npm packages.
// Expected figures: INSEE's for 2026 (1,754 communes, 2,587,031 inhabitants, 121 communes of 3,500 and more).

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { make } from '../../tools/demo/make.mjs';
import { outlines, asText } from '../../tools/demo/outlines.mjs';
import { emblem, encodePng } from '../../tools/demo/emblem.mjs';

const modules = process.env.TERRASSE_NODE_MODULES
  ?? resolve(dirname(fileURLToPath(import.meta.url)), '../../tools/npm/node_modules');
const out = mkdtempSync(join(tmpdir(), 'terrasse-demo-'));
after(() => rmSync(out, { recursive: true, force: true }));

const domains = { modules, domain: 'region.localhost', academy: 'academie.localhost' };
let bodies;
before(async () => {
  await make({ out, all: false, ...domains });
  bodies = JSON.parse(readFileSync(join(out, 'bodies.json')));
});
const rowsOf = (id) => readFileSync(join(out, `data/${id}.csv`), 'utf8').trimEnd().split('\r\n').slice(1).map((l) => l.split(';'));
const metaOf = (d) => JSON.parse(readFileSync(join(out, d.meta)));

test('the communes of the region are INSEE\'s: number, population, départements', () => {
  const rows = rowsOf('communes-centre-val-de-loire');
  assert.equal(rows.length, 1754);
  assert.equal(rows.reduce((sum, r) => sum + Number(r[8]), 0), 2587031);
  const counts = Object.fromEntries(['18', '28', '36', '37', '41', '45'].map((d) => [d, rows.filter((r) => r[2] === d).length]));
  assert.deepEqual(counts, { 18: 286, 28: 363, 36: 241, 37: 272, 41: 267, 45: 325 });
});
test('Tours has its code, its three postal codes and its SIREN', () => {
  const tours = rowsOf('communes-centre-val-de-loire').find((r) => r[0] === '37261');
  assert.deepEqual([tours[1], tours[6], tours[7], tours[8]], ['Tours', '37000|37100|37200', '213702616', '139259']);
});
test('every dataset has the ten mandatory metadata and says enough', () => {
  const frequencies = ['Lorsque nécessaire', 'Non planifiée', 'Irrégulière', 'Continue', 'Temps réel', 'Journalière', 'Hebdomadaire',
    'Bi-mensuelle', 'Mensuelle', 'Trimestrielle', 'Bi-annuelle', 'Annuelle', 'Inconnue'];
  assert.ok(bodies.datasets.length >= 12);
  for (const d of bodies.datasets) {
    const { default: basic, dcat } = metaOf(d).metas;
    for (const name of ['title', 'description', 'publisher', 'license', 'modified']) assert.ok(basic[name], `${d.id}: ${name}`);
    for (const name of ['spatial', 'granularity', 'created', 'issued']) assert.ok(dcat[name], `${d.id}: ${name}`);
    assert.ok(basic.theme.length > 0 && basic.keyword.length > 0, d.id);
    assert.ok(frequencies.includes(dcat.accrualperiodicity), d.id);
    assert.ok([...basic.description].length > 100, d.id);
  }
});
test('every row has as many cells as the head, and the file as many rows as announced', () => {
  for (const d of bodies.datasets) {
    const rows = rowsOf(d.id);
    assert.equal(rows.length, d.rows, d.id);
    assert.ok(rows.length > 0 && rows.every((r) => r.length === metaOf(d).fields.length), d.id);
  }
});
test('at least seven partners have a portal and one publishes directly', () => {
  const [region] = bodies.roots;
  assert.ok(region.partners.filter((p) => p.mode === 'subdomain').length >= 7);
  assert.deepEqual(region.partners.filter((p) => p.mode === 'direct').map((p) => [p.insee, p.host]), [['41269', null]]);
});
test('the canary stands in the closed rows and nowhere else', () => {
  for (const d of bodies.datasets) {
    const text = readFileSync(join(out, d.file), 'utf8') + readFileSync(join(out, d.meta), 'utf8');
    assert.equal(text.includes(bodies.canary), d.visibility === 'closed', d.id);
  }
  assert.equal(bodies.datasets.filter((d) => d.visibility === 'closed').length, 1);
});
test('rows of the closed dataset all say that they are examples', () => {
  assert.ok(rowsOf('demandes-materiel-exemple').every((r) => r[1] === 'exemple'));
});
test('every link names bodies and datasets that exist', () => {
  const slugs = new Set(bodies.roots.flatMap((r) => [r.slug, ...r.partners.map((p) => p.slug)]).concat('data.gouv.fr'));
  const ids = new Set(bodies.datasets.map((d) => d.id));
  assert.deepEqual(new Set(bodies.links.map((l) => l.kind)), new Set(['upward', 'downward', 'national']));
  for (const l of bodies.links) {
    assert.ok(slugs.has(l.from) && slugs.has(l.to), JSON.stringify(l));
    assert.ok(l.datasets === '*' || l.datasets.every((id) => ids.has(id)), JSON.stringify(l));
  }
});
test('--all makes every body the convention counts, each with a host of its own', async () => {
  const all = join(out, 'all');
  const made = await make({ out: all, all: true, ...domains });
  assert.ok(made.tenants > 200);
  const { partners } = JSON.parse(readFileSync(join(all, 'bodies.json'))).roots[0];
  const kinds = (kind) => partners.filter((p) => p.kind === kind).length;
  assert.deepEqual([kinds('departement'), kinds('epci'), kinds('commune')], [6, 82, 121]);
  assert.equal(new Set(partners.map((p) => p.slug)).size, partners.length);
  assert.ok(partners.every((p) => /^[a-z0-9][a-z0-9-]{0,26}$/.test(p.slug)));
});
test('the workbook has one spoiled SIRET, and its correction none', async () => {
  const ExcelJS = createRequire(join(modules, 'x.js'))('exceljs');
  const sirets = async (file) => {
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(join(out, file));
    return book.worksheets[0].getColumn(6).values.slice(2);
  };
  const spoiled = await sirets('subventions-2026-1-abime.xlsx');
  assert.equal(spoiled.length, 40);
  assert.deepEqual(spoiled.flatMap((v, i) => (/^\d{14}$/.test(v) ? [] : [[i + 2, v]])), [[13, '9,99E+13']]);
  for (const file of ['subventions-2026-1-corrige.xlsx', 'subventions-2026-2.xlsx']) {
    assert.ok((await sirets(file)).every((v) => /^\d{14}$/.test(v)), file);
  }
});
test('the PNG encoder writes what the format says', () => {
  const png = encodePng(2, 1, Buffer.from([255, 0, 0, 0, 0, 255]));
  assert.equal(png.subarray(0, 8).toString('hex'), '89504e470d0a1a0a');
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [2, 1]);
  const length = png.readUInt32BE(33);
  assert.deepEqual([...inflateSync(png.subarray(41, 41 + length))], [0, 255, 0, 0, 0, 0, 255]);
  // The checksum of IEND is the same in every PNG file there is.
  assert.equal(png.subarray(-4).toString('hex'), 'ae426082');
});
test('an emblem is 96 by 96 and differs between bodies', () => {
  const one = emblem('Tours Métropole', '#1f4e79');
  assert.deepEqual([one.readUInt32BE(16), one.readUInt32BE(20)], [96, 96]);
  assert.notDeepEqual(one, emblem('Bourges Plus', '#1f4e79'));
});
test('the outlines are six closed paths in a box 1000 wide, compact, with the label inside', () => {
  const map = outlines(modules);
  assert.deepEqual(map.departements.map((d) => d.code), ['18', '28', '36', '37', '41', '45']);
  assert.match(map.viewBox, /^0 0 1000 \d{3,4}$/);
  for (const d of map.departements) {
    assert.match(d.path, /^(M\d+ \d+(l-?\d+ -?\d+)+z)+$/);
    const points = [];
    for (const [, kind, x, y] of d.path.split('z')[0].matchAll(/([Ml])(-?\d+) (-?\d+)/g)) {
      const last = points.at(-1) ?? [0, 0];
      points.push(kind === 'M' ? [Number(x), Number(y)] : [last[0] + Number(x), last[1] + Number(y)]);
    }
    assert.ok(points.every(([x]) => x >= 0 && x <= 1000), d.name);
    const [lx, ly] = d.label;
    const inside = points.reduce((odd, [x1, y1], i) => {
      const [x2, y2] = points[(i + 1) % points.length];
      return (y1 > ly) !== (y2 > ly) && lx < ((x2 - x1) * (ly - y1)) / (y2 - y1) + x1 ? !odd : odd;
    }, false);
    assert.ok(inside, d.name);
  }
  // Chartres lies north of Bourges, Tours west of Orléans.
  const at = Object.fromEntries(map.departements.map((d) => [d.code, d.label]));
  assert.ok(at['28'][1] < at['18'][1] && at['37'][0] < at['45'][0]);
  assert.ok(asText(map).length < 20000);
});
