// Files of rows: every format read back by a program that is not ours, and how files are sent.
// What is expected is worked out here from the rows below, never from another answer.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { decompress as unzstd } from 'fzstd';
import { installation, poll } from './harness.mjs';
import { makeKey, publish, sql } from './fixtures.mjs';

const require = createRequire(import.meta.url);
const H = 'r.localhost';
const WIDE = { id: 'large', fields: { n: ['int'], t: ['text'] },
  generate: "SELECT i, i, 'ligne ' || i || repeat(' et du texte', 5) FROM generate_series(1, 200000) i" };
const wide = () => {
  let text = '\ufeffn;t\r\n';
  for (let i = 1; i <= 200000; i++) text += `${i};ligne ${i}${' et du texte'.repeat(5)}\r\n`;
  return Buffer.from(text);
};
// A row: every type. The texts are what spreadsheets, XML and RDF stumble over.
const point = (lon, lat) => ({ sql: `public.st_setsrid(public.st_makepoint(${lon}, ${lat}), 4326)`, lon, lat });
const shape = (wkt) => ({ sql: `public.st_geomfromtext('${wkt}', 4326)` });
const TEXTS = ['=1+1', '+33 2 47', '-12', '@SUM(A1)', '01001', '  deux  espaces ', 'ligne 1\nligne 2', 'a;b"c,d\te', '<b>&amp;</b> ]]>', '_x0041_',
  'œuvre \u{1f333} \u0001\u001f fin', 'http://x/{y}|^`\\', 'cmd|\' /C calc\'!A0', "l'été", ''];
const rowOf = (text, i) => ({ code: String(i).padStart(5, '0'), texte: text, entier: [0, 1754, -12, 999999999999999, 9007199254740993n, -9223372036854775808n][i % 6],
  reel: [0.1, -2.5, 1e300, 4.6, 12.7, 5e-324][i % 6], montant: ['0', '506914236.63', '-0.5', '123456789012345.67', '99999999999999999999.99', '1000'][i % 6],
  jour: ['2017-12-12', '1900-02-28', '1900-03-01', '9999-12-31', '0001-01-01', '2024-02-29'][i % 6],
  instant: ['2024-12-12T10:27:18Z', '1970-01-01T00:00:00Z', '2026-03-29T01:30:00.123456Z', '1899-12-31T23:59:59Z', '2038-01-19T03:14:08Z', '2000-01-01T12:00:00Z'][i % 6],
  oui: i % 2 === 0, lieu: point(0.69 + i, 47.39 - i), forme: shape(i % 2 ? 'POLYGON((0 0,1 0,1 1,0 0))' : 'LINESTRING(0 0,1.5 1)'), mots: 'a, b,c' });
const ROWS = TEXTS.map(rowOf);
const number = (v) => ({ sql: String(v) });
const TOUT = { id: 'tout',
  fields: { code: ['text', {}, 'Code postal'], texte: ['text', { facet: true }, 'Un "texte"; long'], entier: ['int'], reel: ['double'], montant: ['decimal'], jour: ['date'], instant: ['datetime'],
    oui: ['boolean'], lieu: ['geo_point_2d'], forme: ['geo_shape'], mots: ['text', { multivalued: ',' }] },
  rows: [...ROWS.map((r) => [r.code, r.texte, number(r.entier), number(r.reel), number(r.montant), r.jour, r.instant, r.oui, r.lieu, r.forme, r.mots]),
    Array(11).fill(null)] };
let t;

before(async () => {
  t = await installation();
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 1000000');
  await publish(t, H, TOUT);
  await publish(t, H, { ...TOUT, id: 'petit' }, { processed: '2026-03-04T05:06:07Z' });
  await publish(t, H, WIDE, { processed: '2026-03-04T05:06:07Z' });
});
after(() => t?.stop());

const url = (path, params = {}) => `/api/explore/v2.1/catalog/datasets/${path}?${new URLSearchParams(params)}`;
const get = (path, params, options) => t.http(H, url(path, params), { timeout: 60000, ...options });
const good = async (path, params, options) => {
  const answer = await get(path, params, options);
  assert.equal(answer.status, 200, `${path} ${JSON.stringify(params)}: ${answer.text.slice(0, 400)}`);
  return answer;
};
const accepts = (encoding, more) => ({ headers: { 'Accept-Encoding': encoding, ...more } });

const inFolder = (name, bytes) => {
  const file = join(t.folder, name);
  writeFileSync(file, bytes);
  return file;
};
const workbook = async (bytes) => {
  const book = new (require('exceljs').Workbook)();
  await book.xlsx.load(bytes);
  return book;
};

// ---- spreadsheets ----

test('xlsx, read by exceljs: numbers, dates and booleans are what they are, text is text whatever it begins with', async () => {
  const file = await good('tout/exports/xlsx');
  assert.deepEqual([file.headers['content-type'], file.headers['content-disposition']],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'attachment; filename="tout.xlsx"']);
  const sheet = (await workbook(file.body)).worksheets[0];
  assert.equal(sheet.name, 'tout');
  assert.deepEqual(sheet.getRow(1).values.slice(1), Object.keys(TOUT.fields));
  assert.equal(sheet.rowCount, ROWS.length + 2);
  const { ValueType } = require('exceljs');
  ROWS.forEach((row, i) => {
    const cell = (name) => sheet.getCell(i + 2, Object.keys(TOUT.fields).indexOf(name) + 1);
    assert.deepEqual([cell('code').value, cell('code').type], [row.code, ValueType.String]);
    if (row.texte) assert.deepEqual([cell('texte').value.replace(/_x([0-9A-F]{4})_/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), cell('texte').type, cell('texte').formula], [row.texte, ValueType.String, undefined], `text ${i}`);
    else assert.equal(cell('texte').value, null);
    const digits = (s) => s.replace(/[-.]/g, '').replace(/^0+/, '').length;
    for (const name of ['entier', 'montant']) {
      const text = String(row[name]);
      if (digits(text) > 15) assert.equal(cell(name).value, text, 'more than a spreadsheet keeps');
      else assert.equal(cell(name).value, Number(text));
    }
    assert.equal(cell('reel').value, row.reel);
    if (row.jour >= '1900-03-01') assert.equal(cell('jour').value.toISOString().slice(0, 10), row.jour);
    else assert.equal(cell('jour').value, row.jour);
    if (row.instant >= '1900-03-01') assert.ok(Math.abs(cell('instant').value - new Date(row.instant)) <= 1, row.instant);
    else assert.equal(cell('instant').value, row.instant.replace('Z', '+00:00'));
    assert.equal(cell('oui').value, row.oui);
    assert.equal(cell('mots').value, 'a, b,c');
    assert.deepEqual(cell('lieu').value.split(', ').map(Number), [row.lieu.lat, row.lieu.lon]);
  });
  assert.ok(sheet.getRow(ROWS.length + 2).values.every((v) => v === undefined || v === null), 'a row of nulls is a row');
});

test('xlsx: labels, the zone of moments, a separator of lists, the older names', async () => {
  const sheet = (await workbook((await good('tout/exports/xlsx', { use_labels: true, timezone: 'Europe/Paris', list_separator: '|', limit: 1 })).body)).worksheets[0];
  assert.deepEqual([sheet.getCell('A1').value, sheet.getCell('B1').value], ['Code postal', 'Un "texte"; long']);
  assert.equal(sheet.getCell('G2').value.toISOString(), '2024-12-12T11:27:18.000Z');
  assert.equal(sheet.getCell('K2').value, 'a| b|c');
  for (const path of ['/api/v2/catalog/datasets/tout/exports/xls', '/explore/dataset/tout/download/?format=xls', '/api/records/1.0/download?dataset=tout&format=xlsx']) {
    const file = await t.http(H, path);
    assert.deepEqual([file.status, file.headers['content-disposition']], [200, 'attachment; filename="tout.xlsx"'], path);
    assert.equal((await workbook(file.body)).worksheets[0].rowCount, ROWS.length + 2);
  }
});

test('xlsx: a text over 32,767 characters is cut, marked and listed', async () => {
  await publish(t, H, { id: 'longs', fields: { a: ['text'], b: ['int'] }, rows: [['é'.repeat(32767), 1], ['\u{1f333}'.repeat(20000), 2], ['x'.repeat(40000), 3]] });
  const book = await workbook((await good('longs/exports/xlsx')).body);
  const sheet = book.worksheets[0];
  assert.equal(sheet.getCell('A2').value, 'é'.repeat(32767), 'what fits is whole');
  for (const [cell, length] of [['A3', 40000], ['A4', 40000]]) {
    assert.ok(sheet.getCell(cell).value.endsWith('… [coupé]') && sheet.getCell(cell).value.length <= 32767, cell);
    assert.ok(book.getWorksheet('Notes').getSheetValues().some((row) => row && row[2] === cell && row[3] === String(length)), `${cell} is listed`);
  }
  assert.match(book.getWorksheet('Notes').getCell('A1').value, /32 767/);
});

/** The rows as ogr2ogr's JSON lines, or unzip's content. */
const ogr = (file, ...args) => execFileSync('ogr2ogr', ['-f', 'GeoJSONSeq', '/vsistdout/', file, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
  .trim().split('\n').map((line) => JSON.parse(line).properties);

test('a page of records that is too large says what to ask for instead', async () => {
  await publish(t, H, { id: 'epais', fields: { n: ['int'], t: ['text'] }, generate: "SELECT i, i, repeat('x', 1000000) FROM generate_series(1, 60) i" });
  const records = (params) => t.http(H, `/api/explore/v2.1/catalog/datasets/epais/records?${new URLSearchParams(params)}`);
  for (const params of [{ limit: 60 }, { limit: 60, where: 'n > 0' }, { limit: 20 }]) {
    const answer = await records(params);
    assert.equal(answer.status, 400, answer.text.slice(0, 200));
    assert.match(answer.text, /too large.*limit.*select.*exports/);
  }
  const first = await t.http(H, '/api/records/1.0/search/?dataset=epais&rows=60');
  assert.equal(first.status, 400);
  assert.match(first.text, /too large.*limit.*select.*exports/);
  assert.equal((await records({ limit: 10 })).json.results.length, 10);
  assert.equal((await records({ limit: 60, select: 'n' })).json.results.length, 60);
});

// Slices are sized by the rows before: here those behind are many thousand times as wide. All come, and little is held.
for (const [what, text] of [['unlike each other', "(SELECT string_agg(md5(i::text || j::text), '') FROM generate_series(1, 600) j)"], ['all alike', "repeat('texte ', 8000)"]]) {
  test(`a file whose rows grow wide is whole: ${what}`, async () => {
    const id = `elargi-${what.length}`;
    const { table } = await publish(t, H, { id, fields: { n: ['int'], t: ['text'] },
      generate: `SELECT i, i, CASE WHEN i <= 3000 THEN 'x' ELSE ${text} END FROM generate_series(1, 4000) i` });
    const [rows, bytes, sum] = sql(t, `SELECT count(*), sum(length(c2)), md5(string_agg(c2, '' ORDER BY _id)) FROM ${table}`).trim().split('|');
    for (const params of [{}, { where: 'n > 0' }, { order_by: 'n' }]) {
      const lines = (await good(`${id}/exports/jsonl`, params)).text.trim().split('\n').map((line) => JSON.parse(line));
      assert.equal(lines.length, Number(rows));
      assert.ok(lines.every((row, i) => row.n === i + 1));
      const all = lines.map((row) => row.t).join('');
      assert.equal(all.length, Number(bytes));
      assert.equal(createHash('md5').update(all).digest('hex'), sum);
    }
    const held = Number(/^terrasse_stream_held_most_bytes (\d+)/m.exec((await t.http(H, '/metrics')).text)[1]);
    assert.ok(held < 4 << 20, `${held} bytes were held`);
  });
}

test('ods, read by GDAL: the same values; its members and their order', async () => {
  const answer = await good('tout/exports/ods');
  assert.deepEqual([answer.headers['content-type'], answer.headers['content-disposition']],
    ['application/vnd.oasis.opendocument.spreadsheet', 'attachment; filename="tout.ods"']);
  assert.equal(answer.body.subarray(30, 84).toString(), 'mimetypeapplication/vnd.oasis.opendocument.spreadsheet', 'its type stands first, not packed');
  const file = inFolder('tout.ods', answer.body);
  execFileSync('unzip', ['-tqq', file]);
  assert.deepEqual(execFileSync('unzip', ['-Z1', file], { encoding: 'utf8' }).trim().split('\n'), ['mimetype', 'META-INF/manifest.xml', 'content.xml']);
  const rows = ogr(file, '-oo', 'HEADERS=FORCE', '-oo', 'FIELD_TYPES=STRING');
  const content = execFileSync('unzip', ['-p', file, 'content.xml'], { encoding: 'utf8' });
  assert.equal(content.split('<table:table-row>').length - 1, ROWS.length + 2, 'GDAL leaves the row of nulls at the end out');
  assert.equal(content.split('office:formula').length, 1);
  assert.equal(rows.length, ROWS.length);
  const texts = content.split('<table:table-row>').slice(2).map((row) => row.split('<table:table-cell')[2].replace(/^[^>]*>/, '')
    .replaceAll('</text:p><text:p>', '\n').replaceAll('<text:s/>', ' ').replaceAll('<text:tab/>', '\t').replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|quot|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[name]));
  ROWS.forEach((row, i) => {
    const xml = row.texte.replace(/[\u0001\u001f]/g, '\ufffd');
    assert.equal(texts[i], xml, `text ${i}`);
    assert.equal((rows[i].texte ?? '').trim(), xml.replaceAll('\t', '').replace(/ +/g, ' ').trim(), 'GDAL folds spaces and leaves tabs out');
    assert.equal(rows[i].code, row.code);
    assert.equal(Number(rows[i].montant), Number(row.montant));
    assert.equal(rows[i].jour.replaceAll('/', '-'), row.jour);
    assert.equal(rows[i].oui, row.oui ? 'True' : 'False');
  });
});

// ---- parquet ----

const duck = async (text) => {
  const { DuckDBInstance } = require('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  return (await connection.runAndReadAll(text)).getRowObjectsJson();
};

const shapeOf = (row, i) => (i % 2 ? { coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]], type: 'Polygon' } : { coordinates: [[0, 0], [1.5, 1]], type: 'LineString' });

for (const codec of ['snappy', 'zstd']) {
  test(`parquet in ${codec}, read by DuckDB and by hyparquet: types, values and nulls`, async () => {
    const answer = await good('tout/exports/parquet', codec === 'snappy' ? {} : { parquet_compression: codec });
    assert.deepEqual([answer.headers['content-type'], answer.headers['content-disposition']], ['application/vnd.apache.parquet', 'attachment; filename="tout.parquet"']);
    const file = inFolder(`tout-${codec}.parquet`, answer.body);
    const types = Object.fromEntries((await duck(`DESCRIBE SELECT * FROM read_parquet('${file}')`)).map((c) => [c.column_name, c.column_type]));
    assert.deepEqual(types, { code: 'VARCHAR', texte: 'VARCHAR', entier: 'BIGINT', reel: 'DOUBLE', montant: 'DECIMAL(22,2)', jour: 'DATE', instant: 'TIMESTAMP WITH TIME ZONE',
      oui: 'BOOLEAN', lieu: 'STRUCT(lon DOUBLE, lat DOUBLE)', forme: 'JSON', mots: 'VARCHAR' });
    const compressions = await duck(`SELECT DISTINCT compression AS c FROM parquet_metadata('${file}')`);
    assert.deepEqual(compressions, [{ c: codec.toUpperCase() }]);
    const rows = await duck(`SELECT *, montant::text AS montant, jour::text AS jour, epoch_us(instant)::text AS us FROM read_parquet('${file}')`);
    const { parquetReadObjects } = await import('hyparquet');
    const { compressors } = await import('hyparquet-compressors');
    const other = await parquetReadObjects({ file: answer.body.buffer.slice(answer.body.byteOffset, answer.body.byteOffset + answer.body.length), compressors });
    assert.deepEqual([rows.length, other.length], [ROWS.length + 1, ROWS.length + 1]);
    ROWS.forEach((row, i) => {
      const us = BigInt(new Date(row.instant.replace(/\.\d+/, ''))) * 1000n + BigInt(/\.(\d+)/.exec(row.instant)?.[1] ?? 0);
      const want = { code: row.code, texte: row.texte, entier: BigInt(row.entier), reel: row.reel, montant: Number(row.montant), oui: row.oui, mots: row.mots,
        lon: row.lieu.lon, lat: row.lieu.lat, forme: shapeOf(row, i) };
      const seen = (r) => ({ code: r.code, texte: r.texte, entier: BigInt(r.entier), reel: r.reel, montant: Number(r.montant), oui: r.oui, mots: r.mots,
        lon: r.lieu.lon, lat: r.lieu.lat, forme: typeof r.forme === 'string' ? JSON.parse(r.forme) : r.forme });
      assert.deepEqual(seen(rows[i]), want, `DuckDB, row ${i}`);
      assert.ok(Math.abs(other[i].montant - want.montant) <= Math.abs(want.montant) * 1e-15, 'hyparquet gives decimals as doubles');
      assert.deepEqual({ ...seen(other[i]), montant: want.montant }, want, `hyparquet, row ${i}`);
      assert.equal(rows[i].montant, { '-0.5': '-0.50' }[row.montant] ?? (row.montant.includes('.') ? row.montant : `${row.montant}.00`), 'every digit');
      assert.deepEqual([rows[i].jour, rows[i].us], [row.jour, String(us)]);
      assert.equal(other[i].jour.toISOString().slice(0, 10), row.jour);
    });
    for (const last of [rows.at(-1), other.at(-1)]) {
      for (const name of Object.keys(TOUT.fields)) assert.ok(last[name] === null || last[name] === undefined || Object.values(last[name]).every((v) => v === null || v === undefined), name);
    }
  });
}

test('parquet over several row groups: every row, repeated words by a dictionary, ranges in the directory', async () => {
  await publish(t, H, { id: 'groupes', fields: { n: ['int'], mot: ['text'], rare: ['double'], toujours: ['boolean'], seul: ['text'] },
    generate: `SELECT i, i, CASE WHEN i % 7 <> 0 THEN 'mot ' || i % 300 END, CASE WHEN i % 1000 = 0 THEN i / 8.0 END, i % 3 = 0, md5(i::text) || repeat('x', i % 50)
      FROM generate_series(1, 300000) i` });
  for (const codec of ['snappy', 'zstd']) {
    const file = inFolder('groupes.parquet', (await good('groupes/exports/parquet', { parquet_compression: codec, limit: 300000 })).body);
    const [sums] = await duck(`SELECT count(*)::int AS n, sum(n)::bigint AS total, count(mot)::int AS mots, count(DISTINCT mot)::int AS distincts, count(rare)::int AS rares, sum(rare)::double AS somme,
      count(*) FILTER (WHERE toujours)::int AS vrais, count(*) FILTER (WHERE seul = md5(n::text) || repeat('x', (n % 50)::int))::int AS bons, count(*) FILTER (WHERE mot = 'mot ' || n % 300)::int AS justes
      FROM read_parquet('${file}')`);
    const by = (f) => Array.from({ length: 300000 }, (_, i) => i + 1).filter(f).length;
    assert.deepEqual(sums, { n: 300000, total: String(300000 * 300001 / 2), mots: by((i) => i % 7), distincts: 300, rares: 300, somme: 300 * 301 / 2 * 125,
      vrais: 100000, bons: 300000, justes: by((i) => i % 7) });
    const meta = await duck(`SELECT count(DISTINCT row_group_id)::int AS groups, bool_or(path_in_schema = 'mot' AND encodings LIKE '%DICTIONARY%') AS words,
      min(CASE WHEN path_in_schema = 'n' THEN stats_min_value::bigint END)::int AS low, max(CASE WHEN path_in_schema = 'n' THEN stats_max_value::bigint END)::int AS high FROM parquet_metadata('${file}')`);
    assert.ok(meta[0].groups > 3);
    assert.deepEqual([meta[0].words, meta[0].low, meta[0].high], [true, 1, 300000]);
  }
});

test('parquet: decimals that a double holds are doubles, the others keep every digit; what is too long stays a double', async () => {
  const rows = [['1.5', '0.1234567890123456', '12345678901234567890.5', `${'9'.repeat(38)}.5`, '1'], ['-2.25', '-3', '-0.000001', '1', null], [null, null, null, null, null]];
  await publish(t, H, { id: 'decimales', fields: { court: ['decimal'], fin: ['decimal'], long: ['decimal'], trop: ['decimal'], entier: ['decimal'] }, rows });
  const file = inFolder('decimales.parquet', (await good('decimales/exports/parquet')).body);
  assert.deepEqual((await duck(`DESCRIBE SELECT * FROM read_parquet('${file}')`)).map((c) => c.column_type), ['DOUBLE', 'DECIMAL(17,16)', 'DECIMAL(26,6)', 'DOUBLE', 'DOUBLE']);
  assert.deepEqual(await duck(`SELECT fin::text AS fin, "long"::text AS long FROM read_parquet('${file}')`),
    [{ fin: '0.1234567890123456', long: '12345678901234567890.500000' }, { fin: '-3.0000000000000000', long: '-0.000001' }, { fin: null, long: null }]);
  const part = inFolder('part.parquet', (await good('decimales/exports/parquet', { where: 'court = 1.5', order_by: 'court' })).body);
  assert.deepEqual((await duck(`DESCRIBE SELECT * FROM read_parquet('${part}')`)).map((c) => c.column_type)[1], 'DECIMAL(17,16)', 'a part has the types of the whole');
});

test('parquet of nothing, of groups, with labels; a codec that is not there', async () => {
  const read = async (params) => duck(`SELECT * FROM read_parquet('${inFolder('x.parquet', (await good('tout/exports/parquet', params)).body)}')`);
  assert.deepEqual(await read({ where: 'code = "x"', select: 'code' }), []);
  assert.deepEqual(await read({ select: 'oui, count(*) as n', group_by: 'oui' }), [{ oui: null, n: '1' }, { oui: false, n: '7' }, { oui: true, n: '8' }]);
  assert.deepEqual(await read({ select: 'code', use_labels: true, limit: 1 }), [{ 'Code postal': '00000' }]);
  const refused = await get('tout/exports/parquet', { parquet_compression: 'lzo' });
  assert.deepEqual([refused.status, refused.json.error_code], [400, 'InvalidRESTParameterError']);
});

// ---- RDF ----

const XSD = 'http://www.w3.org/2001/XMLSchema#';
const GEO = 'http://www.opengis.net/ont/geosparql#';
const PAGE = () => `http://${H}:${t.port}/explore/dataset/tout/`;
const datatypes = { entier: `${XSD}integer`, reel: `${XSD}double`, montant: `${XSD}decimal`, jour: `${XSD}date`, instant: `${XSD}dateTime`, oui: `${XSD}boolean`,
  lieu: `${GEO}wktLiteral`, forme: `${GEO}geoJSONLiteral` };
const canonical = (type, value) => (type.endsWith('double') || type.endsWith('decimal') ? String(Number(value)) : type.endsWith('dateTime') ? String(+new Date(value))
  : type.endsWith('geoJSONLiteral') ? JSON.stringify(JSON.parse(value)) : value);

/** "subject field value type" of every row, as the rows above say; xml: without what XML cannot hold. */
const statements = async (xml) => {
  const ids = (await good('tout/records', { include_app_metas: true, limit: 100 })).json.results.map((r) => r._id);
  const all = [];
  [...ROWS, {}].forEach((row, i) => {
    const subject = `http://${H}:${t.port}/api/explore/v2.1/catalog/datasets/tout/records/${ids[i]}`;
    all.push([subject, 'http://purl.org/dc/terms/isPartOf', PAGE(), ''].join(' | '));
    for (const [name, value] of Object.entries(row)) {
      const type = datatypes[name] ?? `${XSD}string`;
      const texts = name === 'mots' ? ['a', ' b', 'c'] : name === 'lieu' ? [`POINT(${value.lon} ${value.lat})`] : name === 'forme' ? [JSON.stringify(shapeOf(row, i))] : [String(value)];
      for (const text of texts) {
        const kept = xml ? text.replace(/[\u0001\u001f]/g, '\ufffd') : text;
        all.push([subject, `${PAGE()}#field-${name}`, canonical(type, kept), type].join(' | '));
      }
    }
  });
  return all.sort();
};
const ofN3 = (text, format) => new (require('n3').Parser)({ format }).parse(text)
  .map((q) => [q.subject.value, q.predicate.value, q.object.termType === 'Literal' ? canonical(q.object.datatype.value, q.object.value) : q.object.value,
    q.object.termType === 'Literal' ? q.object.datatype.value : ''].join(' | ')).sort();
const rapper = (syntax, bytes, name) => execFileSync('rapper', ['-q', '-i', syntax, '-o', 'ntriples', inFolder(name, bytes)], { encoding: 'utf8', maxBuffer: 1 << 28 });

test('kml, gpx, ods, rdfxml: what XML has no place for is U+FFFD, so that every reader reads on', async () => {
  const said = 'a\u0001b\ufffec\uffffd & <e>', kept = 'a\ufffdb\ufffdc\ufffdd & <e>';
  await publish(t, H, { id: 'marques', fields: { texte: ['text'], lieu: ['geo_point_2d'] }, rows: [[said, point(1, 47)], ['après', point(2, 47)]] });
  const read = async (format, ...args) => ogr(inFolder(`marques.${format}`, (await good(`marques/exports/${format}`)).body), ...args);
  assert.deepEqual((await read('kml')).map((row) => row.texte), [kept, 'après']);
  assert.deepEqual((await read('ods', '-oo', 'HEADERS=DISABLE')).map((row) => row.Field1), ['texte', kept, 'après']);
  assert.equal((await read('gpx', 'waypoints')).length, 2);
  const rdf = rapper('rdfxml', (await good('marques/exports/rdfxml')).body, 'marques.rdf');
  assert.ok(rdf.includes('a\\uFFFDb\\uFFFDc\\uFFFDd') && rdf.includes('apr\\u00E8s'), rdf);
});

test('turtle and n3, read by N3.js and by rapper: every value with its type', async () => {
  const want = await statements(false);
  for (const [name, type, extension] of [['turtle', 'text/turtle; charset=utf-8', 'ttl'], ['n3', 'text/n3; charset=utf-8', 'n3']]) {
    const file = await good(`tout/exports/${name}`);
    assert.deepEqual([file.headers['content-type'], file.headers['content-disposition']], [type, `attachment; filename="tout.${extension}"`]);
    assert.deepEqual(ofN3(file.text, name === 'n3' ? 'N3' : 'Turtle'), want);
    assert.deepEqual(ofN3(rapper('turtle', file.body, 'tout.ttl'), 'N-Triples'), want);
  }
});

test('rdfxml, read by rapper: the same statements', async () => {
  const file = await good('tout/exports/rdfxml');
  assert.deepEqual([file.headers['content-type'], file.headers['content-disposition']], ['application/rdf+xml; charset=utf-8', 'attachment; filename="tout.rdf"']);
  assert.deepEqual(ofN3(rapper('rdfxml', file.body, 'tout.rdf'), 'N-Triples'), await statements(true));
});

test('jsonld: the context turns every member into the same statements', async () => {
  const file = await good('tout/exports/jsonld');
  assert.deepEqual([file.headers['content-type'], file.headers['content-disposition']], ['application/ld+json; charset=utf-8', 'attachment; filename="tout.jsonld"']);
  const { '@context': context, '@graph': graph } = file.json;
  const expand = (name) => { const [prefix, rest] = name.split(/:(.*)/); return (context[prefix]['@id'] ?? context[prefix]) + rest; };
  const all = graph.flatMap((node) => Object.entries(node).filter(([k]) => k !== '@id').flatMap(([k, v]) => [v].flat().map((one) => {
    const type = one['@id'] ? '' : context[k] ? expand(context[k]['@type']) : `${XSD}string`;
    return [node['@id'], expand(k), one['@id'] ?? canonical(type, one), type].join(' | ');
  })));
  assert.deepEqual(all.sort(), await statements(false));
});

test('RDF: names that are no XML names, groups without an address, dates of a month', async () => {
  await publish(t, H, { id: 'noms-rdf', fields: { 12: ['int'], '1_uai': ['text'], mois: ['date', { timeserie_precision: 'month' }] }, rows: [[11, 'x', '2024-05-01']] });
  const pairs = ofN3(rapper('rdfxml', (await good('noms-rdf/exports/rdfxml')).body, 'n.rdf'), 'N-Triples').map((s) => s.split(' | ').slice(1).join(' ').replace(/^\S*\/noms-rdf\/#/, '#'));
  assert.deepEqual(pairs.filter((p) => p.startsWith('#')).sort(), [`#field-12 11 ${XSD}integer`, `#field-1_uai x ${XSD}string`, `#field-mois 2024-05 ${XSD}gYearMonth`]);
  for (const name of ['turtle', 'rdfxml', 'jsonld']) {
    const file = await good(`tout/exports/${name}`, { select: 'oui, count(*) as `nombre é`', group_by: 'oui' });
    if (name === 'jsonld') assert.deepEqual(file.json['@graph'].map((n) => n['f:nombre.20.C3.A9']), ['1', '7', '8']);
    else assert.match(rapper(name, file.body, 'g.rdf'), /_:\S+ <\S+#field-nombre\.20\.C3\.A9> "8"/);
  }
});

test('ov2: a place and a name a row; only where there is a point', async () => {
  const { body, headers } = await good('tout/exports/ov2', { select: 'lieu, texte', limit: 12 });
  assert.equal(headers['content-type'], 'application/octet-stream');
  let at = 0;
  const found = [];
  while (at < body.length) {
    assert.equal(body[at], 2);
    const length = body.readUInt32LE(at + 1);
    found.push([body.readInt32LE(at + 5) / 1e5, body.readInt32LE(at + 9) / 1e5, body.subarray(at + 13, at + length - 1).toString('latin1')]);
    assert.equal(body[at + length - 1], 0);
    at += length;
  }
  assert.deepEqual(found.map(([lon, lat]) => [lon, lat]), ROWS.slice(0, 12).map((r) => [r.lieu.lon, r.lieu.lat].map((v) => Math.round(v * 1e5) / 1e5)));
  assert.deepEqual(found.slice(0, 3).map((f) => f[2]), TEXTS.slice(0, 3));
  assert.equal(found[10][2], '?uvre ? ?? fin');
  assert.equal((await get('tout/exports/ov2', { select: 'forme' })).status, 400);
});

// ---- frozen: national catalogues key on these addresses (explore-api.md 1.10, I11) ----

// What stands in tests/golden/exports was looked at once; the tests above say why it is right. A change of a byte is
// a decision: TERRASSE_UPDATE=1 writes the files anew.
const V21 = '/api/explore/v2.1/catalog/datasets/tout/exports';
const FROZEN = {
  'plain.csv': `${V21}/csv`,
  'labels.csv': `${V21}/csv?use_labels=true`,
  'comma.csv': `${V21}/csv?delimiter=,&with_bom=false&quote_all=true&list_separator=%7C`,
  'tab.csv': `${V21}/csv?delimiter=%5Ct&timezone=Europe/Paris&lang=en`,
  'part.csv': `${V21}/csv?select=code,entier as nombre,year(jour) as an&where=entier is not null&order_by=entier desc&limit=5&offset=1`,
  'groups.csv': `${V21}/csv?select=oui,count(*) as n,sum(montant) as total&group_by=oui&with_bom=false`,
  'rows.csv': `${V21}/csv?rows=3&start=2`,
  'older.csv': '/api/explore/v2.0/catalog/datasets/tout/exports/csv',
  'oldest.csv': '/api/v2/catalog/datasets/tout/exports/csv?with_bom=true',
  'download.csv': '/explore/dataset/tout/download/?format=csv&timezone=Europe/Paris&lang=fr&use_labels_for_header=true&csv_separator=%3B',
  'v1.csv': '/api/records/1.0/download/?dataset=tout&format=csv&rows=4',
  'plain.json': `${V21}/json`,
  'labels.json': `${V21}/json?use_labels=true&limit=2`,
  'groups.json': `${V21}/json?select=oui,count(*) as n&group_by=oui`,
  'plain.jsonl': `${V21}/jsonl`,
  'plain.geojson': `${V21}/geojson`,
  'plain.rdf': `${V21}/rdfxml`,
  'plain.ttl': `${V21}/turtle`,
  'plain.n3': `${V21}/n3?limit=2`,
  'plain.jsonld': `${V21}/jsonld`,
  'plain.ov2': `${V21}/ov2`,
  'plain.parquet': `${V21}/parquet`, // Snappy is ours; zstd's bytes are its library's
};
const CONTENT = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8', jsonl: 'application/x-ndjson; charset=utf-8', geojson: 'application/geo+json; charset=utf-8',
  rdf: 'application/rdf+xml; charset=utf-8', ttl: 'text/turtle; charset=utf-8', n3: 'text/n3; charset=utf-8', jsonld: 'application/ld+json; charset=utf-8',
  ov2: 'application/octet-stream', parquet: 'application/vnd.apache.parquet' };
const PACKED = { 'plain.xlsx': `${V21}/xlsx`, 'labels.xlsx': `${V21}/xlsx?use_labels=true&timezone=Europe/Paris&limit=3`, 'plain.ods': `${V21}/ods` };
const golden = (name) => new URL(`../golden/exports/${name}`, import.meta.url);
const frozen = (name, bytes) => {
  if (process.env.TERRASSE_UPDATE) writeFileSync(golden(name), bytes);
  assert.ok(readFileSync(golden(name)).equals(bytes), `${name} is not what it was`);
};

for (const [name, path] of Object.entries(FROZEN)) {
  test(`frozen: ${name}, byte for byte, with its headers`, async () => {
    const answer = await t.http(H, encodeURI(path).replaceAll('%25', '%'), { headers: { Host: H } });
    assert.equal(answer.status, 200, answer.text.slice(0, 300));
    const extension = name.split('.')[1];
    assert.deepEqual([answer.headers['content-type'], answer.headers['content-disposition']], [CONTENT[extension], `attachment; filename="tout.${extension}"`]);
    frozen(name, answer.body);
  });
}

for (const [name, path] of Object.entries(PACKED)) {
  test(`frozen: ${name}, its members and what they hold`, async () => {
    const file = inFolder(name, (await t.http(H, path, { headers: { Host: H } })).body);
    const members = execFileSync('unzip', ['-Z1', file], { encoding: 'utf8' }).trim().split('\n');
    const texts = members.map((member) => `== ${member}\n${execFileSync('unzip', ['-p', file, member.replace(/\[/, '\\[')], { encoding: 'utf8' })}\n`);
    frozen(`${name}.txt`, Buffer.from(texts.join('')));
  });
}

test('the export tab offers every format that the API lists, at its address, and no other', async () => {
  for (const id of ['tout', 'large']) {
    const listed = (await good(`${id}/exports`)).json.links.map((l) => new URL(l.href).pathname).sort();
    const page = (await t.http(H, `/explore/dataset/${id}/export/`)).text;
    const panel = page.slice(page.indexOf('id="h-ex"'), page.indexOf('</section>', page.indexOf('id="h-ex"')));
    assert.deepEqual([...panel.matchAll(/href="(\/api\/[^"]+)"/g)].map((m) => m[1]).sort(), listed);
  }
});

// ---- the catalogue as a file ----

test('the catalogue in Dublin Core, read by a parser of XML', async () => {
  await publish(t, H, { id: 'dublin', fields: { n: ['int'] }, rows: [[1]] }, { metas: { default: { title: 'Un & <deux>', description: '<p>Trois \u0002</p>', keyword: ['a', 'b'] }, dcat: { creator: 'Auteur' } } });
  const answer = await t.http(H, '/api/explore/v2.1/catalog/exports/dublin_core/');
  assert.deepEqual([answer.status, answer.headers['content-type'], answer.headers['content-disposition']], [200, 'application/rdf+xml; charset=utf-8', 'attachment; filename="datasets.rdf"']);
  const script = "import sys, json, xml.etree.ElementTree as T\nr = T.fromstring(sys.stdin.buffer.read())\nrdf='{http://www.w3.org/1999/02/22-rdf-syntax-ns#}'\nprint(json.dumps({d.get(rdf+'about'): [[c.tag.split('}')[1], c.text] for c in d] for d in r}))";
  const all = JSON.parse(execFileSync('python3', ['-c', script], { input: answer.body, encoding: 'utf8' }));
  const [about, said] = Object.entries(all).find(([key]) => key.endsWith('/explore/dataset/dublin/'));
  const of = (name) => said.filter(([key]) => key === name).map(([, text]) => text);
  assert.deepEqual([of('title'), of('description'), of('subject'), of('creator'), of('type'), of('identifier')],
    [['Un & <deux>'], ['<p>Trois \ufffd</p>'], ['Environnement', 'a', 'b'], ['Auteur'], ['Dataset'], [about]]);
  assert.equal(Object.keys(all).length, (await t.http(H, '/api/explore/v2.1/catalog/datasets?limit=0')).json.total_count);
});

test('the catalogue as a workbook, as news and as data.json: the data sets of the CSV, and nothing closed', async () => {
  await publish(t, H, { ...TOUT, id: 'cache' }, { visibility: 'closed', metas: { default: { title: 'Canari caché' } } });
  await publish(t, H, { id: 'titre', fields: { n: ['int'] }, rows: [[1]] }, { metas: { default: { title: '=1+1 <b>&"', description: 'Lignes \u0002 & <p>balises</p>' } } });
  const at = (name, params = {}) => t.http(H, `/api/explore/v2.1/catalog/exports/${name}?${new URLSearchParams(params)}`);
  const [head, ...rows] = (await at('csv', { with_bom: false, delimiter: '|', order_by: 'dataset_id' })).text.trimEnd().split('\r\n').map((line) => line.split('|'));
  const ids = rows.map((row) => row.at(-1).replaceAll('"', ''));
  assert.ok(ids.includes('titre') && !ids.includes('cache'));
  const xlsx = await at('xlsx', { order_by: 'dataset_id' });
  assert.equal(xlsx.headers['content-disposition'], 'attachment; filename="datasets.xlsx"');
  const sheet = (await workbook(xlsx.body)).worksheets[0];
  assert.deepEqual(sheet.getRow(1).values.slice(1), head);
  assert.deepEqual(ids.map((_, i) => sheet.getCell(i + 2, head.length).value), ids);
  const cell = (id, name) => sheet.getCell(ids.indexOf(id) + 2, head.indexOf(name) + 1).value;
  assert.deepEqual([cell('titre', 'default.title'), cell('large', 'default.records_count'), cell('large', 'default.federated')], ['=1+1 <b>&"', 200000, false]);
  const ods = inFolder('datasets.ods', (await at('ods', { order_by: 'dataset_id' })).body);
  assert.deepEqual(ogr(ods, '-oo', 'HEADERS=FORCE', '-oo', 'FIELD_TYPES=STRING').map((row) => row.datasetid), ids);
  const rss = await at('rss', { order_by: 'dataset_id' });
  assert.equal(rss.headers['content-type'], 'application/rss+xml; charset=utf-8');
  assert.match(rapper('rss-tag-soup', rss.body, 'c.rss'), /<http:\/\/purl\.org\/rss\/1\.0\/title> "=1\+1 <b>&\\"" \./);
  assert.deepEqual([...rss.text.matchAll(/<guid>[^<]*\/dataset\/([^/]+)\/<\/guid>/g)].map((m) => m[1]), ids);
  assert.match(rss.text, /<pubDate>[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT<\/pubDate>/);
  const pod = (await at('data.json', { order_by: 'dataset_id' })).json;
  assert.deepEqual(pod.dataset.map((d) => d.distribution[0].title), ids.map((id) => `${id}.csv`));
  const links = (await t.http(H, '/api/explore/v2.1/catalog/exports')).json.links;
  assert.deepEqual(links.map((l) => l.rel), ['dcat', 'rdf', 'ttl', 'jsonld', 'csv', 'json', 'jsonl', 'xlsx', 'ods', 'rss', 'dublin_core', 'data.json']);
  for (const link of links) assert.equal((await t.http(H, new URL(link.href).pathname)).status, 200, link.rel);
  for (const name of ['xlsx', 'ods', 'rss', 'data.json']) assert.ok(!(await at(name)).body.includes('Canari'), name);
});

// ---- how files are sent ----

test('a file is sent smaller to whoever takes that: gzip in one member, zstd where it is named', async () => {
  const whole = wide();
  const gzip = await good('large/exports/csv', { limit: 200000 }, accepts('gzip, deflate, br'));
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.match(gzip.headers.vary, /Accept-Encoding/);
  assert.ok(gunzipSync(gzip.body).equals(whole));
  assert.ok(gzip.body.length < whole.length / 4);
  assert.equal(gzip.body.indexOf(Buffer.from([0x1f, 0x8b, 8]), 1), -1, 'a second member is not read by browsers');
  const zstd = await good('large/exports/csv', { limit: 200000 }, accepts('gzip, zstd'));
  assert.equal(zstd.headers['content-encoding'], 'zstd');
  assert.ok(Buffer.from(unzstd(zstd.body)).equals(whole));
  for (const refused of ['identity', 'gzip;q=0', 'br', 'zstd;q=0, gzip;q=0']) {
    const plain = await good('large/exports/csv', { limit: 5 }, accepts(refused));
    assert.equal(plain.headers['content-encoding'], undefined, refused);
  }
  assert.equal(new Set([gzip.headers.etag, zstd.headers.etag, (await get('large/exports/csv', { limit: 200000 }, { method: 'HEAD' })).headers.etag]).size, 3);
});

test('compressed=true is a gzip file, whatever the client takes', async () => {
  const file = await good('large/exports/csv', { compressed: true, limit: 3000 }, accepts('gzip, zstd'));
  assert.deepEqual([file.headers['content-type'], file.headers['content-encoding']], ['application/gzip', undefined]);
  assert.equal(file.headers['content-disposition'], 'attachment; filename="large.csv.gzip"');
  assert.equal(gunzipSync(file.body).toString().split('\r\n').length, 3002);
});

test('each way of sending is kept apart: length, ranges and the same bytes', async () => {
  for (const encoding of ['identity', 'gzip', 'zstd']) {
    const first = await good('large/exports/csv', {}, accepts(encoding));
    const kept = await poll(async () => {
      const again = await good('large/exports/csv', {}, accepts(encoding));
      return again.headers['content-length'] ? again : null;
    }, { what: `kept ${encoding}` });
    assert.ok(kept.body.equals(first.body), encoding);
    const part = await get('large/exports/csv', {}, accepts(encoding, { Range: 'bytes=100-199', 'If-Range': kept.headers.etag }));
    assert.equal(part.status, 206);
    assert.ok(part.body.equals(first.body.subarray(100, 200)), encoding);
    const other = await get('large/exports/csv', {}, accepts(encoding, { Range: 'bytes=100-199', 'If-Range': '"another"' }));
    assert.equal(other.status, 200, 'a part of another version is not sent');
    const head = await get('large/exports/csv', {}, { method: 'HEAD', ...accepts(encoding) });
    assert.equal(Number(head.headers['content-length']), first.body.length);
  }
});

test('HEAD within a second: the length that GET then sends, of a whole file as it is; of a part, none that is not known', async () => {
  const head = async (path, params, encoding) => {
    const began = performance.now();
    const answer = await get(path, params, { method: 'HEAD', ...accepts(encoding) });
    assert.ok(performance.now() - began < 1000, `${path}: ${performance.now() - began} ms`);
    assert.deepEqual([answer.status, answer.body.length, answer.headers['last-modified']], [200, 0, 'Wed, 04 Mar 2026 05:06:07 GMT'], path);
    return answer.headers;
  };
  for (const encoding of ['gzip', 'zstd', 'identity']) { // none of them was asked for before
    const { etag, 'content-length': length, 'content-encoding': coding, vary } = await head('large/exports/jsonl', {}, encoding);
    assert.equal(coding, undefined);
    assert.match(vary, /Accept-Encoding/);
    const sent = await good('large/exports/jsonl', {}, accepts('identity'));
    assert.deepEqual([Number(length), etag], [sent.body.length, sent.headers.etag], encoding);
  }
  for (const name of ['xlsx', 'ods', 'parquet', 'geojson', 'turtle']) {
    const { 'content-length': length, etag } = await head(`petit/exports/${name}`, {}, 'gzip');
    const sent = await good(`petit/exports/${name}`, {}, accepts('identity'));
    assert.deepEqual([Number(length), etag], [sent.body.length, sent.headers.etag], name);
  }
  assert.equal((await head('petit/exports/shp', {}, 'gzip'))['content-length'], undefined, 'a child would have to make it');
  for (const params of [{ where: 'n > 3' }, { select: 't,count(*)', group_by: 't', order_by: 't' }, { compressed: true }])
    assert.equal((await head('large/exports/jsonl', params, 'gzip'))['content-length'], undefined);
});

test('If-Modified-Since: not sent again unless rows or description changed', async () => {
  const since = (date) => get('large/exports/csv', { limit: 1 }, { headers: { 'If-Modified-Since': date } });
  assert.equal((await since('Wed, 04 Mar 2026 05:06:07 GMT')).status, 200, 'its description is younger');
  const now = new Date(Date.now() + 60000).toUTCString();
  assert.equal((await since(now)).status, 304);
  assert.equal((await since('yesterday')).status, 200);
});

test('groups come row by row over the disk, and nothing of it stays', async () => {
  const file = await good('large/exports/json', { select: 'n, count(*) as c', group_by: 'n', order_by: 'n desc' });
  const rows = JSON.parse(file.text);
  assert.equal(rows.length, 200000);
  assert.deepEqual([rows[0], rows[199999]], [{ n: 200000, c: 1 }, { n: 1, c: 1 }]);
  assert.deepEqual(readdirSync(join(t.home, 'spool')).filter((name) => !name.startsWith('artefact-')), []);
});

test('workbooks and Parquet of 300,000 rows leave at constant memory, the first byte at once', async () => {
  await publish(t, H, { id: 'gros', fields: { n: ['int'], code: ['text'], jour: ['date'], montant: ['decimal'], nom: ['text'] },
    generate: `SELECT i, i, lpad(i::text, 8, '0'), date '2000-01-01' + i % 9000, i / 100.0, 'Commune de Saint ' || i % 3000 FROM generate_series(1, 300000) i` });
  const pid = readFileSync(`/proc/${t.child.pid}/task/${t.child.pid}/children`, 'utf8').trim().split(' ')
    .find((p) => readFileSync(`/proc/${p}/cmdline`, 'utf8').includes('web-process'));
  const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  // The address sanitizer, known by its terabytes of shadow, keeps 256 MB of freed memory back.
  const most = kilobytes('VmSize') > 1e9 ? 40000 + (256 << 10) : 40000;
  for (const name of ['xlsx', 'ods', 'parquet']) {
    writeFileSync(`/proc/${pid}/clear_refs`, '5'); // the most it ever held begins anew
    const before = kilobytes('VmRSS');
    const [began, first, bytes] = await new Promise((done, fail) => {
      const at = performance.now();
      request({ host: '127.0.0.1', port: t.port, path: url(`gros/exports/${name}`, { limit: 300000 }), headers: { Host: `${H}:${t.port}` } }, (answer) => {
        let [begun, n] = [0, 0];
        answer.on('data', (part) => { begun ||= performance.now(); n += part.length; }).on('end', () => done([at, begun, n])).on('error', fail);
      }).on('error', fail).end();
    });
    assert.ok(bytes > 1000000, `${name}: ${bytes}`);
    assert.ok(first - began < 2000, `${name}: the first byte after ${first - began} ms`);
    assert.ok(kilobytes('VmHWM') - before < most, `${name} took ${kilobytes('VmHWM') - before} kB`);
  }
});

test('downloads are counted, once each and without their readers: in the API, for administrators, on the page', async () => {
  await publish(t, H, { id: 'compte', fields: { n: ['int'] }, generate: 'SELECT i, i FROM generate_series(1, 1000) i' });
  await publish(t, H, { id: 'autre', fields: { n: ['int'] }, rows: [[1]] });
  const count = async (id) => (await get(id, { include_app_metas: true })).json.metas.explore.download_count;
  assert.equal(await count('compte'), 0);
  const { headers: { etag } } = await good('compte/exports/csv');
  await poll(async () => (await good('compte/exports/json', { where: 'n < 3' })).json.length === 2, { what: 'a part' });
  await good('compte/exports/csv', {}, accepts('gzip'));
  const v1 = await t.http(H, '/api/records/1.0/download/?dataset=compte&format=json');
  assert.equal(v1.status, 200);
  await get('compte/exports/csv', {}, { headers: { 'If-None-Match': etag } }); // 304
  await get('compte/exports/csv', {}, { method: 'HEAD' });
  await get('compte/exports/csv', {}, { headers: { Range: 'bytes=100-' } }); // the rest of what was begun before
  await get('compte/exports/csv', { where: 'rien = 1' }); // 400
  await poll(async () => (await count('compte')) >= 4, { what: 'the count' });
  await good('autre/exports/csv');
  await poll(async () => (await count('autre')) === 1, { what: 'the other count' });
  assert.equal(await count('compte'), 4, 'and nothing more since');
  const list = (await t.http(H, '/api/explore/v2.1/catalog/datasets?select=dataset_id,explore.download_count&where=dataset_id in ("compte","autre")'.replaceAll(' ', '%20').replaceAll('"', '%22'))).json;
  assert.deepEqual(Object.fromEntries(list.results.map((one) => [one.dataset_id, one['explore.download_count']])), { compte: 4, autre: 1 });
  const seen = (await t.http(H, '/api/explore/v2.1/monitoring/datasets/ods-datasets-monitoring/records?limit=100', { key: makeKey(t, H, 'admin') })).json.results;
  assert.equal(seen.find((one) => one.dataset_id === 'compte').download_count, 4);
  assert.match((await t.http(H, '/explore/dataset/compte/')).text, /<dt>Téléchargements<\/dt><dd>4<\/dd>/);
  assert.equal(sql(t, "SELECT string_agg(column_name, ' ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'download'"), 'tenant_id dataset_id month exports files');
});

test('closing cuts a download that is running, also one from a kept file', async () => {
  // Longer than both ends' kernels hold (some receive 32 MB ahead): else all of it is on its way before anything is closed.
  const generate = WIDE.generate.replace("' et du texte', 5", "' et du texte', 20"), length = wide().length + 200000 * 15 * 12;
  for (const kept of [false, true]) {
    const id = `coupe-${kept}`;
    await publish(t, H, { ...WIDE, id, generate });
    if (kept) {
      await poll(async () => (await good(`${id}/exports/csv`)).headers['content-length'], { what: 'kept file' });
    }
    const socket = connect({ port: t.port, host: '127.0.0.1', highWaterMark: 16384 });
    await new Promise((done) => { socket.on('connect', done); });
    let [taken, ended] = [0, false];
    socket.on('error', () => {}).on('close', () => { ended = true; });
    socket.pause();
    socket.write(`GET ${url(`${id}/exports/csv`)} HTTP/1.1\r\nHost: ${H}\r\n\r\n`);
    await poll(() => { taken += socket.read()?.length ?? 0; return taken > 1000; }, { what: 'first bytes' });
    sql(t, `UPDATE portal.dataset SET visibility = 'closed', revision = revision + 1 WHERE dataset_id = '${id}';
      UPDATE portal.catalogue_search SET is_open = false WHERE dataset_id = '${id}'; UPDATE portal.tenant SET generation = generation + 1;`);
    await poll(async () => (await get(`${id}/exports/csv`)).status === 404, { what: 'closed', deadline: 3000 });
    socket.on('data', (bytes) => { taken += bytes.length; }).resume();
    await poll(() => ended, { what: 'cut' });
    assert.ok(taken < length, `${taken} bytes: cut`);
  }
});

test('kept files stay within their room: the oldest go, and none takes more than half', async () => {
  await t.halt();
  await t.serve({ env: { TERRASSE_EXPORTS_KEPT: '2' } });
  const kept = () => readdirSync(join(t.home, 'spool')).filter((name) => name.startsWith('artefact-') && !name.endsWith('.part'));
  const made = [];
  for (const i of [1, 2, 3]) {
    const { dataset } = await publish(t, H, { id: `petit-${i}`, fields: { n: ['int'], t: ['text'] }, generate: "SELECT i, i, repeat('texte ', 12) FROM generate_series(1, 9000) i" });
    await good(`petit-${i}/exports/csv`);
    await poll(() => kept().some((name) => name.includes(dataset)), { what: `kept file ${i}` });
    made.push(dataset);
  }
  assert.ok(kept().reduce((sum, name) => sum + statSync(join(t.home, 'spool', name)).size, 0) <= 2 << 20);
  assert.deepEqual(made.map((dataset) => kept().some((name) => name.includes(dataset))), [false, true, true]);
  await good('large/exports/csv');
  assert.ok(kept().every((name) => statSync(join(t.home, 'spool', name)).size <= 1 << 20), 'too large to be kept');
});
