// The links of the demonstration that are not made with a partner: the region's to two of its
// partners, and to the stand-in of the national portal; then the wait for the copies.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { say, step } from './say.mjs';

const patience = 90_000;

/** The region's organisation at the stand-in, as its own service would make it. */
async function organisation(national, region) {
  const headers = { 'X-API-KEY': national.keys.worker, 'Content-Type': 'application/json' };
  const url = `${national.url}/api/1/organizations/`;
  const found = await (await fetch(`${url}?q=${encodeURIComponent(region.name)}`)).json();
  const mine = found.data?.find((o) => o.name === region.name);
  if (mine) return mine.id;
  const body = { name: region.name, description: say('Le portail de données de la Région et de ses partenaires.', 'The data portal of the region and its partners.'),
    ...(region.siret ? { business_number_id: region.siret } : {}) };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const made = await answer.json();
  if (answer.status !== 201) throw new Error(`${url}: ${answer.status} ${JSON.stringify(made)}`);
  return made.id;
}

async function make({ program, bodies, national }) {
  const [region] = bodies.roots;
  const host = (slug) => bodies.all.find((b) => b.slug === slug).host;
  for (const link of bodies.links.filter((l) => l.kind === 'downward')) {
    for (const dataset of link.datasets) {
      await program.run(['federation', 'link', '--from', host(link.from), '--to', host(link.to), '--dataset', dataset,
        ...(link.where ? ['--filter', link.where] : [])]);
    }
  }
  const keyFile = join(program.home, 'national-key');
  writeFileSync(keyFile, national.keys.worker, { mode: 0o600 });
  await program.run(['federation', 'national', 'add', '--host', region.host, '--url', national.url, '--key-file', keyFile,
    '--organisation', await organisation(national, region), '--name', say('Portail national (simulé)', 'National portal (stand-in)'), '--stand-in']);
}

/** Until nothing has been waiting for two seconds: the worker compares each link with its source first.
 *  What waits for longer (a portal that does not answer) goes on by itself; gives how many do. */
async function arrive(program, show) {
  const end = Date.now() + patience;
  for (let quiet = 0; ; await wait(250)) {
    const list = await program.run(['federation', 'list']);
    const sum = (key) => list.reduce((total, row) => total + row[key], 0);
    const isStarted = list.some((row) => row.kind === 'national' && row.wanted > 0);
    show(sum('done'), sum('wanted'));
    quiet = isStarted && sum('done') >= sum('wanted') ? quiet + 1 : 0;
    if (quiet >= 8 || Date.now() > end || list.some((row) => row.closed_until)) return sum('wanted') - sum('done');
  }
}

export async function link(all) {
  await step(say('liens, portail national simulé', 'links, stand-in of the national portal'), () => make(all));
  const left = await step(say('copies d’un portail à l’autre', 'copies from portal to portal'), (show) => arrive(all.program, show));
  if (left > 0) console.log(say(`  (${left} copies sont encore en route : page Fédération)`, `  (${left} copies are still on their way: page Federation)`));
}
