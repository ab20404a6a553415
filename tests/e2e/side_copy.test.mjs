// The columnar side copy as the outside sees it: the same answers, made without the table; gone with its version; where it
// is damaged or lost PostgreSQL answers, and the sweeper has it made again.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

const H = 'r.localhost', ROWS = 1200;
let t, n = 0;

const csv = (rows) => 'code;ville;annee;montant;secret\n' + Array.from({ length: rows }, (_, i) =>
  `${String(i % 37).padStart(2, '0')};${['Tours', 'Blois', 'Orléans', ''][i % 4]};${2015 + (i % 9)};${(i * 7 % 1000) / 4};s${i % 3}`).join('\n') + '\n';
const fields = [{ name: 'code', annotations: { facet: true } }, { name: 'ville', annotations: { facet: true } }, { name: 'annee', annotations: { facet: true } }];

before(async () => {
  t = await installation();
  await t.importCsv(H, 'aides', csv(ROWS), { title: 'Aides', fields });
  await t.importCsv(H, 'petit', csv(999), { title: 'Petit', fields });
});
after(() => t?.stop());

const folder = () => join(t.home, 'content/side');
const version = (id) => sql(t, `SELECT version_id FROM portal.dataset WHERE dataset_id = '${id}'`).trim().replaceAll('-', '');
const file = (id) => join(folder(), version(id));
const table = (id) => `data.v_${version(id)}`;
const ask = async (id, path) => {
  const answer = await t.http(H, encodeURI(`/api/explore/v2.1/catalog/datasets/${id}/${path}${path.includes('?') ? '&' : '?'}n=${n += 1}`));
  return answer.status === 200 ? answer.text.replace(/[?&]n=\d+/g, '') : answer.status;
};
const questions = ['facets', 'facets?refine=ville:Tours&facet=code', 'facets?where=annee>2018&exclude=code:07',
  'records?group_by=ville&select=count(*),sum(montant),avg(montant),min(montant),median(montant)&order_by=count(*) desc',
  'records?group_by=annee,ville&select=max(montant) as m&limit=7&offset=3'];
const answers = async (id) => { const all = []; for (const q of questions) all.push(await ask(id, q)); return all; };

/** What is answered while the table is away was not answered by PostgreSQL. */
const withoutTable = async (id, fn) => {
  sql(t, `ALTER TABLE ${table(id)} RENAME TO away`);
  try { return await fn(); } finally { sql(t, `ALTER TABLE data.away RENAME TO ${table(id).slice(5)}`); }
};

test('a side copy is made behind the publication, and answers to the byte what PostgreSQL answers', async () => {
  const path = file('aides');
  await poll(() => existsSync(path), { what: 'side copy' });
  const mine = await withoutTable('aides', async () => {
    await poll(async () => typeof await ask('aides', 'facets') === 'string', { what: 'an answer without the table' });
    return answers('aides');
  });
  assert.ok(mine.every((a) => typeof a === 'string'), JSON.stringify(mine));
  const kept = readFileSync(path);
  rmSync(path);
  await t.halt();
  await t.serve();
  assert.deepEqual(await answers('aides'), mine);
  writeFileSync(path, kept);
});

test('the first version of the API and the filters of the page are the same with and without it', async () => {
  const ask2 = async () => [JSON.parse((await t.http(H, `/api/records/1.0/search/?dataset=aides&rows=2&facet=ville&facet=code&refine.annee=2016&n=${n += 1}`)).text).facet_groups,
    /<form[^]*<\/form>/.exec((await t.http(H, `/explore/dataset/aides/table/?refine=annee:2016`)).text)?.[0]];
  const path = file('aides'), [groups, page] = await ask2(), kept = readFileSync(path);
  assert.deepEqual(groups.find((g) => g.name === 'ville').facets.map((f) => [f.name, f.count]).sort(),
    ['Tours', 'Blois', 'Orléans'].map((v, i) => [v, Array.from({ length: ROWS }, (_, k) => k).filter((k) => k % 4 === i && k % 9 === 1).length]).sort());
  assert.match(page, /Orléans/);
  rmSync(path);
  await t.halt();
  await t.serve();
  assert.deepEqual(await ask2(), [groups, page]);
  writeFileSync(path, kept);
});

test('a question that the file cannot answer goes to PostgreSQL', async () => {
  assert.equal(JSON.parse(await ask('aides', 'records?group_by=length(ville)&select=count(*)')).total_count, 3);
  assert.equal(await withoutTable('aides', () => ask('aides', 'records?group_by=length(ville)&select=count(*)')) === 200, false);
});

test('below a thousand rows there is none', async () => {
  assert.ok(JSON.parse(await ask('petit', 'facets')).facets.length >= 3);
  assert.ok(!existsSync(file('petit')));
});

test('a damaged file is not used', async () => {
  const path = file('aides'), good = readFileSync(path), bad = Buffer.from(good);
  const want = await answers('aides');
  bad[bad.length - 9] ^= 1;
  rmSync(path);
  writeFileSync(path, bad);
  await t.halt();
  await t.serve();
  assert.deepEqual(await answers('aides'), want);
  assert.notEqual(typeof await withoutTable('aides', () => ask('aides', 'facets')), 'string');
  writeFileSync(path, good);
});

test('no file is left without its version', () => {
  const known = new Set(sql(t, 'SELECT id FROM portal.version').trim().split('\n').map((v) => v.replaceAll('-', '')));
  for (const name of readdirSync(folder())) assert.ok(known.has(name), name);
});
