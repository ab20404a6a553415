// The region Centre-Val de Loire as two npm packages know it:
// @etalab/decoupage-administratif (INSEE, DGCL) and codes-postaux (La Poste).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const regionCode = '24';

const read = (modules, path) => JSON.parse(readFileSync(join(modules, path), 'utf8'));
const alphabetical = (a, b) => a.nom.localeCompare(b.nom, 'fr');

/** Names of EPCI as people write them; the source abbreviates and quotes them its own way. */
const epciNames = {
  241800507: 'Bourges Plus', 200030385: 'Agglopolys, communauté d’agglomération de Blois',
  200033181: 'Chartres Métropole', 243600327: 'Châteauroux Métropole',
  200040277: 'Agglo du Pays de Dreux',
};

export function epciName(epci) {
  return epciNames[epci.code] ?? epci.nom.replace(/''([^']*)''/g, '« $1 »').replaceAll('\'', '’')
    .replace(/^CC\b/, 'Communauté de communes').replace(/^CA\b/, 'Communauté d’agglomération');
}

/** { communes, anciennes, epci, departements, arrondissements, postal, epciOf } of the region. */
export function loadRegion(modules) {
  const base = '@etalab/decoupage-administratif/data';
  const all = read(modules, `${base}/communes.json`);
  const here = all.filter((c) => c.region === regionCode);
  const communes = here.filter((c) => c.type === 'commune-actuelle').sort((a, b) => (a.code < b.code ? -1 : 1));
  const codes = new Set(communes.map((c) => c.code));
  const inRegion = (x) => x.region === regionCode;
  const epci = read(modules, `${base}/epci.json`).filter((e) => e.membres.some((m) => codes.has(m.code))).sort(alphabetical);
  const epciOf = new Map(epci.flatMap((e) => e.membres.map((m) => [m.code, e])));
  return {
    communes, epci, epciOf,
    byCode: new Map(communes.map((c) => [c.code, c])),
    anciennes: here.filter((c) => ['commune-deleguee', 'commune-associee'].includes(c.type)).sort((a, b) => (a.code < b.code ? -1 : 1)),
    departements: read(modules, `${base}/departements.json`).filter(inRegion),
    arrondissements: read(modules, `${base}/arrondissements.json`).filter(inRegion),
    postal: read(modules, 'codes-postaux/codes-postaux.json').filter((p) => codes.has(p.codeCommune))
      .sort((a, b) => (a.codePostal + a.codeCommune < b.codePostal + b.codeCommune ? -1 : 1)),
  };
}
