// The region's question about a submission, on the pages: the clock stands until the partner answers, and nobody else can.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { installation, poll } from './harness.mjs';
import { sql } from './fixtures.mjs';

let t, editor, blois, dreux, review;
const R = 'r.localhost';
const metas = { default: { title: 'Arbres de Blois', description: 'Les arbres.', license: 'Licence Ouverte v2.0 (Etalab)', theme: ['Environnement'], keyword: ['arbre'] },
  dcat: { accrualperiodicity: 'Annuelle', spatial: 'Blois', granularity: 'commune' } };
const one = (text) => sql(t, `${text};`);

before(async () => {
  t = await installation();
  const people = {};
  for (const [name, email] of [['Ville de Blois', 'agent@blois.example'], ['Ville de Dreux', 'agent@dreux.example']]) {
    const made = await t.must(['tenant', 'add', '--direct', '--region', R, '--name', name, '--admin', email, '--json']);
    people[email] = await t.signIn(R, email, await t.accept(R, made.invitation));
  }
  [blois, dreux] = [people['agent@blois.example'], people['agent@dreux.example']];
  editor = await t.signIn(R, 'admin@r.example', await t.accept(R, t.links[R]));
  const key = (await t.must(['token', 'add', 'agent@blois.example', '--host', R, '--json'])).key;
  const api = (path, options) => t.http(R, `/api/portal/v1${path}`, { key, ...options });
  const sent = await api('/uploads?name=a.csv', { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: 'code;essence\n1;Tilleul\n2;Orme\n' });
  assert.ok([200, 201, 202].includes(sent.status), sent.text);
  await poll(async () => (await api(`/uploads/${sent.json.id}`)).json.state === 'ready', { what: 'the file' });
  const made = await api('/datasets/arbres/draft', { method: 'PUT', body: { upload: sent.json.id, metas } });
  assert.equal(made.status, 201, made.text);
  const submitted = await api('/datasets/arbres/submit', { method: 'POST', body: { attest: true } });
  assert.equal(submitted.status, 200, submitted.text);
  review = submitted.json.review;
});
after(() => t?.stop());

test('the submission is told to the region’s people, with its deadline', async () => {
  assert.equal(one("SELECT recipient FROM portal.mail WHERE template = 'review_submitted'"), 'editors');
  const queue = await editor.get('/backoffice/review/');
  assert.match(queue.text, /encore (48\u00a0h\u00a000|47\u00a0h\u00a0\d\d)</); // within its first second, all of it is left
  assert.match(queue.text, /dont \d+\u00a0h\u00a0\d\d ouvrées|dont \d+\u00a0min ouvrées/);
});
test('a question stops the clock: the queue and both pages say so', async () => {
  const empty = await editor.post(`/backoffice/review/${review}/ask`, { question: ' ' });
  assert.equal(empty.status, 400);
  assert.equal((await editor.post(`/backoffice/review/${review}/ask`, { question: 'De quelle année <b>sont</b> ces relevés ?' })).status, 303);
  const page = (await editor.get(`/backoffice/review/${review}/`)).text;
  assert.match(page, /De quelle année &lt;b&gt;sont&lt;\/b&gt; ces relevés/);
  assert.match(page, /délai suspendu/);
  assert.match((await editor.get('/backoffice/review/')).text, /délai suspendu/);
  assert.match((await blois.get('/backoffice/')).text, /1 question de la Région/);
  const asked = (await blois.get('/backoffice/datasets/arbres/')).text;
  assert.match(asked, /name="answer"/);
  assert.match(asked, /De quelle année/);
});
test('only the producer whose submission it is can answer', async () => {
  assert.equal((await dreux.get('/backoffice/datasets/arbres/')).status, 404);
  assert.equal((await dreux.post('/backoffice/datasets/arbres/answer', { answer: 'faux' })).status, 404);
  assert.equal((await editor.post('/backoffice/datasets/arbres/answer', { answer: 'faux' })).status, 404);
  assert.equal((await blois.post(`/backoffice/review/${review}/resume`)).status, 403);
  assert.equal(one('SELECT count(*) FROM portal.review_question WHERE ended_at IS NULL'), '1');
});
test('the answer moves the deadline by as long as the question waited', async () => {
  one("UPDATE portal.review_question SET asked_at = asked_at - interval '90 minutes'");
  assert.equal((await blois.post('/backoffice/datasets/arbres/answer', { answer: '2025, par le service des espaces verts.' })).status, 303);
  const waited = Number(one('SELECT extract(epoch FROM deadline - submitted_at - interval \'48 hours\') FROM portal.review'));
  assert.ok(waited >= 5400 && waited < 5460, String(waited));
  assert.match((await editor.get(`/backoffice/review/${review}/`)).text, /2025, par le service/);
  assert.equal((await editor.post(`/backoffice/review/${review}/`, { decision: 'accept' })).status, 303);
  assert.equal(one("SELECT count(*) FROM portal.mail WHERE template = 'review_accepted'"), '1');
});
