// Makes the demonstration region out of npm packages.
//   node tools/demo/make.mjs OUTDIR [--all] [--node-modules DIR] [--domain region.localhost] [--academy-domain academie.localhost]

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRegion } from './region.mjs';
import { academyBody, allBodies, partnerBodies, regionBody } from './bodies.mjs';
import { academyDatasets, canary, partnerDatasets, regionDatasets } from './datasets.mjs';
import { emblem } from './emblem.mjs';
import { subventions } from './subventions.mjs';
import { toCsv } from './csv.mjs';

const here = dirname(fileURLToPath(import.meta.url));

function options(args) {
  const made = { all: false, modules: resolve(here, '../npm/node_modules'), domain: 'region.localhost', academy: 'academie.localhost' };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--all') made.all = true;
    else if (args[i] === '--node-modules') made.modules = resolve(args[++i]);
    else if (args[i] === '--domain') made.domain = args[++i];
    else if (args[i] === '--academy-domain') made.academy = args[++i];
    else if (!args[i].startsWith('--') && !made.out) made.out = resolve(args[i]);
    else made.wrong = args[i];
  }
  return made;
}

function writeDatasets(out, list) {
  mkdirSync(join(out, 'data'), { recursive: true });
  return list.map((d) => {
    const [file, meta] = [`data/${d.id}.csv`, `data/${d.id}.META.json`];
    writeFileSync(join(out, file), toCsv(d.fields.map((f) => f.name), d.rows));
    writeFileSync(join(out, meta), JSON.stringify(d.meta, null, 1) + '\n');
    return { id: d.id, body: d.body, file, meta, rows: d.rows.length, visibility: d.meta.visibility };
  });
}

/** Upward: all that partners with a portal publish; downward: two of the region's on two of theirs; national: the region's. */
function links(partners) {
  const portals = partners.filter((p) => p.mode === 'subdomain');
  return [
    ...portals.slice(0, 7).map((p) => ({ kind: 'upward', from: p.slug, to: 'centre-val-de-loire', datasets: '*' })),
    { kind: 'downward', from: 'centre-val-de-loire', to: 'tours-metropole', datasets: ['departements-centre-val-de-loire'] },
    { kind: 'downward', from: 'centre-val-de-loire', to: 'loiret', datasets: ['communes-centre-val-de-loire'], where: 'code_departement = "45"' },
    { kind: 'national', from: 'centre-val-de-loire', to: 'data.gouv.fr', datasets: '*' },
  ];
}

export async function make({ out, all, modules, domain, academy }) {
  const region = loadRegion(modules);
  const root = regionBody(region, domain);
  const partners = all ? allBodies(region, domain) : partnerBodies(region, domain);
  const rectorat = academyBody(academy);
  mkdirSync(join(out, 'logos'), { recursive: true });
  for (const b of [root, ...partners, rectorat]) writeFileSync(join(out, b.logo), emblem(b.name, b.theme.primary));
  const publishing = partners.slice(0, 8).flatMap((p) => partnerDatasets(p, region));
  const datasets = writeDatasets(out, [...regionDatasets(root, region), ...publishing, ...academyDatasets(rectorat, region)]);
  await subventions(modules, partners.find((p) => p.mode === 'direct'), out);
  const bodies = { roots: [{ ...root, partners }, { ...rectorat, partners: [] }], datasets, links: links(partners), canary };
  writeFileSync(join(out, 'bodies.json'), JSON.stringify(bodies, null, 1) + '\n');
  return { tenants: 2 + partners.filter((p) => p.mode === 'subdomain').length, bodies: 2 + partners.length,
    datasets: datasets.length, rows: datasets.reduce((s, d) => s + d.rows, 0) };
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const given = options(process.argv.slice(2));
  if (!given.out || given.wrong) {
    console.error('usage: make.mjs OUTDIR [--all] [--node-modules DIR] [--domain HOST] [--academy-domain HOST]');
    process.exit(2);
  }
  console.log(JSON.stringify(await make(given)));
}
