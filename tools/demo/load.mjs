// Fills a demonstration home through the program's own commands, beside the running portal.
// Each part looks before it makes, so that a load that was stopped goes on where it was.

import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { link } from './link.mjs';
import { make } from './make.mjs';
import { say, step } from './say.mjs';

export const hosts = { domain: 'region.localhost', academy: 'academie.localhost' };

// Sixteen of 31 signs that cannot be mistaken for each other: 79 bits.
const signs = 'abcdefghijkmnpqrstuvwxyz23456789';
const newPassword = () => Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => signs[randomInt(signs.length)]).join('')).join('-');

class Loader {
  constructor({ program, mark, data, bodies }) {
    Object.assign(this, { program, mark, data, bodies, terrasse: (...args) => program.run(args) });
  }

  async portals() {
    const there = existsSync(join(this.program.home, 'cluster/PG_VERSION'));
    return new Set(there ? (await this.terrasse('tenant', 'list').catch(() => [])).map((row) => row.host) : []);
  }

  async root(body) {
    if ((await this.portals()).has(body.host)) return;
    await this.terrasse('init', '--name', body.name, '--host', body.host, '--admin', body.admin, ...(body.siren ? ['--siren', body.siren] : []));
  }

  async look(body) {
    const theme = join(this.data, `${body.slug}.theme.json`);
    writeFileSync(theme, JSON.stringify(body.theme));
    await this.terrasse('tenant', 'brand', body.host, '--theme', theme, '--logo', join(this.data, body.logo));
  }

  /** A partner with its portal, or its place on the region's; its upward link is made with it. */
  async partner(body, region, known) {
    const about = ['--name', body.name, '--admin', body.admin, '--kind', body.kind, '--logo', join(this.data, body.logo),
      ...['siren', 'insee', 'population'].flatMap((key) => (body[key] ? [`--${key}`, String(body[key])] : []))];
    if (body.mode === 'direct') {
      const people = await this.terrasse('user', 'list', '--host', region.host);
      if (!people.some((p) => p.email === body.admin)) await this.terrasse('tenant', 'add', '--direct', '--region', region.host, ...about);
      return;
    }
    if (!known.has(body.host)) await this.terrasse('tenant', 'add', body.slug, '--host', body.host, ...about);
    await this.look(body);
  }

  /** Somebody who can sign in; the password is kept before it is set. */
  async account({ host, email, role, name, what }) {
    const people = await this.terrasse('user', 'list', '--host', host);
    if (!people.some((p) => p.email === email)) await this.terrasse('user', 'add', email, '--host', host, '--role', role, '--name', name);
    const { accounts } = this.mark.value;
    let mine = accounts.find((a) => a.host === host && a.email === email);
    if (!mine) accounts.push(mine = { host, email, what, password: newPassword() });
    this.mark.save();
    await this.program.run(['user', 'password', email, '--host', host], { input: `${mine.password}\n` });
  }

  async dataset(dataset) {
    const body = this.bodies.all.find((b) => b.slug === dataset.body);
    await this.terrasse('dataset', 'import', join(this.data, dataset.file), '--host', body.host ?? this.bodies.roots[0].host,
      '--id', dataset.id, '--meta', join(this.data, dataset.meta), '--organisation', body.name, '--publish');
  }
}

/** All of a list, two at a time: one computes while the other waits for the disk. */
async function eachOf(list, show, fn, atOnce = 2) {
  let [next, done] = [0, 0];
  const lane = async () => {
    while (next < list.length) {
      await fn(list[next++]);
      show(++done, list.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

const people = (region, academy, partners) => {
  const tours = partners.find((p) => p.slug === 'tours-metropole');
  const direct = partners.find((p) => p.mode === 'direct');
  return [
    { host: region.host, email: region.admin, role: 'admin', what: say('la Région, administratrice', 'the region, administrator') },
    { host: region.host, email: 'redaction@region.example', role: 'editor', name: 'Camille Girard', what: say('la Région, éditrice', 'the region, editor') },
    { host: tours.host, email: tours.admin, role: 'admin', what: say('Tours Métropole, administratrice', 'Tours Métropole, administrator') },
    { host: region.host, email: direct.admin, role: 'contributor', what: say('Vendôme, contributeur (dépôt direct)', 'Vendôme, contributor (direct)') },
    { host: academy.host, email: academy.admin, role: 'admin', what: say('l’académie, administrateur', 'the academy, administrator') },
    { host: academy.host, email: 'agent@academie.example', role: 'reader', name: 'Dominique Petit', what: say('l’académie, agente', 'the academy, agent') },
  ];
};

export async function load({ program, mark, listen, national, all }) {
  const data = join(program.home, 'demonstration-data');
  mkdirSync(data, { recursive: true });
  await step(say('données réelles de la région', 'real data of the region'),
    () => make({ out: data, all, modules: process.env.TERRASSE_NODE_MODULES ?? new URL('../npm/node_modules', import.meta.url).pathname, ...hosts }));
  const bodies = JSON.parse(readFileSync(join(data, 'bodies.json'), 'utf8'));
  const [region, academy] = bodies.roots;
  bodies.all = [...bodies.roots, ...bodies.roots.flatMap((r) => r.partners)];
  const loader = new Loader({ program, mark, data, bodies });
  await step(say('installation et portail de la Région', 'installation and portal of the region'), () => loader.root(region));
  await step(say('démarrage', 'start'), () => program.serve(listen, region.host));
  await step(say('portail de l’académie, couleurs, logos', 'portal of the academy, colours, logos'), async () => {
    await loader.root(academy);
    await eachOf([region, academy], () => {}, (body) => loader.look(body), 1);
  });
  await step(say(`${region.partners.length} partenaires`, `${region.partners.length} partners`), async (show) => {
    const known = await loader.portals();
    // One after the other: each takes the next free line of the usage file.
    await eachOf(region.partners, show, (body) => loader.partner(body, region, known), 1);
  });
  await step(say('comptes', 'accounts'), (show) => eachOf(people(region, academy, region.partners), show, (p) => loader.account(p), 1));
  await step(say(`${bodies.datasets.length} jeux de données`, `${bodies.datasets.length} datasets`),
    (show) => eachOf(bodies.datasets, show, (d) => loader.dataset(d)));
  await link({ program, bodies, national });
  mark.value.portals = bodies.all.filter((b) => b.host).map(({ name, host }) => ({ name, host }));
  mark.value.canary = bodies.canary;
  mark.value.loaded = all ? 'all' : 'region';
  mark.save();
}
