// What the portal's forms accept. Each function returns the values to store;
// what is wrong goes into the errors object under the field's name, in lists.

import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import * as vocabulary from './vocabulary.mjs';
import { slugify } from './store.mjs';

export class HttpError extends Error {
  constructor(status, body, headers = {}) {
    super(String(status));
    Object.assign(this, { status, body, headers });
  }
}
export const refuse = (status, message) => { throw new HttpError(status, { message }); };

const isObject = (x) => x !== null && typeof x === 'object' && !Array.isArray(x);
const has = (body, key) => Object.hasOwn(body, key);
const add = (errors, key, message) => { (errors[key] ??= []).push(message); };

function text(body, key, max, errors, { required = false } = {}) {
  const value = body[key];
  if (value === null || value === '') {
    if (required) add(errors, key, 'Ce champ est requis.');
    return null;
  }
  if (typeof value !== 'string') { add(errors, key, 'Une chaîne de caractères est attendue.'); return null; }
  if (required && value.trim() === '') add(errors, key, 'Ce champ est requis.');
  if ([...value].length > max) add(errors, key, `La taille de ce champ ne doit pas dépasser ${max} caractères.`);
  return value;
}

function moment(body, key, errors) {
  if (body[key] === null) return null;
  const time = typeof body[key] === 'string' && /^\d{4}-\d\d-\d\d/.test(body[key]) ? Date.parse(body[key]) : NaN;
  if (Number.isNaN(time)) { add(errors, key, 'Date invalide.'); return null; }
  return new Date(time).toISOString();
}

export function checkUrl(value, allowLocal) {
  let url;
  try { url = new URL(value); } catch { return `URL invalide : ${value}`; }
  if (!['http:', 'https:', 'ftp:', 'ftps:'].includes(url.protocol)) return `Schéma refusé : ${url.protocol}`;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (allowLocal) return null;
  if (isIP(host)) {
    if (/^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|22[4-9]\.|23\d\.|0\.|::1$|::$|f[cd]|fe80|ff)/i.test(host)) {
      return `Adresse locale, privée ou de diffusion refusée : ${host}`;
    }
    return null;
  }
  if (host === 'localhost' || !host.includes('.')) return `Adresse locale refusée : ${host}`;
  const tld = host.split('.').at(-1);
  return vocabulary.knownTld(tld) ? null : `Domaine de premier niveau inconnu : ${tld}`;
}

/** A list of one element is cut at its commas; longer lists are not. */
export function tags(value, errors) {
  if (value === null) return [];
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list)) { add(errors, 'tags', 'Une liste est attendue.'); return []; }
  const words = list.length === 1 ? String(list[0]).split(',') : list.map(String);
  const slugs = words.map(slugify);
  for (const slug of slugs) {
    if (slug.length < 3 || slug.length > 96) {
      add(errors, 'tags', `Le mot-clé "${slug}" doit avoir de 3 à 96 caractères.`);
    }
  }
  return [...new Set(slugs)].sort();
}

function temporal(value, errors) {
  if (value === null) return null;
  const day = (x) => typeof x === 'string' && /^\d{4}-\d\d-\d\d$/.test(x) && !Number.isNaN(Date.parse(x));
  if (!isObject(value) || !day(value.start) || !(value.end == null || day(value.end))) {
    add(errors, 'temporal_coverage', 'Période invalide.');
    return null;
  }
  const end = value.end ?? null;
  return end !== null && end < value.start ? { start: end, end: value.start } : { start: value.start, end };
}

function spatial(value, context, errors) {
  if (value === null) return null;
  const wrong = (message) => { add(errors, 'spatial', message); return null; };
  if (!isObject(value)) return wrong('Un objet est attendu.');
  const zones = value.zones ?? [];
  if (!Array.isArray(zones)) return wrong('Une liste de zones est attendue.');
  if (zones.length > 0 && value.geom) return wrong('Zones et géométrie ne vont pas ensemble.');
  const ids = zones.map((z) => vocabulary.normaliseZone(isObject(z) ? z.id : z));
  const unknown = ids.filter((id) => !vocabulary.zoneExists(id) || context.vanished.includes(id));
  if (unknown.length > 0) return wrong(`Unknown geoid(s): ${unknown.join(', ')}`);
  if (value.geom && (value.geom.type !== 'MultiPolygon' || !Array.isArray(value.geom.coordinates))) {
    return wrong('Seul un MultiPolygon est accepté.');
  }
  const granularity = value.granularity ?? 'other';
  if (!vocabulary.granularities.includes(granularity)) return wrong(`Granularité inconnue : ${granularity}`);
  return { zones: ids, geom: value.geom ?? null, granularity };
}

function extras(value, errors) {
  if (!isObject(value)) { add(errors, 'extras', 'Un objet est attendu.'); return {}; }
  for (const key of Object.keys(value)) {
    if (key.startsWith('custom:')) add(errors, 'extras', `Métadonnée propre inconnue de cette organisation : ${key}`);
  }
  return structuredClone(value);
}

function schema(value, errors) {
  if (value === null) return null;
  const wrong = (field, message) => { errors.schema = { [field]: [message] }; return null; };
  if (!isObject(value)) return wrong('name', 'Un objet est attendu.');
  if (!value.name && value.url) return { name: null, version: null, url: value.url };
  const known = vocabulary.schemas.find((s) => s.name === value.name);
  if (!known) return wrong('name', `Schéma inconnu : ${value.name}`);
  if (value.version && value.version !== 'latest' && !known.versions.includes(value.version)) {
    return wrong('version', `Version inconnue : ${value.version}`);
  }
  return { name: value.name, version: value.version ?? null, url: null };
}

function checksum(value, errors) {
  if (value === null) return null;
  if (!isObject(value) || !vocabulary.checksumTypes.includes(value.type) || typeof value.value !== 'string') {
    add(errors, 'checksum', 'Empreinte invalide.');
    return null;
  }
  return { type: value.type, value: value.value };
}

const choice = (body, key, list, errors) => {
  if (list.includes(body[key])) return body[key];
  add(errors, key, `Valeur refusée : ${body[key]}`);
  return null;
};

/** Fields sent are checked; the rest keeps the value of `old` (null for a new one). */
export function resource(body, old, context, errors) {
  if (!isObject(body)) { add(errors, 'resource', 'Un objet est attendu.'); return old ?? {}; }
  const made = old ? structuredClone(old) : {
    id: randomUUID(), title: null, description: null, filetype: 'file', type: 'other', url: null,
    format: null, mime: null, filesize: null, checksum: null, schema: null, extras: {},
    created_at: context.now, last_modified: context.now, latest: null,
  };
  if (has(body, 'filetype') && body.filetype !== null) {
    const filetype = choice(body, 'filetype', ['file', 'remote'], errors);
    if (old && filetype !== old.filetype) refuse(400, 'Le type de fichier ne peut pas changer.');
    made.filetype = filetype;
  }
  if (!old || has(body, 'title')) made.title = text({ title: body.title ?? null }, 'title', 350, errors, { required: true });
  if (has(body, 'description')) made.description = text(body, 'description', 100000, errors);
  if (has(body, 'type') && body.type !== null) made.type = choice(body, 'type', vocabulary.resourceTypes, errors);
  if (has(body, 'schema')) made.schema = schema(body.schema, errors);
  if (has(body, 'extras') && body.extras !== null) made.extras = extras(body.extras, errors);
  if (made.filetype === 'remote') remoteFields(body, old, made, context, errors);
  made.last_modified = context.now;
  return made;
}

// A hosted file's address, size and format belong to the portal: what a client sends is dropped.
function remoteFields(body, old, made, context, errors) {
  if (!old || has(body, 'url')) {
    const url = typeof body.url === 'string' ? body.url.trim() : '';
    const wrong = url === '' ? 'Ce champ est requis.' : checkUrl(url, context.allowLocal);
    if (wrong) add(errors, 'url', wrong);
    made.url = url;
  }
  if (has(body, 'format')) made.format = body.format === null ? null : String(body.format).trim().toLowerCase();
  if (has(body, 'mime')) made.mime = body.mime;
  if (has(body, 'checksum')) made.checksum = checksum(body.checksum, errors);
  if (has(body, 'filesize')) {
    if (body.filesize !== null && !Number.isInteger(body.filesize)) add(errors, 'filesize', 'Un entier est attendu.');
    made.filesize = body.filesize;
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

// A known id updates; an unknown one, even well formed, gets an id of the portal's.
function resources(list, old, context, errors) {
  const problems = [];
  const made = list.map((body, i) => {
    problems[i] = {};
    if (body?.id != null && !uuid.test(body.id)) add(problems[i], 'id', 'Identifiant invalide.');
    return resource(body, old.find((r) => r.id === body?.id) ?? null, context, problems[i]);
  });
  if (problems.some((p) => Object.keys(p).length > 0)) errors.resources = problems;
  return made;
}

function organization(body, old, context, errors) {
  const given = isObject(body.organization) ? body.organization.id : body.organization;
  if (given == null) return old?.organization ?? null;
  const found = context.organization(given);
  if (!found || found.deleted) add(errors, 'organization', 'Organization does not exists');
  else if (old && old.organization !== found.id && !context.who.sysadmin) {
    add(errors, 'organization', 'Cannot change organization: use transfer feature');
  } else if (!context.mayWrite(found.id)) {
    add(errors, 'organization', 'Permission denied for this organization');
  } else return found.id;
  return null;
}

function contactPoints(body, organizationId, context, errors) {
  if (body.contact_points === null) return [];
  const ids = body.contact_points.map((c) => (isObject(c) ? c.id : c));
  const wrong = ids.filter((id) => !context.contacts.some((c) => c.id === id && c.organization === organizationId));
  if (wrong.length > 0) add(errors, 'contact_points', `Contact d'une autre organisation ou inconnu : ${wrong.join(', ')}`);
  return ids;
}

/** A list that is present and not empty: an empty nested list is as if it had not been sent. */
const listed = (body, key, errors) => {
  if (!has(body, key) || (Array.isArray(body[key]) && body[key].length === 0)) return false;
  if (Array.isArray(body[key])) return true;
  if (body[key] !== null) add(errors, key, 'Une liste est attendue.');
  return false;
};

function frequency(value) {
  if (value === null || value === '') return 'unknown';
  const id = vocabulary.legacyFrequencies[value] ?? value;
  if (!vocabulary.frequencies.includes(id)) refuse(400, `'${value}' is not a valid UpdateFrequency`);
  return id;
}

function words(body, made, old, errors) {
  const required = { required: true };
  if (!old || has(body, 'title')) made.title = text({ title: body.title ?? null }, 'title', 350, errors, required);
  if (!old || has(body, 'description')) {
    made.description = text({ description: body.description ?? null }, 'description', 100000, errors, required);
  }
  if (has(body, 'acronym')) made.acronym = text(body, 'acronym', 128, errors);
  if (has(body, 'description_short')) made.description_short = text(body, 'description_short', 200, errors);
}

/** POST: old is null. PUT: tags and temporal_coverage are cleared when they are left out. */
export function dataset(body, old, context) {
  const errors = {};
  const made = old ? structuredClone(old) : blank(context);
  words(body, made, old, errors);
  made.tags = has(body, 'tags') ? tags(body.tags, errors) : [];
  made.temporal_coverage = has(body, 'temporal_coverage') ? temporal(body.temporal_coverage, errors) : null;
  if (has(body, 'license')) made.license = licence(body.license, errors);
  if (has(body, 'frequency')) made.frequency = frequency(body.frequency);
  if (has(body, 'frequency_date')) made.frequency_date = moment(body, 'frequency_date', errors);
  if (has(body, 'spatial')) made.spatial = spatial(body.spatial, context, errors);
  if (has(body, 'private')) made.private = body.private === true;
  if (has(body, 'archived')) made.archived = moment(body, 'archived', errors);
  if (has(body, 'extras') && body.extras !== null) made.extras = extras(body.extras, errors);
  if (has(body, 'access_type')) made.access_type = choice(body, 'access_type', vocabulary.accessTypes, errors);
  made.organization = organization(body, old, context, errors);
  made.owner = made.organization ? null : (old?.owner ?? context.who.id);
  if (listed(body, 'resources', errors)) made.resources = resources(body.resources, made.resources, context, errors);
  if (body.contact_points === null || listed(body, 'contact_points', errors)) {
    made.contact_points = contactPoints(body, made.organization, context, errors);
  }
  if (made.access_type !== 'open') made.license = null;
  if (Object.keys(errors).length > 0) throw new HttpError(400, { errors });
  made.modified_internal = context.now;
  return made;
}

const blank = (context) => ({
  acronym: null, description_short: null, license: null, frequency: 'unknown', frequency_date: null,
  spatial: null, private: false, archived: null, deleted: null, extras: {}, access_type: 'open',
  resources: [], contact_points: [], created_internal: context.now, old_slugs: [], organization: null, owner: null,
});

function licence(value, errors) {
  if (value === null || value === '') return null;
  if (vocabulary.licences.some((l) => l.id === value)) return value;
  add(errors, 'license', `Licence inconnue : ${isObject(value) ? JSON.stringify(value) : value}`);
  return null;
}

export function contact(body, context) {
  const errors = {};
  const made = { organization: organization(body, null, context, errors) };
  made.name = text({ name: body.name ?? null }, 'name', 255, errors, { required: true });
  if (/https?:\/\//i.test(made.name ?? '')) add(errors, 'name', 'Un nom ne contient pas d’adresse.');
  made.email = has(body, 'email') ? text(body, 'email', 255, errors) : null;
  if (made.email && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(made.email)) add(errors, 'email', 'Adresse électronique invalide.');
  made.contact_form = body.contact_form ?? null;
  if (made.contact_form && checkUrl(made.contact_form, context.allowLocal)) add(errors, 'contact_form', 'URL invalide.');
  made.role = choice({ role: body.role }, 'role', vocabulary.contactRoles, errors);
  if (made.role === 'contact' && !made.email && !made.contact_form) {
    add(errors, 'email', 'Une adresse électronique ou un formulaire est requis.');
  }
  if (Object.keys(errors).length > 0) throw new HttpError(400, { errors });
  return made;
}
