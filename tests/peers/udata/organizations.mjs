// Organisations, members, contacts, the caller, and the closed lists.

import * as forms from './forms.mjs';
import { HttpError, refuse } from './forms.mjs';
import { objectId } from './store.mjs';
import { paginate } from './present.mjs';
import * as vocabulary from './vocabulary.mjs';

const reply = (status, body = null, headers = {}) => ({ status, body, headers });

function find(c, key) {
  const found = c.store.organization(key) ?? refuse(404, 'Organization not found');
  if (found.deleted && !c.store.role(c.who, found.id)) refuse(410, 'Organization has been deleted');
  return found;
}

function administered(c, key) {
  const found = c.store.organization(key) ?? refuse(404, 'Organization not found');
  if (found.deleted) refuse(410, 'Organization has been deleted');
  if (c.store.role(c.who, found.id) !== 'admin') refuse(403, 'You do not have the permission to do that');
  return found;
}

function checkOrganization(c, body, self, errors) {
  if (typeof body.name !== 'string' || body.name.trim() === '') errors.name = ['Ce champ est requis.'];
  if (typeof body.description !== 'string' || body.description.trim() === '') errors.description = ['Ce champ est requis.'];
  const number = body.business_number_id;
  if (number == null || number === '') return;
  if (!vocabulary.validSiret(String(number))) errors.business_number_id = ['Numéro SIRET invalide.'];
  if (Object.keys(errors).length > 0) throw new HttpError(400, { errors });
}

function create(c) {
  const body = c.json();
  const errors = {};
  checkOrganization(c, body, null, errors);
  if (Object.keys(errors).length > 0) throw new HttpError(400, { errors });
  const made = { id: objectId(), slug: c.store.freeSlug(c.store.state.organizations, body.name), name: body.name.trim(),
    description: body.description, url: body.url ?? null, business_number_id: body.business_number_id || null,
    created: c.store.now(), deleted: null, members: [{ user: c.who.id, role: 'admin', since: c.store.now() }], invitations: [] };
  c.store.state.organizations.push(made);
  c.store.save();
  return reply(201, c.present.organization(made));
}

function list(c) {
  const query = c.url.searchParams;
  const [siret, name] = [query.get('business_number_id'), query.get('name')?.toLowerCase()];
  const kept = c.store.state.organizations.filter((o) => !o.deleted &&
    (siret === null || o.business_number_id === siret) && (name === undefined || o.name.toLowerCase() === name));
  const page = paginate(kept, c.url, c.base);
  return reply(200, { ...page, data: page.data.map((o) => c.present.organization(o)) });
}

function update(c, key) {
  const organization = administered(c, key);
  const body = { name: organization.name, description: organization.description, ...c.json() };
  const errors = {};
  checkOrganization(c, body, organization, errors);
  if (Object.keys(errors).length > 0) throw new HttpError(400, { errors });
  for (const name of ['name', 'description', 'url', 'business_number_id']) if (name in body) organization[name] = body[name];
  c.store.save();
  return reply(200, c.present.organization(organization));
}

function remove(c, key) {
  administered(c, key).deleted = c.store.now();
  c.store.save();
  return reply(204);
}

function invite(c, key) {
  const organization = administered(c, key);
  const { user, email, role } = c.json();
  const errors = {};
  if (!['admin', 'editor', 'partial_editor'].includes(role)) errors.role = ['Rôle inconnu.'];
  if (!user && !email) errors.user = ['Un utilisateur ou une adresse est requis.'];
  if (user && !c.store.user(user)) errors.user = ['Utilisateur inconnu.'];
  if (Object.keys(errors).length > 0) throw new HttpError(400, { errors });
  const made = { id: objectId(), user: user ?? null, email: email ?? null, role, status: 'pending', created: c.store.now() };
  organization.invitations.push(made);
  c.store.save();
  return reply(201, made);
}

function dismiss(c, key, user) {
  const organization = administered(c, key);
  if (!organization.members.some((m) => m.user === user)) refuse(404, 'This member does not exist');
  organization.members = organization.members.filter((m) => m.user !== user);
  c.store.save();
  return reply(204);
}

// Filters are ignored; archived and deleted ones are listed too, private ones for members.
function datasets(c, key) {
  const organization = find(c, key);
  const member = c.store.role(c.who, organization.id) !== null;
  const kept = c.store.state.datasets.filter((d) => d.organization === organization.id && (member || !d.private));
  const page = paginate(kept, c.url, c.base);
  return reply(200, { ...page, data: page.data.map((d) => c.present.dataset(d, c.who)) });
}

function contacts(c, key) {
  const organization = find(c, key);
  const page = paginate(c.store.state.contacts.filter((x) => x.organization === organization.id), c.url, c.base);
  return reply(200, page);
}

/** The one POST that may be repeated: an identical contact is given back with 200. */
function addContact(c) {
  const made = forms.contact(c.json(), c.context());
  const same = c.store.state.contacts.find((x) => Object.keys(made).every((k) => x[k] === made[k]));
  if (same) return reply(200, same);
  const kept = { id: objectId(), ...made };
  c.store.state.contacts.push(kept);
  c.store.save();
  return reply(201, kept);
}

const label = (id) => ({ id, label: id });

function zones(c, ids) {
  const features = decodeURIComponent(ids).split(',').map(vocabulary.normaliseZone)
    .filter((id) => vocabulary.zoneExists(id) && !c.store.state.vanishedZones.includes(id))
    .map((id) => ({ type: 'Feature', id, geometry: null,
      properties: { name: id, code: id.split(':').at(-1), level: id.split(':').slice(0, -1).join(':') } }));
  return reply(200, { type: 'FeatureCollection', features });
}

const fixed = (body) => () => reply(200, body);
const one = '^/api/1/organizations/([^/]+)/';

export const routes = [
  ['GET', '^/api/1/me/$', (c) => reply(200, c.present.user(c.who)), true],
  ['GET', '^/api/1/organizations/$', list],
  ['POST', '^/api/1/organizations/$', create, true],
  ['GET', `${one}$`, (c, key) => reply(200, c.present.organization(find(c, key)))],
  ['PUT', `${one}$`, update, true],
  ['DELETE', `${one}$`, remove, true],
  ['GET', `${one}datasets/$`, datasets],
  ['GET', `${one}contacts/$`, contacts],
  ['POST', `${one}member/$`, invite, true],
  ['DELETE', `${one}member/([^/]+)/$`, dismiss, true],
  ['POST', '^/api/1/contacts/$', addContact, true],
  ['GET', '^/api/1/datasets/licenses/$', fixed(vocabulary.licences)],
  ['GET', '^/api/1/datasets/frequencies/$', fixed(vocabulary.frequencies.map(label))],
  ['GET', '^/api/1/datasets/resource_types/$', fixed(vocabulary.resourceTypes.map(label))],
  ['GET', '^/api/1/datasets/extensions/$', fixed(vocabulary.extensions)],
  ['GET', '^/api/1/datasets/schemas/$', fixed(vocabulary.schemas)],
  ['GET', '^/api/1/spatial/granularities/$', fixed(vocabulary.granularities.map((id) => ({ id, name: id })))],
  ['GET', '^/api/1/spatial/levels/$', fixed(vocabulary.granularities.filter((id) => id !== 'other' && id !== 'poi').map((id) => ({ id, name: id })))],
  ['GET', '^/api/1/spatial/zones/([^/]+)/$', zones],
];
