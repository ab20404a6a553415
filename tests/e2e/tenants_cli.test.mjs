// terrasse tenant and user: a sub-domain lives without a restart, a refusal leaves nothing behind.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emblem } from '../../tools/demo/emblem.mjs';
import { installation, poll } from './harness.mjs';

let t;
before(async () => { t = await installation(); });
after(() => t?.stop());

const hosts = async () => (await t.must(['tenant', 'list', '--json'])).map((row) => row.host);

test('a partner gets a sub-domain that answers without a restart', async () => {
  await t.tenants(['a', 'b']);
  assert.deepEqual(await hosts(), ['r.localhost', 'a.r.localhost', 'b.r.localhost']);
  assert.match(t.links['a.r.localhost'], /^\/invite\/[\w-]{43}$/);
});
for (const [what, args, words] of [
  ['the same name twice', ['a', '--host', 'a2.r.localhost'], /./],
  ['the same host twice', ['c', '--host', 'a.r.localhost'], /./],
  ['a host that is not below the region', ['c', '--host', 'c.ailleurs.localhost', '--region', 'r.localhost'], /r\.localhost/],
  ['an unknown kind', ['c', '--host', 'c.r.localhost', '--kind', 'royaume'], /royaume/],
  ['no region to be found', ['c', '--host', 'c.ailleurs.localhost'], /--region/],
]) {
  test(`${what} is refused and leaves nothing`, async () => {
    const done = await t.cli(['tenant', 'add', ...args, '--name', 'Essai', '--admin', 'x@y.example']);
    assert.equal(done.code, 1);
    assert.match(done.stderr, words);
    assert.equal((await hosts()).length, 3);
  });
}
test('--dry-run checks all and changes nothing', async () => {
  await t.must(['tenant', 'add', 'd', '--name', 'D', '--host', 'd.r.localhost', '--admin', 'x@y.example', '--dry-run']);
  assert.equal((await hosts()).length, 3);
});
test('a direct publisher has a person on the region and no host', async () => {
  const made = await t.must(['tenant', 'add', '--direct', '--region', 'r.localhost', '--name', 'Syndicat D', '--admin', 'd@d.example', '--json']);
  assert.equal(made.host, 'r.localhost');
  assert.equal((await hosts()).length, 3);
});
test('a person is invited, and gets a new link when the password is lost', async () => {
  const first = await t.must(['user', 'add', 'Agent@A.example', '--host', 'a.r.localhost', '--role', 'editor', '--json']);
  const again = await t.must(['user', 'link', 'agent@a.example', '--host', 'a.r.localhost', '--json']);
  assert.notEqual(first.invitation, again.invitation);
  assert.equal((await t.cli(['user', 'link', 'agent@a.example', '--host', 'b.r.localhost'])).code, 1);
  assert.equal((await t.cli(['user', 'add', 'x@a.example', '--host', 'a.r.localhost', '--role', 'roi'])).code, 1);
});
test('a link that is passed on has the scheme and port people type', async () => {
  const said = async (...args) => (await t.cli(['user', 'link', 'agent@a.example', '--host', 'a.r.localhost', ...args])).stdout;
  assert.match(await said('--public-url', 'http://r.localhost:8123'), / http:\/\/a\.r\.localhost:8123\/invite\/[\w-]{43}\n/);
  assert.match(await said('--public-url', 'https://r.localhost/'), / https:\/\/a\.r\.localhost\/invite\/[\w-]{43}\n/);
  assert.match(await said(), / https:\/\/a\.r\.localhost\/invite\//, 'nothing is known of how it is served');
  await t.halt();
  await t.serve({ args: ['--public-url', 'http://r.localhost:8124'] });
  assert.match(await said(), / http:\/\/a\.r\.localhost:8124\/invite\//, 'what serve was told');
});
test('a password is set from standard input, and a weak one is refused', async () => {
  const joined = async () => (await t.must(['user', 'list', '--host', 'a.r.localhost', '--json']))
    .find((row) => row.email === 'agent@a.example').joined;
  const set = (input) => t.cli(['user', 'password', 'agent@a.example', '--host', 'a.r.localhost'], { input });
  assert.equal((await set('court\n')).code, 1);
  assert.equal(await joined(), false);
  assert.equal((await set('une phrase assez longue\n')).code, 0);
  assert.equal(await joined(), true);
  assert.equal((await t.cli(['user', 'password', 'nobody@a.example', '--host', 'a.r.localhost'], { input: 'une phrase assez longue\n' })).code, 1);
});
test('a portal gets a name, colours and a logo; what would not be legible is refused', async () => {
  const file = (name, bytes) => { writeFileSync(join(t.folder, name), bytes); return join(t.folder, name); };
  const brand = (...args) => t.cli(['tenant', 'brand', 'a.r.localhost', ...args]);
  const theme = (value) => file('theme.json', JSON.stringify(value));
  assert.equal((await brand('--name', 'Ville d’A', '--theme', theme({ primary: '#1f4e79', hero_title: 'Bonjour' }))).code, 0);
  const rows = await t.must(['tenant', 'list', '--json']);
  assert.equal(rows.find((row) => row.host === 'a.r.localhost').name, 'Ville d’A');
  const pale = await brand('--theme', theme({ primary: '#ffff00' }));
  assert.equal(pale.code, 1);
  assert.match(pale.stderr, /#[0-9a-f]{6}/);
  assert.equal((await brand('--logo', file('logo.png', emblem('Ville d’A', '#1f4e79')))).code, 0);
  assert.equal((await brand('--logo', file('wrong.png', '<svg xmlns="http://www.w3.org/2000/svg"/>'))).code, 1);
  assert.equal((await brand('--logo', file('large.png', Buffer.alloc(300 * 1024)))).code, 1);
  assert.equal((await brand('--logo', join(t.folder, 'absent.png'))).code, 1);
});
test('an alias leads to the portal, and a name that is taken is refused', async () => {
  assert.equal((await t.cli(['tenant', 'alias', 'a.r.localhost', 'Ancien.A.localhost'])).code, 0);
  const answer = await poll(async () => {
    const got = await t.http('ancien.a.localhost', '/explore/dataset/x/?q=1');
    return got.status === 301 && got;
  }, { what: 'alias' });
  assert.equal(answer.headers.location, `http://a.r.localhost:${t.port}/explore/dataset/x/?q=1`);
  assert.equal((await t.cli(['tenant', 'alias', 'a.r.localhost', 'ancien.a.localhost'])).code, 1);
  assert.equal((await t.cli(['tenant', 'alias', 'a.r.localhost', 'r.localhost'])).code, 1);
});
