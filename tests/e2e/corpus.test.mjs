// Real French files (standards.md section 6, cases 1 to 34 and 43), from the folder TERRASSE_CORPUS:
// imported, then asked by the API. Figures are those that Python's csv, DuckDB and exceljs found.
// Without the variable there is nothing to run and nothing is counted: `tools/check --corpus DIR`.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { binary, installation } from './harness.mjs';

const corpus = process.env.TERRASSE_CORPUS;
const H = 'r.localhost';
let t;

const path = (file) => join(corpus, file);
const report = (file, options = {}) =>
  JSON.parse(execFileSync(binary, ['read', path(file), '--options', JSON.stringify(options)], { encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe'] }));
const column = (r, name) => r.columns.find((c) => c.name === name) ?? assert.fail(`no column ${name}`);
const codes = (list) => list.map((w) => w.code);
const warned = (list, code) => list.find((w) => w.code === code)?.args;

const load = (id, file, meta = {}) => t.importCsv(H, id, readFileSync(path(file)), meta, ['--publish', '--legal-reason', 'Essai du corpus : données déjà publiques.']);
async function ask(id, what, params) {
  const answer = await t.http(H, `/api/explore/v2.1/catalog/datasets/${id}/${what}?${new URLSearchParams(params)}`, { timeout: 60000 });
  assert.equal(answer.status, 200, `${id} ${JSON.stringify(params)}: ${answer.text.slice(0, 400)}`);
  return answer.json;
}
const rows = async (id, params) => (await ask(id, 'records', params)).results;
const count = async (id, where) => (await ask(id, 'records', { limit: 0, ...(where && { where }) })).total_count;
const one = async (id, select, where) => (await rows(id, { select: `${select} as v`, limit: 1, ...(where && { where }) }))[0].v;
const groups = async (id, by, select) => Object.fromEntries((await rows(id, { select: `${select} as v`, group_by: `${by} as g`, limit: 1000 })).map((r) => [r.g, r.v]));
const near = (got, want) => assert.ok(Math.abs(got - want) < 0.005, `${got} instead of ${want}`);
const facet = async (id, name) => Object.fromEntries((await ask(id, 'facets', { facet: name })).facets.find((g) => g.name === name).facets.map((f) => [f.name, f.count]));

const run = corpus ? test : () => {};
if (corpus) {
  before(async () => {
    t = await installation();
  });
  after(() => t?.stop());
}

run('1 to 6: subventions de Loire-Atlantique', async () => {
  const file = 'csv/44_subventions_associations.csv', r = report(file), id = 's44';
  await load(id, file, { fields: [{ name: 'montant_total_de_la_subvention', type: 'decimal' }] });
  assert.equal(await count(id), 18148);
  assert.equal(r.columns.length, 18);
  near(await one(id, 'sum(montant_total_de_la_subvention)'), 506914236.63);
  assert.equal(await count(id, 'montant_total_de_la_subvention is null'), 32);
  assert.equal(await count(id, 'identification_de_l_attribuant = "22440002800011"'), 18148);
  assert.equal(column(r, 'identification_du_beneficiaire').type, 'text');
  assert.equal(await count(id, 'identification_du_beneficiaire like "007280266"') || await count(id, 'identification_du_beneficiaire = "007280266"'), 2);
  const years = await groups(id, 'date_de_la_convention_de_subvention', 'sum(montant_total_de_la_subvention)');
  assert.equal(Object.keys(years).length, 11);
  near(years[2017], 69385391.50);
  near(years[2012], 42654112.06);
  assert.equal(await count(id, 'date_de_la_convention_de_subvention = 2017'), 1367);
  assert.equal(await count(id, 'date_de_la_convention_de_subvention = 2012'), 2515);
  for (const [name, n] of [['montant_du_pret', 20], ['montant_de_la_garantie', 28]]) {
    assert.equal(column(r, name).type, 'decimal');
    assert.equal(column(r, name).values, n);
  }
  assert.equal(await count(id, 'montant_du_pret = 226327.99'), 1);
  assert.equal(r.columns.filter((c) => c.values === 0 && c.type === 'text').length, 4);
});

run('7 to 9: subventions de Maine-et-Loire, abîmées par un tableur', async () => {
  const file = 'csv/49_subventions_associations.csv', r = report(file), id = 's49';
  await load(id, file);
  assert.equal(await count(id), 11843);
  assert.equal(r.columns.length, 7);
  near(await one(id, 'sum(mandate)'), 120502177.96);
  near(await one(id, 'sum(mandate)', 'annee = 2009'), 12385779.33);
  const siret = column(r, 'siret_ou_nir');
  assert.deepEqual(warned(siret.warnings, 'warn_siret_rounded'), ['11495']);
  assert.equal(siret.type, 'text');
  assert.deepEqual(warned(column(r, 'code_postal').warnings, 'warn_postal_short'), ['3']);
  assert.ok(warned(siret.warnings, 'warn_personal'));
});

run('10 to 13: subventions de la Sarthe, sur un octet', async () => {
  const file = 'csv/72_subventions_2018_latin1.csv', r = report(file), id = 's72', sum = 'montant_de_la_subvention_de_fonctionnement_1';
  await load(id, file, { fields: [{ name: sum, type: 'decimal', bad: 'null' }] });
  assert.equal(await count(id), 1625);
  assert.equal(r.encoding, 'windows-1252');
  assert.deepEqual([r.columns.length, r.columns[0].label], [9, 'Année']);
  assert.equal(column(r, sum).label, 'Montant de la subvention de fonctionnement (1)');
  assert.equal(await count(id, `${sum} is not null`), 1565);
  near(await one(id, `sum(${sum})`), 6965886.60);
  const [odd] = column(r, sum).refused.cells;
  assert.match(odd.value, /^N +82 584,28$/);
  near(await one(id, 'sum(montant_de_la_subvention_d_investissement_1)'), 650760.52);
  near(await one(id, 'sum(montant_de_la_garantie_2)'), 67731384.02);
  assert.equal(await count(id, 'montant_de_la_subvention_d_investissement_1 is not null'), 44);
  assert.equal(await count(id, 'montant_de_la_garantie_2 is not null'), 51);
  assert.equal(column(r, 'cp').type, 'text');
  assert.equal(await count(id, 'cp = "M72000" or cp = "H72300"') > 0, true);
  assert.equal(column(r, 'cp').blanks, 1);
});

run('14: nomenclature 2015', async () => {
  const file = 'csv/plf2015_nomenclature_latin1.csv', r = report(file), id = 'plf2015';
  await load(id, file);
  assert.deepEqual([r.rows.seen, r.rows.blank, await count(id)], [722, 38, 684]);
  const all = await rowsOf(id);
  assert.equal(all.filter((x) => x.code_action?.length > 1 && x.code_action.startsWith('0')).length, 527);
  assert.equal(all.flatMap((x) => Object.values(x)).filter((v) => String(v).includes('’')).length, 19);
  assert.ok(all.some((x) => Object.values(x).some((v) => String(v).includes('œ'))));
});

async function rowsOf(id) {
  const answer = await t.http(H, `/api/explore/v2.1/catalog/datasets/${id}/exports/json`, { timeout: 60000 });
  assert.equal(answer.status, 200);
  return JSON.parse(answer.text);
}

run('15 and 16: jaune budgétaire 2012', async () => {
  const file = 'csv/plf2012_jaune_associations_latin1.csv', r = report(file), id = 'plf2012';
  await load(id, file);
  assert.equal(await count(id), 37679);
  assert.equal(r.columns.length, 5);
  assert.equal(await count(id, 'total_des_subventions is not null'), 17485);
  assert.equal(await count(id, 'detail_des_subventions is not null'), 20195);
  assert.equal(await one(id, 'sum(total_des_subventions)'), 2967990048);
  assert.equal(await one(id, 'sum(detail_des_subventions)'), 2967990048);
  assert.equal(await one(id, 'max(total_des_subventions)'), 1483995024);
  assert.ok(warned(column(r, 'total_des_subventions').warnings, 'warn_total_row'));
  assert.equal(column(r, 'siren').type, 'text');
  assert.deepEqual(warned(column(r, 'siren').warnings, 'warn_siren_length'), ['2']); // one number, on two rows
  assert.equal((await rowsOf(id)).filter((x) => /[\r\n]/.test(x.association ?? '')).length, 10);
});

run('17 to 19: codes postaux de La Poste', async () => {
  const file = 'csv/laposte_hexasmal.csv', r = report(file), id = 'hexasmal';
  await load(id, file);
  assert.equal(await count(id), 39204);
  assert.equal(await one(id, 'count(distinct code_commune_insee)'), 35091);
  assert.equal(await one(id, 'count(distinct code_postal)'), 6328);
  for (const c of ['code_commune_insee', 'code_postal']) assert.equal(column(r, c).type, 'text');
  const all = await rowsOf(id);
  assert.equal(all.filter((x) => /^2[AB]/.test(x.code_commune_insee)).length, 419);
  const orleans = await rows(id, { where: 'code_commune_insee = "45234"', limit: 10 });
  assert.deepEqual(orleans.map((x) => [x.code_postal, x.ligne_5]).sort(), [['45000', null], ['45100', null], ['45100', 'LA SOURCE']].sort());
  assert.equal(all.filter((x) => ['18', '28', '36', '37', '41', '45'].includes(x.code_commune_insee.slice(0, 2))).length, 1892);
  assert.deepEqual(r.offers.find((o) => o.code === 'offer_point').args, ['latitude', 'longitude']);
  assert.equal(column(r, 'latitude').min, '-23.3686679');
});

run('20: cent mille voies', async () => {
  const file = 'csv/codes_postaux_voies_101k.csv', r = report(file), id = 'voies';
  await load(id, file);
  assert.equal(await count(id), 101014);
  assert.equal(r.columns.length, 9);
  const all = await rowsOf(id);
  assert.equal(new Set(all.map((x) => x.codecommune)).size, 6021);
  assert.equal(all.filter((x) => x.codecommune.startsWith('0')).length, 18062);
  assert.equal(all.filter((x) => x.codecommune.startsWith('14')).length, 38776);
  assert.equal(await count(id, 'codevoie = "XXXX"'), 6026);
  assert.equal(all.filter((x) => x.codevoie?.startsWith('0')).length, 14213);
});

run('21 and 22: communes du Centre-Val de Loire', async () => {
  const file = 'csv/communes_cvl_2026.csv', r = report(file), id = 'communes';
  await load(id, file, { fields: [{ name: 'departement', annotations: { facet: true } }, { name: 'codespostaux', annotations: { multivalued: '|' } }] });
  assert.equal(await count(id), 1754);
  assert.equal(r.columns.length, 8);
  assert.equal(await one(id, 'sum(population)'), 2587031);
  assert.deepEqual((await rows(id, { order_by: 'population desc', limit: 1, select: 'nom, population' }))[0], { nom: 'Tours', population: 139259 });
  assert.equal(await count(id, 'population >= 3500'), 121);
  for (const c of ['code', 'siren', 'departement', 'region']) assert.equal(column(r, c).type, 'text');
  assert.deepEqual(await facet(id, 'departement'), { 28: 363, 45: 325, 18: 286, 37: 272, 41: 267, 36: 241 });
  assert.deepEqual(warned(r.offers, 'offer_list'), ['codespostaux']);
  assert.equal(readFileSync(path(file), 'utf8').split('\n').filter((l) => /\|/.test(l)).length, 13);
});

run('23 and 24: stations Vélib', async () => {
  const file = 'csv/velib_stations.csv', r = report(file), id = 'velib';
  await load(id, file);
  assert.deepEqual([r.bom, r.columns[0].name, r.columns.length], [true, 'identifiant_station', 4]);
  assert.equal(await count(id), 1468);
  assert.equal(await one(id, 'sum(capacite_de_la_station)'), 45755);
  assert.equal(column(r, 'identifiant_station').type, 'text');
  assert.equal(await count(id, 'identifiant_station = "11031_relais"'), 1);
  assert.equal(column(r, 'coordonnees_geographiques').type, 'geo_point_2d');
  assert.equal(await count(id, 'in_bbox(coordonnees_geographiques, 48.84, 2.30, 48.88, 2.36)'), 287);
});

run('25 to 27: indices de position sociale des lycées', async () => {
  const file = 'csv/ips_lycees.csv', r = report(file), id = 'ips';
  await load(id, file);
  assert.equal(await count(id), 21777);
  assert.equal(r.columns.length, 15);
  assert.equal(await one(id, 'count(distinct uai)'), 3697);
  near(await one(id, 'sum(ips_ensemble_gt_pro)'), 2246987.8);
  assert.equal(await count(id, 'ips_voie_gt is not null'), 14792);
  const here = 'academie = "ORLEANS-TOURS"';
  assert.equal(await count(id, here), 722);
  assert.equal(await one(id, 'count(distinct uai)', here), 122);
  near(await one(id, 'sum(ips_ensemble_gt_pro)', here), 74040.2);
  const years = await groups(id, 'rentree_scolaire', 'count(*)');
  assert.deepEqual([column(r, 'rentree_scolaire').type, Object.keys(years).length, years['2017-2018']], ['text', 6, 3656]);
  const departments = await groups(id, 'code_du_departement', 'count(*)');
  assert.ok(departments['1'] && departments['02A']);
  assert.equal(departments['02A'] + departments['02B'], 90);
});

run('28: poursuite d’études, table large', async () => {
  const file = 'csv/poursuite_etudes_large.csv', r = report(file), id = 'poursuite';
  await load(id, file);
  assert.equal(await count(id), 2154);
  assert.equal(new Set(r.columns.map((c) => c.name)).size, 27);
  near(await one(id, 'sum(nombre_total_de_bacheliers)'), 7579776);
  const by = (await groups(id, 'academie_du_bac', 'sum(nombre_total_de_bacheliers)'));
  const name = Object.keys(by).find((k) => /orl.ans-tours/i.test(k));
  near(by[name], 276236);
  assert.equal(await count(id, `academie_du_bac = "${name}"`), 72);
});

run('29: calendrier scolaire', async () => {
  const file = 'csv/calendrier_scolaire_latin1.csv', r = report(file), id = 'calendrier';
  await load(id, file);
  assert.equal(await count(id), 18);
  assert.equal(r.columns.length, 9);
  assert.equal(r.columns[1].name, 'column_2');
  assert.ok(await count(id, 'description = "Vacances d\'Eté"') || (await rowsOf(id)).some((x) => /Vacances d'Eté/.test(Object.values(x).join())));
  const starts = (await rows(id, { select: 'start_date', limit: 100, timezone: 'Europe/Paris' })).map((x) => x.start_date).sort();
  assert.equal(starts[0], '2021-10-23T00:00:00+02:00');
  assert.equal(starts.filter((s) => s.endsWith('+01:00')).length, 6);
});

run('30: aires de livraison des Hauts-de-Seine', async () => {
  const file = 'csv/92_aires_livraison.csv', r = report(file), id = 'aires';
  await load(id, file, { fields: [{ name: 'type', annotations: { facet: true } }, { name: 'commune', annotations: { facet: true } }] });
  assert.equal(await count(id), 1007);
  assert.equal(r.columns.length, 16);
  assert.equal(await count(id, 'geo_point_2d is not null'), 1007);
  assert.equal(column(r, 'geo_shape').type, 'geo_shape');
  assert.equal(typeof (await rows(id, { limit: 1 }))[0].geo_shape.geometry, 'object');
  assert.deepEqual(await facet(id, 'type'), { LIVRAISON: 980, FONDS: 26, '02': 1 });
  assert.equal((await facet(id, 'commune'))['LEVALLOIS PERRET'], 183);
});

run('31: prénoms, au-delà de 300 000 lignes, dans un zip', async () => {
  const file = 'csv/insee_prenoms_nat2021.zip';
  assert.throws(() => report(file, { max_rows: 300000 }), /686538.*300000/);
  const r = report(file, { max_rows: 1000000 });
  assert.deepEqual([r.container, r.rows.kept, r.columns.length, column(r, 'annais').type], ['zip', 686538, 4, 'text']);
  assert.equal(column(r, 'annais').refused.count, 37924);
  const zip = readFileSync(path(file)); // its one member, behind its header
  const text = inflateRawSync(zip.subarray(30 + zip.readUInt16LE(26) + zip.readUInt16LE(28)), { maxOutputLength: 64 << 20 }).toString();
  const lines = text.split('\n').slice(1).filter(Boolean).map((l) => l.trim().split(';'));
  assert.equal(lines.reduce((n, l) => n + Number(l[3]), 0), 87423872);
  assert.equal(column(r, 'nombre').max, String(lines.reduce((n, l) => Math.max(n, Number(l[3])), 0)));
});

run('32: conventions de la Mayenne (XLSX)', async () => {
  const file = 'xlsx/53_conventions_2018.xlsx', r = report(file), id = 'm53';
  await load(id, file);
  assert.equal(await count(id), 175);
  assert.equal(r.columns.length, 15);
  near(await one(id, 'sum(montant)'), 30372173.02);
  assert.equal(column(r, 'idattribuant').type, 'text');
  assert.equal(await count(id, 'idattribuant = "22530001100015"') > 0, true);
  const dates = (await rowsOf(id)).map((x) => x.dateconvention).filter(Boolean);
  assert.equal(dates.length, 155); // exceljs: 103 dates and 52 texts, all ISO
  assert.ok(dates.every((d) => /^\d{4}-\d\d-\d\d$/.test(d)));
});

run('33: missions 2018 (XLS)', async () => {
  const file = 'xlsx/plf2018_missions.xls', r = report(file), id = 'm2018';
  await load(id, file);
  assert.deepEqual([r.format, await count(id), r.columns.length], ['xls', 177, 8]);
  assert.deepEqual([r.columns[0].label, r.columns[7].label], ['ANNEE', 'Ministère']);
});

run('34: Dataconnexions (ODS)', async () => {
  const file = 'xlsx/dataconnexions.ods', r = report(file), id = 'dc';
  await load(id, file);
  assert.deepEqual([r.format, await count(id), r.columns.length], ['ods', 3, 5]);
  assert.equal((await rows(id, { limit: 1 }))[0].date_de_la_ceremonie, '2012-05-29');
});

run('43: défibrillateurs, espaces avant les guillemets', async () => {
  for (const [file, n] of [['exemple_valide', 3], ['exemple_invalide', 4]]) {
    const r = report(`scdl/dae/${file}.csv`);
    assert.deepEqual([r.rows.kept, r.rows.aside, r.columns.length], [n, 0, 43]);
    assert.equal(r.columns[1].label, 'lat_coor1');
  }
});
