// What a producer lives through: steps done again at each update, an update that breaks what was agreed held back,
// cells corrected and rows left out. Values are worked out by hand from the bytes written here.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';
import { zipOf } from './zip.mjs';

const Excel = createRequire(import.meta.url)('exceljs');
let t, key, otherKey, session;
before(async () => {
  t = await installation();
  session = await t.signIn('r.localhost', 'admin@r.example', await t.accept('r.localhost', t.links['r.localhost']));
  key = (await t.must(['token', 'add', 'admin@r.example', '--host', 'r.localhost', '--json'])).key;
  await t.must(['tenant', 'add', 'blois', '--region', 'r.localhost', '--name', 'Blois', '--host', 'blois.r.localhost', '--admin', 'agent@blois.example']);
  otherKey = (await t.must(['token', 'add', 'agent@blois.example', '--host', 'blois.r.localhost', '--json'])).key;
});
after(() => t?.stop());

const metas = (title) => ({
  default: { title, description: 'Un jeu d’essai.', license: 'lov2', theme: ['Régions et villes'], keyword: ['essai'] },
  dcat: { accrualperiodicity: 'Annuelle', spatial: 'Centre-Val de Loire', granularity: 'commune' },
});
const file = (name, bytes) => t.file(name, bytes);
const update = (id, bytes, host = 'r.localhost') => ['dataset', 'import', file(`${host}-${id}.csv`, bytes), '--host', host, '--id', id, '--publish', '--json'];
const first = (id, bytes, meta = {}, host = 'r.localhost') => [...update(id, bytes, host), '--meta', file(`${host}-${id}.json`, JSON.stringify({ metas: metas(id), attestations: { personal: true, rights: true, standing: true }, ...meta }))];
const one = (query) => sql(t, `${query};`);
const records = (id) => one(`SELECT records FROM portal.dataset WHERE dataset_id = '${id}'`);
const api = (path, options = {}) => t.http('r.localhost', `/api/portal/v1${path}`, { key, ...options });
const send = (bytes, query = '') => api(`/uploads?name=f.csv${query}`, { method: 'POST', body: Buffer.from(bytes), headers: { 'Content-Type': 'text/csv' } });
const settled = (id) => poll(async () => {
  const answer = (await api(`/uploads/${id}`)).json;
  return ['ready', 'failed', 'published'].includes(answer.state) && answer;
}, { what: `upload ${id}`, deadline: 60000 });
const again = async (id, body) => {
  assert.equal((await api(`/uploads/${id}/read`, { method: 'POST', body })).status, 202);
  return settled(id);
};
const verb = (id, word, body = {}) => api(`/datasets/${id}/${word}`, { method: 'POST', body: { attest: true, ...body } });
const rows = async (id, host = 'r.localhost') => (await t.http(host, `/api/explore/v2.1/catalog/datasets/${id}/exports/json`)).json;

/** The public rows, once the portal has noticed the publication. */
async function shows(id, want) {
  let now;
  await poll(async () => JSON.stringify(now = await rows(id)) === JSON.stringify(want), { what: id }).catch(() => {});
  assert.deepEqual(now, want);
}

// ---- steps ----

const steps = [
  { do: 'rename', column: 'Nom complet', to: 'Nom' },
  { do: 'filter', column: 'etat', keep: 'differs', value: 'fermé' },
  { do: 'point', latitude: 'lat', longitude: 'lon', into: 'lieu' },
  { do: 'drop', columns: ['lat', 'lon'] },
  { do: 'deduplicate', columns: ['Nom'] },
];

test('steps are done to the first file and again to each update; what they took away is counted', async () => {
  const done = await t.must([...first('gymnases', 'Nom complet;etat;lat;lon\nA;ouvert;47,5;1,3\nB;fermé;47;1\nA;ouvert;48;2\nC;ouvert;;\n'),
    '--steps', file('steps.json', JSON.stringify(steps))]);
  assert.deepEqual(done.rows, { seen: 4, kept: 2, aside: 0, blank: 0, filtered: 1, doubles: 1 });
  assert.deepEqual(done.steps.map((s) => s.removed), [0, 1, 0, 0, 1]);
  assert.deepEqual(await rows('gymnases'), [{ nom: 'A', etat: 'ouvert', lieu: { lon: 1.3, lat: 47.5 } }, { nom: 'C', etat: 'ouvert', lieu: null }]);
  const next = await t.must(update('gymnases', 'Nom complet;etat;lat;lon\nD;ouvert;47,5;1,3\nE;fermé;47;1\n'));
  assert.deepEqual(next.diff.columns, { added: [], dropped: [], retyped: [], broken: [] });
  await shows('gymnases', [{ nom: 'D', etat: 'ouvert', lieu: { lon: 1.3, lat: 47.5 } }]);
});

test('metres of Lambert-93 become a point where PostGIS puts it, WKT the shape that PostGIS reads', async () => {
  const places = [['a', 525803.5, 6701233], ['b', 1242375, 6049000.25], ['c', 704000, 7110000]];
  const shape = 'MULTIPOLYGON Z (((0 46 1, 1 46 1, 1 47 1, 0 46 1)))';
  const text = `nom;x;y;geom\n${places.map(([nom, x, y]) => `${nom};${x};${y};${shape}`).join('\n')}\n`;
  const done = await t.must(first('lambert', text, { steps: [{ do: 'point', latitude: 'y', longitude: 'x', into: 'lieu', lambert93: true }] }));
  assert.deepEqual(done.rows, { seen: 3, kept: 3, aside: 0, blank: 0 });
  const got = await rows('lambert');
  for (const [i, [, x, y]] of places.entries()) {
    const [lon, lat] = one(`SELECT ST_X(p) || ' ' || ST_Y(p) FROM ST_Transform(ST_SetSRID(ST_MakePoint(${x}, ${y}), 2154), 4326) p`).split(' ').map(Number);
    assert.ok(Math.abs(got[i].lieu.lon - lon) < 2e-9 && Math.abs(got[i].lieu.lat - lat) < 2e-9, JSON.stringify([got[i], lon, lat]));
    assert.equal(got[i].x, x); // the metres stay
    assert.deepEqual(got[i].geom.geometry, JSON.parse(one(`SELECT ST_AsGeoJSON(ST_Force2D(ST_GeomFromText('${shape}', 4326)))`)));
  }
});

test('a step that the file cannot follow is named by its number, and nothing changes', async () => {
  const done = await t.cli(update('gymnases', 'Nom complet;etat;lat\nD;ouvert;47,5\n'));
  assert.equal(done.code, 1);
  assert.match(done.stderr, /Step 3 \(point\): there is no column “lon”/);
  assert.equal(records('gymnases'), '1');
  const wrong = await t.cli([...first('faux', 'a;b\n1;2\n'), '--steps', file('wrong.json', '[{"do":"drop","columns":["a"]},{"do":"fly"}]')]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /Step 2: “fly” is not a step/);
});

test('META.json may bring the steps', async () => {
  const done = await t.must(first('parmeta', 'a;b\nx;1\n;2\n', { steps: [{ do: 'fill', column: 'a', previous: true }] }));
  assert.equal(done.records, 2);
  assert.deepEqual(await rows('parmeta'), [{ a: 'x', b: 1 }, { a: 'x', b: 2 }]);
  assert.equal(one("SELECT steps FROM portal.dataset WHERE dataset_id = 'parmeta'"), '[{"do": "fill", "column": "a", "previous": true}]');
});

test('rows are grouped and added up, again at each update; a sum that one unit dominates stops opening, and the unit is not published', async () => {
  const firms = (verre) => `secteur;siret;montant\nverre;22440002800011;${verre}\nverre;22530001100015;0,20\nverre;21450234400016;0.1\nverre;22440002800011;7\n` +
    'bois;22440002800011;10\nbois;22530001100015;10\nbois;21450234400016;10,5\n';
  const group = [{ do: 'group', columns: ['secteur'], sum: ['montant'], unit: 'siret', into: 'unités' }];
  const done = await t.must(first('aides-secteur', firms('1'), { steps: group, visibility: 'closed' }));
  assert.deepEqual(done.rows, { seen: 7, kept: 2, aside: 0, blank: 0, grouped: 5 });
  const held = await verb('aides-secteur', 'open');
  assert.deepEqual([held.status, held.json.title], [409, 'personal_data']);
  assert.match(held.text, /montants dominés par une unité \(montant\)/);
  const next = await t.must(update('aides-secteur', firms('-6,75')));
  assert.equal(next.rows.grouped, 5);
  assert.equal((await verb('aides-secteur', 'open')).status, 200); // 0.25 of 0.55 is less than 85 %
  await shows('aides-secteur', [{ secteur: 'verre', montant: 0.55, unites: 3 }, { secteur: 'bois', montant: 30.5, unites: 3 }]);
});

test('a join brings columns of another dataset of the portal, and of no other portal', async () => {
  await t.must(first('communes', 'insee;nom;pop\n37261;Tours;136000\n41018;"Blois; ville";46000\n', { fields: [{ name: 'insee', type: 'text' }] }));
  await t.must(first('secret', 'insee;nom\n37261;Secret\n', { visibility: 'closed', fields: [{ name: 'insee', type: 'text' }] }));
  const join = (dataset, take = ['nom']) => ['--steps', file(`join-${dataset}.json`, JSON.stringify([{ do: 'join', column: 'code', dataset, on: 'insee', take }]))];
  const text = { fields: [{ name: 'code', type: 'text' }] };
  const done = await t.must([...first('aides', 'code;n\n41018;1\n99999;2\n', text), ...join('communes', ['nom', 'pop'])]);
  assert.deepEqual(await rows('aides'), [{ code: '41018', n: 1, nom: 'Blois; ville', pop: 46000 }, { code: '99999', n: 2, nom: null, pop: null }]);
  assert.equal(done.steps[0].unmatched, 1);
  const lacks = await t.cli([...first('aides2', 'code;n\n41018;1\n', text), ...join('communes', ['maire'])]);
  assert.match(lacks.stderr, /Step 1 \(join\): there is no column “maire”/);
  for (const dataset of ['communes', 'secret']) {
    const refused = await t.cli([...first('vol', 'code;n\n37261;1\n', text, 'blois.r.localhost'), ...join(dataset)]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, new RegExp(`no dataset “${dataset}”`));
  }
  assert.equal(one("SELECT count(*) FROM portal.dataset WHERE dataset_id = 'vol'"), '0');
  // The same through the API of the other portal.
  const sent = await t.http('blois.r.localhost', '/api/portal/v1/uploads?name=f.csv&steps=' + encodeURIComponent(JSON.stringify([{ do: 'join', column: 'code', dataset: 'communes', on: 'insee', take: ['nom'] }])),
    { key: otherKey, method: 'POST', body: Buffer.from('code;n\n37261;1\n'), headers: { 'Content-Type': 'text/csv' } });
  const failed = await poll(async () => {
    const a = (await t.http('blois.r.localhost', `/api/portal/v1/uploads/${sent.json.id}`, { key: otherKey })).json;
    return ['ready', 'failed'].includes(a.state) && a;
  }, { what: 'the other portal' });
  assert.equal(failed.state, 'failed');
  assert.match(failed.error.message, /communes/);
});

test('people of one organisation join its datasets and open ones only', async () => {
  await t.must(['tenant', 'add', '--direct', '--region', 'r.localhost', '--name', 'Ville de Vierzon', '--admin', 'agent@vierzon.example']);
  const bound = (await t.must(['token', 'add', 'agent@vierzon.example', '--host', 'r.localhost', '--json'])).key;
  const tries = async (dataset) => {
    const step = [{ do: 'join', column: 'code', dataset, on: 'insee', take: ['nom'] }];
    const sent = await t.http('r.localhost', `/api/portal/v1/uploads?name=f.csv&steps=${encodeURIComponent(JSON.stringify(step))}`,
      { key: bound, method: 'POST', body: Buffer.from('code;n\n37261;1\n'), headers: { 'Content-Type': 'text/csv' } });
    return poll(async () => {
      const a = (await t.http('r.localhost', `/api/portal/v1/uploads/${sent.json.id}`, { key: bound })).json;
      return ['ready', 'failed'].includes(a.state) && a.state;
    }, { what: dataset });
  };
  assert.equal(await tries('secret'), 'failed');
  // "code" is text by its name, so the open one is found.
  assert.equal(await tries('communes'), 'ready');
});

// ---- the contract ----

test('an update with a dropped column is held back: diff, live version untouched; then accepted', async () => {
  await t.must(first('budget', 'chapitre;montant;note\na;1;x\nb;2;y\n'));
  const held = await t.cli(update('budget', 'chapitre;montant\na;5\n'));
  assert.equal(held.code, 1);
  assert.match(held.stderr, /held back.*dropped: note/);
  const said = JSON.parse(held.stdout);
  assert.equal(said.held, true);
  assert.equal(said.published, false);
  assert.deepEqual(said.diff.columns, { added: [], dropped: ['note'], retyped: [], broken: [] });
  assert.deepEqual(await rows('budget'), [{ chapitre: 'a', montant: 1, note: 'x' }, { chapitre: 'b', montant: 2, note: 'y' }]);
  const plain = await t.cli(update('budget', 'chapitre;montant\na;5\n').filter((a) => a !== '--json'), { env: { LC_ALL: 'fr_FR.UTF-8' } });
  assert.match(plain.stdout, /Colonnes retirées : note/);
  const refused = await t.cli(['dataset', 'publish', 'budget', '--host', 'r.localhost']);
  assert.equal(refused.code, 1);
  await t.must(['dataset', 'publish', 'budget', '--host', 'r.localhost', '--accept-shape', '--json']);
  await shows('budget', [{ chapitre: 'a', montant: 5 }]);
  const more = await t.must([...update('budget', 'chapitre;montant;nouveau\na;5;1\n'), '--accept-shape']);
  assert.deepEqual(more.diff.columns.added, ['nouveau']);
});

test('an update sent by a program is published at once where it keeps the contract, held back where not', async () => {
  await t.must(first('capteurs', 'id;valeur\na;1\nb;2\n'));
  const good = await settled((await send('id;valeur\na;3\nb;4\nc;5\n', '&dataset=capteurs&publish=true')).json.id);
  assert.equal(good.state, 'published');
  assert.equal(records('capteurs'), '3');
  const held = await settled((await send('id;mesure\na;3\n', '&dataset=capteurs&publish=true')).json.id);
  assert.equal(held.state, 'ready');
  assert.equal(held.error.kind.code, 'update_held');
  assert.deepEqual(held.diff.columns, { added: ['mesure'], dropped: ['valeur'], retyped: [], broken: [] });
  assert.equal(held.diff.held, true);
  assert.equal(records('capteurs'), '3');
  assert.equal((await verb('capteurs', 'publish')).status, 409);
  assert.equal((await api('/datasets/capteurs/draft', { method: 'DELETE' })).status, 200);
  assert.equal((await verb('capteurs', 'publish')).json.title, 'draft_missing');
  assert.equal(records('capteurs'), '3');
});

// ---- which table of a file ----

const zip = (files) => zipOf(Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.from(text) })));
const book = async (sheets) => {
  const w = new Excel.Workbook();
  for (const [name, ...lines] of sheets) w.addWorksheet(name).addRows(lines);
  return Buffer.from(await w.xlsx.writeBuffer());
};
const sendBook = async (sheets, query) => (await api(`/uploads?name=f.xlsx${query}`, { method: 'POST', body: await book(sheets), headers: { 'Content-Type': 'application/octet-stream' } })).json;

test('a zip of two tables is refused with their names, and read once one is said; the next file is read at the same', async () => {
  const two = (n) => zip({ 'a.csv': 'x;y\n1;2\n', 'sous/b.csv': `nom;n\nTours;${n}\n`, 'notice.pdf': '%PDF-' });
  const refused = await settled((await send(two(1))).json.id);
  assert.equal(refused.state, 'failed');
  assert.equal(refused.error.kind.code, 'data_member_choose');
  assert.deepEqual(refused.error.kind.found, { members: ['a.csv', 'sous/b.csv'] });
  const read = await again(refused.id, { reading: { member: 'sous/b.csv' } });
  assert.equal(read.state, 'ready', JSON.stringify(read.error));
  assert.deepEqual([read.report.member, read.report.members], ['sous/b.csv', ['a.csv', 'sous/b.csv']]);
  assert.equal((await api('/datasets/archive/draft', { method: 'PUT', body: { upload: read.id, metas: metas('archive') } })).status, 201);
  assert.equal((await verb('archive', 'publish', { attest: { personal: true, rights: true, standing: true } })).status, 200);
  assert.equal((await settled((await send(two(5), '&dataset=archive&publish=true')).json.id)).state, 'published');
  const gone = await settled((await send(zip({ 'a.csv': 'x;y\n1;2\n', 'c.csv': 'x;y\n1;2\n' }), '&dataset=archive&publish=true')).json.id);
  assert.equal(gone.error.kind.code, 'reading_gone');
  assert.deepEqual(gone.error.kind.found.members, ['a.csv', 'c.csv']);
});

/** The form that says how a file is read, sent as it stands but for what is changed. */
const choose = async (id, change) => {
  const page = (await session.get(`/backoffice/datasets/new/${id}/`)).text;
  const form = /<form method="post" action="\/backoffice\/datasets\/reading">([^]*?)<\/form>/.exec(page)[1];
  const inputs = [...form.matchAll(/<input[^>]* name="([^"]*)"(?: value="([^"]*)")?/g)].map((m) => [m[1], m[2] ?? '']);
  const selects = [...form.matchAll(/<select[^>]* name="([^"]*)"[^>]*>([^]*?)<\/select>/g)].map((m) => [m[1], /value="([^"]*)"[^>]* selected/.exec(m[2])?.[1] ?? '']);
  assert.equal((await session.post('/backoffice/datasets/reading', { ...Object.fromEntries([...inputs, ...selects]), ...change })).status, 303);
  return settled(id);
};

test('a separator that only a program can say stays said when another choice of how a file is read changes', async () => {
  const sent = await settled((await send('notes de 2024\nnom^n\nTours^1\nBlois^2\n')).json.id);
  const read = await again(sent.id, { reading: { separator: '^', header_row: 2 } });
  assert.deepEqual(read.report.columns.map((c) => c.label), ['nom', 'n']);
  const { report } = await choose(sent.id, { row: '3' });
  assert.deepEqual([report.separator, report.columns.map((c) => c.label), report.rows.seen], ['^', ['Tours', '1'], 1]);
  const other = (await choose(sent.id, { separator: ';', row: '2' })).report;
  assert.deepEqual([other.separator, other.columns.map((c) => c.label)], [';', ['nom^n']]);
});

test('that the first row has the names stays said when another choice of how a file is read changes', async () => {
  const sent = await settled((await send('2023;2024\n1;2\n3;4\n')).json.id);
  const heads = (report) => report.columns.map((c) => c.label);
  assert.notDeepEqual(heads(sent.report), ['2023', '2024'], 'a row of figures is no row of names');
  assert.deepEqual(heads((await again(sent.id, { reading: { header: true } })).report), ['2023', '2024']);
  const chosen = (change) => choose(sent.id, change);
  const { report } = await chosen({ separator: ';' });
  assert.deepEqual([heads(report), report.separator, Number(report.rows.seen)], [['2023', '2024'], ';', 2]);
  assert.equal((await chosen({ row: '0' })).report.rows.seen, 3, 'and is given up when something else is said of the names');
  assert.equal((await chosen({ row: '' })).report.rows.seen, 3, 'or nothing');
});

test('what was said of the first file goes for the next ones: sheet and row of names; where the sheet is gone nothing is taken', async () => {
  const sheets = (n) => [['2023', ['ville', 'n'], ['Blois', 1]], ['2024', ['Bilan'], ['ville', 'n'], ['Tours', n]]];
  await t.must(first('bilans', await book(sheets(2)), { reading: { sheet: '2024', header_row: 2 } }));
  await shows('bilans', [{ ville: 'Tours', n: 2 }]);
  assert.equal(one("SELECT reading FROM portal.dataset WHERE dataset_id = 'bilans'"), '{"sheet": "2024", "header_row": 2}');
  const next = await settled((await sendBook(sheets(3), '&dataset=bilans&publish=true')).id);
  assert.equal(next.state, 'published', JSON.stringify(next.error));
  await shows('bilans', [{ ville: 'Tours', n: 3 }]);
  const gone = await settled((await sendBook([['2023', ['ville', 'n'], ['Blois', 1]], ['2025', ['ville', 'n'], ['Tours', 9]]], '&dataset=bilans&publish=true')).id);
  assert.equal(gone.state, 'failed');
  assert.equal(gone.error.kind.code, 'reading_gone');
  assert.deepEqual(gone.error.kind.args, ['2024', '2023, 2025']);
  assert.deepEqual(await rows('bilans'), [{ ville: 'Tours', n: 3 }]);
  const told = await again(gone.id, { reading: { sheet: '2025' } });
  assert.equal(told.state, 'published', JSON.stringify(told.error));
  await shows('bilans', [{ ville: 'Tours', n: 9 }]);
  assert.equal(one("SELECT reading FROM portal.dataset WHERE dataset_id = 'bilans'"), '{"sheet": "2025"}');
});

test('a sheet is chosen with the file or when it is read again, and kept through the first publication', async () => {
  const sheets = [['a', ['nom', 'n'], ['A', 1]], ['b', ['nom', 'n'], ['B', 2]]];
  const sent = await settled((await sendBook(sheets, `&reading=${encodeURIComponent('{"sheet":"b"}')}`)).id);
  assert.equal(sent.report.sheet, 'b');
  const back = await again(sent.id, { reading: {} });
  assert.equal(back.report.sheet, 'a');
  const chosen = await again(sent.id, { reading: { sheet: 'b' } });
  assert.equal((await api('/datasets/feuilles/draft', { method: 'PUT', body: { upload: chosen.id, metas: metas('feuilles') } })).status, 201);
  assert.equal((await verb('feuilles', 'publish', { attest: { personal: true, rights: true, standing: true } })).status, 200);
  const next = await settled((await sendBook([['a', ['nom', 'n'], ['A', 1]], ['b', ['nom', 'n'], ['B', 3]]], '&dataset=feuilles&publish=true')).id);
  assert.equal(next.state, 'published', JSON.stringify(next.error));
  assert.equal(next.report.sheet, 'b');
});

test('values that break a fixed type are set aside and counted; the column may be recognised anew instead', async () => {
  await t.must(first('mesures', 'jour;n\n2024-01-01;1\n2024-01-02;2\n'));
  const held = await settled((await send('jour;n\n2024-01-03;3\n2024-01-04;NC\n04/2024;5\n', '&dataset=mesures&publish=true')).json.id);
  assert.equal(held.error.kind.code, 'rows_aside');
  assert.deepEqual(held.report.rows, { seen: 3, kept: 1, aside: 2, blank: 0 });
  assert.deepEqual(held.diff.columns.broken, [{ name: 'jour', type: 'date', detected: 'text', cells: 1 }, { name: 'n', type: 'int', detected: 'text', cells: 1 }]);
  assert.deepEqual(held.report.aside.map((b) => [b.line, b.column, b.value]), [[3, 'n', 'NC'], [4, 'jour', '04/2024']]);
  assert.equal(records('mesures'), '2');
  const anew = await again(held.id, { fields: [{ name: 'n', type: 'auto' }] });
  assert.deepEqual(anew.diff.columns.retyped, [{ name: 'n', from: 'int', to: 'text' }]);
  assert.deepEqual(anew.report.rows, { seen: 3, kept: 2, aside: 1, blank: 0 });
  // The retyped column was asked for by name; the row that is still aside has to be agreed to.
  assert.equal((await verb('mesures', 'publish')).json.title, 'rows_aside');
  assert.equal((await verb('mesures', 'publish', { accept_errors: true })).status, 200);
  await shows('mesures', [{ jour: '2024-01-03', n: '3' }, { jour: '2024-01-04', n: 'NC' }]);
  assert.equal(one("SELECT left_out FROM portal.dataset WHERE dataset_id = 'mesures'"), '1');
});

test('where a cell can be read in two ways the producer chooses one, on the page or by the API, and the next files are read so', async () => {
  const bytes = 'jour;prix\n12/25/2021;1.234.567,5\n01/02/2021;1.234\n';
  const sent = await settled((await send(bytes)).json.id);
  assert.deepEqual(sent.report.columns.map((c) => [c.type, c.reason.code]), [['text', 'month_first'], ['text', 'ambiguous_dot']]);
  const page = async () => (await t.http('r.localhost', `/backoffice/datasets/new/${sent.id}/`, { key })).text;
  const options = async (name) => [...(await page()).match(new RegExp(`name="type:${name}">(.*?)</select>`, 's'))[1].matchAll(/<option value="([^"]*:[^"]*)"( selected)?>([^<]*)/g)].map((m) => m.slice(1));
  assert.deepEqual(await options('jour'), [['date:month_first', undefined, 'date, le mois avant le jour'], ['date:day_first', undefined, 'date, le jour avant le mois']]);
  assert.deepEqual((await options('prix')).map((o) => o[2]), ['nombre décimal, le point entre les milliers', 'nombre décimal, le point avant les décimales']);
  const form = new URLSearchParams({ upload: sent.id, 'type:jour': 'date:month_first', 'type:prix': '' });
  const posted = await t.http('r.localhost', '/backoffice/datasets/types', { key, method: 'POST', body: form.toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  assert.equal(posted.status, 303, posted.text);
  await settled(sent.id);
  assert.deepEqual((await options('jour'))[0], ['date:month_first', ' selected', 'date, le mois avant le jour']);
  const chosen = await again(sent.id, { fields: [{ name: 'prix', type: 'decimal' }] }); // plainly: by what 1.234.567,5 shows
  assert.deepEqual(chosen.report.columns.map((c) => [c.type, c.format]), [['date', 'month_first'], ['decimal', 'dot_groups']]);
  await t.must(first('formats', bytes, { fields: [{ name: 'jour', type: 'date', format: 'month_first' }, { name: 'prix', type: 'decimal', format: 'dot_groups' }] }));
  await shows('formats', [{ jour: '2021-12-25', prix: 1234567.5 }, { jour: '2021-01-02', prix: 1234 }]);
  await t.must(update('formats', 'jour;prix\n03/04/2022;2.500\n'));
  await shows('formats', [{ jour: '2022-03-04', prix: 2500 }]);
  await t.must([...update('formats', 'jour;prix\n05/06/2022;3.500\n'), '--append']);
  await shows('formats', [{ jour: '2022-03-04', prix: 2500 }, { jour: '2022-05-06', prix: 3500 }]);
  const turned = await t.must([...update('formats', 'jour;prix\n03/04/2022;2.500\n'), '--meta', file('turned.json', JSON.stringify({ fields: [{ name: 'jour', type: 'date', format: 'day_first' }] }))]);
  assert.deepEqual(turned.columns.map((c) => c.reason.code), ['asked', 'kept']);
  await shows('formats', [{ jour: '2022-04-03', prix: 2500 }]);
});

test('cells that are not of the type become empty where somebody ticks it, and with the next files too', async () => {
  const bytes = (bad) => `code;n\n${Array.from({ length: 9 }, (_, i) => `c${i};${i}`).join('\n')}\nz;${bad}\n`;
  const sent = await settled((await send(bytes('NC'))).json.id);
  const page = async () => (await t.http('r.localhost', `/backoffice/datasets/new/${sent.id}/`, { key })).text;
  const box = /<input type="checkbox" name="empty:n" value="int"( checked)?> <span>([^<]*)/;
  assert.deepEqual(box.exec(await page()).slice(1), [undefined, 'vider 1 cellule qui n’est pas du type nombre entier']);
  const told = /<b>n : 1 cellule qui n’est pas du type nombre entier est laissée vide, comme convenu<\/b>/, warned = /des valeurs ne sont pas du type/;
  const warnings = (html) => /<span class="num">0<\/span> <small>erreurs?, (\d+) /.exec(html)[1];
  const post = async (form) => {
    const answer = await t.http('r.localhost', '/backoffice/datasets/types', { key, method: 'POST', body: new URLSearchParams({ upload: sent.id, ...form }).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
    assert.equal(answer.status, 303, answer.text);
    return (await settled(sent.id)).report.columns[1];
  };
  assert.match(await page(), warned);
  assert.equal(warnings(await page()), '1');
  const emptied = await post({ 'type:code': '', 'type:n': '', 'empty:n': 'int' });
  assert.deepEqual([emptied.type, emptied.bad, emptied.refused.count], ['int', 'null', 1]);
  assert.equal(box.exec(await page())[1], ' checked');
  assert.match(await page(), told);
  assert.doesNotMatch(await page(), warned);
  assert.equal(warnings(await page()), '0');
  const list = (await t.http('r.localhost', `/backoffice/datasets/new/${sent.id}/rows`, { key })).text;
  assert.match(list, /laissée vide, comme convenu/);
  assert.doesNotMatch(list, /garde la colonne en texte/);
  const aside = await post({ 'type:code': '', 'type:n': 'int' });
  assert.deepEqual([aside.type, aside.bad, aside.broke], ['int', undefined, 1]);
  assert.equal((await post({ 'type:code': '', 'type:n': 'int', 'empty:n': 'int' })).bad, 'null');
  assert.equal((await api('/datasets/vides/draft', { method: 'PUT', body: { upload: sent.id, metas: metas('Vides') } })).status, 201);
  assert.equal((await verb('vides', 'publish', { attest: { personal: true, rights: true, standing: true } })).status, 200);
  const n = () => one(`SELECT string_agg(coalesce(${one(`SELECT c ->> 'sql' FROM portal.version v, jsonb_array_elements(v.columns) c WHERE v.id = (SELECT version_id FROM portal.dataset WHERE dataset_id = 'vides') AND c ->> 'name' = 'n'`)}::text, '-'), ' ' ORDER BY _id) FROM data.v_${one("SELECT replace(version_id::text, '-', '') FROM portal.dataset WHERE dataset_id = 'vides'")}`);
  assert.equal(n(), '0 1 2 3 4 5 6 7 8 -');
  const next = await settled((await send(bytes('inconnu'), '&dataset=vides&publish=true')).json.id);
  assert.equal(next.state, 'published', JSON.stringify(next.error));
  assert.equal(n(), '0 1 2 3 4 5 6 7 8 -');
  const update = await settled((await send(bytes('absent'), '&dataset=vides')).json.id);
  const of = (await t.http('r.localhost', `/backoffice/datasets/new/${update.id}/`, { key })).text;
  assert.match(of, told);
  assert.doesNotMatch(of, warned);
  // A file in which most are of another kind empties nothing unsaid, and does not end the agreement.
  const other = await settled((await send('code;n\na;1\nb;dix\nc;onze\n', '&dataset=vides&publish=true')).json.id);
  assert.equal(other.error.kind.code, 'rows_aside');
  assert.equal((await verb('vides', 'publish', { accept_errors: true })).status, 200);
  assert.equal(n(), '1');
  assert.equal((await settled((await send(bytes('?'), '&dataset=vides&publish=true')).json.id)).state, 'published');
  assert.equal(n(), '0 1 2 3 4 5 6 7 8 -');
});

test('a small file in two encodings is told to be one, and read as the producer says', async () => {
  const bytes = Buffer.concat([...Array(30).fill(Buffer.from('Orléans;1\n')), ...Array(2).fill(Buffer.from('Orléans;1\n', 'latin1'))]);
  const sent = await settled((await send(Buffer.concat([Buffer.from('ville;n\n'), bytes]))).json.id);
  assert.equal(sent.report.encoding, 'windows-1252');
  assert.deepEqual(sent.report.warnings, [{ code: 'warn_utf8_lines', args: ['30'] }]);
  assert.match((await t.http('r.localhost', `/backoffice/datasets/new/${sent.id}/`, { key })).text, /30 lignes d’un fichier lu en Windows-1252 sont en UTF-8/);
  const said = await again(sent.id, { reading: { encoding: 'utf-8' } });
  assert.equal(said.report.encoding, 'utf-8+windows-1252');
  assert.deepEqual(said.report.warnings, [{ code: 'warn_repaired', args: ['2'] }]);
  assert.deepEqual(said.report.columns[0].examples, ['Orléans']);
});

// ---- corrections ----

test('a spoiled identifier is corrected in place, a row left out, and the file read again keeps both', async () => {
  const bytes = 'siret;montant\n2,13E+13;10\n21370261300019;20\n21410018600012;x\n21180033100014;30;trop\n';
  const sent = await settled((await send(bytes)).json.id);
  assert.equal(sent.report.columns[0].warnings.some((w) => w.code === 'warn_exponent'), true);
  assert.deepEqual(sent.report.columns[0].damaged.warn_exponent[0], { line: 2, column: 'siret', value: '2,13E+13' });
  const fixed = await again(sent.id, { corrections: [{ line: 2, column: 1, value: '21450234000018' }], left_out: [5] });
  assert.equal(fixed.report.corrections, 1);
  assert.deepEqual(fixed.report.rows, { seen: 4, kept: 3, aside: 0, blank: 0, left_out: 1 });
  const typed = await again(sent.id, { fields: [{ name: 'montant', type: 'int' }], corrections: [{ line: 4, column: 2, value: '25' }] });
  assert.deepEqual(typed.report.rows, { seen: 4, kept: 3, aside: 0, blank: 0, left_out: 1 });
  assert.equal((await api('/datasets/siret/draft', { method: 'PUT', body: { upload: sent.id, metas: metas('Siret') } })).status, 201);
  assert.equal((await verb('siret', 'publish')).status, 200);
  assert.equal((await verb('siret', 'open')).status, 200);
  await shows('siret', [{ siret: '21450234000018', montant: 10 }, { siret: '21370261300019', montant: 20 }, { siret: '21410018600012', montant: 25 }]);
  assert.equal(one("SELECT left_out FROM portal.dataset WHERE dataset_id = 'siret'"), '1');
});

// 60 rows with a sex that the schema does not know (50 are listed), one with a short code, one of them a year of two digits.
const names = () => 'COMMUNE_NOM;COLL_INSEE;ENFANT_SEXE;ENFANT_PRENOM;NOMBRE_OCCURRENCES;ANNEE\n'
  + Array.from({ length: 60 }, (_, i) => `Tours;37261;X;Léo;${i + 1};2024\n`).join('') + 'Orléans;4523;F;Zoé;12;24\n';

test('what a national schema finds in rows stands in the row report with its place, is counted whole and corrected in place', async () => {
  const sent = await settled((await send(names())).json.id);
  assert.equal(sent.report.schema.name, 'scdl/prenoms');
  const list = async (query) => (await api(`/uploads/${sent.id}/rows?kind=schema&limit=1000${query}`)).json;
  const found = await list('');
  assert.deepEqual([found.total_count, found.listed, found.results.length], [62, 52, 52]);
  assert.deepEqual(found.results[0], { line: 2, column: 'enfant_sexe', label: 'ENFANT_SEXE', value: 'X', kind: 'schema',
    reason: found.results[0].reason, file_column: 3 });
  assert.match(found.results[0].reason, /ne fait pas partie des valeurs du schéma/);
  assert.deepEqual(found.results.slice(-2).map((c) => [c.line, c.label, c.file_column, c.value]), [[62, 'COLL_INSEE', 2, '4523'], [62, 'ANNEE', 6, '24']]);
  const odd = await api(`/uploads/${sent.id}/rows?kind=schemas`);
  assert.deepEqual([odd.status, odd.json.title], [400, 'rows_kind'], odd.text);
  assert.match(odd.json.detail, /« schemas » n’est pas une sorte de cellules/);
  const shown = async (query) => (await session.get(`/backoffice/datasets/new/${sent.id}/rows${query}`)).text;
  assert.match(await shown('?kind=schema'), /name="fix:2:3"/);
  const none = await shown('?kind=schemas');
  assert.match(none, /« schemas » n’est pas une sorte de cellules/);
  assert.match(none, new RegExp(`<a [^>]*href="/backoffice/datasets/new/${sent.id}/rows">Voir aussi les autres cellules`));
  assert.ok(!none.includes('name="fix:') && !none.includes('Aucune cellule n’est à regarder'), none);
  const all = (await api(`/uploads/${sent.id}/rows?limit=1000`)).json;
  assert.equal(all.total_count - all.listed, 10);
  const csv = (await api(`/uploads/${sent.id}/rows?kind=schema&format=csv`)).text.split('\r\n');
  assert.match(csv[1], /^2;"ENFANT_SEXE";"X";"schema";".*valeurs du schéma/);
  assert.deepEqual(csv.slice(-2), [';"";"";"";"52 lignes listées sur 62"', '']);
  assert.equal(csv.length, 1 + 52 + 2);
  const fixed = await again(sent.id, { corrections: [...Array.from({ length: 59 }, (_, i) => ({ line: i + 2, column: 3, value: 'F' })),
    { line: 62, column: 2, value: '45234' }, { line: 62, column: 6, value: '2024' }], left_out: [61] });
  assert.equal(fixed.state, 'ready', JSON.stringify(fixed.error));
  assert.deepEqual(fixed.report.schema.check.groups.filter((g) => g.severity === 'error'), []);
  assert.deepEqual([(await list('')).total_count, (await list('')).listed], [0, 0]);
});

test('a body that is packed on its way is refused in words, not kept as what it is not; a file that is a .gz is read', async () => {
  const packed = gzipSync('a;b\n1;2\n');
  for (const coding of ['gzip', 'br', 'gzip, identity']) {
    const refused = await api('/uploads?name=f.csv', { method: 'POST', body: packed, headers: { 'Content-Type': 'text/csv', 'Content-Encoding': coding } });
    assert.deepEqual([refused.status, refused.json.title], [415, 'content_coding'], coding);
    assert.match(refused.json.detail, /Content-Encoding/);
  }
  const json = await api('/datasets/rien/draft', { method: 'PUT', body: gzipSync('{}'), headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' } });
  assert.equal(json.status, 415);
  const plain = await api('/uploads?name=f.csv.gz', { method: 'POST', body: packed, headers: { 'Content-Type': 'application/gzip', 'Content-Encoding': 'identity' } });
  assert.equal((await settled(plain.json.id)).report.container, 'gzip');
});

test('a correction that names no cell is refused', async () => {
  const sent = await settled((await send('a;b\n1;2\n')).json.id);
  const read = (body) => api(`/uploads/${sent.id}/read`, { method: 'POST', body });
  for (const body of [{ corrections: [{ line: 0, column: 1, value: 'x' }] }, { corrections: [{ line: 2, column: 501, value: 'x' }] },
    { corrections: [{ line: 2, column: 1 }] }, { left_out: ['2'] }, { left_out: Array.from({ length: 2001 }, (_, i) => i + 1) }])
    assert.equal((await read(body)).json.title, 'correction_form', JSON.stringify(body).slice(0, 60));
  assert.equal((await read({ steps: [{ do: 'rename', column: 'a' }] })).json.title, 'step_param');
  assert.equal((await read({})).status, 400);
});
