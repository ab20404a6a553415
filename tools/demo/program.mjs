// terrasse as the demonstration runs it: `serve` beside us, and single commands.

import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { say } from './say.mjs';

/** Somebody pressed Ctrl-C. */
export class Stopped extends Error {
  get stopped() { return true; }
}

export const isFree = (port, address = '127.0.0.1') => new Promise((done) => {
  const server = createServer().once('error', () => done(false));
  server.listen(port, address.replace(/[[\]]/g, ''), () => server.close(() => done(true)));
});

export const freePort = () => new Promise((done, fail) => {
  const server = createServer().once('error', fail);
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

// However we end, `serve` is told to: it ends in order then.
const boundToUs = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', 'TERM'] : [];

export class Program {
  constructor(binary, home) {
    Object.assign(this, { binary, home, child: null, port: 0, stopping: false, running: new Set() });
    this.log = join(home, 'serve.log');
    this.env = { ...process.env, TERRASSE_HOME: home };
    for (const name of Object.keys(this.env)) if (name.startsWith('TERRASSE_') && name !== 'TERRASSE_HOME') delete this.env[name];
  }

  /** One command to its end; gives its JSON. Fails with its own words. */
  run(args, { input } = {}) {
    if (this.stopping) throw new Stopped();
    return new Promise((done, fail) => {
      const child = spawn(this.binary, [...args, '--json'], { env: this.env, stdio: ['pipe', 'pipe', 'pipe'] });
      let [stdout, stderr] = ['', ''];
      this.running.add(child);
      child.stdout.setEncoding('utf8').on('data', (s) => { stdout += s; });
      child.stderr.setEncoding('utf8').on('data', (s) => { stderr += s; });
      child.on('error', fail);
      child.on('close', (code) => {
        this.running.delete(child);
        if (this.stopping) fail(new Stopped());
        else if (code !== 0) fail(new Error(`terrasse ${args.join(' ')}: ${code}\n${stderr || stdout}`));
        else done(stdout.trim() ? JSON.parse(stdout) : null);
      });
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });
  }

  /** Starts serving; host: of the region, for the addresses that are sent elsewhere. Resolves when the address is printed and /readyz says yes. */
  async serve(listen, host) {
    if (this.stopping) throw new Stopped();
    mkdirSync(this.home, { recursive: true });
    const log = createWriteStream(this.log, { flags: 'a', mode: 0o600 });
    const [file, ...args] = [...boundToUs, this.binary, 'serve', '--home', this.home, '--listen', listen,
      '--public-url', `http://${host}:${/\d+$/.exec(listen)[0]}`];
    const child = spawn(file, args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let [gone, printed] = [false, ''];
    this.child = child;
    this.ended = new Promise((done) => {
      child.on('close', () => done());
      child.on('error', () => done());
    }).then(() => { gone = true; });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        log.write(text);
        if (!this.port) printed = (printed + text).slice(-8000);
        const [, at, port] = /http:\/\/(127\.[0-9.]+|\[::1\]):(\d+)/.exec(printed) ?? [];
        if (!this.port && port) Object.assign(this, { at, port: Number(port) });
      });
    }
    while (!gone && !this.stopping && !(this.port && await this.answers())) await wait(50);
    if (this.stopping) throw new Stopped();
    if (gone) throw new Error(`${say('terrasse serve ne démarre pas', 'terrasse serve does not start')}\n${printed.slice(-2000)}`);
  }

  answers() {
    return new Promise((done) => {
      const asked = request({ host: this.at.replace(/[[\]]/g, ''), port: this.port, path: '/readyz', timeout: 2000, agent: false }, (answer) => {
        answer.resume();
        done(answer.statusCode === 200);
      });
      asked.on('error', () => done(false)).on('timeout', () => asked.destroy()).end();
    });
  }

  /** Ctrl-C: nothing new is begun; asked again, serve is told to hurry. */
  stop() {
    this.stopping = true;
    for (const child of this.running) child.kill('SIGTERM');
    this.child?.kill('SIGTERM');
  }

  async end() {
    this.stop();
    await this.ended;
    this.child = null;
  }
}
