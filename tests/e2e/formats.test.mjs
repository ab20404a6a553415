// Files that are no CSV, published and asked for: workbooks made by a program that is not ours, JSON, and what is
// packed around them; which table of the file is read can be said.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import { installation } from './harness.mjs';

const Excel = createRequire(import.meta.url)('exceljs');
const H = 'r.localhost';
let t, book;

before(async () => {
  t = await installation();
  const w = new Excel.Workbook();
  const first = w.addWorksheet('Titre'), second = w.addWorksheet('Détail'), hidden = w.addWorksheet('Secret', { state: 'hidden' });
  first.addRow(['Subventions votées en 2024']);
  first.addRow([]);
  first.addRow(['Code', 'Jour', 'Montant']);
  first.addRow([1001, new Date(Date.UTC(2024, 1, 29)), 12.5]);
  first.addRow([37000, new Date(Date.UTC(1999, 11, 31)), 1e6 / 3]);
  first.getColumn(1).numFmt = '00000';
  first.getColumn(2).numFmt = 'dd/mm/yyyy';
  second.addRow(['note']);
  second.addRow(['ligne de titre']);
  second.addRow(['nom', 'n']);
  second.addRow(['Tours', 1]);
  hidden.addRow(['x']);
  book = Buffer.from(await w.xlsx.writeBuffer());
});
after(() => t?.stop());

const rows = async (id) => {
  const answer = await t.http(H, `/api/explore/v2.1/catalog/datasets/${id}/records?limit=100`);
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  return answer.json.results;
};

test('a workbook: titles above the table, dates, zeros in front', async () => {
  await t.importCsv(H, 'classeur', book);
  const got = await rows('classeur');
  assert.deepEqual(got.map((r) => [r.code, r.jour]), [['01001', '2024-02-29'], ['37000', '1999-12-31']]);
  assert.equal(got[0].montant, 12.5);
  assert.ok(Math.abs(got[1].montant - 1e6 / 3) < 1e-6);
});

test('merged cells: a header in two rows, a value that stands for several rows', async () => {
  const w = new Excel.Workbook(), s = w.addWorksheet('a');
  for (const row of [['Dép.', 'Commune', 'Population', null], [null, null, 2020, 2021], ['37', 'Tours', 1, 2], [null, 'Chinon', 3, 4], ['41', 'Blois', 5, 6]]) s.addRow(row);
  for (const zone of ['A1:A2', 'B1:B2', 'C1:D1', 'A3:A4']) s.mergeCells(zone);
  const bytes = Buffer.from(await w.xlsx.writeBuffer());
  await t.importCsv(H, 'fusions', bytes);
  assert.deepEqual(await rows('fusions'), [['37', 'Tours', 1, 2], ['37', 'Chinon', 3, 4], ['41', 'Blois', 5, 6]]
    .map(([dep, commune, a, b]) => ({ dep, commune, population_2020: a, population_2021: b })));
});

test('the sheet and the row of names can be said', async () => {
  await t.importCsv(H, 'detail', book, {}, ['--publish'], { sheet: 'Détail', header_row: 3 });
  assert.deepEqual(await rows('detail'), [{ nom: 'Tours', n: 1 }]);
});

test('a workbook that begins with a word to its reader: the first sheet that looks like a table is read', async () => {
  const w = new Excel.Workbook(), word = w.addWorksheet('Lisez-moi'), data = w.addWorksheet('Données'), other = w.addWorksheet('Archives');
  word.addRow(['Ce classeur recense les écoles.']);
  word.addRow(['Écrivez-nous pour toute question.']);
  for (const row of [['ecole', 'eleves'], ['Jules-Ferry', 120]]) data.addRow(row);
  for (const row of [['ecole', 'eleves'], ['Fermée', 0]]) other.addRow(row);
  await t.importCsv(H, 'ecoles', Buffer.from(await w.xlsx.writeBuffer()));
  assert.deepEqual(await rows('ecoles'), [{ ecole: 'Jules-Ferry', eleves: 120 }]);
});

test('JSON: the list within, flattened; packed by gzip', async () => {
  const json = { total: 2, results: [{ code: '01', lieu: { lon: 0.68, lat: 47.39 }, adresse: { ville: 'Tours' }, tags: ['a', 'b'] },
    { code: '02', lieu: { lon: 1.9, lat: 47.9 }, adresse: { ville: 'Orléans', cp: '45000' }, tags: [] }] };
  await t.importCsv(H, 'json', gzipSync(JSON.stringify(json)));
  assert.deepEqual(await rows('json'), [
    { code: '01', lieu: { lon: 0.68, lat: 47.39 }, adresse_ville: 'Tours', tags: 'a|b', adresse_cp: null },
    { code: '02', lieu: { lon: 1.9, lat: 47.9 }, adresse_ville: 'Orléans', tags: null, adresse_cp: '45000' }]);
});

// What each holds says its own author; numbers are compared as they are written, what is empty as nothing, and a geometry as one.
test('csv-spectrum: every file comes back as its author says it is', async () => {
  const folder = dirname(createRequire(import.meta.url).resolve('csv-spectrum/package.json'));
  const files = readdirSync(join(folder, 'csvs')).map((f) => f.replace(/\.csv$/, ''));
  assert.equal(files.length, 12);
  for (const name of files) {
    const want = [JSON.parse(readFileSync(join(folder, 'json', `${name}.json`), 'utf8'))].flat(), id = `spectre-${name.replaceAll('_', '-')}`;
    if (name === 'location_coordinates') want[0]['Contact Phone Number'] = '2095257564'; // as its CSV has it
    await t.importCsv(H, id, readFileSync(join(folder, 'csvs', `${name}.csv`)), {}, ['--publish', '--legal-reason', 'Personnes inventées.']);
    const got = (await t.http(H, `/api/explore/v2.1/catalog/datasets/${id}/exports/json?use_labels=true`)).json;
    const text = (v, said) => (v?.geometry ? isDeepStrictEqual(v.geometry, JSON.parse(said)) && said : String(v ?? ''));
    assert.deepEqual(got.map((row, i) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, text(v, want[i][k])]))), want, name);
  }
});
