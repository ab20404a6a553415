// Maps in and out: files made by GDAL's own program are read, exports and tiles are read back by it.
// What is expected is worked out from the rows below.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';
import { zipOf } from './zip.mjs';

const H = 'r.localhost';
let t, folder;

// Twelve squares of a quarter of a degree around Tours, one of them with a hole, one in two parts.
const square = (x, y, size = 0.25) => [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]].map((p) => p.map((v) => Number(v.toFixed(9))));
const SQUARES = Array.from({ length: 12 }, (_, i) => {
  const x = 0 + (i % 4) * 0.5, y = 47 + Math.floor(i / 4) * 0.5;
  const geometry = i === 5 ? { type: 'MultiPolygon', coordinates: [[square(x, y)], [square(x + 0.3, y, 0.1)]] }
    : { type: 'Polygon', coordinates: i === 3 ? [square(x, y), square(x + 0.1, y + 0.1, 0.05)] : [square(x, y)] };
  return { type: 'Feature', properties: { code: String(37000 + i), nom: `Carré n°${i} <&>`, habitants: i * 1000, part: i / 8, vu: `2024-01-${String(i + 1).padStart(2, '0')}`, ouvert: i % 2 === 0 }, geometry };
});
const collection = (features) => JSON.stringify({ type: 'FeatureCollection', features });
const POINTS = Array.from({ length: 500 }, (_, i) => ({ type: 'Feature', properties: { n: i, nom: `lieu ${i}` }, geometry: { type: 'Point', coordinates: [0.5 + (i % 25) * 0.01, 47.2 + Math.floor(i / 25) * 0.01] } }));
const SHAPES_EXTENT = [0, 47, 1.75, 48.25];

const file = (name, bytes) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const ogr = (...args) => execFileSync(args[0], args.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 });
const load = (id, path, meta = {}, more = []) => t.must(['dataset', 'import', path, '--host', H, '--id', id, '--meta',
  file(`${id}.meta.json`, JSON.stringify({ visibility: 'open', attestations: true, metas: { default: { title: id, description: 'Essai', publisher: 'Essai', license: 'lov2', theme: ['Environnement'], keyword: ['essai'] }, dcat: { accrualperiodicity: 'Annuelle', spatial: 'Centre-Val de Loire', granularity: 'commune' } }, ...meta })),
  '--publish', '--json', ...more]);
const get = async (path, options) => t.http(H, path, { timeout: 60000, ...options });
const api = (id, rest) => `/api/explore/v2.1/catalog/datasets/${id}/${rest}`;
const json = async (path) => {
  const answer = await get(path);
  assert.equal(answer.status, 200, `${path}: ${answer.text.slice(0, 300)}`);
  return answer.json;
};
const rows = async (id, query) => (await json(api(id, `records?${query}`))).results;

before(async () => {
  t = await installation();
  folder = join(t.home, '..', 'geo-files');
  mkdirSync(folder, { recursive: true });
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 1000000');
  file('carres.geojson', collection(SQUARES));
  file('lieux.geojson', collection(POINTS));
  await load('carres', join(folder, 'carres.geojson'));
  await load('lieux', join(folder, 'lieux.geojson'));
});
after(() => t?.stop());

test('a GeoJSON becomes typed columns, a centre and a shape', async () => {
  const { results: [one], total_count } = await json(api('carres', 'records?where=code="37003"'));
  assert.equal(total_count, 1);
  assert.deepEqual(one.geo_shape, { type: 'Feature', geometry: SQUARES[3].geometry, properties: {} });
  // A quarter's square (1/16) around (1.625, 47.125) less a hole (1/400) around (1.625, 47.125): the same centre.
  assert.ok(Math.abs(one.geo_point_2d.lon - 1.625) < 1e-9 && Math.abs(one.geo_point_2d.lat - 47.125) < 1e-9);
  assert.deepEqual([one.code, one.habitants, one.part, one.vu, one.ouvert], ['37003', 3000, 0.375, '2024-01-04', 'false'].map((v, i) => (i === 4 ? false : v)));
  assert.equal((await json(api('lieux', 'records?where=in_bbox(geo_point_2d,47.195,0.495,47.205,0.745)&limit=0'))).total_count, 25);
  assert.equal((await json(api('carres', `records?limit=0&where=${encodeURIComponent("intersects(geo_shape,geom'POINT(0.1 47.1)')")}`))).total_count, 1);
});

test('the first version of the API gives bare geometries', async () => {
  const { records } = await json('/api/records/1.0/search/?dataset=carres&rows=1&refine.code=37000&q=code:37000');
  assert.deepEqual(records[0].fields.geo_shape, SQUARES[0].geometry);
  assert.deepEqual(records[0].geometry, { type: 'Point', coordinates: [0.125, 47.125] });
});

const FORMATS = [
  ['gpkg', ['-f', 'GPKG']], ['gpkg', ['-f', 'GPKG', '-t_srs', 'EPSG:2154'], 'l93'], ['fgb', ['-f', 'FlatGeobuf']], ['kml', ['-f', 'LIBKML']], ['kmz', ['-f', 'LIBKML']],
  ['gml', ['-f', 'GML', '-t_srs', 'EPSG:2154']], ['geojson', ['-f', 'GeoJSON', '-t_srs', 'EPSG:2154', '-lco', 'RFC7946=NO'], 'tourne'],
];
for (const [extension, options, name = extension] of FORMATS)
  test(`${name}: twelve shapes where they were`, async () => {
    const path = join(folder, `lu-${name}.${extension}`);
    ogr('ogr2ogr', ...options, path, join(folder, 'carres.geojson'));
    await load(`lu-${name}`, path);
    const got = await rows(`lu-${name}`, 'order_by=code&limit=20');
    assert.deepEqual(got.map((r) => r.code), SQUARES.map((f) => f.properties.code));
    assert.deepEqual(got.map((r) => r.nom), SQUARES.map((f) => f.properties.nom));
    got.forEach((r, i) => {
      const flat = r.geo_shape.geometry.coordinates.flat(3), want = SQUARES[i].geometry.coordinates.flat(3);
      const box = (c) => [0, 1].flatMap((k) => [Math.min(...c.filter((_, at) => at % 2 === k)), Math.max(...c.filter((_, at) => at % 2 === k))]);
      box(flat).forEach((v, k) => assert.ok(Math.abs(v - box(want)[k]) < 1e-6, `${name} ${i}: ${box(flat)} ${box(want)}`));
    });
  });

test('shp: a zip in Lambert-93, its accents in Windows-1252, without .cpg', async () => {
  ogr('ogr2ogr', '-t_srs', 'EPSG:2154', '-lco', 'ENCODING=ISO-8859-1', join(folder, 'carres.shp'), join(folder, 'carres.geojson'));
  const parts = ['shp', 'shx', 'dbf', 'prj'].map((e) => [`dossier/carres.${e}`, readFileSync(join(folder, `carres.${e}`))]);
  await load('lu-shp', file('carres.zip', zipOf(parts.map(([name, bytes]) => ({ name, bytes })))));
  const got = await rows('lu-shp', 'order_by=code&limit=20');
  assert.deepEqual(got.map((r) => r.nom), SQUARES.map((f) => f.properties.nom));
  assert.ok(Math.abs(got[0].geo_point_2d.lon - 0.125) < 1e-6 && Math.abs(got[0].geo_point_2d.lat - 47.125) < 1e-6);
});

test('archives that unfold beyond measure are refused within two seconds', async () => {
  const zeros = Buffer.alloc(48 << 20);
  for (const [name, parts] of [['bombe.zip', [['a.dbf', Buffer.alloc(9)], ['a.shp', zeros]]], ['bombe.kmz', [['doc.kml', Buffer.concat([Buffer.from('<kml>'), zeros])]]]]) {
    const path = file(name, zipOf(parts.map(([name, bytes]) => ({ name, bytes })))), start = Date.now();
    const answer = await t.cli(['read', path]);
    assert.notEqual(answer.code, 0);
    assert.match(answer.stderr, /se déplie hors de toute mesure/);
    assert.ok(Date.now() - start < 2000, `${Date.now() - start} ms`);
  }
});

// ---- out ----

const reread = (path, layer) => {
  const text = ogr('ogrinfo', '-so', '-al', '-ro', path, ...(layer ? [layer] : []));
  const extent = /Extent: \(([-\d.]+), ([-\d.]+)\) - \(([-\d.]+), ([-\d.]+)\)/.exec(text);
  return { text, count: Number(/Feature Count: (\d+)/.exec(text)?.[1]), layer: /Layer name: (.*)/.exec(text)?.[1], extent: extent?.slice(1).map(Number) };
};
const TYPES = { shp: 'application/zip', kml: 'application/vnd.google-earth.kml+xml', gpkg: 'application/geopackage+sqlite3', fgb: 'application/octet-stream; charset=utf-8' };
for (const [format, type] of Object.entries(TYPES))
  test(`export ${format}: read back by ogrinfo`, async () => {
    const answer = await get(api('carres', `exports/${format}`));
    assert.equal(answer.status, 200, answer.text.slice(0, 300));
    assert.equal(answer.headers['content-type'], type);
    assert.equal(answer.headers['content-disposition'], `attachment; filename="carres.${format === 'shp' ? 'zip' : format}"`);
    const path = file(`sorti.${format === 'shp' ? 'zip' : format}`, answer.body);
    const got = reread(format === 'shp' ? `/vsizip/${path}` : path);
    assert.equal(got.count, 12, got.text);
    got.extent.forEach((v, i) => assert.ok(Math.abs(v - SHAPES_EXTENT[i]) < 1e-6, String(got.extent)));
    if (format === 'fgb') {
      assert.equal(answer.body.subarray(0, 8).toString('latin1'), 'fgb\x03fgb\x01');
      assert.equal(got.layer, 'Layer1');
      assert.match(got.text, /habitants: Integer64/);
    }
    const back = JSON.parse(ogr('ogr2ogr', '-f', 'GeoJSON', '/vsistdout/', format === 'shp' ? `/vsizip/${path}` : path));
    const wanted = SQUARES[1].properties, one = back.features.find((f) => f.properties.code === '37001').properties;
    assert.equal(one.nom, wanted.nom);
    assert.equal(Number(one.habitants), 1000);
    const again = await get(api('carres', `exports/${format}`), { headers: { range: 'bytes=0-9' } });
    assert.equal(again.status, 206);
    assert.deepEqual(again.body, answer.body.subarray(0, 10));
    assert.equal((await get(api('carres', `exports/${format}?where=code="37003"`))).status, 200);
  });

// ---- epsg ----

// Lambert-93's own definition puts 3° E, 46.5° N at x 700,000 m, y 6,600,000 m; the sphere of EPSG:3857 has a formula in two lines.
// Elsewhere what ogr2ogr makes of the same shapes is the measure.
const RADIUS = 6378137, mercator = ([lon, lat]) => [RADIUS * lon * Math.PI / 180, RADIUS * Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360))];
const drawn = { shp: (path) => `/vsizip/${path}`, gpkg: (path) => path, fgb: (path) => path, geojson: (path) => path };
const extension = (format) => (format === 'shp' ? 'zip' : format);
const turned = async (id, format, epsg, more = '') => {
  const answer = await get(api(id, `exports/${format}?epsg=${epsg}${more}`));
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  return drawn[format](file(`${id}-${epsg}.${extension(format)}`, answer.body));
};
const near = (got, want, by) => got.forEach((v, i) => assert.ok(Math.abs(v - want[i]) < by, `${got} ${want}`));
for (const format of Object.keys(drawn))
  test(`epsg: ${format} in Lambert-93, as ogr2ogr turns it, and says so`, async () => {
    const path = join(folder, `voulu-${format}.gpkg`);
    ogr('ogr2ogr', '-f', 'GPKG', '-t_srs', 'EPSG:2154', path, join(folder, 'carres.geojson'));
    const want = reread(path);
    const got = reread(await turned('carres', format, 2154));
    assert.equal(got.count, 12, got.text);
    near(got.extent, want.extent, 0.01);
    assert.match(got.text, /PROJCRS\["RGF93[ _]v?1? ?\/? ?Lambert[-_]93"/, got.text);
  });

test('epsg: a point where the definition of Lambert-93 has it, and on the sphere where the formula has it', async () => {
  await load('origine', file('origine.geojson', collection([{ type: 'Feature', properties: { nom: 'origine' }, geometry: { type: 'Point', coordinates: [3, 46.5] } }])));
  const { crs, features: [{ geometry, properties }] } = JSON.parse((await get(api('origine', 'exports/geojson?epsg=2154'))).text);
  assert.equal(crs.properties.name, 'urn:ogc:def:crs:EPSG::2154');
  near(geometry.coordinates, [700000, 6600000], 0.001);
  assert.deepEqual(properties, { nom: 'origine' });
  const { features } = JSON.parse((await get(api('lieux', 'exports/geojson?epsg=3857&order_by=n'))).text);
  assert.equal(features.length, 500);
  features.forEach((f, i) => {
    near(f.geometry.coordinates, mercator(POINTS[i].geometry.coordinates), 0.001);
    assert.deepEqual(f.properties, POINTS[i].properties);
  });
  assert.equal((await get(api('lieux', 'exports/geojson?epsg=4326'))).text, (await get(api('lieux', 'exports/geojson'))).text);
});

test('epsg: files of two reference systems are two, and HEAD has the tag of GET', async () => {
  const tags = await Promise.all(['', '?epsg=2154', '?epsg=3857'].map(async (q) => (await get(api('carres', `exports/gpkg${q}`), { method: 'HEAD' })).headers.etag));
  assert.equal(new Set(tags).size, 3, String(tags));
  assert.equal((await get(api('carres', 'exports/gpkg?epsg=2154'))).headers.etag, tags[1]);
});

test('epsg: HEAD of a known system has the head of GET, compressed or not, and whatever the rows', async () => {
  for (const query of ['geojson?epsg=2154', 'shp?epsg=2154&compressed=true', 'gpkg?epsg=3857&where=code="none"']) {
    const [head, whole] = [await get(api('carres', `exports/${query}`), { method: 'HEAD' }), await get(api('carres', `exports/${query}`))];
    assert.deepEqual([head.status, head.headers['content-type'], head.headers['content-disposition']], [200, whole.headers['content-type'], whole.headers['content-disposition']], query);
    assert.deepEqual([whole.status, head.text], [200, ''], query);
  }
});

test('epsg: what nobody knows, or what is no map, is refused in words', async () => {
  for (const [code, format] of [['99999', 'shp'], ['1', 'geojson'], ['5720', 'gpkg'], ['4978', 'fgb'], ['0', 'shp'], ['-1', 'csv'], ['2154.5', 'geojson'], ['lambert', 'kml'], ['100000', 'gpkg'], ['99999999999999999999', 'fgb']]) {
    const answer = await get(api('carres', `exports/${format}?epsg=${code}`));
    assert.equal(answer.status, 400, `${format} ${code}`);
    assert.equal(answer.json.error_code, 'InvalidRESTParameterError');
    assert.match(answer.json.message, new RegExp(`epsg API parameter: ${code} was found but the EPSG code of a reference system of maps`));
    assert.equal((await get(api('carres', `exports/${format}?epsg=${code}`), { method: 'HEAD' })).status, 400, `HEAD ${format} ${code}`);
  }
});

test('epsg: what has no place in the reference system has no geometry, and its row stays', async () => {
  await load('poles', file('poles.geojson', collection([[0, -90], [3, 46.5]].map((coordinates, n) => ({ type: 'Feature', properties: { n }, geometry: { type: 'Point', coordinates } })))));
  const { features } = JSON.parse((await get(api('poles', 'exports/geojson?epsg=2154&order_by=n'))).text);
  assert.deepEqual(features.map((f) => f.properties.n), [0, 1]);
  assert.equal(features[0].geometry, null);
  near(features[1].geometry.coordinates, [700000, 6600000], 0.001);
  assert.equal(reread(await turned('poles', 'gpkg', 2154)).count, 2);
});

test('epsg: KML, GPX and OV2 are in WGS 84 by their own rules', async () => {
  for (const format of ['kml', 'gpx', 'ov2']) assert.deepEqual((await get(api('lieux', `exports/${format}?epsg=2154`))).body, (await get(api('lieux', `exports/${format}`))).body, format);
});

test('compressed=true: a map is a gzip file as well', async () => {
  for (const query of ['fgb?compressed=true', 'geojson?epsg=2154&compressed=true']) {
    const zipped = await get(api('carres', `exports/${query}`)), [format, rest] = query.split('?');
    assert.equal(zipped.headers['content-type'], 'application/gzip');
    assert.match(zipped.headers['content-disposition'], new RegExp(`"carres.${format}.gzip"`));
    const plain = await get(api('carres', `exports/${format}?${rest.replace('compressed=true', '')}`));
    assert.ok(gunzipSync(zipped.body).equals(plain.body), query);
  }
});

test('use_labels: maps have labels for names, where a label stands for one field; a Shapefile has ten bytes of them', async () => {
  await load('etiquettes', file('etiquettes.geojson', collection(POINTS.slice(0, 3).map((p, i) => ({ ...p, properties: { n: i, nom: 'x', un: 1, deux: 2 } })))));
  sql(t, `UPDATE portal.dataset SET fields = (SELECT jsonb_agg(f || jsonb_build_object('label', CASE f ->> 'name' WHEN 'n' THEN 'Numéro du lieu' WHEN 'nom' THEN 'Longueursétirées' ELSE 'Même' END))
    FROM jsonb_array_elements(fields) AS f), revision = revision + 1 WHERE dataset_id = 'etiquettes'; UPDATE portal.tenant SET generation = generation + 1`);
  const names = async (format, query) => {
    const text = reread(drawn[format](file(`etiquettes.${extension(format)}`, (await get(api('etiquettes', `exports/${format}?${query}`))).body))).text;
    return [...text.matchAll(/^(\S[^:\n]*): (?:Integer64|Integer|String|Real)/gm)].map((m) => m[1]);
  };
  for (const format of ['gpkg', 'fgb']) {
    await poll(async () => (await names(format, 'use_labels=true')).includes('Numéro du lieu'), { what: 'labels' });
    assert.deepEqual(await names(format, 'use_labels=true'), ['Numéro du lieu', 'Longueursétirées', 'un', 'deux']);
    assert.deepEqual(await names(format, ''), ['n', 'nom', 'un', 'deux']);
  }
  assert.deepEqual(await names('shp', 'use_labels=true'), ['Numéro du', 'Longueurs', 'un', 'deux']);
});

test('export gpx: points are waypoints, shapes tracks, with their fields', async () => {
  const answer = await get(api('lieux', 'exports/gpx'));
  assert.equal(answer.headers['content-type'], 'application/gpx+xml');
  assert.equal(reread(file('lieux.gpx', answer.body), 'waypoints').count, 500);
  assert.match(answer.text, /<wpt lat="47.2" lon="0.5"><name>lieu 0<\/name><extensions><t:n>0<\/t:n>/);
  assert.equal(reread(file('carres.gpx', (await get(api('carres', 'exports/gpx'))).body), 'tracks').count, 12);
  const described = await get(api('lieux', 'exports/gpx?use_extension=false&name_field=n&limit=1'));
  assert.match(described.text, /<name>0<\/name><desc>n: 0, nom: lieu 0<\/desc>/);
  assert.doesNotMatch(described.text, /<extensions>/);
});

test('shapes of several kinds make several Shapefiles in one zip', async () => {
  const mixed = [{ type: 'Point', coordinates: [1, 47] }, { type: 'LineString', coordinates: [[1, 47], [2, 48]] }, { type: 'Polygon', coordinates: [square(1, 47)] }, null]
    .map((geometry, i) => ({ type: 'Feature', properties: { i }, geometry }));
  await load('melange', file('melange.geojson', collection(mixed)));
  const path = file('melange.zip', (await get(api('melange', 'exports/shp'))).body);
  const names = ogr('ogrinfo', '-q', `/vsizip/${path}`);
  for (const name of ['melange', 'melange-lines', 'melange-polygons']) assert.match(names, new RegExp(`: ${name} `), names);
  assert.equal(reread(file('melange.gpkg', (await get(api('melange', 'exports/gpkg'))).body)).count, 4);
});

test('what has no geometry cannot be drawn', async () => {
  await load('nu', file('nu.csv', 'n;nom\n1;a\n2;b\n'));
  assert.equal((await get(api('nu', 'exports/gpkg'))).status, 400);
  assert.equal((await get('/api/tiles/v1/nu/0/0/0.mvt')).status, 404);
});

// ---- tiles ----

const tileOf = (lon, lat, z) => [z, Math.floor((lon + 180) / 360 * 2 ** z),
  Math.floor((1 - Math.asinh(Math.tan(lat * Math.PI / 180)) / Math.PI) / 2 * 2 ** z)];
const tile = (id, z, x, y, query = '') => get(`/api/tiles/v1/${id}/${z}/${x}/${y}.mvt${query}`);
const inTile = (name, body) => reread(file(name, body));

test('a tile holds the rows that lie in it, read back by ogrinfo', async () => {
  const about = await json('/api/tiles/v1/carres');
  assert.match(about.tiles[0], /\/api\/tiles\/v1\/carres\/\{z\}\/\{x\}\/\{y\}\.mvt$/);
  assert.equal(about.vector_layers[0].fields.code, 'code');
  const whole = await tile('carres', 0, 0, 0);
  assert.equal(whole.status, 200, whole.text);
  assert.equal(whole.headers['content-type'], 'application/vnd.mapbox-vector-tile');
  const near = await tile('carres', ...tileOf(0.125, 47.125, 12));
  const got = inTile('pres.mvt', near.body);
  assert.equal(got.count, 1, got.text);
  assert.equal(got.layer, 'carres');
  assert.match(got.text, /code: String/);
  const all = inTile('six.mvt', (await tile('carres', ...tileOf(0.8, 47.6, 6))).body);
  const fields = all.count;
  assert.equal(fields, 12);
  assert.equal(inTile('filtre.mvt', (await tile('carres', ...tileOf(0.8, 47.6, 6), '?where=habitants>8000')).body).count, 3);
  const far = await tile('carres', ...tileOf(100, -40, 6));
  assert.equal(far.status, 200);
  assert.equal(far.body.length, 0);
});

test('a tile at the edge of the world holds what lies there', async () => {
  const at = [[179.9, 10], [-179.9, -10], [0, 84.9], [0, -84.9]]; // longitude, latitude
  file('bords.geojson', collection(at.map((coordinates, n) => ({ type: 'Feature', properties: { n }, geometry: { type: 'Point', coordinates } }))));
  await load('bords', join(folder, 'bords.geojson'));
  const found = async (...zxy) => {
    const { body } = await tile('bords', ...zxy);
    const text = body.length ? ogr('ogrinfo', '-al', '-ro', file(`bord-${zxy.join('-')}.mvt`, body)) : '';
    return [...text.matchAll(/n \(Integer\) = (\d)/g)].map((m) => Number(m[1])).sort();
  };
  assert.deepEqual(await found(0, 0, 0), [0, 1, 2, 3]);
  // What stands on the line between two tiles is in the margin of both.
  assert.deepEqual(await found(1, 0, 0), [2]);
  assert.deepEqual(await found(1, 1, 0), [0, 2]);
  assert.deepEqual(await found(1, 0, 1), [1, 3]);
  assert.deepEqual(await found(8, ...tileOf(179.9, 10, 8).slice(1)), [0]);
  assert.deepEqual(await found(8, ...tileOf(179.9, 11.5, 8).slice(1)), []);
});

test('points that fall on one another at a low zoom are one', async () => {
  // A cell of zoom 0 is 360 / 512 = 0.7 degree wide: a quarter of a degree touches two at most, either way.
  const low = inTile('bas.mvt', (await tile('lieux', 0, 0, 0)).body).count;
  assert.ok(low >= 1 && low <= 4, String(low));
  // One of zoom 8 is 0.0027: all 500 are apart.
  assert.equal(inTile('haut.mvt', (await tile('lieux', ...tileOf(0.6, 47.3, 8))).body).count, 500);
});

test('the dataset page has a map where there is a geometry, drawn without a script', async () => {
  const page = await get('/explore/dataset/carres/map/');
  assert.equal(page.status, 200);
  assert.equal(page.text.match(/<path class="f4 area" d="M/g).length, 12);
  assert.equal(page.text.match(/<path class="f4 area"/g).length, 12);
  assert.match(page.text, /<title>37003<\/title>|<title>Carré n°3 &lt;&amp;&gt;<\/title>/);
  const box = /viewBox="([-\d ]+)" role="img"/.exec(page.text)[1].split(' ').map(Number);
  // 1.75 degrees by 1.25 at 47.6 north, in Mercator: higher (1.25 / cos 47.63) than wide; 1,000 and an edge of 12.
  assert.equal(box[3], 1024);
  assert.ok(Math.abs(box[2] - 24 - 1000 * 1.75 * Math.cos(47.63 * Math.PI / 180) / 1.25) < 5, String(box));
  assert.equal((await get('/explore/dataset/carres/map/?where=code%3D%2237003%22')).text.match(/<path class="f4 area"/g).length, 1);
  assert.equal((await get('/explore/dataset/lieux/map/')).text.match(/<circle class="f5 dot"/g).length, 500);
  assert.doesNotMatch((await get('/explore/dataset/nu/information/')).text, /\/nu\/map\//);
  assert.equal((await get('/explore/dataset/nu/map/')).status, 404);
  assert.equal((await get('/explore/dataset/carres/map/?where=inconnue%3D1')).status, 200);
});

test('tiles that are none are refused; a closed dataset is unknown', async () => {
  for (const at of ['21/0/0.mvt', '1/2/0.mvt', '1/0/-1.mvt', '1/0/0', 'a/0/0.mvt']) assert.equal((await get(`/api/tiles/v1/carres/${at}`)).status, 400, at);
  const unknown = await tile('inconnu', 0, 0, 0);
  await load('clos', join(folder, 'carres.geojson'), { visibility: 'closed' });
  const closed = await tile('clos', 0, 0, 0);
  assert.equal(closed.status, 404);
  assert.equal(closed.text.replaceAll('clos', 'X'), unknown.text.replaceAll('inconnu', 'X'));
  for (const format of ['shp', 'kml', 'gpx', 'gpkg', 'fgb']) assert.equal((await get(api('clos', `exports/${format}`))).status, 404);
});
