// CSV -> typed table, by our path and by psql \copy: the same table, key, indexes, ANALYZE, one transaction.
//
// psql's file holds the points as EWKT (it cannot read "lat, lon"); every other byte is the same.

import { meter, rounds, run } from './machine.mjs';

async function ours(stage, file = stage.file) {
  const mine = meter({ mine: true });
  const { stdout } = await run(`${stage.programs}/speed_load`, [stage.uri('worker'), file]);
  const cpuUs = mine();
  const made = JSON.parse(stdout);
  return { ...made, cpu: (cpuUs + made.backend_us) / 1e6, wall: made.wall_us / 1e6, rows_wall: made.rows_us / 1e6, rows_cpu: made.rows_cpu_us / 1e6 };
}

/** Loads a table and drops it again. */
async function once(stage, file) {
  const made = await ours(stage, file);
  await stage.psql(`DROP TABLE data.v_${made.id.replaceAll('-', '')}`, 'worker');
  return { cpu: made.cpu, wall: made.wall, rows_wall: made.rows_wall, rows_cpu: made.rows_cpu };
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
SELECT extract(epoch FROM clock_timestamp()) AS copying \\gset
${swap(like.create).replace('_id integer NOT NULL', '_id integer NOT NULL GENERATED ALWAYS AS IDENTITY')};
\\copy ${other} (${columns}) FROM '${stage.psqlFile}' (FORMAT csv, HEADER, FREEZE)
SELECT extract(epoch FROM clock_timestamp()) - :copying AS copied \\gset
\\! cat /proc/$BACKEND/schedstat /proc/$PPID/schedstat
${swap(like.index)};
COMMIT;
SELECT extract(epoch FROM clock_timestamp()) - :start, :copied;
\\! cat /proc/$BACKEND/schedstat /proc/$PPID/schedstat
DROP TABLE ${other};`, 'worker');
  const lines = stdout.trim().split('\n');
  const ns = lines.slice(-2).map((l) => Number(l.split(' ')[0])), rows = lines.slice(-5, -3).map((l) => Number(l.split(' ')[0]));
  const [wall, copied] = lines.at(-3).split('|').map(Number);
  return { wall, cpu: (ns[0] + ns[1]) / 1e9, rows_wall: copied, rows_cpu: (rows[0] + rows[1]) / 1e9 };
}

/** The floor: the same rows ready-made as PostgreSQL's own binary, nothing to parse; no key, no index. */
async function binary(stage, like) {
  const table = `data.v_${like.id.replaceAll('-', '')}`;
  const { stdout } = await stage.psql(`SELECT pg_backend_pid() AS backend \\gset
\\setenv BACKEND :backend
BEGIN;
CREATE TABLE data.bench_binary (LIKE ${table} INCLUDING GENERATED);
SELECT extract(epoch FROM clock_timestamp()) AS start \\gset
\\copy data.bench_binary FROM '${stage.binaryFile}' (FORMAT binary, FREEZE)
SELECT extract(epoch FROM clock_timestamp()) - :start;
\\! cat /proc/$BACKEND/schedstat /proc/$PPID/schedstat
COMMIT;
DROP TABLE data.bench_binary;`, 'worker');
  const [wall, ...books] = stdout.trim().split('\n').slice(-3);
  return { rows_wall: Number(wall), rows_cpu: books.reduce((sum, l) => sum + Number(l.split(' ')[0]), 0) / 1e9 };
}

export async function load({ stage, rounds: n, report, say }) {
  say('loading the table');
  const kept = await ours(stage);
  if (n > 0) {
    const { a, b } = await rounds(n, () => once(stage), () => theirs(stage, kept));
    report({ name: 'CSV to typed table, wall', value: a.wall, limit: b.wall, unit: 's', ratio: b.wall / a.wall, floor: 1.1, note: 'limit: psql \\copy' });
    report({ name: 'CSV to typed table, CPU of all processes', value: a.cpu, limit: b.cpu, unit: 's', ratio: b.cpu / a.cpu, note: 'limit: psql \\copy' });
    report({ name: 'CSV to rows (no key, no index), wall', value: a.rows_wall, limit: b.rows_wall, unit: 's', ratio: b.rows_wall / a.rows_wall, floor: 1.3, note: 'limit: psql \\copy CSV' });
    report({ name: 'CSV to rows, CPU of all processes', value: a.rows_cpu, limit: b.rows_cpu, unit: 's', ratio: b.rows_cpu / a.rows_cpu, note: 'limit: psql \\copy CSV' });
    stage.binaryFile = `${stage.folder}/rows.bin`;
    await stage.psql(`\\copy data.v_${kept.id.replaceAll('-', '')} TO '${stage.binaryFile}' (FORMAT binary)`, 'worker');
    const floor = await rounds(n, () => once(stage), () => binary(stage, kept));
    report({ name: 'CSV to rows, beside ready-made binary, wall', value: floor.a.rows_wall, limit: floor.b.rows_wall, unit: 's', ratio: floor.b.rows_wall / floor.a.rows_wall, floor: 0.8, note: 'limit: psql \\copy BINARY' });
    report({ name: 'CSV to rows, beside ready-made binary, CPU', value: floor.a.rows_cpu, limit: floor.b.rows_cpu, unit: 's', ratio: floor.b.rows_cpu / floor.a.rows_cpu, note: 'limit: psql \\copy BINARY' });
    await run('gzip', ['-kf', stage.file]);
    const gz = await rounds(n, () => once(stage, `${stage.file}.gz`), () => once(stage)).catch((error) => { say(`gz: ${error.message.split('\n').at(-2)}`); return null; });
    if (gz) report({ name: 'gz to typed table, wall', value: gz.a.wall, limit: gz.b.wall, unit: 's', ratio: gz.b.wall / gz.a.wall, floor: 0.8, note: 'limit: the same rows as plain CSV' });
  }
  await stage.publish(kept);
  stage.table = `data.v_${kept.id.replaceAll('-', '')}`;
  stage.columns = kept.columns;
}
