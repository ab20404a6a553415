// What stands on the screen once the demonstration runs: addresses, accounts, the way in from elsewhere.

import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { say } from './say.mjs';

const shown = 12;

/** Reached over ssh: the address somebody used; else our own name. */
export function sshLine(ends, env = process.env) {
  const host = env.SSH_CONNECTION?.split(' ')[2] ?? hostname();
  return `ssh ${ends.map(([at, port]) => `-L ${port}:${at}:${port}`).join(' ')} ${userInfo().username}@${host}`;
}

export function addresses({ mark, home, program: { at, port }, national }) {
  const nationalPort = Number(new URL(national.url).port);
  const url = (host) => `http://${host}:${port}/`;
  const { portals = [], accounts } = mark;
  const out = ['', say('La démonstration est prête. À ouvrir dans un navigateur :', 'The demonstration is ready. Open in a browser:'), ''];
  const list = [...portals.slice(0, shown).map((p) => [p.name, url(p.host)]), [say('Portail national (simulé)', 'National portal (stand-in)'), `${national.url}/`]];
  const wide = Math.max(...list.map(([name]) => name.length)) + 2;
  for (const [name, address] of list) out.push(`  ${name.padEnd(wide)}${address}`);
  if (portals.length > shown) out.push(`  ${say(`et ${portals.length - shown} autres : terrasse tenant list --home`, `and ${portals.length - shown} more: terrasse tenant list --home`)} ${home}`);
  out.push('', say('Comptes (adresse de connexion, courriel, mot de passe) :', 'Accounts (where to sign in, e-mail, password):'), '');
  for (const a of accounts) out.push(`  ${a.what}`, `    ${url(a.host)}login/   ${a.email}   ${a.password}`);
  out.push('', say('Fichiers à déposer avec le compte de Vendôme (le premier a une faute, c’est voulu) :', 'Files to upload as Vendôme (the first has a fault, on purpose):'));
  for (const f of ['subventions-2026-1-abime.xlsx', 'subventions-2026-1-corrige.xlsx', 'subventions-2026-2.xlsx']) out.push(`  ${join(home, 'demonstration-data', f)}`);
  out.push('', say('Depuis un autre ordinateur, y taper d’abord :', 'From another computer, type there first:'), `  ${sshLine([[at, port], ['127.0.0.1', nationalPort]])}`);
  out.push('', say(`Ctrl-C arrête tout ; relancer garde les données. Tout effacer : rm -r ${home}`,
    `Ctrl-C stops it all; starting again keeps the data. To remove it: rm -r ${home}`), '');
  console.log(out.join('\n'));
}
