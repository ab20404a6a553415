// CSV -> typed table, by our path and by psql \copy: the same table, key, indexes, ANALYZE, one transaction.
//
// psql's file holds the points as EWKT (it cannot read "lat, lon"); every other byte is the same.

import { meter, rounds, run } from './machine.mjs';

async function ours(stage) {
  const mine = meter({ mine: true });
  const { stdout } = await run(`${stage.programs}/speed_load`, [stage.uri('worker'), stage.file]);
  const cpuUs = mine();
  const made = JSON.parse(stdout);
  return { ...made, cpu: (cpuUs + made.backend_us) / 1e6, wall: made.wall_us / 1e6 };
}

/** Kernel books of the backend and of psql itself, read while both live. */
async function theirs(stage, like) {
  const table = `data.v_${like.id.replaceAll('-', '')}`, other = 'data.bench_psql';
  const columns = like.columns.map((c) => c.sql).join(', ');
  const swap = (sql) => sql.replaceAll(table, other);
  const { stdout } = await stage.psql(`\\pset format unaligned
SELECT pg_backend_pid() AS backend, extract(epoch FROM clock_timestamp()) AS start \\gset
\\setenv BACKEND :backend
BEGIN;
${swap(like.create).replace('_id integer NOT NULL', '_id integer NOT NULL GENERATED ALWAYS AS IDENTITY')};
\\copy ${other} (${columns}) FROM '${stage.psqlFile}' (FORMAT csv, HEADER, FREEZE)
${swap(like.index)};
COMMIT;
SELECT extract(epoch FROM clock_timestamp()) - :start;
\\! cat /proc/$BACKEND/schedstat /proc/$PPID/schedstat
DROP TABLE ${other};`, 'worker');
  const lines = stdout.trim().split('\n');
  const ns = lines.slice(-2).map((l) => Number(l.split(' ')[0]));
  return { wall: Number(lines.at(-3)), cpu: (ns[0] + ns[1]) / 1e9 };
}

export async function load({ stage, rounds: n, report, say }) {
  say('loading the table');
  const kept = await ours(stage);
  if (n > 0) {
    const { a, b } = await rounds(n, async () => {
      const made = await ours(stage);
      await stage.psql(`DROP TABLE data.v_${made.id.replaceAll('-', '')}`, 'worker');
      return { cpu: made.cpu, wall: made.wall };
    }, () => theirs(stage, kept));
    report({ name: 'CSV to typed table, wall', value: a.wall, limit: b.wall, unit: 's', ratio: b.wall / a.wall, floor: 1.1, note: 'limit: psql \\copy' });
    report({ name: 'CSV to typed table, CPU of all processes', value: a.cpu, limit: b.cpu, unit: 's', ratio: b.cpu / a.cpu, note: 'limit: psql \\copy' });
  }
  await stage.publish(kept);
  stage.table = `data.v_${kept.id.replaceAll('-', '')}`;
  stage.columns = kept.columns;
}
