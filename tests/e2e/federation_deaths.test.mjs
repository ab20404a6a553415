// The worker dies at each step of a delivery: one copy, one object, one receipt.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from './fixtures.mjs';
import { A, R, addNational, begin, csv, end, isQuiet, list, receipts, rowsOf, run, t, thereAs, until, whole } from './federation_stage.mjs';
import { poll } from './harness.mjs';

before(async () => { await begin(); await addNational(); });
after(end);

const stopAt = join('spool', 'stop-at');
// The supervisor waits longer after each death of a worker; started anew it does not.
async function died(point) {
  await until(() => !existsSync(join(t.home, stopAt)), `the worker to die at ${point}`);
  await t.halt();
  await t.serve();
}
for (const point of ['dispatch-taken', 'dispatch-done', 'copy-claimed', 'copy-looked', 'copy-written', 'copy-receipt', 'copy-committed']) {
  test(`killed at ${point}: one copy, one receipt`, async () => {
    const id = `mort-${point}`;
    writeFileSync(join(t.home, stopAt), point, { mode: 0o666 });
    await t.importCsv(A, id, csv([['1', 'é'], ['2', 'f']]), { title: `Mort ${point}` });
    await died(point);
    await until(async () => { await expire(); return (await list(R)).includes(id); }, 'the copy');
    assert.deepEqual(await rowsOf(R, id), [{ code: '1', nom: 'é' }, { code: '2', nom: 'f' }]);
    await settled();
    const made = (await receipts()).filter((r) => r.kind === 'upward' && r.target_url === `/explore/dataset/${id}/` && r.action === 'create');
    assert.equal(made.length, 1);
    await whole();
  });
}
for (const point of ['national-claimed', 'national-before-read', 'national-looked', 'national-after-read', 'national-intent', 'national-before-write',
  'national-after-write', 'national-sent', 'national-receipt', 'national-done']) {
  test(`killed at ${point}: one object there`, async () => {
    const title = `Mort ${point}`;
    await settled();
    writeFileSync(join(t.home, stopAt), point, { mode: 0o666 });
    await t.importCsv(R, `mort-${point}`, csv([['1', 'a']]), { title });
    await died(point);
    await settled();
    assert.equal((await thereAs(title)).length, 1);
    const [d] = await thereAs(title);
    assert.equal(d.resources.length, 3);
    assert.ok((await receipts()).some((r) => r.target_id === d.id && r.outcome === 'confirmed'));
    await whole();
  });
}

// A lease of a dead worker ends by itself after a minute; the test does not wait for it.
async function expire() {
  sql(t, "UPDATE portal.delivery SET lease_until = now() - interval '1 second' WHERE lease_token IS NOT NULL; UPDATE portal.peer SET busy_until = NULL");
  await run();
}
async function settled() {
  return poll(async () => {
    if (isQuiet()) return true;
    await expire();
    return false;
  }, { deadline: 60000, every: 1000, what: 'everything to end' });
}
