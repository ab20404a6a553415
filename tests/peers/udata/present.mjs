// Stored objects as the API shows them, field masks and paging.

import { quality, lastUpdate } from './quality.mjs';
import { HttpError } from './forms.mjs';

export class Present {
  constructor(store, base) { Object.assign(this, { store, base }); }

  reference(organization) {
    if (!organization) return null;
    return { class: 'Organization', id: organization.id, name: organization.name, acronym: null,
      slug: organization.slug, uri: `${this.base}/api/1/organizations/${organization.id}/`,
      page: `${this.base}/fr/organizations/${organization.slug}/`, badges: [] };
  }

  owner(id) {
    const user = this.store.user(id);
    return user ? { class: 'User', id: user.id, first_name: user.first_name, last_name: user.last_name, slug: user.slug } : null;
  }

  organization(o) {
    const datasets = this.store.state.datasets.filter((d) => d.organization === o.id && !d.deleted && !d.private);
    return { ...this.reference(o), description: o.description, business_number_id: o.business_number_id,
      created_at: o.created, deleted: o.deleted, url: o.url, extras: {}, metrics: { datasets: datasets.length },
      members: o.members.map((m) => ({ user: this.owner(m.user), role: m.role, since: m.since })) };
  }

  resource(r) {
    return { ...r, latest: `${this.base}/api/1/datasets/r/${r.id}`, preview_url: null, metrics: {}, harvest: null,
      internal: { created_at_internal: r.created_at, last_modified_internal: r.last_modified } };
  }

  contact(id) { return this.store.state.contacts.find((c) => c.id === id) ?? null; }

  dataset(d, who, { short = false } = {}) {
    const resources = d.resources.map((r) => this.resource(r));
    const link = (n) => ({ rel: 'subsection', type: 'GET', total: n,
      href: `${this.base}/api/2/datasets/${d.id}/resources/?page=1&page_size=50` });
    const edit = this.store.mayEdit(who, d);
    return {
      id: d.id, slug: d.slug, title: d.title, acronym: d.acronym, description: d.description,
      description_short: d.description_short, license: d.license ?? 'notspecified', frequency: d.frequency,
      frequency_date: d.frequency_date, tags: d.tags, temporal_coverage: d.temporal_coverage, spatial: d.spatial,
      private: d.private, archived: d.archived, deleted: d.deleted, featured: false, access_type: d.access_type,
      organization: this.reference(this.store.organization(d.organization)), owner: this.owner(d.owner),
      resources: short ? link(resources.length) : resources,
      contact_points: d.contact_points.map((id) => this.contact(id)).filter(Boolean),
      extras: d.extras, badges: [], metrics: {}, harvest: null, schema: null,
      created_at: d.created_internal, last_modified: d.modified_internal, last_update: lastUpdate(d),
      quality: quality(d, this.store.time()), permissions: { edit, edit_resources: edit, delete: edit },
      internal: { created_at_internal: d.created_internal, last_modified_internal: d.modified_internal },
      uri: `${this.base}/api/1/datasets/${d.id}/`, page: `${this.base}/fr/datasets/${d.slug}/`,
    };
  }

  user(u) {
    const mine = this.store.state.organizations.filter((o) => !o.deleted && o.members.some((m) => m.user === u.id));
    return { ...this.owner(u.id), email: `${u.slug}@example.org`, active: u.active,
      roles: u.sysadmin ? ['admin'] : [], organizations: mine.map((o) => this.reference(o)) };
  }
}

/** "data{id,extras},next_page" as a tree: { data: { id: true, extras: true }, next_page: true }. */
export function parseMask(text) {
  const stack = [{}];
  let last = null;
  for (const token of text.match(/[{},]|[^{},\s]+/g) ?? []) {
    if (token === '{') {
      const inner = {};
      if (last !== null) stack.at(-1)[last] = inner;
      stack.push(last === null ? stack.at(-1) : inner);
      last = null;
    } else if (token === '}') {
      if (stack.length === 1) throw new HttpError(400, { message: 'Parse error: unexpected }' });
      stack.pop();
      last = null;
    } else if (token === ',') last = null;
    else stack.at(-1)[last = token] = true;
  }
  if (stack.length !== 1) throw new HttpError(400, { message: 'Parse error: missing }' });
  return stack[0];
}

export function applyMask(value, mask) {
  if (mask === true || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((v) => applyMask(v, mask));
  const wanted = mask['*'] ? { ...Object.fromEntries(Object.keys(value).map((k) => [k, true])), ...mask } : mask;
  delete wanted['*'];
  return Object.fromEntries(Object.keys(wanted).map((k) => [k, k in value ? applyMask(value[k], wanted[k]) : null]));
}

/** One page of a list, in the portal's envelope. */
export function paginate(list, url, base, { size = 20 } = {}) {
  const number = (name, fallback) => {
    const raw = url.searchParams.get(name);
    if (raw === null) return fallback;
    if (!/^\d+$/.test(raw) || Number(raw) === 0) {
      throw new HttpError(400, { errors: { [name]: 'Une valeur strictement positive est attendue.' }, message: 'Input payload validation failed' });
    }
    return Number(raw);
  };
  const page = number('page', 1);
  const pageSize = number('page_size', size);
  const link = (n) => {
    const query = new URLSearchParams(url.searchParams);
    query.set('page', n);
    query.set('page_size', pageSize);
    return `${base}${url.pathname}?${query}`;
  };
  return {
    data: list.slice((page - 1) * pageSize, page * pageSize), page, page_size: pageSize, total: list.length,
    next_page: page * pageSize < list.length ? link(page + 1) : null,
    previous_page: page > 1 ? link(page - 1) : null,
  };
}
