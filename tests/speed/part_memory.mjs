// A web process that knows 206 portals and serves nobody: its resident memory.

import { setTimeout as wait } from 'node:timers/promises';
import { poll } from '../e2e/harness.mjs';
import { residentBytes } from './machine.mjs';

export async function memory({ stage, report }) {
  const n = await stage.value('SELECT count(*) FROM portal.tenant');
  const last = `p${Number(n) - 1}.${stage.host}`;
  await poll(async () => (await stage.t.http(last, '/')).status !== 421, { what: `portal ${last}` });
  await wait(1000);
  const bytes = residentBytes(stage.web);
  report({ name: `web process, ${n} portals, idle: resident`, value: bytes / 1048576, limit: 64, ratio: 64 * 1048576 / bytes, floor: 1, unit: 'MiB' });
}
