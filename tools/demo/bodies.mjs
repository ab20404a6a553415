// The public bodies of the demonstration: who has a portal, where, and how it looks.

import { epciName } from './region.mjs';

// Dark grounds: white text on each has a contrast over 4.5.
const colours = ['#1f4e79', '#7a1f3d', '#2e5e3e', '#5b3a8c', '#8a3b12', '#0f5a5e', '#4a4e69', '#6b2737', '#34568b', '#3d5a1f'];
const colourOf = (text) => colours[[...text].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) >>> 0, 7) % colours.length];

/** At most 27 characters (a label of a host name, with room), cut between words. */
export function slugify(text, max = 27) {
  const slug = text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/œ/gi, 'oe')
    .toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  return slug.length <= max ? slug : slug.slice(0, max + 1).replace(/-[^-]*$/, '');
}

/** INSEE's rule for local bodies: eight digits, then the key that makes Luhn's sum a multiple of ten. */
export function withKey(digits) {
  const sum = [...digits].reverse().reduce((s, c, i) => {
    const d = i % 2 === 0 ? Number(c) * 2 : Number(c);
    return s + (d > 9 ? d - 9 : d);
  }, 0);
  return digits + ((10 - (sum % 10)) % 10);
}
// The first establishment of a body carries the number 0001 and its key.
export const siretOf = (siren) => (siren ? withKey(`${siren}0001`) : null);

function body(kind, slug, name, domain, more) {
  const primary = colourOf(slug);
  return {
    kind, mode: 'subdomain', slug, name, host: `${slug}.${domain}`, siren: null, insee: null, population: null,
    admin: `admin@${slug}.example`, theme: { primary }, logo: `logos/${slug}.png`, ...more,
    get siret() { return siretOf(this.siren); },
  };
}

export const regionBody = (region, domain) => body('region', 'centre-val-de-loire', 'Région Centre-Val de Loire', domain, {
  host: domain, admin: 'admin@region.example', siren: '234500023', insee: '24',
  population: region.communes.reduce((sum, c) => sum + c.population, 0),
  spatial: 'Centre-Val de Loire', zone: 'fr:region:24', granularity: 'commune',
  theme: { primary: '#1f4e79', site_url: 'https://www.centre-valdeloire.fr/', hero_title: 'Les données ouvertes du Centre-Val de Loire',
    hero_text: 'La Région et ses partenaires publient ici leurs données publiques, libres de réutilisation.' },
});

export const academyBody = (domain) => body('academie', 'academie-orleans-tours', 'Académie d’Orléans-Tours', domain, {
  host: domain, admin: 'admin@academie.example', spatial: 'Académie d’Orléans-Tours', zone: 'fr:region:24', granularity: 'commune',
  theme: { primary: '#5b3a8c', site_url: 'https://www.ac-orleans-tours.fr/', hero_title: 'Les données de l’académie', hero_text: 'Les jeux de données du rectorat, ouverts à tous ou réservés à ses agents.' },
});

const departementSpatial = { 18: 'Cher', 28: 'Eure-et-Loir', 36: 'Indre', 37: 'Indre-et-Loire', 41: 'Loir-et-Cher', 45: 'Loiret' };
const article = { 18: 'du Cher', 28: 'd’Eure-et-Loir', 36: 'de l’Indre', 37: 'd’Indre-et-Loire', 41: 'de Loir-et-Cher', 45: 'du Loiret' };

export function departementBody(region, code, domain) {
  const mine = region.communes.filter((c) => c.departement === code);
  return body('departement', slugify(departementSpatial[code]), `Département ${article[code]}`, domain, {
    siren: withKey(`22${code}0001`), insee: code, population: mine.reduce((sum, c) => sum + c.population, 0),
    spatial: departementSpatial[code], zone: `fr:departement:${code}`, granularity: 'commune', communes: mine.map((c) => c.code),
  });
}

export function epciBody(region, siren, domain, slug) {
  const epci = region.epci.find((e) => e.code === siren);
  const name = epciName(epci);
  return body('epci', slug ?? slugify(epci.nom.replace(/^(CC|CA) (de |du |des |d'|d’|la |les )*/i, '')), name, domain, {
    siren, population: epci.populationTotale, spatial: name, zone: `fr:epci:${siren}`, granularity: 'commune',
    communes: epci.membres.map((m) => m.code).filter((c) => region.byCode.has(c)),
  });
}

export function communeBody(region, code, domain, slug) {
  const commune = region.byCode.get(code);
  return body('commune', slug ?? slugify(commune.nom), `Commune de ${commune.nom}`.replace(/de ([AEIOUYÉÈÂ])/, 'd’$1').replace('de Le ', 'du ').replace('de Les ', 'des '), domain, {
    siren: commune.siren, insee: code, population: commune.population,
    spatial: commune.nom, zone: `fr:commune:${code}`, granularity: 'commune', communes: [code],
  });
}

const metropoles = [['243700754', 'tours-metropole'], ['244500468', 'orleans-metropole'], ['241800507', 'bourges-plus'],
  ['200030385', 'agglopolys'], ['200033181', 'chartres-metropole'], ['243600327', 'chateauroux-metropole']];

/** The partners of the demonstration: six agglomerations and a département with a portal of their
 *  own, and a town that publishes directly on the region's. */
export function partnerBodies(region, domain) {
  const direct = { ...communeBody(region, '41269', domain), mode: 'direct', host: null };
  return [...metropoles.map(([siren, slug]) => epciBody(region, siren, domain, slug)),
    departementBody(region, '45', domain), direct];
}

/** Every body the convention counts: départements, EPCI, communes of 3,500 inhabitants and more. */
export function allBodies(region, domain) {
  const list = partnerBodies(region, domain);
  const taken = new Set(list.map((b) => b.slug));
  const known = new Set(list.map((b) => b.siren));
  const add = (made) => {
    if (known.has(made.siren)) return;
    // A town and its agglomeration may share a name; the later one gets its kind, then its number.
    for (const slug of [made.slug, `${made.kind}-${made.slug}`, `${made.kind}-${made.siren}`].map((s) => s.slice(0, 27).replace(/-$/, ''))) {
      if (taken.has(slug)) continue;
      taken.add(slug);
      known.add(made.siren);
      list.push({ ...made, siret: siretOf(made.siren), slug, host: `${slug}.${domain}`, admin: `admin@${slug}.example`, logo: `logos/${slug}.png` });
      return;
    }
    throw new Error(`no free slug for ${made.name}`);
  };
  for (const d of region.departements) add(departementBody(region, d.code, domain));
  for (const e of region.epci) add(epciBody(region, e.code, domain));
  for (const c of region.communes.filter((x) => x.population >= 3500)) add(communeBody(region, c.code, domain));
  return list;
}
