// JSON Schemas in the registry: contracts in lists within an object, features of GeoJSON with and without a name in the
// schema; what a file lacks is told with line, column and reason, what no column can be asked for is named.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { installation, poll } from './harness.mjs';

const ExcelJS = createRequire(import.meta.url)('exceljs');
const R = 'r.localhost', A = 'a.r.localhost';
const keys = {};
let t, admin;
before(async () => {
  t = await installation();
  await t.tenants(['a']);
  admin = await t.accept(R, t.links[R]);
  await t.accept(A, t.links[A]);
  for (const [host, email] of [[R, 'admin@r.example'], [A, 'admin@a.example']])
    keys[host] = (await t.must(['token', 'add', email, '--host', host, '--label', 'essai', '--json'])).key;
});
after(() => t?.stop());

const api = (host, path, options = {}) => t.http(host, `/api/portal/v1${path}`, { key: keys[host], ...options });
const text = { type: 'string' }, day = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };

/** Contracts and concessions, each a list in one object, with holders in a list and the buyer in an object. */
const contracts = {
  $schema: 'http://json-schema.org/draft-07/schema#', name: 'essai/contrats', version: '2.0.1', title: 'Contrats',
  type: 'object', properties: { contrats: { type: 'object', properties: {
    contrat: { type: 'array', items: { $ref: '#/definitions/contrat' } },
    concession: { type: 'array', items: { $ref: '#/definitions/concession' } } } } },
  definitions: {
    contrat: { type: 'object', additionalProperties: false, required: ['id', 'acheteur', 'nature', 'montant', 'titulaires'],
      properties: {
        id: { type: 'string', minLength: 1, maxLength: 16 }, nature: { enum: ['Marché', 'Partenariat'] },
        acheteur: { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '^[0-9]{14}$' } } },
        montant: { type: 'number', minimum: 1, multipleOf: 0.01 }, notifie: day,
        titulaires: { type: 'array', minItems: 1, uniqueItems: true, unevaluatedItems: false, items: { properties: { titulaire: { $ref: '#/definitions/titulaire' } }, required: ['titulaire'] } },
        techniques: { type: 'object', required: ['technique'], properties: { technique: { type: 'array', items: { enum: ['Concours', 'Accord-cadre'] } } } } } },
    titulaire: { type: 'object', required: ['typeIdentifiant', 'id'], properties: { typeIdentifiant: { type: 'string', enum: ['SIRET', 'TVA'] }, id: text } },
    concession: { type: 'object', additionalProperties: false, required: ['id', 'signe', 'valeur'],
      properties: { id: text, signe: day, valeur: { type: 'number', minimum: 1 }, nature: text } } },
};
const contract = (more = {}) => ({ id: '2024-01', nature: 'Marché', acheteur: { id: '21750001600019' }, montant: 12.5, notifie: '2024-03-01',
  techniques: { technique: ['Concours'] }, titulaires: [{ titulaire: { typeIdentifiant: 'SIRET', id: '21450234000013' } }], ...more });

/** A layer whose schema says its name beside the $ref, as the layers of cycle lanes do. */
const feature = (properties, required) => ({ type: 'object', properties: { features: { type: 'array', items: { type: 'object', required: ['properties'],
  properties: { properties: { type: 'object', properties, required } } } } } });
const lanes = { allOf: [{ $ref: 'https://geojson.org/schema/FeatureCollection.json', name: 'essai/voies', title: 'Voies cyclables', version: '0.1.0' }],
  ...feature({ id_local: text, code_com: { type: 'string', pattern: '^([013-9]\\d|2[AB1-9])\\d{3}' }, type_voie: { type: 'string', enum: ['PISTE', 'BANDE'] },
    largeur: { type: 'number' }, maj: { type: 'string', format: 'date' }, noms: { type: 'array', items: text } }, ['id_local', 'code_com', 'type_voie']) };
/** A zone: no name, no version, an address. */
const zones = { allOf: [{ $ref: 'https://geojson.org/schema/FeatureCollection.json' }],
  ...feature({ id: text, debut: text, proprietaire: { type: 'string', enum: ['PHYSIQUE', 'MORALE'] }, arrete: { type: 'string', format: 'uri' } },
    ['id', 'debut', 'proprietaire', 'arrete']) };
const layer = (...properties) => ({ type: 'FeatureCollection', features: properties.map((p, i) => ({ type: 'Feature', properties: p,
  geometry: { type: 'LineString', coordinates: [[1.9, 47.9], [1.91, 47.9 + i / 100]] } })) });

async function report(host, name, document) {
  const sent = await api(host, `/uploads?name=${name}`, { method: 'POST', body: Buffer.from(JSON.stringify(document)), headers: { 'Content-Type': 'application/json' } });
  assert.equal(sent.status, 202, sent.text);
  const state = async () => (await api(host, `/uploads/${sent.json.id}`)).json;
  await poll(async () => ['ready', 'failed'].includes((await state()).state), { what: 'reading' });
  return (await state()).report;
}
const errors = (r) => r.schema.check.groups.filter((g) => g.severity === 'error').flatMap((g) => g.cells.map((c) => [c.line, c.column, g.reason.code, c.value]));

test('a JSON Schema of lists is added, and whoever adds it is told by name what will not be checked', async () => {
  const added = await t.must(['schema', 'add', t.file('contrats.json', JSON.stringify(contracts)), '--host', R, '--json']);
  assert.deepEqual(added, { name: 'essai/contrats', version: '2.0.1', unknown: 1, unchecked: ['titulaires: unevaluatedItems'] });
  const said = await t.must(['schema', 'add', t.file('contrats2.json', JSON.stringify(contracts)), '--host', R, '--name', 'essai/jumeau']);
  assert.match(said, /1\n  titulaires: unevaluatedItems/);
  const posted = await api(R, '/schemas', { method: 'POST', body: { schema: zones, name: 'essai/zones', version: '0.8.2' } });
  assert.deepEqual([posted.status, posted.json.unchecked], [201, []], posted.text);
  assert.equal((await api(R, '/schemas', { method: 'POST', body: { schema: lanes } })).status, 201);
  const listed = (await api(A, '/schemas')).json.schemas;
  assert.deepEqual(listed.find((s) => s.name === 'essai/contrats').unchecked, ['titulaires: unevaluatedItems']);
  assert.equal(listed.find((s) => s.name === 'essai/voies').title, 'Voies cyclables');
});

test('a JSON Schema that describes no rows, and one that no program could finish, are refused with the reason', async () => {
  const refused = async (schema) => {
    const r = await api(R, '/schemas', { method: 'POST', body: { schema, name: 'essai/rien', version: '1' } });
    assert.deepEqual([r.status, r.json.title], [400, 'schema_invalid'], r.text);
    return r.text;
  };
  assert.match(await refused({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'string' }), /JSON Schema/);
  const definitions = { a0: text };
  for (let i = 1; i <= 24; i++) definitions[`a${i}`] = { properties: { l: { $ref: `#/definitions/a${i - 1}` }, r: { $ref: `#/definitions/a${i - 1}` } } };
  await refused({ type: 'array', items: { $ref: '#/definitions/a24' }, definitions });
});

test('schemas that would be too heavy together are refused, and files are read as before', async () => {
  const heavy = (i) => ({ name: `essai/lourd-${i}`, version: '1.0.0', fields: [{ name: `c${i}`, constraints: { enum: Array.from({ length: 9000 }, (_, k) => `${'v'.repeat(90)}${k}`) } }] });
  const answers = [];
  for (let i = 0; i < 4; i++) answers.push((await api(R, '/schemas', { method: 'POST', body: { schema: heavy(i) } })).status);
  assert.deepEqual(answers, [201, 201, 201, 409]);
  assert.equal((await report(A, 'apres.json', { contrats: { contrat: [contract(), contract({ id: '2024-02' })] } })).schema.name, 'essai/contrats');
});

test('a schema as deep as they may be does not stop the files of others', async () => {
  const deep = { type: 'string', enum: ['x'] };
  const definitions = {};
  for (let i = 0; i < 14; i++) { definitions[`d${i}`] = { type: 'object', properties: { a: i ? { $ref: `#/definitions/d${i - 1}` } : deep } }; }
  const schema = { name: 'essai/profond', version: '1.0.0', definitions, type: 'object', properties: { l: { type: 'object', properties: { m: { type: 'array', items: { type: 'object', properties: {
    k1: { type: 'array', items: { $ref: '#/definitions/d13' } }, k2: { type: 'string' } } } }, n: { type: 'array', items: { type: 'object', properties: { k3: { type: 'array', items: { $ref: '#/definitions/d13' } } } } } } } } };
  const added = await api(R, '/schemas', { method: 'POST', body: { schema } });
  assert.equal(added.status, 201, added.text);
  assert.ok(added.json.unchecked.some((u) => /^k1\[\](\.a)+: properties$/.test(u)), added.text);
  const nested = { name: 'essai/creux', version: '1', fields: [{ name: 'c', x: JSON.parse('['.repeat(26) + ']'.repeat(26)) }] }; // of a Table Schema too
  assert.equal((await api(R, '/schemas', { method: 'POST', body: { schema: nested } })).json.title, 'schema_invalid');
  assert.equal((await report(A, 'apres2.json', { contrats: { contrat: [contract(), contract({ id: '2024-02' })] } })).schema.name, 'essai/contrats');
});

test('contracts: a good file has nothing, each fault is told with its line, its column and its value', async () => {
  const good = await report(A, 'bons.json', { contrats: { contrat: [contract(), contract({ id: '2024-02' })] } });
  assert.deepEqual([good.schema.name, good.schema.check.errors, good.schema.check.unchecked], ['essai/contrats', 0, ['titulaires: unevaluatedItems']]);
  const { titulaires, ...without } = contract({ id: '8' });
  const bad = await report(A, 'mauvais.json', { contrats: { contrat: [contract(), contract({ id: '2', nature: 'Marche' }), contract({ id: '3', montant: '12.5' }),
    contract({ id: '4', acheteur: { id: '2175' } }), contract({ id: '5', titulaires: [{ titulaire: { typeIdentifiant: 'RNA', id: 'W1' } }] }),
    contract({ id: '6', titulaires: [{ titulaire: { typeIdentifiant: 'TVA', id: 7 } }] }), contract({ id: '7', techniques: { technique: ['Loterie'] } }), without,
    contract({ id: '9', montant: 0, surplus: 1 }), contract({ id: '10', titulaires: [titulaires[0], titulaires[0]] }), contract({ id: '11', montant: 19.99 }), contract({ id: '12', montant: 19.995 }) ] } });
  assert.equal(bad.rows.kept, 12); // R25, I95: nothing is stopped
  assert.deepEqual(errors(bad).sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1)).map((e) => e.slice(0, 3)), [
    [1, 'surplus', 'column_extra'], [2, 'nature', 'value_not_among'], [3, 'montant', 'value_quoted'], [4, 'acheteur.id', 'value_pattern'],
    [5, 'titulaires[].titulaire.typeIdentifiant', 'value_not_among'], [6, 'titulaires[].titulaire.id', 'not_text'],
    [7, 'techniques.technique[]', 'value_not_among'], [8, 'titulaires', 'value_required'], [9, 'montant', 'value_under'], [10, 'titulaires', 'list_twice'],
    [12, 'montant', 'rule_asks']]);
  assert.deepEqual(errors(bad).filter((e) => [2, 5].includes(e[0])).map((e) => e[3]).sort(), ['Marche', 'RNA']);
});

test('concessions, the other list of the same schema, are checked by their own rules', async () => {
  const r = await report(A, 'concessions.json', { contrats: { concession: [{ id: 'C1', signe: '2024-01-02', valeur: 10, nature: 'x' }, { id: 'C2', signe: '02/01/2024', valeur: 10, nature: 'x' }] } });
  assert.equal(r.schema.name, 'essai/contrats');
  assert.deepEqual(errors(r), [[2, 'signe', 'value_pattern', '02/01/2024']]);
});

test('layers of GeoJSON: properties are columns, the shape is nobody’s fault, no feature is judged by its order', async () => {
  const good = { id_local: 'A1', code_com: '45234', type_voie: 'PISTE', largeur: 1.5, maj: '2024-02-03', noms: ['V1', 'V2'] };
  const r = await report(A, 'voies.geojson', layer(good, { noms: ['V3'], ...good, type_voie: 'PISTES', maj: '3/2/2024' }, { ...good, code_com: 45234 }, { ...good, id_local: null, noms: [3] }));
  assert.deepEqual([r.schema.name, r.schema.check.unchecked], ['essai/voies', []]);
  assert.deepEqual(errors(r).sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1)), [[2, 'maj', 'not_date', '3/2/2024'], [2, 'type_voie', 'value_not_among', 'PISTES'],
    [3, 'code_com', 'not_text', '45234'], [4, 'id_local', 'value_required', ''], [4, 'noms[]', 'not_text', '3']]);
  assert.deepEqual(r.schema.check.groups.filter((g) => g.part === 'columns'), []);
  const z = await report(A, 'zones.geojson', layer({ id: 'Z1', debut: '2024-01-01', proprietaire: 'MORALE', arrete: 'https://ville.fr/a.pdf' },
    { id: 'Z2', debut: '2024-01-01', proprietaire: 'AUTRE', arrete: 'ville.fr' }));
  assert.deepEqual([z.schema.name, errors(z)], ['essai/zones', [[2, 'proprietaire', 'value_not_among', 'AUTRE'], [2, 'arrete', 'not_uri', 'ville.fr']]]);
});

/** Rooms: what one cell holds decides about others; each has one of two addresses; who runs it has the number of his kind. */
const rooms = { name: 'essai/locaux', version: '1.0.0', title: 'Locaux', type: 'array', items: { type: 'object', required: ['id', 'statut'],
  properties: { id: text, statut: { enum: ['LOUÉ', 'LIBRE'] }, loyer: { type: 'number' }, locataire: { type: 'object', properties: { nom: text, depuis: { type: 'string', format: 'date' } } },
    adresse: text, parcelle: text, jauge: { oneOf: [{ type: 'integer', minimum: 1 }, { const: 'NC' }] },
    gerants: { type: 'array', items: { type: 'object', properties: { genre: text, numero: text },
      if: { properties: { genre: { const: 'SIRET' } }, required: ['genre'] }, then: { properties: { numero: { pattern: '^[0-9]{14}$' } }, required: ['numero'] } } } },
  allOf: [{ if: { properties: { statut: { const: 'LOUÉ' } } }, then: { required: ['loyer', 'locataire'] }, else: { properties: { loyer: false } } },
    { dependentRequired: { loyer: ['adresse'] } }],
  oneOf: [{ required: ['adresse'] }, { required: ['parcelle'] }], not: { properties: { id: { const: 'X' } } } } };
const room = (more = {}) => ({ id: '1', statut: 'LOUÉ', loyer: 420.5, locataire: { nom: 'SARL Ré', depuis: '2024-01-01' }, adresse: '1 rue Haute', jauge: 12, gerants: [{ genre: 'SIRET', numero: '21450234000013' }], ...more });

test('choices and conditions of a JSON Schema: each fault at the column that is to blame, with the rule and the condition', async () => {
  const added = await api(R, '/schemas', { method: 'POST', body: { schema: rooms } });
  assert.deepEqual([added.status, added.json.unchecked], [201, []], added.text);
  const free = { id: '2', statut: 'LIBRE', parcelle: 'AB 12', jauge: 'NC' };
  const good = await report(A, 'locaux.json', [room(), free]);
  assert.deepEqual([good.schema.name, errors(good), good.schema.check.unchecked], ['essai/locaux', [], []]);
  const { locataire, ...empty } = room();
  const bad = await report(A, 'locaux2.json', [room(), free, empty, { ...free, loyer: 3, adresse: 'a', parcelle: undefined }, room({ parcelle: 'AB 12' }), { ...free, parcelle: undefined }, room({ jauge: 0 }), room({ id: 'X' }),
    room({ gerants: [{ genre: 'RNA', numero: 'W1' }, { genre: 'SIRET', numero: 'W2' }] }), room({ adresse: undefined, parcelle: 'AB 12' })]);
  assert.deepEqual(errors(bad).sort((a, b) => a[0] - b[0]), [[3, 'locataire.nom', 'rule_required_because', ''], [4, 'loyer', 'rule_empty_because', '3'], [5, 'adresse', 'rule_several', '1 rue Haute'],
    [6, 'adresse', 'rule_none', ''], [7, 'jauge', 'rule_none', '0'], [8, 'id', 'rule_excluded', 'X'], [9, 'gerants[].numero', 'rule_asks_because', 'W2'], [10, 'adresse', 'rule_required_because', '']]);
  assert.equal(bad.rows.kept, 10); // a schema tells and never stops
  const reason = (column) => bad.schema.check.groups.find((g) => g.column === column && g.reason.code.endsWith('because')).cells[0].reason.args;
  assert.deepEqual(reason('gerants[].numero'), ['pattern ^[0-9]{14}$', 'genre = SIRET']);
  assert.deepEqual(reason('locataire.nom'), ['statut = LOUÉ']);
});

/** Towns: populations by year as columns of any name, prices in steps of five cents, a pair of coordinates, a kind among the lists. */
const towns = { name: 'essai/communes', version: '1.0.0', title: 'Communes', type: 'array', items: { type: 'object', required: ['insee', 'nom'], minProperties: 3,
  properties: { insee: { type: 'string', pattern: '^[0-9AB]{5}$' }, nom: text, taux: { type: 'number', multipleOf: 0.05 }, position: { type: 'array', prefixItems: [{ type: 'number', minimum: -180 }, { type: 'number', maximum: 90 }], items: false },
    lots: { type: 'array', contains: { properties: { genre: { const: 'principal' } }, required: ['genre'] }, maxContains: 1,
      items: { type: 'object', properties: { genre: text }, maxProperties: 2, patternProperties: { '^prix_': { type: 'number', multipleOf: 0.01 } }, additionalProperties: false } } },
  patternProperties: { '^pop_[0-9]{4}$': { type: 'integer', minimum: 0 } }, propertyNames: { pattern: '^[a-z_0-9]+$' }, additionalProperties: false } };
const town = (more = {}) => ({ insee: '45234', nom: 'Orléans', taux: 1.15, position: [1.9, 47.9], lots: [{ genre: 'principal', prix_ht: 19.99 }, { genre: 'annexe' }], pop_2020: 117026, ...more });

test('members whatever their names, items by place and number, multiples by their digits: each fault with its line and column', async () => {
  const added = await api(R, '/schemas', { method: 'POST', body: { schema: towns } });
  assert.deepEqual([added.status, added.json.unchecked], [201, []], added.text);
  const good = await report(A, 'communes.json', [town(), town({ insee: '37261', pop_2021: 0 })]);
  assert.deepEqual([good.schema.name, errors(good), good.schema.check.groups.filter((g) => g.part === 'columns')], ['essai/communes', [], []]);
  const bad = await report(A, 'communes2.json', [town(), town({ taux: 1.16 }), town({ pop_2020: -1 }), town({ position: [1.9, 97.9] }), town({ position: [1.9, 47.9, 100] }), town({ lots: [{ genre: 'annexe' }] }),
    town({ lots: [{ genre: 'principal', prix_ht: 19.999 }] }), town({ lots: [{ genre: 'principal', prix_ht: 1, prix_ttc: 2 }] }), town({ lots: [{ genre: 'principal', autre: 1 }] }), town({ maire: 'M. X' })]);
  assert.deepEqual(errors(bad).sort((a, b) => a[0] - b[0]), [[2, 'taux', 'rule_asks', '1.16'], [3, 'pop_2020', 'rule_asks', '-1'], [4, 'position', 'rule_asks', '97.9'], [5, 'position', 'member_extra', '100'],
    [6, 'lots', 'rule_asks', '[{"genre":"annexe"}]'], [7, 'lots[]', 'rule_asks', '19.999'], [8, 'lots[]', 'rule_asks', '{"genre":"principal","prix_ht":1,"prix_ttc":2}'], [9, 'lots[]', 'member_extra', 'autre'],
    [10, 'maire', 'member_extra', 'M. X']]);
  const asked = (column) => bad.schema.check.groups.find((g) => g.column === column && g.reason.code === 'rule_asks').cells.map((c) => c.reason.args[0]);
  assert.deepEqual([asked('taux'), asked('lots[]'), asked('lots')], [['multipleOf 0.05'], ['multipleOf 0.01', 'maxProperties 2'], ['contains (required ["genre"], properties …), maxContains 1']]);
});

test('a layer whose schema says which geometries it has: another kind, and none at all, are told with their line', async () => {
  const schema = { name: 'essai/lignes', version: '1.0.0', type: 'object', properties: { features: { type: 'array', items: { type: 'object', properties: {
    geometry: { anyOf: [{ $ref: 'https://geojson.org/schema/LineString.json' }, { $ref: 'https://geojson.org/schema/MultiLineString.json' }] },
    properties: { type: 'object', properties: { ligne: text, mode: text, sens: text }, required: ['ligne', 'mode'] } } } } } };
  const added = await api(R, '/schemas', { method: 'POST', body: { schema } });
  assert.deepEqual([added.status, added.json.unchecked], [201, []], added.text);
  const of = (geometry, ligne) => ({ type: 'Feature', properties: { ligne, mode: 'bus', sens: 'aller' }, geometry });
  const r = await report(A, 'lignes.geojson', { type: 'FeatureCollection', features: [of({ type: 'LineString', coordinates: [[1, 47], [2, 48]] }, 'A'), of({ type: 'Point', coordinates: [1, 47] }, 'B'),
    of({ type: 'MultiLineString', coordinates: [[[1, 47], [2, 48]]] }, 'C'), of(null, 'D')] });
  assert.deepEqual([r.schema.name, errors(r)], ['essai/lignes', [[2, 'geo_shape', 'geometry_kind', 'Point'], [4, 'geo_shape', 'geometry_kind', '']]]);
  assert.deepEqual(r.schema.check.groups[0].cells[0].reason.args, ['LineString, MultiLineString']);
});

test('a table with the columns of a JSON Schema is checked as well, and its template has them in the order of the schema', async () => {
  const sent = await t.cli(['dataset', 'import', t.file('c.csv', 'id;nature;acheteur.id;montant;notifie;titulaires\n1;Marché;21750001600019;12,5;2024-03-01;"[{""titulaire"":{""id"":""1""}}]"\n'),
    '--host', A, '--id', 'csv', '--meta', t.file('m.json', JSON.stringify({ conforms_to: 'essai/contrats', metas: { default: { title: 'c' } } })), '--json']);
  assert.equal(sent.code, 0, sent.stderr);
  const found = errors(JSON.parse(sent.stdout));
  assert.deepEqual(found.map((e) => e.slice(0, 3)), [[2, 'montant', 'not_number'], [2, 'titulaires[].titulaire.typeIdentifiant', 'value_required']]);
  const book = new ExcelJS.Workbook();
  await book.xlsx.load((await api(A, '/schemas/template?schema=essai/contrats&lang=fr')).body);
  assert.deepEqual(book.worksheets[0].getRow(1).values.slice(1), ['id', 'nature', 'acheteur.id', 'montant', 'notifie', 'titulaires', 'techniques.technique']);
});

test('the pages name the rules that nobody checks', async () => {
  const session = await t.signIn(R, 'admin@r.example', admin);
  const page = (await session.get('/backoffice/schemas/')).text;
  assert.match(page, /Règles non vérifiées : 1<span class="vh"> : Contrats<\/span><\/summary><ul><li class="mono small">titulaires: unevaluatedItems<\/li>/);
});

// What the files hold is ours; that the first contract is valid and each change of it one fault, jsonschema of Python says as well.
test('the carried ones know their files by the columns: contracts in the State’s format, cycle lanes, low-emission zones', async () => {
  const deal = (more = {}) => ({ id: '2026T01', acheteur: { id: '21370261300019' }, nature: 'Marché', objet: 'Réfection d’une toiture', codeCPV: '45261910-6',
    techniques: { technique: ['Accord-cadre'] }, modalitesExecution: { modaliteExecution: ['Bons de commande'] }, marcheInnovant: false, ccag: 'Travaux', offresRecues: 3,
    attributionAvance: false, typeGroupementOperateurs: 'Pas de groupement', procedure: 'Procédure adaptée', lieuExecution: { code: '37261', typeCode: 'Code commune' }, dureeMois: 6,
    dateNotification: '2026-02-03', datePublicationDonnees: '2026-02-20', montant: 41250.5, typesPrix: { typePrix: ['Définitif ferme'] }, formePrix: 'Forfaitaire',
    sousTraitanceDeclaree: false, titulaires: [{ titulaire: { typeIdentifiant: 'SIRET', id: '21450234000013' } }],
    considerationsSociales: { considerationSociale: ['Clause sociale'] }, considerationsEnvironnementales: { considerationEnvironnementale: ['Critère environnemental'] }, ...more });
  const r = await report(A, 'decp.json', { marches: { marche: [deal(), deal({ id: '2', offresRecues: 0 }), deal({ id: '3', montant: '41250.5' }), deal({ id: '4', codeCPV: '4526' }),
    deal({ id: '5', titulaires: [] }), deal({ id: '6', titulaires: [{ titulaire: { typeIdentifiant: 'RNA', id: 'W371000001' } }] })] } });
  assert.equal(r.schema.name, '139bercy/format-commande-publique');
  assert.deepEqual(errors(r).map((e) => e.slice(0, 3)).sort((a, b) => a[0] - b[0]), [[2, 'offresRecues', 'value_under'], [3, 'montant', 'value_quoted'], [4, 'codeCPV', 'value_pattern'],
    [5, 'titulaires', 'value_required'], [6, 'titulaires[].titulaire.typeIdentifiant', 'value_not_among']]);
  const lane = { id_local: '37261AC1', code_com_d: '37261', code_com_g: '37261', ame_d: 'VOIE VERTE', ame_g: 'AUCUN', date_maj: '2026-01-31' };
  const v = await report(A, 'voies.geojson', layer(lane, { ...lane, ame_d: 'TROTTOIR' }, { ...lane, date_maj: '31/01/2026' }));
  assert.equal(v.schema.name, 'etalab/schema-amenagements-cyclables');
  assert.deepEqual(errors(v), [[2, 'ame_d', 'value_not_among', 'TROTTOIR'], [3, 'date_maj', 'not_date', '31/01/2026']]);
  const zone = { id: '243700754-ZFE-001', date_debut: '2025-01-01', date_fin: null, vp_critair: 'V4', vp_horaires: '24/7', vul_critair: null, vul_horaires: null };
  const z = await report(A, 'zfe.geojson', layer(zone, { ...zone, id: '2', vp_critair: 'V6' }, { ...zone, id: '3', date_debut: '01/01/2025' }));
  assert.equal(z.schema.name, 'etalab/schema-zfe');
  assert.deepEqual(errors(z), [[2, 'vp_critair', 'value_not_among', 'V6'], [3, 'date_debut', 'not_date', '01/01/2025']]);
});
