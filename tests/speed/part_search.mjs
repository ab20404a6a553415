// Search in a catalogue of 10,000 datasets: each question is asked once, so that no answer comes from the cache.

import { poll } from '../e2e/harness.mjs';

const DATASETS = 10000, ASKED = 300;
const subjects = ['subvention', 'délibération', 'arbre', 'parking', 'budget', 'école', 'lycée', 'équipement', 'voirie', 'transport', 'eau potable',
  'déchets', 'marché public', 'élection', 'association', 'bibliothèque', 'patrimoine', 'zone humide', 'piste cyclable', 'cantine'];
const places = Array.from({ length: 500 }, (_, i) => `Commune${String.fromCharCode(97 + (i % 26))}${String.fromCharCode(97 + ((i / 26) | 0))}ville`);

/** The rows are written as publishing writes them, by its own statement. */
const fill = (host, put) => `
SELECT tenant_id AS tenant FROM portal.host WHERE host = '${host}' \\gset
SET portal.tenant_id = :'tenant';
INSERT INTO portal.organisation (tenant_id, id, slug, name) VALUES (:'tenant', gen_random_uuid(), 'recherche', 'Recherche') ON CONFLICT DO NOTHING;
INSERT INTO portal.dataset (tenant_id, id, dataset_id, uid, identifier, organisation_id, visibility, state, version_id, metas, fields, records,
    published_at, data_processed)
SELECT :'tenant', gen_random_uuid(), 'recherche-' || i, 'da_' || lpad(to_hex(i), 6, '0'), 'urn:recherche:' || i,
       (SELECT id FROM portal.organisation WHERE tenant_id = :'tenant' AND slug = 'recherche'), 'open', 'published',
       (SELECT version_id FROM portal.dataset WHERE version_id IS NOT NULL LIMIT 1),
       jsonb_build_object('default', jsonb_build_object('title', s[1 + i % ${subjects.length}] || ' de ' || p[1 + i % ${places.length}],
           'description', 'Ce jeu de données décrit ' || s[1 + (i * 7) % ${subjects.length}] || ' et ' || s[1 + (i * 3) % ${subjects.length}]
               || ' de ' || p[1 + (i * 11) % ${places.length}] || ', année ' || 2000 + i % 26, 'publisher', p[1 + i % ${places.length}],
           'theme', jsonb_build_array('Environnement'), 'keyword', jsonb_build_array(s[1 + (i * 5) % ${subjects.length}]), 'license', 'Licence Ouverte v2.0 (Etalab)'),
         'dcat', jsonb_build_object('accrualperiodicity', 'Annuelle', 'spatial', p[1 + i % ${places.length}], 'granularity', 'commune')),
       '[]', 0, now() - i * interval '1 minute', now() - i * interval '1 minute'
  FROM generate_series(1, ${DATASETS}) AS i, (SELECT ARRAY[${subjects.map((s) => `'${s}'`)}] AS s, ARRAY[${places.map((p) => `'${p}'`)}] AS p) AS w;
PREPARE put (uuid, uuid) AS ${put}
SELECT format('EXECUTE put (%L, %L);', tenant_id, id) FROM portal.dataset WHERE tenant_id = :'tenant' AND dataset_id LIKE 'recherche-%' \\gexec
UPDATE portal.tenant SET generation = generation + 1 WHERE id = :'tenant';
ANALYZE portal.dataset; ANALYZE portal.catalogue_search; ANALYZE portal.catalogue_word;`;

const questions = {
  'catalogue API, search()': (i) => `/api/explore/v2.1/catalog/datasets?${new URLSearchParams({ limit: '10',
    where: `search("${subjects[i % subjects.length]} ${places[i].slice(0, 9)}")` })}`,
  'catalogue API, a slip': (i) => `/api/explore/v2.1/catalog/datasets?${new URLSearchParams({ limit: '10',
    where: `search("${subjects[i % subjects.length].replace(/(.{3})./, '$1')} ${places[i]}")` })}`,
  'catalogue page': (i) => `/explore/?${new URLSearchParams({ q: `${subjects[i % subjects.length]} ${places[i]}` })}`,
};

export async function search({ stage, report, say }) {
  say(`${DATASETS} datasets for the catalogue`);
  await stage.psql(fill(stage.host, stage.source('tenants/publishing/sql/catalogue_put.sql')));
  const asked = async (path) => {
    const start = process.hrtime.bigint();
    const answer = await stage.t.http(stage.host, path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    return Number(process.hrtime.bigint() - start) / 1e6;
  };
  await poll(async () => (await stage.t.http(stage.host, '/api/explore/v2.1/catalog/datasets?limit=0')).json.total_count >= DATASETS, { what: 'the catalogue' });
  for (const [name, path] of Object.entries(questions)) {
    const times = [];
    for (let i = 0; i < ASKED; i++) times.push(await asked(path(i)));
    times.sort((a, b) => a - b);
    const p99 = times[Math.ceil(ASKED * 0.99) - 1];
    report({ name: `${name}: p99`, value: p99, limit: 20, ratio: 20 / p99, floor: 1, unit: 'ms', note: `median ${times[ASKED >> 1].toFixed(1)}, ${DATASETS} datasets, uncached` });
  }
}
