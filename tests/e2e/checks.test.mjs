// Checks before publication through the program: schemas tell and never stop; personal data and small counts stop
// opening until a legal reason is given; each version is attested; scores say why.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { createRequire } from 'node:module';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

const ExcelJS = createRequire(import.meta.url)('exceljs');

let t, admin;
const R = 'r.localhost', A = 'a.r.localhost', B = 'b.r.localhost';
const keys = {}, passwords = {};
before(async () => {
  t = await installation();
  await t.tenants(['a', 'b']);
  admin = await t.accept(R, t.links[R]);
  for (const [host, email] of [[R, 'admin@r.example'], [A, 'admin@a.example'], [B, 'admin@b.example']]) {
    if (host !== R) passwords[host] = await t.accept(host, t.links[host]);
    keys[host] = (await t.must(['token', 'add', email, '--host', host, '--label', 'essai', '--json'])).key;
  }
});
after(() => t?.stop());

const api = (host, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key: keys[host], ...options });
const post = (host, path, body = {}) => api(host, path, { method: 'POST', body });
const file = (name, bytes) => t.file(name, bytes);
const metas = (title) => ({ default: { title, description: 'x', license: 'lov2', theme: ['Santé'], keyword: ['essai'] },
  dcat: { accrualperiodicity: 'Annuelle', spatial: 'Tours', granularity: 'commune' } });
const meta = (id, more = {}) => file(`${id}.META.json`, JSON.stringify({ metas: metas(id), ...more }));
const importing = (host, id, text, more, ...args) => t.cli(['dataset', 'import', file(`${id}.csv`, text), '--host', host, '--id', id, '--meta', meta(id, more), ...args]);
const checks = async (host, id) => (await api(host, `/datasets/${id}/checks`)).json;

/** A file sent through the API becomes the draft of a dataset. */
async function draft(host, id, text) {
  const sent = await api(host, '/uploads?name=f.csv', { method: 'POST', body: Buffer.from(text), headers: { 'Content-Type': 'text/csv' } });
  assert.equal(sent.status, 202, sent.text);
  const state = async () => (await api(host, `/uploads/${sent.json.id}`)).json;
  await poll(async () => ['ready', 'failed'].includes((await state()).state), { what: 'reading' });
  const made = await api(host, `/datasets/${id}/draft`, { method: 'PUT', body: { upload: sent.json.id, metas: metas(id) } });
  assert.equal(made.status, 201, made.text);
  return state();
}

const prenoms = 'COMMUNE_NOM,COLL_INSEE,ENFANT_SEXE,ENFANT_PRENOM,NOMBRE_OCCURRENCES,ANNEE\nOrléans,4523,F,Zoé,12,2024\nTours,37261,M,Hugo,3,24\n';

test('the schema is recognised by its columns, what lacks is said with row and value, and nothing is stopped', async () => {
  const { report } = await draft(R, 'prenoms', prenoms);
  assert.equal(report.schema.name, 'scdl/prenoms');
  assert.equal(report.schema.declared, false);
  assert.deepEqual(report.schema.check.groups.filter((g) => g.severity === 'error').map((g) => [g.column, g.reason.code, g.cells[0].line, g.cells[0].value]),
    [['COLL_INSEE', 'value_pattern', 2, '4523'], ['ANNEE', 'not_year', 3, '24']]);
  assert.equal((await post(R, '/datasets/prenoms/publish', { attest: true })).status, 200);
  assert.equal((await post(R, '/datasets/prenoms/open')).status, 200); // R25, I95: a schema never blocks
});

// The row is of our making; that it is good and what is wrong with the others, the national validator's rules say (standards.md 2.2).
test('local addresses (BAL): the row of today’s format, what is wrong in others, and the format of before', async () => {
  const names = 'cle_interop;id_ban_commune;id_ban_toponyme;id_ban_adresse;commune_insee;toponyme;numero;suffixe;commune_nom;position;long;lat;x;y;source;date_der_maj;certification_commune';
  const ids = ['1', '2', '3'].map((n) => `0246e48c-f33d-433a-8984-034219be842${n}`).join(';');
  const row = (more = {}) => Object.values({ key: '2a004_0120_00012_bis', ids, insee: '2A004', street: 'Cours Napoléon', number: '12', suffix: 'bis', town: 'Ajaccio',
    place: 'entrée', long: '8.7369', lat: '41.9192', x: '1179000.5', y: '6101000.25', source: '', day: '2025-11-09', certified: '1', ...more }).join(';');
  const { report } = await draft(R, 'adresses', [names, row(), row({ number: '12 bis' }), row({ key: '2A004_0120_12' }), row({ insee: '2C004' }), row({ day: '09/11/2025' }), row({ street: '' }), ''].join('\n'));
  assert.deepEqual([report.schema.name, report.schema.version], ['etalab/schema-bal', '1.5.0']);
  assert.deepEqual(report.schema.check.groups.filter((g) => g.severity === 'error').flatMap((g) => g.cells.map((c) => [c.line, g.column, g.reason.code])).sort((a, b) => a[0] - b[0]),
    [[3, 'numero', 'not_integer'], [4, 'cle_interop', 'value_pattern'], [5, 'commune_insee', 'value_pattern'], [6, 'date_der_maj', 'not_date'], [7, 'toponyme', 'value_required']]);
  const before = (await draft(R, 'adresses-14', `${names.replace('toponyme;numero', 'voie_nom;numero')}\n${row()}\n`)).report.schema;
  assert.deepEqual([before.name, before.older], ['etalab/schema-bal', '1.4.0']);
});

test('a declared schema is checked whatever the columns; one that nobody knows is refused', async () => {
  const unknown = await importing(R, 'inconnu', 'a;b\n1;2\n', { conforms_to: 'scdl/rien' }, '--publish');
  assert.equal(unknown.code, 1);
  const done = JSON.parse((await importing(R, 'declare', 'a;b\n1;2\n', { conforms_to: 'scdl/prenoms' }, '--publish', '--json')).stdout);
  assert.equal(done.schema.declared, true);
  assert.ok(done.schema.check.groups.some((g) => g.reason.code === 'column_missing' && g.column === 'ENFANT_PRENOM'));
  assert.equal((await checks(R, 'declare')).conforms_to, 'scdl/prenoms');
  assert.equal((await post(A, '/datasets/declare/schema', { schema: 'scdl/prenoms' })).status, 404); // not A's
});

test('what refers to other rows of a file is looked for among them; what leads to another file is named as not checked', async () => {
  const schema = { $schema: 'https://frictionlessdata.io/schemas/table-schema.json', name: 'essai/services', version: '1.0.0', title: 'Services',
    fields: [{ name: 'code', type: 'string' }, { name: 'parent', type: 'string' }, { name: 'insee', type: 'string' }],
    foreignKeys: [{ fields: 'parent', reference: { resource: '', fields: 'code' } }, { fields: 'insee', reference: { resource: 'communes', fields: 'code' } }] };
  assert.equal((await api(R, '/schemas', { method: 'POST', body: { schema } })).status, 201);
  const done = JSON.parse((await importing(R, 'services', 'code;parent;insee\nA;;37261\nB;C;37261\nC;A;37261\nD;Z;37261\n', { conforms_to: 'essai/services' }, '--publish', '--json')).stdout);
  assert.deepEqual(done.schema.check.groups.map((g) => [g.column, g.severity, g.reason.code, g.reason.args]),
    [['insee', 'notice', 'reference_unchecked', ['communes']], ['parent', 'error', 'reference_missing', ['code']]]);
  assert.deepEqual(done.schema.check.groups[1].cells.map((c) => [c.line, c.value]), [[5, 'Z']]);
  const page = (await (await t.signIn(R, 'admin@r.example', admin)).get('/backoffice/datasets/services/checks/')).text;
  assert.match(page, /insee : la clé étrangère vers communes n’est pas vérifiée/);
  assert.match(page, /parent : aucune ligne du fichier n’a cette valeur dans code/);
});

test('a file that follows an older version of its schema is told which', async () => {
  const names = 'id_lieu,nom_lieu,ad_lieu,com_lieu,insee,type,date_maj,ouvert,source,Xlong,Ylat,nbre_pl,nbre_pmr,duree,horaires,proprio,lumiere,comm';
  const row = '76217-C-001,Gare,2 boulevard,Dieppe,76217,Parking,2019-06-25,true,217602176,1.081183,49.921823,20,2,,24/7,Ville,true,Bus';
  const { report } = await draft(R, 'covoiturage', `${names}\n${row}\n`);
  assert.equal(report.schema.name, 'etalab/schema-lieux-covoiturage');
  assert.equal(report.schema.older, '0.2.8');
  const columns = report.schema.check.groups.filter((g) => g.part === 'columns').map((g) => [g.column, g.reason.code]);
  assert.deepEqual(columns, [['id_lieu', 'column_extra'], ['id_local', 'column_missing']]);
});

const people = 'nom;prenom;courriel\nMartin;Zoé;zoe.martin@tours.fr\nDupont;Luc;contact@tours.fr\n';

test('personal data stop opening, not publishing closed; a listed reason with author and date lets them through', async () => {
  const { report } = await draft(A, 'elus', people);
  assert.deepEqual(report.personal.findings.map((f) => [f.kind, f.column, f.count]), [['name', 'nom', 2], ['email', 'courriel', 1]]);
  assert.doesNotMatch(JSON.stringify(report.personal), /Martin|zoe\.martin/);
  assert.equal((await post(A, '/datasets/elus/publish', { attest: true })).status, 200);
  const held = await post(A, '/datasets/elus/open');
  assert.equal(held.status, 409);
  assert.equal(held.json.title, 'personal_data');
  assert.match(held.text, /adresses électroniques \(courriel\), noms de personnes \(nom\)/);

  assert.equal((await post(A, '/datasets/elus/override', { text: 'Parce que je le veux bien' })).status, 400); // A is no region
  const reasons = (await api(A, '/reasons?schema=scdl/deliberations')).json.reasons;
  const forDeliberations = reasons.find((r) => r.schema === 'scdl/deliberations');
  assert.match(forDeliberations.text, /élus/);
  assert.equal((await post(A, '/datasets/elus/override', { reason: forDeliberations.id })).status, 400); // it follows no such schema
  const listed = reasons.find((r) => /D312-1-3/.test(r.text));
  assert.equal((await post(A, '/datasets/elus/override', { reason: listed.id })).status, 200);
  const said = await checks(A, 'elus');
  assert.deepEqual(said.blocks_opening, []);
  assert.equal(said.overrides[0].reason, listed.text);
  assert.match(said.overrides[0].at, /^\d{4}-\d\d-\d\d \d\d:\d\d$/);
  assert.ok(said.overrides[0].by.length > 0);
  assert.equal((await post(A, '/datasets/elus/open')).status, 200);
  assert.equal(sql(t, "SELECT count(*) FROM portal.audit WHERE action = 'override' AND subject = 'elus' AND detail ->> 'reason' LIKE '%D312-1-3%';"), '1');
});

test('an override covers what was found, in later files too; anything new asks again', async () => {
  const same = await importing(A, 'elus', people, {}, '--publish');
  assert.equal(same.code, 0, same.stderr);
  const more = await importing(A, 'elus', people.replace('courriel', 'courriel;nir').replace('tours.fr\nD', 'tours.fr;185057800608491\nD').replace(/fr\n$/, 'fr;\n'), {}, '--publish', '--accept-shape');
  assert.equal(more.code, 1);
  assert.match(more.stderr, /social security numbers \(nir\)/);
  assert.equal(sql(t, "SELECT records FROM portal.dataset WHERE dataset_id = 'elus' AND is_origin;"), '2'); // what is open stays as it was
});

test('a reason is taken back once the dataset is closed, and opening asks for one again', async () => {
  const revoke = (host, id) => api(host, `/datasets/${id}/override`, { method: 'DELETE' });
  const open = await revoke(A, 'elus');
  assert.deepEqual([open.status, open.json.title], [409, 'override_in_use']);
  assert.equal((await checks(A, 'elus')).overrides[0].revoked, false);
  assert.equal((await post(A, '/datasets/elus/close')).status, 200);
  assert.equal((await revoke(A, 'elus')).status, 200);
  const notices = "SELECT count(*) FROM portal.check_notice n JOIN portal.check_override o ON o.id = n.override_id WHERE o.dataset_name = 'elus';";
  assert.equal(sql(t, notices), '0', 'nobody is asked to look at what is gone');
  const said = await checks(A, 'elus');
  assert.deepEqual(said.overrides.map((o) => o.revoked), [true]);
  assert.deepEqual(said.blocks_opening.map((f) => f.kind).sort(), ['email', 'name']);
  assert.equal((await post(A, '/datasets/elus/open')).json.title, 'personal_data');
  assert.deepEqual([(await revoke(A, 'elus')).status, (await revoke(A, 'elus')).json.title], [409, 'override_none']);
  assert.equal(sql(t, "SELECT count(*) FROM portal.audit WHERE action = 'override-revoke' AND subject = 'elus';"), '1');
});

test('the page takes the reasons back, and shows the button while some stand', async () => {
  const reason = (await api(A, '/reasons')).json.reasons.find((r) => /D312-1-3/.test(r.text));
  assert.equal((await post(A, '/datasets/elus/override', { reason: reason.id })).status, 200);
  const session = await t.signIn(A, 'admin@a.example', passwords[A]), place = '/backoffice/datasets/elus';
  const form = async () => /<form[^>]* action="([^"]*override\/revoke)"><input type="hidden" name="csrf" value="([^"]+)"/.exec((await session.get(`${place}/checks`)).text);
  const shown = await form();
  const done = await session.post(shown[1], { csrf: shown[2] });
  assert.equal(done.status, 303);
  assert.match((await session.get(done.headers.location)).text, /Les raisons sont reprises/);
  assert.equal(await form(), null);
});

test('rows that are added bring what is found in them; what stood before stays found', async () => {
  const first = await importing(A, 'ajouts', 'n;texte\n1;rien\n', { visibility: 'closed' }, '--publish');
  assert.equal(first.code, 0, first.stderr);
  assert.equal((await importing(A, 'ajouts', 'n;texte\n2;zoe.martin@tours.fr\n', { visibility: 'closed' }, '--append', '--publish')).code, 0);
  assert.equal((await importing(A, 'ajouts', 'n;texte\n3;rien\n', { visibility: 'closed' }, '--append', '--publish')).code, 0);
  assert.equal((await post(A, '/datasets/ajouts/open')).json.title, 'personal_data');
  assert.equal((await importing(A, 'ajouts', 'n;texte\n4;luc.petit@tours.fr\n', { visibility: 'closed' }, '--append', '--publish')).code, 0);
  assert.deepEqual((await checks(A, 'ajouts')).found.map((f) => [f.kind, f.column, f.count]), [['email', 'texte', 2]], 'one finding, counted together');
});

test('the region writes reasons of its own, its list and those of another schema; no other portal may', async () => {
  assert.equal((await post(A, '/reasons', { text: 'Une raison de A' })).status, 403);
  const made = await post(R, '/reasons', { text: 'Charte régionale des données, article 12', schema: 'scdl/equipements' });
  assert.equal(made.status, 200, made.text);
  assert.ok((await api(A, '/reasons?schema=scdl/equipements')).json.reasons.some((r) => r.id === made.json.id && r.own));
  assert.ok(!(await api(A, '/reasons?schema=scdl/budget')).json.reasons.some((r) => r.id === made.json.id));
  assert.equal((await post(R, `/reasons/${made.json.id}/retire`)).status, 200);
  assert.equal((await post(R, `/reasons/${made.json.id}/retire`)).status, 404);
  const carried = (await api(R, '/reasons')).json.reasons.find((r) => !r.own);
  assert.equal((await post(R, `/reasons/${carried.id}/retire`)).status, 404);
  await draft(R, 'libre', people);
  assert.equal((await post(R, '/datasets/libre/override', { text: 'Consentement écrit de tous, gardé au service juridique' })).status, 200);
});

test('the data protection officer writes a reason of his own', async () => {
  await draft(A, 'dpo', people);
  const own = { text: 'Avis favorable du délégué du 3 mars' };
  assert.equal((await post(A, '/datasets/dpo/override', own)).status, 400);
  assert.match(await t.must(['user', 'dpo', 'admin@a.example', '--host', A]), /admin@a\.example/);
  assert.equal((await post(A, '/datasets/dpo/override', own)).status, 200);
  await t.must(['user', 'dpo', 'admin@a.example', '--host', A, '--off']);
  await draft(A, 'dpo2', people);
  assert.equal((await post(A, '/datasets/dpo2/override', own)).status, 400);
});

test('hidden sheets are looked at too: what is found there carries the name of the sheet and stops opening', async () => {
  const book = new ExcelJS.Workbook();
  const shown = book.addWorksheet('Lieux');
  shown.addRows([['nom', 'places'], ['Halle', 120], ['Salle', 80]]);
  const hidden = book.addWorksheet('Agents', { state: 'hidden' }), deep = book.addWorksheet('Paie', { state: 'veryHidden' });
  hidden.addRows([['n', 'num_secu'], [1, '1 85 05 78 006 084 91'], [2, 'aucun'], [3, '', 'zoe.martin@tours.fr']]);
  deep.addRows([['compte'], ['FR14 2004 1010 0505 0001 3M02 606']]);
  const { report } = await draft(R, 'cachees', Buffer.from(await book.xlsx.writeBuffer()));
  assert.deepEqual(report.personal.findings.map((f) => [f.kind, f.column, f.count, f.cells[0].line]),
    [['nir', 'Agents › num_secu', 1, 2], ['email', 'Agents › column_3', 1, 4], ['iban', 'Paie › compte', 1, 2]]);
  assert.equal(report.personal.total, 3);
  const packed = await draft(R, 'cachees-gz', gzipSync(Buffer.from(await book.xlsx.writeBuffer())));
  assert.deepEqual(packed.report.personal.findings, report.personal.findings);
  assert.doesNotMatch(JSON.stringify(report), /006 084 91|zoe\.martin/);
  assert.equal(report.rows.kept, 2);
  await post(R, '/datasets/cachees/publish', { attest: true });
  const held = await post(R, '/datasets/cachees/open');
  assert.equal(held.json.title, 'personal_data');
  assert.match(held.text, /Agents › num_secu/);
  const clean = new ExcelJS.Workbook();
  clean.addWorksheet('Lieux').addRows([['nom', 'places'], ['Halle', 120]]);
  clean.addWorksheet('Listes', { state: 'hidden' }).addRows([['choix'], ['oui'], ['non']]);
  assert.deepEqual((await draft(R, 'listes', Buffer.from(await clean.xlsx.writeBuffer()))).report.personal.findings, []);
});

test('small counts stop opening below the region\'s threshold', async () => {
  const { report } = await draft(R, 'eleves', 'commune;nb_eleves\nTours;12\nBlois;3\n');
  assert.deepEqual(report.secrecy.findings.map((f) => [f.kind, f.count, f.cells[0].value]), [['persons', 1, '3']]);
  await post(R, '/datasets/eleves/publish', { attest: true });
  const held = await post(R, '/datasets/eleves/open');
  assert.equal(held.json.title, 'personal_data');
  assert.match(held.text, /petits effectifs \(nb_eleves\)/);
});

test('counts of an open dataset that change so that a subtraction isolates few persons stop the update, until a reason covers them', async () => {
  const table = (...rows) => `commune;annee;nb_allocataires\n${rows.map((r) => r.join(';')).join('\n')}\n`;
  const four = (blois, annee = 2024, [tours, vierzon, chinon] = [120, 60, 30]) => table(['Tours', annee, tours], ['Blois', annee, blois], ['Vierzon', annee, vierzon], ['Chinon', annee, chinon]);
  const update = (text, ...args) => importing(A, 'allocataires', text, {}, '--publish', ...args);
  const shown = () => sql(t, "SELECT v.personal FROM portal.version_check v JOIN portal.dataset d ON d.version_id = v.version_id AND d.tenant_id = v.tenant_id WHERE d.dataset_id = 'allocataires'");
  /** What a file sent for the dataset is told; its draft goes. */
  const told = async (text) => {
    const sent = await api(A, '/uploads?name=f.csv&dataset=allocataires', { method: 'POST', body: Buffer.from(text), headers: { 'Content-Type': 'text/csv' } });
    const state = async () => (await api(A, `/uploads/${sent.json.id}`)).json;
    await poll(async () => ['ready', 'failed'].includes((await state()).state), { what: 'reading' });
    const { secrecy } = (await state()).report;
    assert.equal((await api(A, '/datasets/allocataires/draft', { method: 'DELETE' })).status, 200);
    return [secrecy.findings.map((f) => [f.kind, f.column, f.count, f.cells.map((c) => c.value)]), secrecy.not_judged.map((n) => [n.column, n.reason.code])];
  };
  assert.equal((await update(four(80))).code, 0);
  const held = await update(four(78)); // two persons left Blois, the rest stayed
  assert.equal(held.code, 1);
  assert.match(held.stderr, /small counts, by the difference with a version that was open \(nb_allocataires\)/);
  const isolated = (n, ...cells) => [[['difference', 'nb_allocataires', n, cells]], []];
  assert.deepEqual(await told(four(78)), isolated(1, 'Blois,2024 : 80 → 78'));
  assert.deepEqual(await told(four(81, 2024, [124, 65, 40])), isolated(2, 'Blois,2024 : 80 → 81', 'Tours,2024 : 120 → 124')); // all came
  assert.deepEqual(await told(four(75)), [[], []]); // five are no few
  assert.deepEqual(await told(four(79, 2025)), [[], []]); // another year is another population
  assert.deepEqual(await told(four(79, 2024, [122, 59, 33])), [[], [['nb_allocataires', 'secrecy_other_moment']]]); // some came, some left
  assert.deepEqual(await told(table(['Tours', 2024, 120], ['Tours', 2024, 121], ['Blois', 2024, 80])), [[], [['nb_allocataires', 'secrecy_no_pairs']]]);
  // A reason covers it, for the next files too; nothing is compared with what nobody could read.
  const reason = (await api(A, '/reasons')).json.reasons.find((r) => !r.schema);
  const sent = await api(A, '/uploads?name=f.csv&dataset=allocataires', { method: 'POST', body: Buffer.from(four(78)), headers: { 'Content-Type': 'text/csv' } });
  await poll(async () => (await api(A, `/uploads/${sent.json.id}`)).json.state === 'ready', { what: 'reading' });
  assert.equal((await post(A, '/datasets/allocataires/override', { reason: reason.id })).status, 200);
  assert.equal((await post(A, '/datasets/allocataires/publish', { attest: true })).status, 200);
  assert.equal((await update(four(77))).code, 0);
  assert.match(shown(), /78 → 77/);
  assert.equal((await post(A, '/datasets/allocataires/close')).status, 200);
  assert.equal((await update(four(76))).code, 0); // what was open stays with whoever kept it
  assert.match(shown(), /77 → 76/);
  assert.equal((await update(four(70))).code, 0);
  assert.equal(shown(), '[]'); // 76 was never open
});

test('counts are compared with the versions before the last one, too, as long as they are kept and were open', async () => {
  const widths = Array.from({ length: 130 }, (_, i) => `nb_allocataires_${i + 1}`);
  const table = (last, more = {}) => `commune;nb_eleves;${widths.join(';')}\n${[['Tours', 500], ['Blois', last], ['Vierzon', 300]].map(([c, n]) =>
    [c, n, ...widths.map((w, i) => 1000 + i + (c === 'Blois' ? more[i] ?? 0 : 0))].join(';')).join('\n')}\n`;
  const update = (text) => importing(A, 'anciennes', text, {}, '--publish', '--json');
  const told = async (text) => { const { secrecy } = JSON.parse((await importing(A, 'anciennes', text, {}, '--json')).stdout); return secrecy; };
  assert.equal((await update(table(80))).code, 0);
  assert.equal((await update(table(90))).code, 0); // ten came
  const { findings, not_judged } = await told(table(82));
  assert.deepEqual(findings.map((f) => [f.kind, f.column, f.count, f.reason, f.cells]), [['difference', 'nb_eleves', 1, { code: 'secrecy_difference_older', args: ['5', '1'] }, [{ value: 'Blois : 80 → 82' }]]]);
  assert.deepEqual(not_judged, []);
  const held = await update(table(82));
  assert.equal(held.code, 1);
  assert.match(held.stderr, /small counts, by the difference with a version that was open \(nb_eleves\)/);
  // The hundred-and-thirtieth column is looked at as the first one is, and one that both versions give away is told once.
  const wide = await told(table(88, { 129: 3, 64: -2 }));
  assert.deepEqual(wide.findings.map((f) => [f.column, f.reason.code, f.cells[0].value]), [['nb_eleves', 'secrecy_difference', 'Blois : 90 → 88'],
    ['nb_allocataires_65', 'secrecy_difference', 'Blois : 1064 → 1062'], ['nb_allocataires_130', 'secrecy_difference', 'Blois : 1129 → 1132']]);
  assert.deepEqual(wide.not_judged, []);
  // Older ones than the last five are not looked at, and that is said.
  for (const n of [100, 110, 120, 130]) assert.equal((await update(table(n))).code, 0);
  const many = await told(table(81));
  assert.deepEqual([many.findings, many.not_judged.length, many.not_judged[0]], [[], 131, { column: 'nb_eleves', reason: { code: 'secrecy_more_versions', args: [] } }]);
});

test('publishing a version that nobody attested is refused; a change of the description asks nothing; a new version asks again', async () => {
  await draft(R, 'atteste', 'a;b\n1;2\n');
  const held = await post(R, '/datasets/atteste/publish');
  assert.deepEqual([held.status, held.json.title], [409, 'attestation_missing']);
  assert.match(held.text, /conformité au RGPD, les droits de propriété/);
  const half = await post(R, '/datasets/atteste/publish', { attest: { personal: true } });
  assert.doesNotMatch(half.text, /RGPD/);
  assert.equal((await post(R, '/datasets/atteste/publish', { attest: { personal: true, rights: true, third: 'Photos : accord de l’auteur' } })).status, 200);
  await api(R, '/datasets/atteste/draft', { method: 'PUT', body: { metas: metas('Autre titre') } });
  assert.equal((await post(R, '/datasets/atteste/publish')).status, 200);
  const again = await importing(R, 'atteste', 'a;b\n3;4\n', { attestations: false }, '--publish');
  assert.equal(again.code, 1);
  assert.equal(sql(t, "SELECT string_agg(kind || coalesce(third, ''), ',' ORDER BY kind) FROM portal.attestation AS a JOIN portal.dataset AS d ON d.id = a.dataset_id WHERE d.dataset_id = 'atteste';"),
    'personalPhotos : accord de l’auteur,rightsPhotos : accord de l’auteur');
});

test('a standing attestation covers updates by machine while names and types stay', async () => {
  await draft(R, 'horaire', 'a;b\n1;2\n');
  assert.equal((await post(R, '/datasets/horaire/publish', { attest: { personal: true, rights: true, standing: true } })).status, 200);
  assert.equal((await importing(R, 'horaire', 'a;b\n3;4\n5;6\n', { attestations: false }, '--publish')).code, 0);
  assert.equal((await importing(R, 'horaire', 'a;c\n3;4\n', { attestations: false }, '--publish', '--accept-shape')).code, 1);
});

test('a region adds a version of a schema; its portals see it, another name or the same version is refused', async () => {
  const schema = { name: 'region/bancs', version: 'v1.0.0', title: 'Bancs publics', fields: [{ name: 'id', constraints: { required: true } }, { name: 'places', type: 'integer' }, { name: 'bois', type: 'boolean' }] };
  const path = file('bancs.json', JSON.stringify(schema));
  const added = await t.must(['schema', 'add', path, '--host', R, '--json']);
  assert.deepEqual([added.name, added.version], ['region/bancs', '1.0.0']);
  assert.equal((await t.cli(['schema', 'add', path, '--host', R])).code, 1);
  assert.equal((await post(A, '/schemas', { schema })).status, 403);
  assert.equal((await post(R, '/schemas', { schema: { fields: [] }, name: 'region/vide', version: '1' })).status, 400);
  assert.equal((await post(R, '/schemas', { schema: { ...schema, name: '../etc' } })).status, 400);
  assert.ok((await api(A, '/schemas')).json.schemas.some((s) => s.name === 'region/bancs' && s.own));
  const shown = await t.must(['schema', 'show', 'region/bancs', '--host', A, '--json']);
  assert.deepEqual(shown.fields.map((f) => [f.name, f.type, f.required]), [['id', 'string', true], ['places', 'integer', false], ['bois', 'boolean', false]]);
  const { report } = await draft(A, 'bancs', 'id;places;bois\n1;4;oui\n');
  assert.equal(report.schema.name, 'region/bancs');
});

const carriedSchema = (name) => JSON.parse(readFileSync(new URL(`../../tenants/publishing/schemas/${name}.json`, import.meta.url)));

/** The workbook of an answer, as exceljs reads it. */
async function workbook(answer) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(answer.body);
  return book;
}

test('a schema has a template: its columns in order, all cells text, a line of help for each column', async () => {
  const { fields } = carriedSchema('scdl__prenoms-1.1.6');
  const got = await api(R, '/schemas/template?schema=scdl/prenoms&lang=fr');
  assert.equal(got.status, 200, got.text);
  assert.equal(got.headers['content-type'], 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
  assert.match(got.headers['content-disposition'], /^attachment; filename="modele-scdl-prenoms-[0-9.]+\.xlsx"$/);
  const book = await workbook(got);
  assert.deepEqual(book.worksheets.map((s) => s.name), ['Données', 'Aide']);
  const [data, help] = book.worksheets;
  assert.deepEqual(data.getRow(1).values.slice(1), fields.map((f) => f.name));
  assert.equal(data.rowCount, 1);
  for (let i = 1; i <= fields.length; i++) assert.equal(data.getColumn(i).style.numFmt, '@', fields[i - 1].name);
  assert.deepEqual(help.getRow(1).values.slice(1), ['Colonne', 'Libellé', 'Description', 'Type', 'Exemple', 'Obligatoire', 'Valeurs permises']);
  assert.equal(help.rowCount, 1 + fields.length);
  fields.forEach((f, i) => {
    const line = help.getRow(i + 2);
    assert.equal(line.getCell(1).value, f.name);
    assert.equal(line.getCell(2).value ?? '', f.title ?? '');
    assert.equal(line.getCell(3).value ?? '', f.description ?? '');
    assert.equal(line.getCell(5).value ?? '', String(f.example ?? [f.examples].flat()[0] ?? ''));
    assert.equal(line.getCell(3).alignment?.wrapText, true);
    assert.equal(line.getCell(6).value, f.constraints?.required ? 'oui' : 'non');
  });
  const kind = (column) => help.getRow(2 + fields.findIndex((f) => f.name === column)).getCell(4).value;
  assert.deepEqual([kind('NOMBRE_OCCURRENCES'), kind('ANNEE'), kind('COMMUNE_NOM')], ['nombre entier', 'année en quatre chiffres', 'texte']);
  assert.deepEqual((await workbook(await api(R, '/schemas/template?schema=scdl/prenoms&lang=en'))).worksheets.map((s) => s.name), ['Data', 'Help']);
});

test('the page of schemas links each template', async () => {
  const session = await t.signIn(R, 'admin@r.example', admin);
  const link = /"(\/backoffice\/schemas\/template\/\?schema=scdl(?:%2F|\/)prenoms)"/.exec((await session.get('/backoffice/schemas/')).text);
  const got = await session.get(link[1]);
  assert.equal(got.status, 200);
  assert.equal((await workbook(got)).worksheets[0].getCell('B1').value, 'COLL_INSEE');
});

test('every schema has its template, a name that nobody knows has none', async () => {
  for (const s of (await api(A, '/schemas')).json.schemas) {
    const got = await api(A, `/schemas/template?schema=${s.name}&version=${s.version}`);
    assert.equal(got.status, 200, s.name);
    assert.equal((await workbook(got)).worksheets[0].columnCount, s.fields, s.name);
  }
  const none = await api(A, '/schemas/template?schema=scdl/licorne');
  assert.deepEqual([none.status, none.json.title], [404, 'schema_unknown']);
  assert.equal((await api(A, '/schemas/template')).status, 404);
  assert.equal((await t.http(A, '/api/portal/v1/schemas/template?schema=scdl/prenoms')).status, 401);
});

test('a new version of a schema is told once to those who follow the older one', async () => {
  await post(A, '/datasets/bancs/schema', { schema: 'region/bancs' });
  const schema = { name: 'region/bancs', version: '1.1.0', title: 'Bancs publics', fields: [{ name: 'id' }, { name: 'places', type: 'integer' }, { name: 'bois', type: 'boolean' }, { name: 'hauteur', type: 'number', constraints: { required: true } }] };
  assert.equal((await post(R, '/schemas', { schema })).status, 201);
  const told = () => sql(t, "SELECT count(*) FROM portal.audit WHERE action = 'schema-newer' AND subject = 'bancs';");
  await poll(() => told() === '1', { what: 'the notice', deadline: 30000 });
  assert.equal((await checks(A, 'bancs')).newest_version, '1.1.0');
  await poll(() => sql(t, "SELECT conforms_told FROM portal.dataset WHERE dataset_id = 'bancs';") === '1.1.0', { what: 'told' });
  assert.equal(told(), '1');
});

test('both scores are reproducible and explain each point', async () => {
  const first = await checks(R, 'prenoms'), second = await checks(R, 'prenoms');
  assert.deepEqual(first.quality, second.quality);
  const { mqa, national } = first.quality;
  assert.equal(mqa.of, 405);
  assert.equal(mqa.criteria.reduce((sum, c) => sum + c.of, 0), 405);
  assert.equal(mqa.score, mqa.criteria.reduce((sum, c) => sum + c.points, 0));
  // What this one lacks: a period, a contact, a European licence, an announced size; standards.md 1.10.
  assert.deepEqual(mqa.criteria.filter((c) => !c.met).map((c) => c.key), ['temporal', 'licence_vocabulary', 'contact', 'byte_size']);
  assert.equal(mqa.score, 405 - 20 - 10 - 20 - 5);
  assert.equal(national.of, 9);
  assert.deepEqual(national.criteria.filter((c) => !c.met).map((c) => c.key), ['temporal_coverage', 'description', 'documentation']);
  for (const c of [...mqa.criteria, ...national.criteria]) assert.ok(c.met ? c.remedy === null : c.remedy.length > 10, c.key);
});

test('a licence that is not homologated is told; the region\'s advice for a theme is shown and stops nothing', async () => {
  assert.equal((await post(R, '/licence-advice', { theme: 'HEAL', licence: 'odc-odbl' })).status, 200);
  assert.equal((await post(A, '/licence-advice', { theme: 'HEAL', licence: 'lov2' })).status, 403);
  const said = await checks(R, 'prenoms');
  assert.equal(said.licence.homologated, true);
  assert.deepEqual(said.licence_advised.map((l) => l.id), ['odc-odbl']);
  await api(R, '/datasets/prenoms/draft', { method: 'PUT', body: { metas: { ...metas('Prénoms'), default: { ...metas('Prénoms').default, license: 'cc-by' } } } });
  assert.equal((await post(R, '/datasets/prenoms/publish')).status, 200);
  assert.equal((await checks(R, 'prenoms')).licence.homologated, false);
});

test('a high-value dataset under the ODbL is told that its licence is too strict, and is published all the same', async () => {
  const put = async (keyword, license) => {
    const said = metas('Lignes');
    const answer = await api(R, '/datasets/lignes/draft', { method: 'PUT', body: { metas: { ...said, default: { ...said.default, keyword, license } } } });
    assert.equal(answer.status, 200, answer.text);
    return (await checks(R, 'lignes')).licence_too_strict_for_hvd;
  };
  await draft(R, 'lignes', 'n;texte\n1;rien\n');
  assert.equal(await put(['essai', 'HVD'], 'odc-odbl'), true);
  assert.equal(await put(['essai', 'hvd'], 'lov2'), false);
  assert.equal(await put(['hvdrologie'], 'odc-odbl'), false);
  assert.equal(await put(['http://data.europa.eu/bna/c_b79e35eb'], 'odc-odbl'), true);
  const session = await t.signIn(R, 'admin@r.example', admin);
  for (const page of ['check', 'checks']) {
    const seen = await session.get(`/backoffice/datasets/lignes/${page}/?lang=fr`);
    assert.match(seen.text, /règlement \(UE\) 2023\/138/, page);
  }
  assert.equal((await post(R, '/datasets/lignes/publish', { attest: true })).status, 200);
  assert.equal((await post(R, '/datasets/lignes/open')).status, 200);
});

test('a high-value dataset of no category is told what it lacks, and is published all the same', async () => {
  const session = await t.signIn(R, 'admin@r.example', admin);
  const pages = async () => [await session.get('/backoffice/datasets/reseaux/check/?lang=fr'), await session.get('/backoffice/datasets/reseaux/checks/?lang=fr')].map((p) => {
    assert.equal(p.status, 200);
    return p.text.includes('annoncé de forte valeur (hvd) sans aucune catégorie');
  });
  const put = async (keyword) => {
    const said = metas('Réseaux');
    const answer = await api(R, '/datasets/reseaux/draft', { method: 'PUT', body: { metas: { ...said, default: { ...said.default, keyword } } } });
    assert.equal(answer.status, 200, answer.text);
    return [(await checks(R, 'reseaux')).hvd_without_category, ...await pages()];
  };
  await draft(R, 'reseaux', 'n;texte\n1;rien\n');
  assert.deepEqual(await put(['essai']), [false, false, false]);
  assert.deepEqual(await put(['hvd', 'Mobilité']), [false, false, false]);
  assert.deepEqual(await put(['http://data.europa.eu/bna/c_b79e35eb']), [false, false, false]);
  assert.deepEqual(await put(['http://data.europa.eu/bna/c_00000000']), [true, true, true]);
  assert.deepEqual(await put(['HVD', 'bus']), [true, true, true]);
  assert.match((await session.get('/backoffice/datasets/reseaux/checks/?lang=en')).text, /high-value \(hvd\) without any category.*Géospatiales, .*Mobilité/);
  assert.equal((await post(R, '/datasets/reseaux/publish', { attest: true })).status, 200);
});

// ---- what is joined, and under which licence (N19, R33) ----

const ODBL = 'Open Database License (ODbL)';
const licensed = (title, license) => ({ ...metas(title), default: { ...metas(title).default, license } });
const joining = (dataset) => [{ do: 'join', column: 'code', dataset, on: 'code', take: ['nom'] }];
const reference = async (host, id, license, more = {}) => {
  const done = await importing(host, id, 'code;nom\n01;Un\n02;Deux\n', { metas: licensed(`Référence ${id} de ${host}`, license), ...more }, '--publish');
  assert.equal(done.code, 0, done.stderr);
};
const byKey = (host, key, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key, ...options });
/** A file whose rows look something up becomes the draft. */
async function joined(host, id, dataset, { key = keys[host], license = 'lov2' } = {}) {
  const sent = await byKey(host, key, `/uploads?name=f.csv&steps=${encodeURIComponent(JSON.stringify(joining(dataset)))}`,
    { method: 'POST', body: Buffer.from('code;n\n01;1\n03;3\n'), headers: { 'Content-Type': 'text/csv' } });
  const state = async () => (await byKey(host, key, `/uploads/${sent.json.id}`)).json;
  await poll(async () => ['ready', 'failed'].includes((await state()).state), { what: 'reading' });
  assert.equal((await state()).state, 'ready', JSON.stringify((await state()).error));
  const made = await byKey(host, key, `/datasets/${id}/draft`, { method: 'PUT', body: { upload: sent.json.id, metas: licensed(id, license) } });
  assert.ok([200, 201].includes(made.status), made.text);
}
const relicense = async (host, id, license) => assert.equal((await api(host, `/datasets/${id}/draft`, { method: 'PUT', body: { metas: licensed(id, license) } })).status, 200);
const shownLicence = (id) => sql(t, `SELECT d.metas #>> '{default,license}' FROM portal.dataset d JOIN portal.host h ON h.tenant_id = d.tenant_id AND h.host = '${A}' WHERE d.dataset_id = '${id}';`);
const credit = (host, id, licence) => new RegExp(`^Source : [^,]+, « Référence ${id} de ${host} », données du \\d\\d/\\d\\d/\\d{4}, ${licence.replace(/[()]/g, '\\$&')}$`);

test('what is joined under the ODbL stops opening under another licence, not publishing closed; its licence and credit line are shown', async () => {
  await reference(A, 'partage', 'odc-odbl');
  await joined(A, 'tire', 'partage');
  const said = await checks(A, 'tire');
  assert.deepEqual(said.blocks_opening, [{ kind: 'share_alike', column: 'partage' }]);
  assert.deepEqual(said.joined.map((j) => [j.dataset, j.licence, j.share_alike, j.same_licence]), [['partage', ODBL, true, false]]);
  assert.match(said.joined[0].credit.replace(/\u00a0/g, ' '), credit(A, 'partage', ODBL));
  const session = await t.signIn(A, 'admin@a.example', passwords[A]);
  for (const page of ['check', 'checks']) {
    const { text } = await session.get(`/backoffice/datasets/tire/${page}/?lang=fr`);
    assert.match(text, /partage à l’identique doit porter la même licence/, page);
    assert.match(text.replace(/\u00a0/g, ' '), /Ligne de crédit : Source : [^<]*« Référence partage de a\.r\.localhost »/, page);
    assert.match((await session.get(`/backoffice/datasets/tire/${page}/?lang=en`)).text, /has to carry the same licence/, page);
  }
  assert.equal((await post(A, '/datasets/tire/publish', { attest: true })).status, 200);
  const held = await post(A, '/datasets/tire/open');
  assert.deepEqual([held.status, held.json.title], [409, 'share_alike']);
  assert.match(held.text, /jeu joint \(partage\)/);
});

test('the same licence opens it; a description that takes it away from an open dataset is refused; a listed reason allows it until it is taken back', async () => {
  await relicense(A, 'tire', 'odc-odbl');
  assert.equal((await post(A, '/datasets/tire/publish')).status, 200);
  assert.equal((await post(A, '/datasets/tire/open')).status, 200);
  const said = await checks(A, 'tire');
  assert.deepEqual([said.blocks_opening, said.joined[0].same_licence], [[], true]);
  await relicense(A, 'tire', 'lov2');
  assert.equal((await post(A, '/datasets/tire/publish')).json.title, 'share_alike');
  assert.equal(shownLicence('tire'), ODBL);
  const reason = (await api(A, '/reasons')).json.reasons.find((r) => /L342-3/.test(r.text));
  assert.equal((await post(A, '/datasets/tire/override', { reason: reason.id })).status, 200);
  assert.equal((await post(A, '/datasets/tire/publish')).status, 200);
  assert.match(shownLicence('tire'), /^Licence Ouverte/);
  const given = (await api(A, '/overrides')).json.overrides.find((o) => o.dataset_id === 'tire');
  assert.deepEqual(given.covers, [{ kind: 'share_alike', column: 'partage' }]);
  const revoked = await post(A, `/overrides/${given.id}/revoke`, {});
  assert.deepEqual([revoked.status, revoked.json.closed], [200, true]);
});

test('the public page quotes what a dataset is joined with, while everybody may read that; of a closed one the licence alone', async () => {
  await reference(A, 'arbres', 'lov2');
  await joined(A, 'parcs', 'arbres');
  assert.equal((await post(A, '/datasets/parcs/publish', { attest: true })).status, 200);
  assert.equal((await post(A, '/datasets/parcs/open')).status, 200);
  const page = async () => (await t.http(A, '/explore/dataset/parcs/?lang=fr')).text.replace(/\u00a0/g, ' ');
  await poll(async () => /Fait aussi avec, à citer de même :[^]*?<p class="small">Source : [^<]*« Référence arbres de a\.r\.localhost »[^<]*Licence Ouverte/.test(await page()), { what: 'the line' });
  assert.equal((await post(A, '/datasets/arbres/close')).status, 200);
  await poll(async () => !(await page()).includes('Référence arbres'), { what: 'no trace' });
  assert.match(await page(), /Contient des données reprises d’un jeu diffusé sous Licence Ouverte v2\.0 \(Etalab\)<\/p>/);
  assert.ok((await page()).includes('Citer ce jeu'));
});

test('a published licence counts when a dataset is opened, not that of a draft that waits', async () => {
  await relicense(A, 'tire', 'odc-odbl');
  assert.deepEqual((await checks(A, 'tire')).blocks_opening, []);
  assert.equal((await post(A, '/datasets/tire/open')).json.title, 'share_alike');
});

test('rows keep the licence that they were taken under: what is added later, or says otherwise since, changes nothing', async () => {
  await reference(A, 'change', 'odc-odbl');
  const more = { visibility: 'closed', steps: joining('change'), fields: [{ name: 'code', type: 'text' }] };
  assert.equal((await importing(A, 'suite', 'code;n\n01;1\n', more, '--publish')).code, 0);
  await reference(A, 'change', 'lov2');
  assert.equal((await importing(A, 'suite', 'code;n\n02;2\n', more, '--append', '--publish')).code, 0);
  const said = await checks(A, 'suite');
  assert.deepEqual(said.joined.map((j) => j.licence), ['Licence Ouverte v2.0 (Etalab)', ODBL]);
  assert.equal((await post(A, '/datasets/suite/open')).json.title, 'share_alike');
  assert.equal((await importing(A, 'suite', 'code;n\n01;1\n', more, '--publish')).code, 0); // read anew, all of it
  assert.equal((await post(A, '/datasets/suite/open')).status, 200);
});

test('of a dataset that whoever asks may not look up, of another portal or another organisation, no credit line is shown', async () => {
  await reference(B, 'partage', 'lov2'); // the same name as A's
  await joined(B, 'tire', 'partage');
  const theirs = await checks(B, 'tire');
  assert.deepEqual(theirs.joined.map((j) => [j.dataset, j.share_alike]), [['partage', false]]);
  assert.match(theirs.joined[0].credit, /Référence partage de b\.r\.localhost/);
  assert.doesNotMatch(JSON.stringify(theirs.joined), /a\.r\.localhost|ODbL/);
  assert.deepEqual(theirs.blocks_opening, []);

  await t.must(['tenant', 'add', '--direct', '--region', R, '--name', 'Ville de Vierzon', '--admin', 'agent@vierzon.example']);
  const bound = (await t.must(['token', 'add', 'agent@vierzon.example', '--host', R, '--json'])).key;
  await reference(R, 'ferme', 'odc-odbl', { visibility: 'closed' });
  await reference(R, 'ouvert', 'odc-odbl');
  await joined(R, 'vierzon', 'ouvert', { key: bound });
  const own = await byKey(R, bound, '/datasets/vierzon/checks');
  assert.match(own.json.joined[0].credit, /Référence ouvert/);
  await joined(R, 'vierzon', 'ferme'); // by the region, which may look it up
  assert.match((await checks(R, 'vierzon')).joined[0].credit, /Référence ferme/);
  const now = await byKey(R, bound, '/datasets/vierzon/checks');
  assert.deepEqual(now.json.joined.map((j) => [j.dataset, j.share_alike, j.credit]), [['ferme', true, null]]);
  assert.doesNotMatch(now.text, /Référence ferme/);
  assert.equal((await api(B, '/datasets/vierzon/checks')).status, 404);
});

test('two portals that do not trust each other see none of each other\'s findings', async () => {
  assert.equal((await api(A, '/datasets/prenoms/checks')).status, 404);
  assert.equal((await post(A, '/datasets/prenoms/override', { text: 'x'.repeat(10) })).status, 404);
  assert.equal((await api(A, '/datasets/prenoms/override', { method: 'DELETE' })).status, 404);
});

test('an override is told, looked at, and revoked: what it covered is closed, what it did not cover stays', async () => {
  const text = 'Annuaire des élus, avis du délégué du 3 mars';
  const given = async (host, id) => {
    await draft(host, id, people);
    assert.equal((await post(host, `/datasets/${id}/publish`, { attest: true })).status, 200);
    const reason = (await api(host, '/reasons')).json.reasons.find((r) => !r.schema);
    assert.equal((await post(host, `/datasets/${id}/override`, { reason: reason.id })).status, 200);
    assert.equal((await post(host, `/datasets/${id}/open`)).status, 200);
  };
  await given(A, 'derogation');
  await given(B, 'derogation');
  const listed = async (host, path = '') => (await api(host, `/overrides${path}`)).json.overrides;
  const one = async (host, portal, path) => (await listed(host, path)).find((o) => o.host === portal && o.dataset_id === 'derogation');
  // Each portal sees its own, the region all of them, with portal, check, reason, author and date.
  assert.ok((await listed(A)).every((o) => o.host === A));
  assert.equal((await api(A, '/overrides/region')).status, 403);
  const [ofA, ofB] = [await one(R, A, '/region'), await one(R, B, '/region')];
  assert.equal(ofB.portal, 'Portail B');
  assert.deepEqual(ofA.covers.map((c) => c.kind).sort(), (await one(A, A)).covers.map((c) => c.kind).sort());
  assert.deepEqual([ofA.open, ofA.revoked, ofA.seen], [true, null, null]);
  assert.match(ofA.at, /^20\d\d-\d\d-\d\d \d\d:\d\d$/);
  assert.ok(ofA.reason.length > 5 && ofA.by);
  // The dashboards say so, until somebody has looked.
  const region = await t.signIn(R, 'admin@r.example', admin), mine = await t.signIn(A, 'admin@a.example', passwords[A]);
  const notice = async (session) => Number(/contrôles à regarder : (\d+)/.exec((await session.get('/backoffice/?lang=fr')).text)?.[1] ?? 0);
  const [regionBefore, mineBefore] = [await notice(region), await notice(mine)];
  assert.ok(regionBefore > mineBefore && mineBefore > 0, `${regionBefore} ${mineBefore}`);
  // Mails wait for the officer and the administrators of A, and for the region's; B is told of its own alone.
  const mails = (host) => sql(t, `SELECT string_agg(DISTINCT m.recipient || ' ' || m.path || ' ' || (m.args ->> 1), ',' ORDER BY m.recipient || ' ' || m.path || ' ' || (m.args ->> 1))
    FROM portal.mail AS m JOIN portal.host AS h ON h.tenant_id = m.tenant_id WHERE h.host = '${host}' AND m.template = 'override' AND m.args ->> 0 = 'derogation' AND m.args ->> 4 LIKE 'Ce n’est pas%' AND m.args ->> 2 LIKE 'adresses%';`);
  await poll(() => mails(A).includes('admins'), { what: 'the mails' });
  for (const recipient of ['admins', 'dpo']) assert.ok(mails(A).split(',').includes(`${recipient} /backoffice/overrides/ Portail A`), mails(A));
  assert.ok(mails(R).includes('admins /backoffice/overrides/region/ Portail A'), mails(R));
  assert.doesNotMatch(mails(B), /Portail A/);
  // A portal touches nobody else's, named or not.
  for (const body of [{}, { tenant: ofB.tenant }])
    for (const verb of ['seen', 'revoke'])
      assert.ok([403, 404].includes((await post(A, `/overrides/${ofB.id}/${verb}`, body)).status), verb);
  assert.equal((await one(B, B)).revoked, null);
  assert.equal((await post(R, `/overrides/${ofA.id}/seen`, { tenant: ofA.tenant })).status, 200);
  assert.equal(await notice(region), regionBefore - 1);
  assert.equal(await notice(mine), mineBefore - 1);
  assert.equal((await one(A, A)).seen_by, (await one(R, A, '/region')).seen_by);
  // Revoked by the region: the dataset is closed at once, and stays closed until the gate is passed again.
  assert.equal((await t.http(A, '/api/explore/v2.1/catalog/datasets/derogation')).status, 200);
  const done = await post(R, `/overrides/${ofA.id}/revoke`, { tenant: ofA.tenant });
  assert.deepEqual([done.status, done.json.closed], [200, true], done.text);
  await poll(async () => (await t.http(A, '/api/explore/v2.1/catalog/datasets/derogation')).status === 404, { what: 'closing' });
  assert.equal((await post(A, '/datasets/derogation/open')).json.title, 'personal_data');
  assert.equal((await post(R, `/overrides/${ofA.id}/revoke`, { tenant: ofA.tenant })).status, 404);
  assert.equal((await t.http(B, '/api/explore/v2.1/catalog/datasets/derogation')).status, 200);
  assert.equal(sql(t, "SELECT count(*) FROM portal.audit WHERE action = 'override-revoke' AND subject = 'derogation';"), '1');
  // Two overrides of the same findings: taking one back leaves it open, and asks nothing.
  const before = (await listed(A)).length;
  sql(t, `INSERT INTO portal.check_override (tenant_id, id, dataset_id, covers, reason, dataset_name)
    SELECT tenant_id, gen_random_uuid(), dataset_id, covers, '${text}', dataset_name FROM portal.check_override WHERE id = '${ofB.id}'`);
  assert.equal((await listed(A)).length, before);
  const kept = await post(B, `/overrides/${ofB.id}/revoke`);
  assert.deepEqual([kept.status, kept.json.closed], [200, false], kept.text);
  assert.equal((await t.http(B, '/api/explore/v2.1/catalog/datasets/derogation')).status, 200);
});

test('the page of overrides: the region\'s has all portals, revoking there closes; a reader may not, the officer may', async () => {
  await draft(A, 'page-derogation', people);
  await post(A, '/datasets/page-derogation/publish', { attest: true });
  const reason = (await api(A, '/reasons')).json.reasons.find((r) => !r.schema);
  assert.equal((await post(A, '/datasets/page-derogation/override', { reason: reason.id })).status, 200);
  assert.equal((await post(A, '/datasets/page-derogation/open')).status, 200);
  const region = await t.signIn(R, 'admin@r.example', admin), mine = await t.signIn(A, 'admin@a.example', passwords[A]);
  assert.equal((await mine.get('/backoffice/overrides/region/')).status, 403);
  const seen = (await region.get('/backoffice/overrides/region/?lang=fr')).text;
  assert.match(seen, /page-derogation/);
  assert.match(seen, /Portail A/);
  assert.match(seen, new RegExp(reason.text.slice(0, 20)));
  const [, id] = /page-derogation[\s\S]*?name="override" value="([0-9a-f-]{36})"/.exec(seen);
  const tenant = sql(t, `SELECT tenant_id FROM portal.check_override WHERE id = '${id}'`);
  const foreign = await mine.post('/backoffice/overrides/revoke', { override: id, tenant: sql(t, `SELECT tenant_id FROM portal.host WHERE host = '${B}'`) });
  assert.equal(foreign.status, 403);
  assert.equal((await region.post('/backoffice/overrides/revoke', { csrf: 'x', override: id, tenant })).status, 403);
  const done = await region.post('/backoffice/overrides/revoke', { override: id, tenant, list: 'region' });
  assert.deepEqual([done.status, done.headers.location], [303, '/backoffice/overrides/region/?done=revoked_closed']);
  assert.equal((await t.http(A, '/api/explore/v2.1/catalog/datasets/page-derogation')).status, 404);
  // A reader passes the door only as the data protection officer.
  const invited = await t.must(['user', 'add', 'lecteur@a.example', '--name', 'Lecteur', '--role', 'reader', '--host', A, '--json']);
  const reader = await t.signIn(A, 'lecteur@a.example', await t.accept(A, invited.invitation ?? invited.link));
  assert.equal((await reader.get('/backoffice/overrides/')).status, 403);
  await t.must(['user', 'dpo', 'lecteur@a.example', '--host', A]);
  const officer = await reader.get('/backoffice/overrides/?lang=fr');
  assert.equal(officer.status, 200);
  assert.match(officer.text, /page-derogation/);
  assert.doesNotMatch(officer.text, /Portail B/);
});

test('the region\'s officer, a reader, sees the overrides of all portals and is told of each; what is another portal\'s he cannot close', async () => {
  const account = async (host, email, ...args) => (await t.must(['user', 'add', email, '--name', email, '--role', 'reader', '--host', host, ...args, '--json']));
  const invited = await account(R, 'delegue@r.example');
  await t.must(['user', 'dpo', 'delegue@r.example', '--host', R]);
  const officer = await t.signIn(R, 'delegue@r.example', await t.accept(R, invited.invitation ?? invited.link));
  const ids = (host) => sql(t, `SELECT o.id FROM portal.check_override o JOIN portal.host h ON h.tenant_id = o.tenant_id WHERE h.host = '${host}' AND o.revoked_at IS NULL`).split('\n').filter(Boolean);
  const [theirs, own] = [[...ids(A), ...ids(B)], ids(R)];
  assert.ok(theirs.length > 0 && own.length > 0);
  const all = await officer.get('/backoffice/overrides/region/?lang=fr');
  assert.equal(all.status, 200);
  assert.match(all.text, /Portail A[\s\S]*Portail B|Portail B[\s\S]*Portail A/);
  assert.deepEqual(own.filter((id) => !all.text.includes(`value="${id}"`)), [], 'his own portal\'s have their buttons');
  assert.deepEqual(theirs.filter((id) => all.text.includes(`value="${id}"`)), [], 'the others have none');
  const tenant = sql(t, `SELECT tenant_id FROM portal.check_override WHERE id = '${theirs[0]}'`);
  for (const verb of ['seen', 'revoke']) {
    assert.equal((await officer.post(`/backoffice/overrides/${verb}`, { override: theirs[0], tenant })).status, 403, verb);
  }
  const home = (await officer.get('/backoffice/?lang=fr')).text;
  const waits = sql(t, `SELECT count(*) FROM portal.check_notice n JOIN portal.host h ON h.host = '${R}' JOIN portal.tenant r ON r.id = h.tenant_id AND r.root_id = n.root_id`);
  assert.match(home, new RegExp(`contrôles à regarder : ${waits}\\b[^]*href="/backoffice/overrides/region/`));
  assert.ok(sql(t, `SELECT count(*) FROM portal.mail m JOIN portal.host h ON h.tenant_id = m.tenant_id WHERE h.host = '${R}' AND m.template = 'override' AND m.recipient = 'dpo'
    AND m.path = '/backoffice/overrides/region/' AND m.args ->> 1 = 'Portail A'`) > 0, 'he is told of A\'s');
  for (const path of ['partners', 'schemas', 'people']) assert.equal((await officer.get(`/backoffice/${path}/`)).status, 403, path);
  // Another portal's officer sees his own portal; that of a direct publisher neither.
  const reader = await account(A, 'delegue@a.example');
  await t.must(['user', 'dpo', 'delegue@a.example', '--host', A]);
  const ofA = await t.signIn(A, 'delegue@a.example', await t.accept(A, reader.invitation ?? reader.link));
  assert.deepEqual([(await ofA.get('/backoffice/overrides/')).status, (await ofA.get('/backoffice/overrides/region/')).status], [200, 403]);
  await t.must(['user', 'dpo', 'agent@vierzon.example', '--host', R]);
  const bound = (await t.must(['token', 'add', 'agent@vierzon.example', '--host', R, '--json'])).key;
  for (const path of ['', '/region']) assert.equal((await byKey(R, bound, `/overrides${path}`)).status, 403, path);
});

test('the licence of a copy is its source\'s: a draft of it is refused, and the source\'s change arrives', async () => {
  await t.importCsv(A, 'odbl', 'code;nom\r\n1;Tilleul\r\n', { title: 'Arbres sous ODbL', license: 'odc-odbl' });
  const copied = () => sql(t, `SELECT d.dataset_id FROM portal.dataset AS d JOIN portal.host AS h ON h.tenant_id = d.tenant_id WHERE h.host = '${R}' AND NOT d.is_origin AND d.metas #>> '{default,title}' = 'Arbres sous ODbL'`);
  const id = await poll(copied, { deadline: 60000, what: 'the copy' });
  const licence = async () => (await t.http(R, `/api/explore/v2.1/catalog/datasets/${id}`)).json.metas.default.license;
  const before = await licence();
  assert.match(before, /ODbL|Open Database/);
  const put = await t.http(R, `/api/portal/v1/datasets/${id}/draft`, { key: keys[R], method: 'PUT', body: { metas: { default: { license: 'lov2' } } } });
  assert.deepEqual([put.status, put.json.title], [409, 'dataset_is_copy'], put.text);
  assert.match(put.json.detail, /source/);
  assert.equal(await licence(), before);
  assert.equal(sql(t, `SELECT count(*) FROM portal.draft AS r JOIN portal.host AS h ON h.tenant_id = r.tenant_id JOIN portal.dataset AS d ON d.id = r.dataset_id WHERE h.host = '${R}' AND NOT d.is_origin`), '0');
  await t.importCsv(A, 'odbl', 'code;nom\r\n1;Tilleul\r\n', { title: 'Arbres sous ODbL', license: 'lov2' });
  await poll(async () => /Licence Ouverte/.test(await licence()), { deadline: 60000, what: 'the licence of the source' });
});
