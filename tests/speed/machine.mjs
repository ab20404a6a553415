// What the bench measures with: CPU from the kernel's own books, programs run to their end, medians.

import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { hrtime } from 'node:process';

const TICK_US = 10000; // USER_HZ is 100 on Linux

/** CPU of a living process with all its threads, in microseconds; 0 when it is gone. */
export function cpuOf(pid) {
  try {
    let ns = 0;
    for (const t of readdirSync(`/proc/${pid}/task`)) ns += Number(readFileSync(`/proc/${pid}/task/${t}/schedstat`, 'utf8').split(' ')[0]);
    return ns / 1000;
  } catch { return 0; }
}

const stat = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');

/** CPU of the children that a process has already buried, in microseconds (ticks of 10 ms). */
export const buriedBy = (pid) => { const f = stat(pid); return (Number(f[13]) + Number(f[14])) * TICK_US; };

export function childrenOf(pid) {
  return readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => { try { return stat(p)[1] === String(pid); } catch { return false; } }).map(Number);
}

export const commandOf = (pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');

export function residentBytes(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

/** A meter over a set of processes: meter() gives microseconds of CPU since it was made. A process that
 * is born later counts from its birth; one that dies counts only where `parent` buries it. */
export function meter({ pids = [], parent, mine = false }) {
  const books = () => {
    const all = new Map([...pids, ...(parent ? childrenOf(parent) : [])].map((p) => [p, cpuOf(p)]));
    return { all, buried: parent ? buriedBy(parent) : 0, mine: mine ? buriedBy('self') : 0 };
  };
  const before = books();
  return () => {
    const after = books();
    let us = after.mine - before.mine;
    for (const [pid, cpu] of after.all) us += cpu - (before.all.get(pid) ?? 0);
    // What a buried child had used before we began is in its parent's books at once.
    let dead = after.buried - before.buried;
    for (const [pid, cpu] of before.all) if (!after.all.has(pid)) dead -= cpu;
    return us + Math.max(0, dead);
  };
}

/** Runs a program to its end: { stdout, stderr, wallUs }. Throws when it fails. */
export function run(file, args, { input, env, stdout = 'pipe', cwd } = {}) {
  return new Promise((done, fail) => {
    const from = hrtime.bigint();
    const child = spawn(file, args, { env: { ...process.env, ...env }, cwd, stdio: ['pipe', stdout, 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (s) => { out += s; });
    child.stderr.setEncoding('utf8').on('data', (s) => { err += s; });
    child.on('error', fail);
    child.on('close', (code) => {
      const wallUs = Number((hrtime.bigint() - from) / 1000n);
      if (code === 0) done({ stdout: out, stderr: err, wallUs });
      else fail(new Error(`${file} ${args[0]}: ${code}\n${err.slice(-2000)}`));
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

export const median = (list) => { const s = [...list].sort((a, b) => a - b), n = s.length; return n % 2 ? s[n >> 1] : (s[n / 2 - 1] + s[n / 2]) / 2; };

/** A B A B …: each round runs both, the order turned round at each; gives the medians of what they give. */
export async function rounds(n, a, b) {
  const seen = { a: [], b: [] };
  for (let i = 0; i < n; i++) {
    const order = i % 2 ? [['b', b], ['a', a]] : [['a', a], ['b', b]];
    for (const [name, fn] of order) seen[name].push(await fn(i));
  }
  const fold = (list) => Object.fromEntries(Object.keys(list[0]).map((k) => [k, median(list.map((x) => x[k]))]));
  return { a: fold(seen.a), b: fold(seen.b) };
}
