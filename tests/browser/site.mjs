// A small region with real pages, and a browser to look at them with.
//
//   const s = await site();           // a root with a map's data, two sub-domains, a direct publisher, a closed dataset
//   const page = await s.open('r.localhost', '/', { width: 390, scheme: 'dark' });
//   s.faults(page)                    // console errors, CSP reports, requests to other hosts, cookies, storage
//
// Chromium is Debian's (CHROMIUM names another); nothing is downloaded.

import { createRequire } from 'node:module';
import { existsSync, readFileSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { installation, poll } from '../e2e/harness.mjs';
import { emblem } from '../../tools/demo/emblem.mjs';

const require = createRequire(import.meta.url);
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP *.localhost 127.0.0.1'];

const departements = [['18', 'Cher'], ['28', 'Eure-et-Loir'], ['36', 'Indre'], ['37', 'Indre-et-Loire'], ['41', 'Loir-et-Cher'], ['45', 'Loiret']];

/** 120 communes with made-up figures: (i * 37) mod 1000 + 1 inhabitants, in the départements by turns; one of them Vendôme. */
export const communes = Array.from({ length: 120 }, (_, i) => {
  const [code, name] = departements[i % 6];
  return { code: `${code}${String(i + 1).padStart(3, '0')}`, nom: i === 4 ? 'Vendôme' : `Commune ${i + 1}`, dep: code, depNom: name, population: ((i * 37) % 1000) + 1 };
});
const csv = ['code_commune;nom_commune;code_departement;nom_departement;population',
  ...communes.map((c) => [c.code, c.nom, c.dep, c.depNom, c.population].join(';'))].join('\r\n') + '\r\n';

const fields = [{ name: 'code_commune', label: 'Code INSEE', type: 'text' }, { name: 'nom_commune', label: 'Commune', type: 'text' },
  { name: 'code_departement', label: 'Code du département', type: 'text' },
  { name: 'nom_departement', label: 'Département', type: 'text', annotations: { facet: true } },
  { name: 'population', label: 'Population', type: 'int' }];

class Site {
  async begin() {
    this.t = await installation({ name: 'Région d’essai' });
    this.folder = this.t.folder;
    await this.logo('r', 'Région d’essai', '#1f4e79');
    await this.brand('r.localhost', { primary: '#1f4e79', site_url: 'https://www.region.example/' }, 'r');
    await this.partner('a', 'Tours Métropole', { primary: '#2e5e3e' });
    await this.partner('b', 'Bourges', {});
    await this.logo('vendome', 'Vendôme', '#5a3f7d');
    await this.t.must(['tenant', 'add', '--direct', '--region', 'r.localhost', '--name', 'Commune de Vendôme', '--kind', 'commune',
      '--admin', 'contact@vendome.example', '--logo', this.file('vendome.png')]);
    await this.t.importCsv('r.localhost', 'communes', csv, { title: 'Communes de la région', fields, theme: ['Régions et villes', 'Population et société'] });
    await this.t.importCsv('a.r.localhost', 'arbres', 'code;nom;genre\r\n1;Tilleul;Tilia\r\n2;Chêne;Quercus\r\n3;Hêtre;Fagus\r\n',
      { title: 'Arbres de la métropole', theme: ['Environnement'], publisher: 'Tours Métropole', fields: [{ name: 'genre', label: 'Genre', type: 'text', annotations: { facet: true } }] });
    await this.t.importCsv('r.localhost', 'secret', 'nom\r\nmyrtille\r\n', { title: 'Canari myrtille', visibility: 'closed' });
    await poll(async () => (await this.t.http('r.localhost', '/explore/')).text.includes('Arbres de la métropole'), { deadline: 60000, what: 'copy on the region' });
    this.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
    return this;
  }

  file(name) { return join(this.folder, name); }

  async logo(slug, name, colour) {
    writeFileSync(this.file(`${slug}.png`), emblem(name, colour));
    chmodSync(this.file(`${slug}.png`), 0o644);
  }

  async brand(host, theme, logo) {
    writeFileSync(this.file('theme.json'), JSON.stringify(theme));
    chmodSync(this.file('theme.json'), 0o644);
    await this.t.must(['tenant', 'brand', host, '--theme', this.file('theme.json'), ...(logo ? ['--logo', this.file(`${logo}.png`)] : [])]);
  }

  async partner(slug, name, theme) {
    const host = `${slug}.r.localhost`;
    await this.logo(slug, name, '#2e5e3e');
    const made = await this.t.must(['tenant', 'add', slug, '--name', name, '--host', host, '--admin', `admin@${slug}.example`,
      '--logo', this.file(`${slug}.png`), '--json']);
    this.t.links[host] = made.invitation;
    await poll(async () => (await this.t.http(host, '/')).status !== 421, { what: `portal at ${host}` });
    await this.brand(host, theme, slug);
  }

  url(host, path) { return `http://${host}:${this.t.port}${path}`; }

  /** A page in a context of its own, watched from its first request. */
  async open(host, path, { width = 1280, scheme = 'light', scripts = true, locale = 'fr-FR' } = {}) {
    const context = await this.browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: scripts, locale });
    const page = await context.newPage();
    page.seen = [];
    page.host = host;
    page.on('console', (m) => { if (m.type() === 'error') page.seen.push(`console: ${m.text()}`); });
    page.on('pageerror', (error) => page.seen.push(`error: ${error.message}`));
    page.on('request', (request) => {
      const to = new URL(request.url());
      if (to.protocol !== 'data:' && to.host !== `${page.host}:${this.t.port}`) page.seen.push(`request to ${to.host}`);
    });
    page.answer = await page.goto(this.url(host, path), { waitUntil: 'load' });
    return page;
  }

  /** Another page in the same window: what was seen before is forgotten, what was kept is not. */
  async go(page, host, path) {
    page.host = host;
    page.seen.length = 0;
    page.answer = await page.goto(this.url(host, path), { waitUntil: 'load' });
  }

  async faults(page) {
    const found = [...page.seen];
    for (const cookie of await page.context().cookies()) found.push(`cookie ${cookie.name}`);
    const kept = await page.evaluate(() => localStorage.length + sessionStorage.length);
    if (kept) found.push(`${kept} things in storage`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) found.push(`${over} px too wide`);
    return found;
  }

  /** What axe finds. It is injected from outside, so the CSP stands as it is. */
  async axe(page) {
    await page.evaluate(axeSource);
    const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    return result.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.any.map((x) => x.message).join(' ').slice(0, 200)}`).join(' | ')}`);
  }

  async end() {
    await this.browser?.close();
    await this.t?.stop();
  }
}

export async function site() {
  const s = new Site();
  try { return await s.begin(); } catch (error) { await s.end(); throw error; }
}
