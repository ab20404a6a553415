// The stand-in's own pages: plain HTML, no script, French.

const escape = (text) => String(text ?? '').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const date = (iso) => (iso ? new Date(iso).toLocaleString('fr-FR', { timeZone: 'Europe/Paris' }) : '');

const style = `body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#1b1b35}
.note{border:2px solid #b34000;background:#fff4ec;padding:.75rem 1rem;font-weight:700}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #767676;vertical-align:top}
a{color:#00408a}a:focus{outline:3px solid #b34000}pre{white-space:pre-wrap;font:inherit}td{overflow-wrap:anywhere}`;

export function page(title, body) {
  return `<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} – simulacre</title><style>${style}</style></head>
<body><p class="note" role="note">Ce site est un simulacre de data.gouv.fr pour les essais et la démonstration.
Rien de ce qui est affiché ici n'est publié sur le portail national.</p>
<main><h1>${escape(title)}</h1>
${body}
</main></body></html>
`;
}

const link = (href, text) => `<a href="${escape(href)}">${escape(text)}</a>`;
const visible = (d) => !d.private && !d.deleted;
const state = (d) => (d.archived ? ' (archivé)' : '');

const datasetItems = (list) => (list.length === 0 ? '<p>Aucun jeu de données.</p>' :
  `<ul>${list.map((d) => `<li>${link(`/fr/datasets/${d.slug}/`, d.title)}${state(d)}</li>`).join('\n')}</ul>`);

export function home(store) {
  const organizations = store.state.organizations.filter((o) => !o.deleted)
    .sort((a, b) => a.name.localeCompare(b.name, 'fr'));
  const all = store.state.datasets.filter(visible);
  const sections = organizations.map((o) => `<h3>${link(`/fr/organizations/${o.slug}/`, o.name)}</h3>
${datasetItems(all.filter((d) => d.organization === o.id))}`);
  const alone = all.filter((d) => !d.organization);
  if (alone.length > 0) sections.push(`<h3>Sans organisation</h3>\n${datasetItems(alone)}`);
  return page('Jeux de données et organisations', `<p>${all.length} jeu(x) de données, ${organizations.length} organisation(s).</p>
<h2>Organisations</h2>\n${sections.join('\n') || '<p>Aucune organisation.</p>'}`);
}

export function organization(store, o) {
  const list = store.state.datasets.filter((d) => visible(d) && d.organization === o.id);
  return page(o.name, `<p>${escape(o.description)}</p><p>SIRET : ${escape(o.business_number_id ?? 'non renseigné')}</p>
<h2>Jeux de données</h2>\n${datasetItems(list)}<p>${link('/', 'Toutes les organisations')}</p>`);
}

export function dataset(d, shown) {
  const row = (name, value) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`;
  const period = d.temporal_coverage ? `${d.temporal_coverage.start} – ${d.temporal_coverage.end ?? ''}` : '';
  const resources = d.resources.map((r) =>
    `<tr><td>${link(r.url ?? '#', r.title)}</td><td>${escape(r.format)}</td><td>${escape(r.type)}</td><td>${date(r.last_modified)}</td></tr>`);
  return page(d.title + state(d), `<pre>${escape(d.description)}</pre>
<h2>Informations</h2><table><tbody>
${row('Organisation', shown.organization ? link(`/fr/organizations/${shown.organization.slug}/`, shown.organization.name) : escape(shown.owner?.last_name))}
${row('Licence', escape(shown.license))}${row('Fréquence', escape(d.frequency))}${row('Mots-clés', escape(d.tags.join(', ')))}
${row('Couverture', escape(d.spatial?.zones.join(', ')))}${row('Granularité', escape(d.spatial?.granularity))}${row('Période', escape(period))}
${row('Dernière mise à jour', date(shown.last_update))}${row('Qualité', `${Math.round(shown.quality.score * 9)} sur 9`)}
${row('Identifiant', escape(d.id))}</tbody></table>
<h2>Ressources</h2>${resources.length === 0 ? '<p>Aucune ressource.</p>' : `<table><thead><tr><th scope="col">Titre</th><th scope="col">Format</th>
<th scope="col">Type</th><th scope="col">Modifiée le</th></tr></thead><tbody>${resources.join('\n')}</tbody></table>`}
<p>${link('/', 'Toutes les organisations')}</p>`);
}

export const notFound = () => page('Page introuvable', '<p>Cette page n\'existe pas.</p>');
