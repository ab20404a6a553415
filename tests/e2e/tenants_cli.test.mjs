// terrasse tenant and user: a sub-domain lives without a restart, a refusal leaves nothing behind.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
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
