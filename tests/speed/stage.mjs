// What the bench measures on: an installation with 206 portals and one dataset of 300,000 rows.

import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { installation, poll, binary } from '../e2e/harness.mjs';
import { childrenOf, commandOf, run } from './machine.mjs';
import { csv } from './rows.mjs';

export const DATASET = 'vitesse';

export class Stage {
  async open({ rows, tenants, programs, say }) {
    Object.assign(this, { rows, programs, say });
    this.t = await installation({ serve: false });
    this.folder = this.t.folder;
    await this.serve();
    this.socket = readFileSync(join(this.t.home, 'socket'), 'utf8').trim();
    this.host = this.t.host;
    this.file = this.write('rows.csv', csv(rows));
    this.psqlFile = this.write('psql.csv', csv(rows, (lat, lon) => `SRID=4326;POINT(${lon} ${lat})`));
    await this.fillTenants(tenants);
    return this;
  }

  write(name, pieces) {
    const path = join(this.folder, name), fd = openSync(path, 'w');
    for (const piece of pieces) writeSync(fd, piece);
    closeSync(fd);
    return path;
  }

  /** The log goes to a file, one a start: a pipe to us would cost CPU of ours and wake us at each line. */
  async serve(env = {}) {
    this.log = join(this.folder, `serve-${this.starts = (this.starts ?? 0) + 1}.log`);
    const log = openSync(this.log, 'a');
    const listen = `127.0.0.1:${this.t.port ?? 0}`;
    this.child = spawn(binary, ['serve', '--home', this.t.home, '--listen', listen], { env: { ...this.t.env, ...env }, stdio: ['ignore', log, log] });
    closeSync(log);
    this.t.child = this.child;
    this.t.ended = new Promise((done) => { this.child.on('close', (code, signal) => done(code ?? signal)); });
    await poll(() => {
      this.t.port = Number(/https?:\/\/127\.0\.0\.1:(\d+)/.exec(readFileSync(this.log, 'utf8'))?.[1] ?? 0);
      return this.t.port;
    }, { deadline: 60000, what: 'address printed by serve' });
    await poll(async () => (await this.t.http(this.t.host, '/readyz')).status === 200, { deadline: 60000, what: 'readiness' });
    this.port = this.t.port;
    const pids = childrenOf(this.child.pid);
    this.web = pids.find((p) => / web-process/.test(commandOf(p)));
    this.postmaster = pids.find((p) => /postgres/.test(commandOf(p)));
    if (!this.web || !this.postmaster) throw new Error('no web process or no PostgreSQL below serve');
  }

  async serveAnew() {
    this.child.kill('SIGTERM');
    await this.t.ended;
    await this.serve();
    this.socket = readFileSync(join(this.t.home, 'socket'), 'utf8').trim();
  }

  /** A file of the repository. */
  source(path) { return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'); }

  env(role = 'superuser') {
    const password = readFileSync(join(this.t.home, 'secrets', role), 'utf8').trim();
    return { PGHOST: this.socket, PGUSER: `terrasse_${role}`, PGPASSWORD: password, PGDATABASE: 'terrasse', PGPORT: '5432' };
  }
  uri(role) {
    const e = this.env(role);
    return `host='${e.PGHOST}' dbname=terrasse user=${e.PGUSER} password='${e.PGPASSWORD}'`;
  }
  psql(sql, role = 'superuser', options = {}) {
    return run('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', ...(options.args ?? [])], { input: sql, env: this.env(role), ...options });
  }
  async value(sql) { return (await this.psql(sql)).stdout.trim(); }

  async fillTenants(n) {
    await this.t.must(['tenant', 'add', 'p1', '--name', 'Partenaire 1', '--host', `p1.${this.host}`, '--admin', 'admin@p1.example', '--json']);
    // The others are its copies: what a process keeps of a portal is the same.
    await this.psql(`DO $$
      DECLARE t portal.tenant; id uuid;
      BEGIN
        SELECT * INTO t FROM portal.tenant WHERE slug = 'p1';
        FOR i IN 2..${n - 1} LOOP
          t.id := gen_random_uuid(); t.slug := 'p' || i; t.name := 'Partenaire ' || i; t.slot := 1000 + i; t.siren := NULL;
          INSERT INTO portal.tenant SELECT (t).*;
          INSERT INTO portal.host (host, tenant_id, canonical) VALUES ('p' || i || '.${this.host}', t.id, true);
        END LOOP;
        UPDATE portal.pool SET calls_month = 1000000000, anonymous_calls_day = 1000000000;
      END $$;`);
  }

  /** Publishes a loaded table on the root portal. */
  async publish({ id, rows, bytes, columns }) {
    writeFileSync(join(this.folder, 'columns.json'), JSON.stringify(columns));
    await this.psql(`\\set columns \`cat ${this.folder}/columns.json\`
      INSERT INTO portal.version (id, columns, rows, bytes, state) VALUES ('${id}', :'columns', ${rows}, ${bytes}, 'ready');
      INSERT INTO portal.dataset (tenant_id, id, dataset_id, uid, identifier, organisation_id, visibility, state, version_id,
                                  records, raw_bytes, published_at, data_processed, metas)
      SELECT t.id, gen_random_uuid(), '${DATASET}', 'da_bench1', 'bench', o.id, 'open', 'published', '${id}', ${rows}, ${bytes}, now(), now(), '{}'
        FROM portal.tenant t JOIN portal.organisation o ON o.tenant_id = t.id WHERE t.parent_id IS NULL LIMIT 1;
      UPDATE portal.tenant SET generation = generation + 1;`);
    await poll(async () => (await this.t.http(this.host, this.path('records?limit=1'))).status === 200, { what: 'dataset' });
  }

  path(rest) { return `/api/explore/v2.1/catalog/datasets/${DATASET}/${rest}`; }
  url(rest) { return `http://127.0.0.1:${this.port}${this.path(rest)}`; }
  get hostHeader() { return `Host: ${this.host}:${this.port}`; }

  /** What the server's log says beside answers that went well. */
  complaints() {
    const most = 64 << 20; // a line a request, hundreds of millions of bytes: its end is enough
    const lines = execFileSync('tail', ['-c', String(most), this.log], { maxBuffer: 2 * most }).toString().split('\n');
    return lines.filter((l) => /"level":"(warn|error)"|"error":"[^"]/.test(l)).slice(-10).join('\n');
  }

  async close() { return this.t.stop(); }
}

export function version(file, args) {
  try { return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim().split('\n')[0]; } catch { return null; }
}
