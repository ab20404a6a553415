// The datasets of the demonstration: rows, fields and the ten mandatory metadata.

import { epciName } from './region.mjs';

const text = (name, label, facet) => ({ name, label, type: 'text', ...(facet && { annotations: { facet: true } }) });
const integer = (name, label) => ({ name, label, type: 'int' });
const licence = 'Licence Ouverte v2.0 (Etalab)';
const source = 'Source : INSEE (code officiel géographique) et DGCL, repris du paquet @etalab/decoupage-administratif.';
const postalSource = 'Source : La Poste (base officielle des codes postaux), reprise du paquet codes-postaux.';
const today = () => `${new Date().toISOString().slice(0, 10)}T00:00:00+00:00`;

function dataset(owner, id, title, description, keyword, fields, rows, more = {}) {
  return {
    id, body: owner.slug, rows, fields,
    meta: {
      visibility: more.visibility ?? 'open', attestations: true,
      metas: {
        default: { title, description, publisher: owner.name, license: more.licence ?? licence,
          theme: more.theme ?? ['Régions et villes', 'Population et société'], keyword, modified: today() },
        dcat: { accrualperiodicity: more.frequency ?? 'Annuelle', spatial: owner.spatial, granularity: more.granularity ?? 'commune',
          created: '2026-01-05T00:00:00+00:00', issued: today() },
      },
      fields,
    },
  };
}

const communeFields = [text('code_commune', 'Code INSEE de la commune'), text('nom_commune', 'Commune'),
  text('code_departement', 'Code du département'), text('nom_departement', 'Département', true),
  text('siren_epci', 'SIREN de l’intercommunalité'), text('nom_epci', 'Intercommunalité', true),
  text('codes_postaux', 'Codes postaux'), text('siren_commune', 'SIREN de la commune'), integer('population', 'Population totale')];

function communeRows(region, codes) {
  const departement = new Map(region.departements.map((d) => [d.code, d.nom]));
  return region.communes.filter((c) => !codes || codes.has(c.code)).map((c) => {
    const epci = region.epciOf.get(c.code);
    return [c.code, c.nom, c.departement, departement.get(c.departement), epci?.code, epci && epciName(epci),
      (c.codesPostaux ?? []).join('|'), c.siren, c.population];
  });
}

const postalFields = [text('code_postal', 'Code postal', true), text('code_commune', 'Code INSEE de la commune'),
  text('nom_commune', 'Commune'), text('libelle_acheminement', 'Libellé d’acheminement'), text('code_departement', 'Code du département', true)];
const postalRows = (region, keep) => region.postal.filter(keep)
  .map((p) => [p.codePostal, p.codeCommune, p.nomCommune, p.libelleAcheminement, p.codeCommune.slice(0, 2)]);

function epciTable(owner, region, codes) {
  const fields = [text('siren', 'SIREN'), text('nom', 'Nom'), text('type', 'Type', true), text('financement', 'Financement', true),
    integer('population_totale', 'Population totale'), integer('population_municipale', 'Population municipale'),
    integer('nombre_communes', 'Nombre de communes'), integer('communes_du_territoire', 'Dont communes du territoire')];
  const funding = { FPU: 'Fiscalité professionnelle unique', FA: 'Fiscalité additionnelle' };
  const kinds = { CC: 'Communauté de communes', CA: 'Communauté d’agglomération', METRO: 'Métropole', CU: 'Communauté urbaine' };
  const rows = region.epci.map((e) => [e, e.membres.filter((m) => codes.has(m.code)).length]).filter(([, n]) => n > 0)
    .map(([e, n]) => [e.code, epciName(e), kinds[e.type] ?? e.type, funding[e.modeFinancement] ?? e.modeFinancement,
      e.populationTotale, e.populationMunicipale, e.membres.length, n]);
  return { fields, rows };
}

function departementTable(region) {
  const fields = [text('code_departement', 'Code du département'), text('nom_departement', 'Département', true), text('code_chef_lieu', 'Code INSEE du chef-lieu'),
    text('chef_lieu', 'Chef-lieu'), integer('nombre_communes', 'Nombre de communes'), integer('population', 'Population totale'),
    integer('nombre_codes_postaux', 'Nombre de codes postaux')];
  const rows = region.departements.map((d) => {
    const mine = region.communes.filter((c) => c.departement === d.code);
    const postal = new Set(region.postal.filter((p) => p.codeCommune.startsWith(d.code)).map((p) => p.codePostal));
    return [d.code, d.nom, d.chefLieu, region.byCode.get(d.chefLieu).nom, mine.length, mine.reduce((s, c) => s + c.population, 0), postal.size];
  });
  return { fields, rows };
}

export function regionDatasets(owner, region) {
  const codes = new Set(region.byCode.keys());
  const epci = epciTable(owner, region, codes);
  const departements = departementTable(region);
  const nameOf = new Map(region.departements.map((d) => [d.code, d.nom]));
  return [
    dataset(owner, 'communes-centre-val-de-loire', 'Communes du Centre-Val de Loire',
      `Liste des communes actuelles de la région Centre-Val de Loire, avec leur code INSEE, leur département, leur intercommunalité, leurs codes postaux, leur numéro SIREN et leur population totale. ${source}`,
      ['communes', 'code INSEE', 'population', 'intercommunalité'], communeFields, communeRows(region)),
    dataset(owner, 'intercommunalites-centre-val-de-loire', 'Intercommunalités du Centre-Val de Loire',
      `Métropoles, communautés d’agglomération et communautés de communes dont au moins une commune se trouve en Centre-Val de Loire, avec leur numéro SIREN, leur mode de financement, leur population et leur nombre de communes. ${source}`,
      ['intercommunalité', 'EPCI', 'fiscalité', 'population'], epci.fields, epci.rows, { theme: ['Régions et villes', 'Gouvernement et secteur public'], granularity: 'EPCI' }),
    dataset(owner, 'departements-centre-val-de-loire', 'Départements du Centre-Val de Loire',
      `Les six départements de la région Centre-Val de Loire avec leur chef-lieu, le nombre de leurs communes et de leurs codes postaux, et leur population totale, somme des populations de leurs communes. ${source}`,
      ['départements', 'chef-lieu', 'population'], departements.fields, departements.rows, { granularity: 'département' }),
    dataset(owner, 'codes-postaux-centre-val-de-loire', 'Codes postaux du Centre-Val de Loire',
      `Correspondance entre les codes postaux et les communes de la région Centre-Val de Loire, avec le libellé d’acheminement à porter sur une enveloppe. Une commune peut avoir plusieurs codes postaux, un code plusieurs communes. ${postalSource}`,
      ['codes postaux', 'adresse', 'communes'], postalFields, postalRows(region, () => true), { frequency: 'Bi-annuelle', theme: ['Régions et villes'] }),
    dataset(owner, 'arrondissements-centre-val-de-loire', 'Arrondissements du Centre-Val de Loire',
      `Les arrondissements de la région Centre-Val de Loire, circonscriptions de l’État confiées à un sous-préfet, avec leur département, leur chef-lieu et le nombre de leurs communes. ${source}`,
      ['arrondissements', 'préfecture', 'État'],
      [text('code_arrondissement', 'Code de l’arrondissement'), text('nom_arrondissement', 'Arrondissement'), text('nom_departement', 'Département', true),
        text('code_chef_lieu', 'Code INSEE du chef-lieu'), integer('nombre_communes', 'Nombre de communes')],
      region.arrondissements.map((a) => [a.code, a.nom, nameOf.get(a.departement), a.chefLieu, region.communes.filter((c) => c.arrondissement === a.code).length]),
      { theme: ['Gouvernement et secteur public'], granularity: 'autre' }),
    dataset(owner, 'communes-deleguees-centre-val-de-loire', 'Communes déléguées et associées du Centre-Val de Loire',
      `Anciennes communes devenues communes déléguées ou associées d’une commune du Centre-Val de Loire, avec la commune qui les réunit. Utile pour rattacher d’anciennes adresses ou d’anciens fichiers aux codes d’aujourd’hui. ${source}`,
      ['communes nouvelles', 'communes déléguées', 'histoire administrative'],
      [text('code_ancien', 'Code INSEE de l’ancienne commune'), text('nom_ancien', 'Ancienne commune'), text('statut', 'Statut', true),
        text('code_commune', 'Code INSEE de la commune actuelle'), text('nom_commune', 'Commune actuelle'), text('nom_departement', 'Département', true)],
      region.anciennes.map((c) => [c.code, c.nom, c.type === 'commune-deleguee' ? 'Commune déléguée' : 'Commune associée', c.chefLieu,
        region.byCode.get(c.chefLieu)?.nom, nameOf.get(c.departement)]),
      { frequency: 'Irrégulière', theme: ['Régions et villes'] }),
  ];
}

/** Two of each partner's: its communes and their postal codes; the town that publishes directly has one. */
export function partnerDatasets(owner, region) {
  const codes = new Set(owner.communes);
  const made = [];
  if (owner.mode !== 'direct') {
    made.push(dataset(owner, `communes-${owner.slug}`, `Communes du territoire – ${owner.name}`,
      `Communes du territoire de l’organisme « ${owner.name} » avec leur code INSEE, leurs codes postaux, leur numéro SIREN et leur population totale. La liste suit le périmètre au 1er janvier. ${source}`,
      ['communes', 'périmètre', 'population'], communeFields, communeRows(region, codes)));
    made.push(dataset(owner, `codes-postaux-${owner.slug}`, `Codes postaux du territoire – ${owner.name}`,
      `Codes postaux des communes du territoire de l’organisme « ${owner.name} » avec le libellé d’acheminement de chaque commune, pour vérifier une adresse ou choisir un secteur de distribution. ${postalSource}`,
      ['codes postaux', 'adresse'], postalFields, postalRows(region, (p) => codes.has(p.codeCommune)), { frequency: 'Bi-annuelle', theme: ['Régions et villes'] }));
  } else {
    const mine = new Set(region.byCode.get(owner.insee).codesPostaux);
    made.push(dataset(owner, `communes-desservies-${owner.slug}`, `Communes de même code postal que ${owner.spatial}`,
      `Communes qui partagent un code postal avec la commune de ${owner.spatial}, avec leur code INSEE et leur libellé d’acheminement. Sert aux services de la mairie pour orienter les demandes des habitants voisins. ${postalSource}`,
      ['codes postaux', 'communes voisines', 'accueil'], postalFields, postalRows(region, (p) => mine.has(p.codePostal)), { frequency: 'Lorsque nécessaire', theme: ['Régions et villes'] }));
  }
  if (owner.kind === 'departement') {
    const epci = epciTable(owner, region, codes);
    made.push(dataset(owner, `intercommunalites-${owner.slug}`, `Intercommunalités – ${owner.name}`,
      `Intercommunalités dont au moins une commune se trouve dans le territoire de l’organisme « ${owner.name} », avec leur numéro SIREN, leur population et le nombre de leurs communes dans le département. ${source}`,
      ['intercommunalité', 'EPCI'], epci.fields, epci.rows, { granularity: 'EPCI' }));
  }
  return made;
}

/** A word that stands in the closed rows only: whoever finds it elsewhere has found a leak. */
export const canary = 'martinpecheur-7f3a';

export function academyDatasets(owner, region) {
  const needs = ['Tablettes', 'Paillasses de sciences', 'Instruments de musique', 'Livres de bibliothèque', 'Vélos', 'Postes à souder'];
  const states = ['demandé', 'accordé', 'livré', 'refusé'];
  const requests = Array.from({ length: 60 }, (_, i) => [`EX${String(i + 1).padStart(4, '0')}`, 'exemple', `Établissement fictif n° ${i % 12 + 1}`,
    region.departements[i % 6].nom, needs[i % needs.length], (i * 7) % 30 + 1, states[(i * 5) % 4], i === 41 ? canary : '']);
  const counts = region.departements.map((d) => {
    const mine = region.communes.filter((c) => c.departement === d.code);
    return [d.code, d.nom, mine.length, mine.reduce((s, c) => s + c.population, 0), mine.filter((c) => c.population < 500).length];
  });
  return [
    dataset(owner, 'ressort-academie', 'Ressort de l’académie d’Orléans-Tours',
      `Les six départements du ressort de l’académie d’Orléans-Tours avec le nombre de leurs communes, leur population totale et le nombre de communes de moins de 500 habitants, souvent en regroupement pédagogique. ${source}`,
      ['académie', 'départements', 'ruralité'], [text('code_departement', 'Code du département'), text('nom_departement', 'Département', true), integer('nombre_communes', 'Nombre de communes'),
        integer('population', 'Population totale'), integer('petites_communes', 'Communes de moins de 500 habitants')], counts,
      { theme: ['Éducation, culture et sport', 'Population et société'], granularity: 'département' }),
    dataset(owner, 'demandes-materiel-exemple', 'Demandes de matériel des établissements (exemple)',
      'Jeu fermé de démonstration : soixante demandes de matériel inventées, chacune marquée « exemple », pour montrer un jeu de données réservé aux agents de l’académie. Aucun établissement, aucune personne et aucun montant réels n’y figurent.',
      ['exemple', 'matériel', 'démonstration'], [text('reference', 'Référence'), text('marque', 'Marque'), text('etablissement', 'Établissement', true), text('nom_departement', 'Département', true),
        text('materiel', 'Matériel', true), integer('quantite', 'Quantité'), text('etat', 'État', true), text('note', 'Note')], requests,
      { visibility: 'closed', theme: ['Éducation, culture et sport'], frequency: 'Irrégulière', granularity: 'autre' }),
  ];
}
