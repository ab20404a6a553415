// Datasets and their resources: /api/1/datasets/… and /api/2/datasets/….

import * as forms from './forms.mjs';
import { HttpError, refuse } from './forms.mjs';
import { objectId } from './store.mjs';
import { paginate } from './present.mjs';
import { extensions } from './vocabulary.mjs';
import { formFile } from './multipart.mjs';

const reply = (status, body = null, headers = {}) => ({ status, body, headers });

function find(c, key) {
  const found = c.store.dataset(key);
  if (found) return found;
  const renamed = c.store.datasetByOldSlug(key);
  if (renamed) throw new HttpError(308, null, { Location: c.url.pathname.replace(key, renamed.slug) + c.url.search });
  refuse(404, 'Dataset not found');
}

/** Readable: public and there, or the caller may edit it. */
export function readable(c, key) {
  const dataset = find(c, key);
  if (c.store.mayEdit(c.who, dataset) || c.store.role(c.who, dataset.organization)) return dataset;
  if (dataset.deleted) refuse(410, 'Dataset has been deleted');
  if (dataset.private) refuse(404, 'Dataset not found');
  return dataset;
}

function editable(c, key, { restore = false } = {}) {
  const dataset = find(c, key);
  if (dataset.deleted && !restore) refuse(410, 'Dataset has been deleted');
  if (!c.store.mayEdit(c.who, dataset)) {
    if (dataset.private) refuse(404, 'Dataset not found');
    refuse(403, 'You do not have the permission to edit this dataset');
  }
  return dataset;
}

const touch = (c, dataset) => { dataset.modified_internal = c.store.now(); c.store.save(); };
const show = (c, dataset, options) => c.present.dataset(dataset, c.who, options);

function create(c) {
  const made = forms.dataset(c.json(), null, c.context());
  made.id = objectId();
  made.slug = c.store.freeSlug(c.store.state.datasets, made.title, made);
  c.store.state.datasets.push(made);
  c.store.save();
  return reply(201, show(c, made));
}

function update(c, key) {
  const body = c.json();
  const restore = Object.hasOwn(body, 'deleted') && body.deleted === null;
  const dataset = editable(c, key, { restore });
  const made = forms.dataset(body, dataset, c.context());
  if (restore) made.deleted = null;
  if (made.title !== dataset.title) rename(c, dataset, made);
  Object.assign(dataset, made);
  c.store.save();
  return reply(200, show(c, dataset));
}

function rename(c, dataset, made) {
  const slug = c.store.freeSlug(c.store.state.datasets, made.title, dataset);
  if (slug === dataset.slug) return;
  made.old_slugs = [...dataset.old_slugs.filter((s) => s !== slug), dataset.slug];
  made.slug = slug;
}

function remove(c, key) {
  const dataset = editable(c, key);
  dataset.deleted = c.store.now();
  touch(c, dataset);
  return reply(204);
}

const sorts = {
  title: (d) => d.title, created: (d) => d.created_internal, last_update: (d) => d.last_update ?? d.modified_internal,
  reuses: () => 0, followers: () => 0, views: () => 0,
};

const filters = {
  q: (d, v) => v.toLowerCase().split(/\s+/).every((w) => `${d.title} ${d.description}`.toLowerCase().includes(w)),
  tag: (d, v) => d.tags.includes(v),
  license: (d, v) => d.license === v,
  featured: (d, v) => v !== 'true',
  geozone: (d, v) => d.spatial?.zones.includes(v) ?? false,
  granularity: (d, v) => d.spatial?.granularity === v,
  access_type: (d, v) => d.access_type === v,
  organization: (d, v) => d.organization === v,
  owner: (d, v) => d.owner === v,
  format: (d, v) => d.resources.some((r) => r.format === v.toLowerCase()),
  schema: (d, v) => d.resources.some((r) => r.schema?.name === v),
  schema_version: (d, v) => d.resources.some((r) => r.schema?.version === v),
  temporal_coverage: (d, v) => d.temporal_coverage !== null &&
    d.temporal_coverage.start <= v.slice(11, 21) && (d.temporal_coverage.end ?? '9999') >= v.slice(0, 10),
  archived: (d, v) => (d.archived !== null) === (v === 'true'),
  deleted: (d, v) => (d.deleted !== null) === (v === 'true'),
  private: (d, v) => d.private === (v === 'true'),
};
const nothingMatches = ['badge', 'organization_badge', 'topic', 'credit', 'dataservice', 'reuse', 'followed_by'];

function checkQuery(c, query) {
  for (const name of ['archived', 'deleted', 'private']) {
    if (query.has(name) && !c.who) refuse(401, `Authentication required to filter on ${name}`);
  }
  for (const name of ['organization', 'owner']) {
    if (query.has(name) && !/^[0-9a-f]{24}$/.test(query.get(name))) {
      throw new HttpError(400, { message: `${name} arg must be an identifier` });
    }
  }
  const sort = query.get('sort');
  if (sort !== null && !(sort.replace(/^-/, '') in sorts)) {
    throw new HttpError(400, { errors: { sort: `${sort} is not a valid choice` }, message: 'Input payload validation failed' });
  }
}

function sorted(list, sort) {
  if (!sort) return list;
  const by = sorts[sort.replace(/^-/, '')];
  const sign = sort.startsWith('-') ? -1 : 1;
  return [...list].sort((a, b) => sign * (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0));
}

// A member's key also lists what the public does not see.
function list(c) {
  const query = c.url.searchParams;
  checkQuery(c, query);
  const visible = c.store.state.datasets.filter((d) =>
    (!d.private && !d.archived && !d.deleted) || c.store.mayEdit(c.who, d));
  const kept = visible.filter((d) => [...query].every(([name, value]) =>
    nothingMatches.includes(name) ? false : (filters[name]?.(d, value) ?? true)));
  const page = paginate(sorted(kept, query.get('sort') ?? '-created'), c.url, c.base);
  return reply(200, { ...page, data: page.data.map((d) => show(c, d)) });
}

function oneResource(dataset, rid) {
  const found = dataset.resources.find((r) => r.id === rid);
  return found ?? refuse(404, 'Resource does not exist');
}

function addResource(c, key) {
  const dataset = editable(c, key);
  const body = c.json();
  if (body.filetype !== 'remote') refuse(400, 'This endpoint only supports remote resources');
  const errors = {};
  const made = forms.resource({ ...body, id: undefined }, null, c.context(), errors);
  if (Object.keys(errors).length > 0) throw new HttpError(400, { errors });
  dataset.resources.unshift(made);
  touch(c, dataset);
  return reply(201, c.present.resource(made));
}

function updateResource(c, key, rid) {
  const dataset = editable(c, key);
  const old = oneResource(dataset, rid);
  const errors = {};
  const made = forms.resource(c.json(), old, c.context(), errors);
  if (Object.keys(errors).length > 0) throw new HttpError(400, { errors });
  Object.assign(old, made);
  touch(c, dataset);
  return reply(200, c.present.resource(old));
}

function removeResource(c, key, rid) {
  const dataset = editable(c, key);
  oneResource(dataset, rid);
  dataset.resources = dataset.resources.filter((r) => r.id !== rid);
  touch(c, dataset);
  return reply(204);
}

function reorder(c, key) {
  const dataset = editable(c, key);
  const body = c.json({ array: true });
  const ids = body.map((r) => (typeof r === 'string' ? r : r?.id));
  const mine = dataset.resources.map((r) => r.id);
  if (ids.length !== mine.length || new Set(ids).size !== ids.length || ids.some((id) => !mine.includes(id))) {
    refuse(400, 'Resources to reorder do not match those of the dataset');
  }
  dataset.resources = ids.map((id) => dataset.resources.find((r) => r.id === id));
  touch(c, dataset);
  return reply(200, dataset.resources.map((r) => c.present.resource(r)));
}

function hosted(c, dataset, old) {
  const file = formFile(c.request.headers['content-type'] ?? '', c.body);
  if (!file) refuse(400, 'Missing file parameter');
  const extension = file.filename.split('.').at(-1).toLowerCase();
  if (/html/.test(file.type)) refuse(415, 'Incorrect file content type: HTML');
  if (!extensions.includes(extension)) refuse(400, `This file type is not allowed: ${extension}`);
  const made = old ?? forms.resource({ title: file.filename, filetype: 'file' }, null, c.context(), {});
  Object.assign(made, { filetype: 'file', format: extension, mime: file.type, filesize: file.bytes.length,
    checksum: { type: 'sha1', value: file.sha1 }, last_modified: c.store.now(),
    url: `${c.base}/resources/${dataset.slug}/${made.id}/${encodeURIComponent(file.filename)}` });
  return made;
}

function upload(c, key) {
  const dataset = editable(c, key);
  const made = hosted(c, dataset, null);
  dataset.resources.unshift(made);
  touch(c, dataset);
  return reply(201, { success: true, ...c.present.resource(made) });
}

function replaceFile(c, key, rid) {
  const dataset = editable(c, key);
  const made = hosted(c, dataset, oneResource(dataset, rid));
  touch(c, dataset);
  return reply(200, { success: true, ...c.present.resource(made) });
}

function permalink(c, rid) {
  for (const d of c.store.state.datasets) {
    const found = d.resources.find((r) => r.id === rid);
    if (!found) continue;
    if (d.deleted && !c.store.mayEdit(c.who, d)) refuse(410, 'Dataset has been deleted');
    return reply(302, null, { Location: found.url });
  }
  refuse(404, 'Resource not found');
}

// Extras of the second API: merged, a null removes its key.
function merge(c, holder, dataset) {
  const body = c.json();
  for (const [key, value] of Object.entries(body)) {
    if (key.startsWith('custom:')) throw new HttpError(400, { errors: { extras: [key] }, message: 'Custom metadata unknown' });
    if (value === null) delete holder.extras[key];
    else holder.extras[key] = value;
  }
  dataset.modified_internal = c.store.now();
  c.store.save();
  return reply(200, holder.extras);
}

function dropExtras(c, holder) {
  const keys = c.json({ array: true });
  if (keys.some((key) => !(key in holder.extras))) refuse(404, 'Key not found in existing extras');
  for (const key of keys) delete holder.extras[key];
  c.store.save();
  return reply(204);
}

function pageOfResources(c, key) {
  const { searchParams } = c.url;
  const [type, q] = [searchParams.get('type'), searchParams.get('q')?.toLowerCase()];
  const kept = readable(c, key).resources.filter((r) =>
    (!type || r.type === type) && (!q || r.title.toLowerCase().includes(q)));
  const page = paginate(kept, c.url, c.base, { size: 50 });
  return reply(200, { ...page, data: page.data.map((r) => c.present.resource(r)) });
}

const withResource = (action) => (c, key, rid) => {
  const dataset = c.request.method === 'GET' ? readable(c, key) : editable(c, key);
  return action(c, oneResource(dataset, rid), dataset);
};

const one = '^/api/1/datasets/([^/]+)/';
const two = '^/api/2/datasets/([^/]+)/';
const extrasOf = (_, holder) => reply(200, holder.extras);

/** [method, path, handler, needs a key]; the first match wins. */
export const routes = [
  ['GET', '^/api/1/datasets/$', list],
  ['POST', '^/api/1/datasets/$', create, true],
  ['GET', '^/api/1/datasets/r/([^/]+)/?$', permalink],
  ['GET', `${one}$`, (c, key) => reply(200, show(c, readable(c, key)))],
  ['PUT', `${one}$`, update, true],
  ['DELETE', `${one}$`, remove, true],
  ['POST', `${one}resources/$`, addResource, true],
  ['PUT', `${one}resources/$`, reorder, true],
  ['POST', `${one}upload/$`, upload, true],
  ['GET', `${one}resources/([^/]+)/$`, withResource((c, r) => reply(200, c.present.resource(r)))],
  ['PUT', `${one}resources/([^/]+)/$`, updateResource, true],
  ['DELETE', `${one}resources/([^/]+)/$`, removeResource, true],
  ['POST', `${one}resources/([^/]+)/upload/$`, replaceFile, true],
  ['GET', '^/api/2/datasets/search/$', () => refuse(501, 'Search is not configured')],
  ['GET', `${two}$`, (c, key) => reply(200, show(c, readable(c, key), { short: true }))],
  ['GET', `${two}resources/$`, pageOfResources],
  ['GET', `${two}extras/$`, (c, key) => reply(200, readable(c, key).extras)],
  ['PUT', `${two}extras/$`, (c, key) => { const d = editable(c, key); return merge(c, d, d); }, true],
  ['DELETE', `${two}extras/$`, (c, key) => dropExtras(c, editable(c, key)), true],
  ['GET', `${two}resources/([^/]+)/$`, withResource((c, r, d) => reply(200, { resource: c.present.resource(r), dataset_id: d.id }))],
  ['GET', `${two}resources/([^/]+)/extras/$`, withResource(extrasOf)],
  ['PUT', `${two}resources/([^/]+)/extras/$`, withResource(merge), true],
  ['DELETE', `${two}resources/([^/]+)/extras/$`, withResource(dropExtras), true],
];
