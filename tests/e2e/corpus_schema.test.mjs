// Real files against their schemas, where TERRASSE_CORPUS names a folder of them: standards.md section 6, cases 38 to 43.
// The counts come from npm tableschema 1.12.6 and a second implementation in Python; the SIRET keys from Python.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const corpus = process.env.TERRASSE_CORPUS && join(process.env.TERRASSE_CORPUS, 'scdl');
const binary = process.env.TERRASSE_BINARY ?? 'build/terrasse';
const there = corpus && existsSync(corpus);
const case_ = (name, fn) => test(name, { skip: there ? false : 'TERRASSE_CORPUS is not set' }, fn);

function read(folder, file, { older = [], declared } = {}) {
  const definition = JSON.parse(readFileSync(join(corpus, folder, 'schema.json'), 'utf8'));
  const options = JSON.stringify({ schema: declared, schemas: [{ name: folder, version: definition.version, title: definition.title ?? folder, definition, older }] });
  return JSON.parse(execFileSync(binary, ['read', '--options', options, join(corpus, folder, file)], { encoding: 'utf8', maxBuffer: 1 << 26 }));
}
const CUSTOM = ['bad_siret', 'bad_siren', 'bad_hours', 'bad_compare', 'bad_sum', 'bad_nomenclature', 'bad_years', 'not_cohesive', 'one_of_needed'];
const errors = (report, which = (g) => !CUSTOM.includes(g.reason.code)) => Object.fromEntries(report.schema.check.groups
  .filter((g) => g.severity === 'error' && which(g)).map((g) => [`${g.column ?? ''} ${g.reason.code}`, g.count]));
const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

case_('38: subventions, valid: 29 rows, nothing; invalid: a column absent, fifteen cells, bad SIRET apart', () => {
  const good = read('subventions', 'exemple_valide.csv');
  assert.deepEqual([good.rows.kept, good.schema.check.errors], [29, 0]);
  const bad = read('subventions', 'exemple_invalide_cellules.csv');
  const cells = errors(bad);
  assert.deepEqual(cells, { 'pourcentageSubvention value_over': 3, 'dateConvention not_date': 1, 'rnaBeneficiaire value_pattern': 3, 'montant not_number': 1,
    'notificationUE not_boolean': 2, 'idAttribuant value_pattern': 1, 'datesPeriodeVersement value_pattern': 1, 'pourcentageSubvention not_number': 1,
    'montant value_required': 1, 'nature value_not_among': 1 });
  assert.equal(sum(cells), 15);
  assert.ok(bad.schema.check.groups.some((g) => g.column === 'dispositifAide' && g.reason.code === 'column_absent' && g.severity === 'notice'));
  const date = bad.schema.check.groups.find((g) => g.reason.code === 'not_date').cells[0];
  assert.deepEqual([date.line, date.column, date.value], [5, 'dateConvention', '05/12/2016']);
  assert.ok(errors(bad, (g) => g.reason.code === 'bad_siret')['idAttribuant bad_siret'] > 0);
});

case_('39: first names: 6 and 0; budget: 4 and one SIRET, 0', () => {
  assert.equal(read('prenoms', 'exemple-synthetique-invalide.csv').schema.check.errors, 6);
  assert.equal(read('prenoms', 'exemple-synthetique-valide.csv').schema.check.errors, 0);
  const bad = read('budget', 'exemple-synthetique-invalide.csv');
  assert.equal(sum(errors(bad)), 4);
  assert.deepEqual(errors(bad, (g) => CUSTOM.includes(g.reason.code)), { 'BGT_SIRET bad_siret': 1 });
  assert.equal(read('budget', 'exemple-synthetique-valide.csv').schema.check.errors, 0);
});

case_('40: traffic orders: Septèmes four times "NC", Carros, Vence and Le Rove clean', () => {
  const bad = read('arrete-circulation', 'septemes-les-vallons.csv');
  assert.deepEqual(errors(bad), { 'ARR_DATE not_date': 4 });
  assert.ok(bad.schema.check.groups[0].cells.every((c) => c.value === 'NC'));
  for (const [file, rows] of [['carros', 13], ['vence', 9], ['le-rove', 3]]) {
    const good = read('arrete-circulation', `${file}.csv`);
    assert.deepEqual([good.rows.kept, good.schema.check.errors], [rows, 0], file);
  }
});

case_('41: Saint-Étienne’s deliberations: 80 records, a column more, 128 required values', () => {
  const report = read('deliberations', '42_saint_etienne_metropole_2022.csv');
  assert.equal(report.rows.kept, 80);
  assert.ok(report.schema.check.groups.some((g) => g.column === 'Nombre de délibération' && g.reason.code === 'column_extra'));
  assert.deepEqual(errors(report), { 'DELIB_MATIERE_CODE value_required': 80, 'DELIB_MATIERE_NOM value_required': 48 });
  assert.equal(sum(errors(read('deliberations', '42_modele.csv'))), 1);
});

case_('42: car sharing: a column that lacks, one that is more, an older version; and a date', () => {
  const older = [{ version: '0.2.8', fields: ['id_lieu', 'id_local', 'nom_lieu', 'ad_lieu', 'com_lieu', 'insee', 'type', 'date_maj', 'ouvert', 'source',
    'Xlong', 'Ylat', 'nbre_pl', 'nbre_pmr', 'duree', 'horaires', 'proprio', 'lumiere', 'comm'] }];
  for (const [file, dates] of [['exemple-valide.csv', 0], ['exemple-invalide.csv', 1]]) {
    const report = read('lieux-covoiturage', file, { older });
    assert.equal(report.schema.older, '0.2.8');
    assert.deepEqual(errors(report), { 'id_local column_missing': 1, ...(dates && { 'date_maj not_date': 1 }) });
    assert.ok(report.schema.check.groups.some((g) => g.column === 'id_lieu' && g.reason.code === 'column_extra'));
  }
});

case_('43: defibrillators: titles without their spaces, 3 × 43 and 4 × 43', () => {
  for (const [file, rows] of [['exemple_valide.csv', 3], ['exemple_invalide.csv', 4]]) {
    const report = read('dae', file);
    assert.deepEqual([report.rows.kept, report.columns.length], [rows, 43], file);
    assert.ok(report.columns.some((c) => c.source === 'lat_coor1'));
    assert.ok(report.schema.check.groups.some((g) => g.reason.code === 'value_spaces')); // told once a column, judged without
  }
});

// jsonschema of Python finds the three files valid.
case_('contracts of the State’s format (a JSON Schema): two lists, every rule checked, no fault in the real examples', () => {
  for (const file of ['marches_avec_modifications.json', 'marches_concessions.json', 'concessions.json']) {
    const { schema } = read('decp', file, { declared: 'decp' });
    assert.deepEqual([schema.check.rows, schema.check.errors, schema.check.unchecked], [2, 0, []], file);
  }
});

case_('no real file of the corpus is taken for persons that it does not hold', () => {
  const csv = join(process.env.TERRASSE_CORPUS, 'csv');
  for (const file of ['44_subventions_associations.csv', '49_subventions_associations.csv', 'plf2012_jaune_associations_latin1.csv', 'laposte_hexasmal.csv',
    'communes_cvl_2026.csv', 'velib_stations.csv', 'ips_lycees.csv', 'calendrier_scolaire_latin1.csv', '92_aires_livraison.csv', 'codes_postaux_voies_101k.csv']) {
    const report = JSON.parse(execFileSync(binary, ['read', join(csv, file)], { encoding: 'utf8', maxBuffer: 1 << 26 }));
    assert.deepEqual(report.personal.findings.map((f) => [f.kind, f.column, f.count]), [], file);
  }
});
