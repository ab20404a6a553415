// The acceptance cases of geographic files on the real corpus (standards.md section 6: 24, 30, 35, 36, 37). Runs only where
// TERRASSE_CORPUS names its folder.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installation } from './harness.mjs';
import { sql } from './fixtures.mjs';

const corpus = process.env.TERRASSE_CORPUS;
const H = 'r.localhost';
let t;
const on = { skip: corpus ? false : 'TERRASSE_CORPUS is not set' };

const load = async (id, path, fields) => {
  const [meta, file] = [join(t.folder, `${id}.json`), join(t.folder, `${id}.in`)];
  copyFileSync(join(corpus, path), file);
  chmodSync(file, 0o644);
  writeFileSync(meta, JSON.stringify({ visibility: 'open', attestations: true, fields, metas: {
    default: { title: id, description: 'Un jeu du corpus.', license: 'lov2', theme: ['Régions et villes'], keyword: ['essai'] },
    dcat: { accrualperiodicity: 'Annuelle', spatial: 'Centre-Val de Loire', granularity: 'commune' } } }));
  return t.must(['dataset', 'import', file, '--host', H, '--id', id, '--meta', meta, '--publish', '--json']);
};
const get = (id, rest) => t.http(H, `/api/explore/v2.1/catalog/datasets/${id}/${rest}`, { timeout: 60000 });
const count = async (id, where) => (await get(id, `records?limit=0${where ? `&where=${encodeURIComponent(where)}` : ''}`)).json.total_count;
const BOX = 'in_bbox(geo_point_2d,48.84,2.30,48.88,2.36)';
const type = async (id, name) => (await get(id, '')).json.fields.find((f) => f.name === name)?.type;

before(async () => {
  if (!corpus) return;
  t = await installation();
  sql(t, 'UPDATE portal.pool SET anonymous_calls_day = 1000000');
});
after(() => t?.stop());

test('case 24: the stations of a CSV are points; 287 of them in the box', on, async () => {
  await load('velib', 'csv/velib_stations.csv');
  const fields = (await get('velib', '')).json.fields;
  const point = fields.find((f) => f.type === 'geo_point_2d');
  assert.match(point.label, /Coordonnées géographiques/);
  assert.equal(await count('velib', BOX.replace('geo_point_2d', point.name)), 287);
});

test('case 30: delivery bays: 1,007 points and shapes out of a CSV', on, async () => {
  await load('aires', 'csv/92_aires_livraison.csv', [{ name: 'type', annotations: { facet: true } }, { name: 'commune', annotations: { facet: true } }]);
  assert.equal(await type('aires', 'geo_shape'), 'geo_shape');
  assert.equal(await type('aires', 'geo_point_2d'), 'geo_point_2d');
  assert.equal(await count('aires'), 1007);
  assert.equal(await count('aires', 'geo_shape is not null and geo_point_2d is not null'), 1007);
  const { facets } = (await get('aires', 'facets?facet=type')).json;
  assert.deepEqual(facets[0].facets.map((f) => [f.value, f.count]), [['LIVRAISON', 980], ['FONDS', 26], ['02', 1]]);
  assert.equal(await count('aires', 'commune="LEVALLOIS PERRET"'), 183);
});

test('case 35: 326 communes, out in every geographic format and read again', on, async () => {
  await load('communes', 'geo/communes-45-loiret.geojson');
  assert.equal(await count('communes'), 326);
  assert.equal(await type('communes', 'code'), 'text');
  for (const [format, extension, prefix = ''] of [['fgb', 'fgb'], ['gpkg', 'gpkg'], ['shp', 'zip', '/vsizip/'], ['kml', 'kml']]) {
    const file = join(t.folder, `sortie.${extension}`);
    writeFileSync(file, (await get('communes', `exports/${format}`)).body);
    const text = execFileSync('ogrinfo', ['-so', '-al', '-ro', prefix + file], { encoding: 'utf8' });
    assert.match(text, /Feature Count: 326/, format);
    const extent = /Extent: \(([\d.]+), ([\d.]+)\) - \(([\d.]+), ([\d.]+)\)/.exec(text).slice(1).map(Number);
    [1.51255, 47.48297, 3.12857, 48.34494].forEach((v, i) => assert.ok(Math.abs(extent[i] - v) < 1e-5, `${format} ${extent}`));
  }
});

test('case 36: one Feature is one row; the stations of a GeoJSON', on, async () => {
  await load('region', 'geo/region-centre-val-de-loire.geojson');
  assert.equal(await count('region'), 1);
  await load('stations', 'geo/velib_stations.geojson');
  assert.equal(await count('stations'), 1471);
  assert.equal((await get('stations', 'records?select=sum(capacity)%20as%20s')).json.results[0].s, 45639);
  assert.equal(await count('stations', BOX), 286);
});

test('case 37: a zipped Shapefile whose longitudes go past 180: cut there, and said', on, async () => {
  const done = await load('zicad', 'geo/zicad_2024_shp.zip');
  assert.equal(await count('zicad'), 528);
  const shape = done.columns.find((c) => c.name === 'geo_shape');
  assert.deepEqual(shape.warnings.map((w) => w.code), ['warn_antimeridian']);
  assert.equal(done.columns.length, 7); // five attributes, centre and shape
  const table = `data.v_${done.version.replaceAll('-', '')}`;
  assert.equal(sql(t, `SELECT max(ST_XMax(${shape.sql})) <= 180 AND min(ST_XMin(${shape.sql})) >= -180 FROM ${table}`), 't');
});
