// The state: plain JSON, kept in one file when --state is given.
// Every write is on disk (written aside, renamed) before its answer leaves,
// so "the answer was lost after the commit" means what it says.

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

export const objectId = () => randomBytes(12).toString('hex');

export const slugify = (text) =>
  String(text).normalize('NFD').replace(/[\u0300-\u036f]/g, '')
    .replace(/œ/g, 'oe').replace(/æ/g, 'ae').toLowerCase()
    .replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');

const newKey = () => 'udata_' + randomBytes(48).toString('base64url');
const hash = (key) => createHash('sha256').update(key).digest('hex');

const user = (first, last, extra) =>
  ({ id: objectId(), first_name: first, last_name: last, slug: slugify(`${first} ${last}`), active: true, ...extra });

/** Three users and five keys; the keys in clear are shown once, at the first start. */
function fresh() {
  const admin = user('Admin', 'Simulacre', { sysadmin: true });
  const worker = user('Service', 'Regional');
  const stranger = user('Autre', 'Personne');
  const keys = { admin: newKey(), worker: newKey(), stranger: newKey(), expired: newKey(), revoked: newKey() };
  const token = (name, owner, extra = {}) => ({ hash: hash(keys[name]), user: owner.id, ...extra });
  return {
    keys, offset: 0, users: [admin, worker, stranger],
    tokens: [token('admin', admin), token('worker', worker), token('stranger', stranger),
      token('expired', worker, { expires_at: '2020-01-01T00:00:00Z' }),
      token('revoked', worker, { revoked: true })],
    organizations: [], datasets: [], contacts: [], vanishedZones: [],
  };
}

export class Store {
  constructor(path) {
    this.path = path;
    this.state = path && existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : fresh();
    this.save();
  }

  /** Forget everything but the users and their keys. */
  reset() {
    const { keys, users, tokens } = this.state;
    this.state = { ...fresh(), keys, users, tokens };
    this.save();
  }

  save() {
    if (!this.path) return;
    writeFileSync(this.path + '.new', JSON.stringify(this.state), { mode: 0o600 });
    renameSync(this.path + '.new', this.path);
  }

  time() { return Date.now() + this.state.offset; }
  now() { return new Date(this.time()).toISOString(); }

  token(key) { return this.state.tokens.find((t) => t.hash === hash(key)); }
  user(id) { return this.state.users.find((u) => u.id === id); }
  organization(key) { return this.state.organizations.find((o) => o.id === key || o.slug === key); }
  dataset(key) { return this.state.datasets.find((d) => d.id === key || d.slug === key); }
  datasetByOldSlug(slug) { return this.state.datasets.find((d) => d.old_slugs.includes(slug)); }

  role(who, organizationId) {
    if (!who) return null;
    if (who.sysadmin) return 'admin';
    const organization = this.organization(organizationId);
    return organization?.members.find((m) => m.user === who.id)?.role ?? null;
  }

  mayWrite(who, organizationId) {
    return ['admin', 'editor'].includes(this.role(who, organizationId));
  }

  mayEdit(who, dataset) {
    if (!who) return false;
    if (who.sysadmin) return true;
    return dataset.organization ? this.mayWrite(who, dataset.organization) : dataset.owner === who.id;
  }

  /** The first free slug: title, title-1, title-2… */
  freeSlug(list, title, self) {
    const base = slugify(title).slice(0, 255) || 'sans-titre';
    const taken = (slug) => list.some((x) => x !== self && x.slug === slug);
    let slug = base;
    for (let n = 1; taken(slug); n++) slug = `${base.slice(0, 248)}-${n}`;
    return slug;
  }
}
