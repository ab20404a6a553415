// The demonstration, from nothing to Ctrl-C: what tools/quickstart runs once the program is built.
//   TERRASSE_BINARY=build/terrasse node tools/demo/run.mjs [--all] [--home DIR] [--listen ADDRESS:PORT]
// A home made here is marked by its file `demonstration` (0600), which keeps the accounts.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start as startNational } from '../../tests/peers/udata/server.mjs';
import { load } from './load.mjs';
import { addresses } from './addresses.mjs';
import { Program, Stopped, freePort, isFree } from './program.mjs';
import { fail, say, step } from './say.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

// Started as root, PostgreSQL runs as another user, who must be able to walk there: not below /root.
const usualHome = () => process.getuid() === 0 ? '/var/lib/terrasse-demo'
  : join(process.env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'terrasse-demo');

function options(args) {
  const made = { all: false, home: usualHome(), listen: null, binary: process.env.TERRASSE_BINARY ?? join(root, 'build/terrasse') };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === '--all') made.all = true;
    else if (args[i] === '--home' && args[i + 1]) made.home = resolve(args[++i]);
    else if (args[i] === '--listen' && args[i + 1]) made.listen = args[++i];
    else fail(2, `run.mjs: ${args[i]}?`);
  }
  return made;
}

/** The file that marks a demonstration: the accounts, and what has been loaded. */
class Mark {
  constructor(home) {
    this.path = join(home, 'demonstration');
    this.value = existsSync(this.path) ? JSON.parse(readFileSync(this.path, 'utf8') || '{}') : {};
    this.value.accounts ??= [];
  }
  save() {
    writeFileSync(this.path + '.new', JSON.stringify(this.value, null, 1) + '\n', { mode: 0o600 });
    renameSync(this.path + '.new', this.path);
  }
}

/** Only an empty folder or a demonstration: anything else is somebody's work. */
function openHome(home) {
  mkdirSync(home, { recursive: true, mode: 0o755 });
  if (readdirSync(home).length > 0 && !existsSync(join(home, 'demonstration'))) {
    fail(1, say(`${home} n’est pas une démonstration : choisissez un dossier vide avec --home.`,
      `${home} is not a demonstration: choose an empty folder with --home.`));
  }
  const mark = new Mark(home);
  mark.save();
  return mark;
}

/** A second start beside the first would only meet its locks. */
function refuseTwice(home) {
  const holder = existsSync(join(home, 'lock')) ? readFileSync(join(home, 'lock'), 'utf8').trim() : '';
  const command = /^\d+$/.test(holder) && existsSync(`/proc/${holder}/cmdline`) ? readFileSync(`/proc/${holder}/cmdline`, 'utf8') : '';
  if (!command.includes('\0serve\0')) return;
  fail(1, say(`Cette démonstration tourne déjà (processus ${holder}) ; Ctrl-C dans son terminal l’arrête.`,
    `This demonstration is running already (process ${holder}); Ctrl-C in its terminal stops it.`));
}

/** ADDRESS:PORT; 8080, or a free port where that one is taken. Copies elsewhere name the port: it is kept. */
async function chooseListen(given, mark) {
  const [, address, asked] = /^(.*):(\d+)$/.exec(given ?? '127.0.0.1:8080');
  let port = Number(asked);
  if (port === 0) port = mark.value.port && await isFree(mark.value.port) ? mark.value.port : await freePort();
  else if (!given && !(await isFree(port))) {
    port = await freePort();
    console.log(say(`  Le port 8080 est pris : voici ${port}.`, `  Port 8080 is taken: this is ${port}.`));
  } else if (!(await isFree(port, address))) {
    fail(1, say(`Le port ${port} est pris : choisissez-en un autre avec --listen.`, `Port ${port} is taken: choose another with --listen.`));
  }
  mark.value.port = port;
  mark.save();
  return `${address}:${port}`;
}

/** The links hold its address: it keeps its port from one start to the next. */
async function openNational(home, mark) {
  mark.value.national_port ??= await freePort();
  mark.save();
  try {
    return await startNational({ port: mark.value.national_port, state: join(home, 'national-portal.json'), allowLocal: true });
  } catch (error) {
    return fail(1, say(`Le port ${mark.value.national_port} du portail national simulé est pris (${error.code}).`,
      `Port ${mark.value.national_port} of the national portal's stand-in is taken (${error.code}).`));
  }
}

async function main() {
  process.stdout.on('error', () => {}); // somebody reads the first lines only
  const asked = options(process.argv.slice(2));
  if (!existsSync(asked.binary)) fail(1, say(`Il n’y a pas de programme ${asked.binary}.`, `There is no program ${asked.binary}.`));
  const mark = openHome(asked.home);
  refuseTwice(asked.home);
  const listen = await chooseListen(asked.listen, mark);
  const program = new Program(asked.binary, asked.home);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => program.stop());
  let national;
  try {
    national = await openNational(asked.home, mark);
    const wanted = asked.all ? 'all' : 'region';
    if (mark.value.loaded !== wanted && mark.value.loaded !== 'all') await load({ program, mark, listen, national, all: asked.all });
    else await step(say('démarrage', 'start'), () => program.serve(listen, mark.value.portals[0].host));
    addresses({ mark: mark.value, home: asked.home, program, national });
    await program.ended;
    if (!program.stopping) fail(1, say(`terrasse serve s’est arrêté : voir ${program.log}`, `terrasse serve has ended: see ${program.log}`));
  } catch (error) {
    if (!(error instanceof Stopped)) console.error(`\n${error.message}`);
    process.exitCode = error instanceof Stopped ? 0 : 1;
  } finally {
    if (program.child) await step(say('arrêt', 'stop'), () => program.end());
    await national?.close();
  }
}

await main();
