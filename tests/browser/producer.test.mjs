// What a producer does to a file on the pages: spoiled cells corrected in place, rows left out, a grid, steps, an update
// held back; each with and without scripts, free of what axe can see, at 1280 and 390 px.
//
// Needs Chromium (Debian's) and the packages of tools/npm; says so and skips where they are missing.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { poll } from '../e2e/harness.mjs';
import { sql } from '../e2e/fixtures.mjs';
import { zipOf } from '../e2e/zip.mjs';
import { office, require, skip } from './office.mjs';

const Excel = skip ? null : require('exceljs');

describe('a producer', { skip, timeout: 300000 }, () => {
  const TOWN = 'a.r.localhost';
  const o = office();
  const { people, complaints, address, open, signIn, accessible } = o;
  let t;
  before(async () => { await o.begin([TOWN]); t = o.t; });
  after(() => o.end());

  const text = (page) => page.locator('main').innerText();
  const press = (page, name) => page.locator('main').getByRole('button', { name }).click();

  /** The page once the file has been read. */
  const readDone = (page) => poll(async () => { if (/Lecture de/.test(await text(page))) { await page.reload(); return false; } return true; },
    { what: 'reading', every: 300 });

  async function send(page, path, name, bytes) {
    await page.goto(path);
    await page.setInputFiles('input[type=file]', { name, mimeType: 'text/csv', buffer: Buffer.from(bytes) });
    await press(page, 'Envoyer et lire le fichier');
    await readDone(page);
  }

  const key = () => t.must(['token', 'add', people[TOWN].email, '--host', TOWN, '--json']).then((k) => k.key);
  const api = async (path, options) => t.http(TOWN, `/api/portal/v1${path}`, { key: await key(), ...options });
  const uploadOf = (page) => page.url().match(/new\/([0-9a-f-]{36})/)[1];
  const report = async (id) => (await api(`/uploads/${id}`)).json.report;

  for (const scripts of [true, false]) {
    const how = scripts ? 'with scripts' : 'without scripts';

    test(`a spoiled SIRET is corrected in place, a row left out, ${how}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'subventions.csv',
        'SIRET;Montant\n2,13E+13;10\n21370261300019;20\n21410018600012;30;trop\n');
      assert.match(await text(page), /chiffres/);
      await page.locator('main').getByRole('link', { name: /Corriger ou écarter/ }).click();
      const id = uploadOf(page);
      assert.equal(await page.inputValue('[name="fix:2:1"]'), '2,13E+13');
      await page.getByText('Garder tous les chiffres dans Excel').click();
      assert.match(await text(page), /apostrophe|texte/i); // how a spreadsheet keeps the digits
      assert.equal(await page.locator('details.more li:visible').count(), 3);
      if (scripts) await accessible(page, 'lignes');
      await page.fill('[name="fix:2:1"]', '21450234000018');
      await page.locator('input[name=leave][value="4"]').check();
      await press(page, 'Appliquer et relire');
      await readDone(page);
      assert.match(await text(page), /Aucune cellule n’est à regarder/);
      assert.deepEqual((await report(id)).rows, { seen: 3, kept: 2, aside: 0, blank: 0, left_out: 1 });
      assert.equal((await report(id)).corrections, 1);
      await page.locator('main').getByRole('link', { name: 'Revenir à l’aperçu' }).click();
      assert.equal(await page.locator('main').getByRole('link', { name: 'Continuer' }).count(), 1); // no longer blocked
      if (scripts) await accessible(page, 'apercu-corrige');
    });

    test(`what a national schema finds is corrected in place, ${how}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'prenoms.csv', 'COMMUNE_NOM;COLL_INSEE;ENFANT_SEXE;ENFANT_PRENOM;NOMBRE_OCCURRENCES;ANNEE\n'
        + Array.from({ length: 60 }, (_, i) => `Tours;37261;X;Léo;${i + 1};2024\n`).join('') + 'Orléans;4523;F;Zoé;12;24\n');
      if (scripts) await accessible(page, 'apercu-schema');
      await page.locator('main').getByRole('link', { name: /Corriger.*ANNEE/ }).click();
      assert.match(await text(page), /Cellules à regarder : 62/);
      assert.match(await text(page), /52 sont listées ici, sur 62/);
      if (scripts) await accessible(page, 'lignes-schema');
      await page.locator('main').getByRole('link', { name: 'Page suivante' }).click();
      await page.locator('main').getByRole('link', { name: 'Page suivante' }).click();
      await page.fill('[name="fix:62:6"]', '2024');
      await page.fill('[name="fix:62:2"]', '45234');
      await press(page, 'Appliquer et relire');
      await readDone(page);
      assert.match(await text(page), /Cellules à regarder : 60/);
      assert.equal((await report(uploadOf(page))).schema.check.groups.filter((g) => g.severity === 'error').length, 1);
      await page.context().close();
    });

    test(`a list is chosen on the page of the preview and on that of the columns, a geometry among the types, ${how}`, async () => {
      const id = `listes-${scripts}`;
      const page = await signIn(TOWN, people[TOWN], { scripts });
      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'listes.csv',
        'nom;mots;villes;forme\nA;eau|air;Tours, Blois;POINT(1 47)\nB;sol;Blois;"{""type"":""Point"",""coordinates"":[2,48]}"\n');
      assert.match(await text(page), /mots contient plusieurs valeurs séparées par | : ce peut être une liste/);
      const upload = uploadOf(page);
      await page.selectOption('[name="type:mots"]', 'list:|');
      await page.selectOption('[name="type:forme"]', 'geo_shape');
      await press(page, 'Relire avec ces types');
      await readDone(page);
      assert.equal(await page.inputValue('[name="type:mots"]'), 'list:|');
      assert.deepEqual((await report(upload)).columns.map((c) => c.type), ['text', 'text', 'text', 'geo_shape']);
      assert.doesNotMatch(await text(page), /ce peut être une liste/);
      if (scripts) await accessible(page, 'apercu-liste');
      await press(page, 'Relire avec ces types'); // said once more, nothing changes
      await readDone(page);
      assert.equal(await page.inputValue('[name="type:mots"]'), 'list:|');
      assert.equal((await api(`/datasets/${id}/draft`, { method: 'PUT', body: { upload, metas: { default: { title: id, description: 'Un jeu d’essai.', license: 'lov2',
        theme: ['Régions et villes'], keyword: ['essai'] }, dcat: { accrualperiodicity: 'Annuelle', spatial: 'Centre-Val de Loire', granularity: 'commune' } } } })).status, 201);
      await page.goto(address(TOWN, `/backoffice/datasets/${id}/fields`));
      assert.equal(await page.inputValue('[name="list:mots"]'), '|');
      assert.equal(await page.locator('[name="list:forme"]').count(), 0);
      await page.fill('[name="list:villes"]', ', ');
      await page.locator('[name="facet:villes"]').check();
      if (scripts) await accessible(page, 'colonnes');
      await press(page, 'Enregistrer');
      assert.equal((await api(`/datasets/${id}/publish`, { method: 'POST', body: { attest: true } })).status, 200);
      assert.equal((await api(`/datasets/${id}/open`, { method: 'POST', body: {} })).status, 200);
      const records = () => t.http(TOWN, `/api/explore/v2.1/catalog/datasets/${id}/records?order_by=nom`);
      await poll(async () => (await records()).status === 200, { what: id });
      assert.deepEqual((await records()).json.results.map((r) => [r.mots, r.villes]), [[['eau', 'air'], ['Tours', 'Blois']], [['sol'], ['Blois']]]);
      await page.goto(address(TOWN, `/backoffice/datasets/${id}/fields`));
      await page.fill('[name="list:villes"]', '');
      await page.fill('[name="desc:nom"]', 'Le nom');
      await press(page, 'Enregistrer');
      await page.goto(address(TOWN, `/backoffice/datasets/${id}/fields`));
      assert.deepEqual([await page.inputValue('[name="list:villes"]'), await page.inputValue('[name="list:mots"]')], ['', '|']);
      await page.context().close();
    });

    test(`what can be read in two ways is chosen on the page, what does not fit emptied, ${how}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      const lines = Array.from({ length: 12 }, (_, i) => `Orléans;${i < 11 ? i : 'NC'};${i === 0 ? '12/25/2021' : '01/02/2021'};${i === 0 ? '1.234.567,5' : '1.234'}\n`);
      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'mesures.csv',
        Buffer.concat([...lines.map((l, i) => Buffer.from(i === 0 ? `Ville;Nombre;Jour;Prix\n${l}` : l, i < 10 ? 'utf8' : 'latin1'))]));
      const id = uploadOf(page);
      assert.match(await text(page), /10 lignes d’un fichier lu en Windows-1252 sont en UTF-8/);
      await page.getByText('Lire une autre table du fichier').click();
      assert.deepEqual(await page.locator('[name=encoding] option').allInnerTexts(), ['À reconnaître (ici : Windows-1252)', 'UTF-8, les autres lignes réparées', 'Windows-1252']);
      await page.locator('[name=encoding]').selectOption('utf-8');
      await press(page, 'Lire ainsi');
      await readDone(page);
      assert.deepEqual((await report(id)).columns[0].examples, ['Orléans']);
      await page.locator('[name="type:jour"]').selectOption({ label: 'date, le mois avant le jour' });
      await page.locator('[name="type:prix"]').selectOption({ label: 'nombre décimal, le point entre les milliers' });
      await page.getByLabel('vider 1 cellule qui n’est pas du type nombre entier').check();
      if (scripts) await accessible(page, 'choix-de-lecture');
      await press(page, 'Relire avec ces types');
      await readDone(page);
      const [, nombre, jour, prix] = (await report(id)).columns;
      assert.deepEqual([nombre.type, nombre.bad, nombre.refused.count], ['int', 'null', 1]);
      assert.deepEqual([jour.type, jour.format, prix.type, prix.format], ['date', 'month_first', 'decimal', 'dot_groups']);
      assert.equal((await report(id)).rows.kept, 12);
      assert.equal(await page.locator('[name="type:jour"]').inputValue(), 'date:month_first');
      assert.equal(await page.locator('[name="empty:nombre"]').isChecked(), true);
      if (scripts) await accessible(page, 'choix-faits');
      await page.context().close();
    });

    test(`the sheet, the row of names and the file of an archive are chosen on the page, ${how}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      const w = new Excel.Workbook();
      w.addWorksheet('Lisez-moi').addRow(['Écrivez-nous.']);
      w.addWorksheet('2023').addRows([['ville', 'n'], ['Blois', 1]]);
      w.addWorksheet('2024').addRows([['Bilan', 'provisoire'], ['ville', 'n'], ['Tours', 2]]);
      w.addWorksheet('Calculs', { state: 'hidden' }).addRow(['x']);
      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'bilan.xlsx', Buffer.from(await w.xlsx.writeBuffer()));
      const id = uploadOf(page);
      assert.match(await text(page), /la feuille 2023 est lue : Lisez-moi, avant elle, n’a pas l’air d’un tableau/);
      await page.getByText('Lire une autre table du fichier').click();
      assert.deepEqual(await page.locator('[name=sheet] option').allInnerTexts(), ['À reconnaître (ici : 2023)', 'Lisez-moi', '2023', '2024', 'Calculs (masquée)']);
      if (scripts) await accessible(page, 'choix');
      await page.locator('[name=sheet]').selectOption('2024');
      await page.fill('[name=row]', '2');
      await press(page, 'Lire ainsi');
      await readDone(page);
      assert.deepEqual([(await report(id)).sheet, (await report(id)).columns.map((c) => c.label)], ['2024', ['ville', 'n']]);
      assert.equal(await page.inputValue('[name=sheet]'), '2024');
      assert.equal(await page.inputValue('[name=row]'), '2');
      await page.getByText('Lire une autre table du fichier').click();
      await page.fill('[name=row]', '9');
      await press(page, 'Lire ainsi');
      await readDone(page);
      assert.match(await text(page), /pas de ligne 9 qui puisse contenir les noms/);
      await page.fill('[name=row]', '');
      await press(page, 'Lire ainsi');
      await readDone(page);
      assert.deepEqual((await report(id)).columns.map((c) => c.label), ['Bilan', 'provisoire']);

      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'deux.zip', zipOf([{ name: 'a.csv', bytes: Buffer.from('x;y\n1;2\n') },
        { name: 'sous/b.csv', bytes: Buffer.from('nom|n\nTours|2\n') }]));
      assert.match(await text(page), /ne contient pas un seul tableau/);
      assert.deepEqual(await page.locator('[name=member] option').allInnerTexts(), ['a.csv', 'sous/b.csv']);
      if (scripts) await accessible(page, 'choix-archive');
      await page.locator('[name=member]').selectOption('sous/b.csv');
      await press(page, 'Lire ainsi');
      await readDone(page);
      assert.equal((await report(uploadOf(page))).member, 'sous/b.csv');
      await page.getByText('Lire une autre table du fichier').click();
      assert.deepEqual(await page.locator('[name=separator] option').allInnerTexts(),
        ['À reconnaître (ici : barre verticale ( | ))', 'point-virgule ( ; )', 'virgule ( , )', 'tabulation', 'barre verticale ( | )']);
      await page.locator('[name=separator]').selectOption(';');
      await press(page, 'Lire ainsi');
      await readDone(page);
      assert.deepEqual((await report(uploadOf(page))).columns.map((c) => c.label), ['nom|n']);
      await page.context().close();
    });

    test(`the path of a list in a JSON is typed, ${how}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'donnees.json', JSON.stringify({ a: { liste: [{ n: 1 }] }, b: [{ m: 1 }, { m: 2 }] }));
      await page.getByText('Lire une autre table du fichier').click();
      await page.fill('[name=path]', 'a.liste');
      await press(page, 'Lire ainsi');
      await readDone(page);
      assert.deepEqual((await report(uploadOf(page))).columns.map((c) => c.label), ['n']);
      await page.context().close();
    });

    test(`a few rows are typed in a grid, ${how}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      await page.goto(address(TOWN, '/backoffice/datasets/new/'));
      await page.locator('main').getByRole('link', { name: 'Saisir quelques lignes à la place' }).click();
      const cells = { h1: 'Code', h2: 'Nom; du lieu', 'c1-1': '01', 'c1-2': 'Salle "A"', 'c3-1': '02', 'c3-2': 'b' };
      for (const [name, value] of Object.entries(cells)) await page.fill(`[name="${name}"]`, value);
      await press(page, 'Ajouter 10 lignes');
      assert.equal(await page.inputValue('[name="c3-2"]'), 'b');
      assert.equal(await page.locator('[name="c18-1"]').count(), 1);
      if (scripts) await accessible(page, 'grille');
      await page.locator('main').getByRole('button', { name: 'Lire ces lignes' }).last().click();
      await readDone(page);
      const read = await report(uploadOf(page));
      assert.deepEqual(read.rows, { seen: 2, kept: 2, aside: 0, blank: 0 });
      assert.deepEqual(read.columns.map((c) => [c.label, c.type, c.examples]), [['Code', 'text', ['01', '02']], ['Nom; du lieu', 'text', ['Salle "A"', 'b']]]);
    });

    test(`a national schema gives an empty file, or the columns of the grid, ${how}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      await page.goto(address(TOWN, '/backoffice/datasets/new/'));
      await page.locator('[name=schema]').selectOption('scdl/prenoms');
      if (scripts) await accessible(page, 'modele');
      const [file] = await Promise.all([page.waitForEvent('download'), page.locator('main').getByRole('button', { name: 'Modèle XLSX' }).click()]);
      assert.match(file.suggestedFilename(), /^modele-scdl-prenoms-[0-9.]+\.xlsx$/);
      await press(page, 'Saisir dans une grille');
      const heads = await page.locator('thead input').evaluateAll((cells) => cells.map((c) => c.value));
      assert.deepEqual(heads, ['COMMUNE_NOM', 'COLL_INSEE', 'ENFANT_SEXE', 'ENFANT_PRENOM', 'NOMBRE_OCCURRENCES', 'ANNEE']);
      const row = ['Tours', '37261', 'F', 'Zoé', '12', '2024'];
      for (const [i, value] of row.entries()) await page.fill(`[name="c1-${i + 1}"]`, value);
      if (scripts) await accessible(page, 'grille-schema');
      await page.locator('main').getByRole('button', { name: 'Lire ces lignes' }).last().click();
      await readDone(page);
      assert.equal((await report(uploadOf(page))).schema.name, 'scdl/prenoms');
      const wide = await page.goto(address(TOWN, '/backoffice/datasets/new/grid/?schema=etalab/schema-irve-statique'));
      assert.equal(wide.status(), 200);
      for (const more of [1, 2, 3, 4, 5]) await press(page, 'Ajouter 10 lignes');
      assert.ok(await page.locator('tbody input').count() > 50 * 30); // all its cells come back
      assert.equal((await page.goto(address(TOWN, '/backoffice/datasets/new/grid/?schema=scdl/licorne'))).status(), 404);
    });

    test(`copied cells fill the grid, ${how}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      await page.goto(address(TOWN, '/backoffice/datasets/new/grid/'));
      const copied = 'Commune\tHabitants\nTours\t136000\nBlois\t46000\n';
      if (scripts) {
        await page.locator('[name=h1]').evaluate((cell, data) => {
          const clip = new DataTransfer();
          clip.setData('text/plain', data);
          cell.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clip, bubbles: true, cancelable: true }));
        }, copied);
      } else {
        await page.getByText('Coller depuis un tableur').click();
        await page.fill('[name=paste]', copied);
        await press(page, 'Remplir le tableau');
      }
      assert.deepEqual([await page.inputValue('[name=h2]'), await page.inputValue('[name="c1-1"]'), await page.inputValue('[name="c2-2"]')],
        ['Habitants', 'Tours', '46000']);
    });

    test(`a point is offered where two columns are metres of Lambert-93, and is one press away, ${how}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'bornes.csv', 'nom;x;y\nA;700000;6600000\nB;525803;6701233\n');
      const id = uploadOf(page);
      assert.match(await text(page), /y et x sont des mètres en Lambert-93/);
      await page.locator('main').getByRole('link', { name: 'Étapes de traitement' }).click();
      assert.match(await text(page), /y et x sont des mètres en Lambert-93 : ils peuvent devenir un point sur une carte/);
      if (scripts) await accessible(page, 'points');
      await press(page, 'Faire un point');
      await readDone(page);
      const columns = (await report(id)).columns;
      assert.deepEqual(columns.map((c) => [c.name, c.type]), [['nom', 'text'], ['x', 'int'], ['y', 'int'], ['geo_point_2d', 'geo_point_2d']]);
      assert.deepEqual(columns[3].examples, ['46.500000000, 3.000000000', '47.388510426, 0.690589957']);
      assert.doesNotMatch(await text(page), /Faire un point/);
      await page.context().close();
    });

    test(`steps are added, ordered and removed, with the first rows before and after, ${how}`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      await send(page, address(TOWN, '/backoffice/datasets/new/'), 'etapes.csv', 'Nom;Etat\nA;ouvert\nB;ferme\nC;ouvert\n');
      await page.locator('main').getByRole('link', { name: 'Étapes de traitement' }).click();
      const add = async (kind, fill) => {
        await page.selectOption('[name=kind]', kind);
        if (!scripts) await press(page, 'Choisir');
        await page.waitForSelector(`input[name=kind][value=${kind}]`, { state: 'attached' });
        await fill();
        await press(page, 'Ajouter et relire');
        await readDone(page);
      };
      await add('filter', async () => {
        await page.selectOption('[name=column]', 'Etat');
        await page.selectOption('[name=keep]', 'equals');
        await page.fill('[name=value]', 'ouvert');
      });
      await add('rename', async () => { await page.selectOption('[name=column]', 'Nom'); await page.fill('[name=to]', 'Lieu'); });
      assert.match(await text(page), /Lignes retirées : 1/);
      assert.deepEqual(await page.locator('main table').last().locator('th').allInnerTexts(), ['Lieu', 'Etat']);
      assert.deepEqual(await page.locator('main table').last().locator('td').allInnerTexts(), ['A', 'ouvert', 'C', 'ouvert']);
      if (scripts) await accessible(page, 'etapes');
      const id = uploadOf(page);
      await page.locator('main').getByRole('button', { name: /Monter.*Lieu/ }).click();
      await readDone(page);
      assert.deepEqual((await report(id)).steps.map((s) => s.do), ['rename', 'filter']);
      await page.locator('main').getByRole('button', { name: /Retirer Filtrer/ }).click();
      await readDone(page);
      assert.deepEqual((await report(id)).rows, { seen: 3, kept: 3, aside: 0, blank: 0 });
      await add('split', async () => { await page.selectOption('[name=column]', 'Lieu'); });
      assert.match(await text(page), /Étape 2 \(split\)/); // refused, and said, with the list as it was
    });
  }

  for (const scripts of [true, false]) {
    test(`a file that waits or is read says what is known of it, ${scripts ? 'with' : 'without'} scripts, and the page goes on by itself`, async () => {
      const page = await signIn(TOWN, people[TOWN], { scripts });
      const at = (id, state, rest = '') => sql(t, `UPDATE portal.upload SET state = '${state}'${rest} WHERE id = '${id}'`);
      const sent = async () => (await api('/uploads?name=attend.csv', { method: 'POST', body: Buffer.from('a;b\n1;2\n'), headers: { 'Content-Type': 'text/csv' } })).json.id;
      const settled = (id) => poll(async () => (await api(`/uploads/${id}`)).json.state === 'ready', { what: 'read' });
      const [first, id] = [await sent(), await sent()];
      await settled(first);
      await settled(id);
      // As the worker leaves them: two tasks that wait, the other before it.
      at(id, 'queued');
      for (const [subject, when] of [[first, '1 day'], [id, '2 days']]) {
        sql(t, `INSERT INTO portal.task (id, tenant_id, kind, subject, run_at) SELECT gen_random_uuid(), tenant_id, 'upload', id, now() + interval '${when}' FROM portal.upload WHERE id = '${subject}'`);
      }
      await page.goto(address(TOWN, `/backoffice/datasets/new/${id}/`));
      const region = page.locator('main [role=status]');
      assert.equal(await region.innerText(), 'Fichiers à lire avant lui : 1.');
      if (scripts) await accessible(page, 'attente');
      sql(t, `DELETE FROM portal.task WHERE subject = '${first}'`);
      await region.getByText('Il est le prochain à être lu.').waitFor();
      at(id, 'reading', ", updated_at = '2026-01-05T08:30:00Z'");
      await region.getByText('Lecture commencée à 09:30:00.').waitFor();
      at(id, 'reading', ', rows_loaded = 120000, rows_expected = 300000');
      await region.getByText(/120.000 lignes rangées sur 300.000\./).waitFor();
      assert.equal(await page.locator('main progress').getAttribute('value'), '40');
      if (scripts) await accessible(page, 'progression');
      sql(t, `DELETE FROM portal.task WHERE subject = '${id}'`);
      at(id, 'ready');
      await page.locator('main').getByRole('heading', { name: /colonnes reconnues/ }).waitFor();
      await page.context().close();
    });
  }

  test('what may still be sent today is said before a file is chosen (I84)', async () => {
    const page = await signIn(TOWN, people[TOWN]);
    const left = async () => {
      await page.goto(address(TOWN, '/backoffice/datasets/new/'));
      return /Il reste (.*) de mises à jour pour aujourd’hui/.exec(await page.locator('section[aria-labelledby=h-lim]').innerText())[1];
    };
    assert.match(await left(), /^[0-9,\s]+\s(Mo|Go)$/);
    const use = (bytes) => sql(t, `INSERT INTO portal.usage_update AS u (tenant_id, day, bytes) SELECT tenant_id, (now() AT TIME ZONE 'Europe/Paris')::date, ${bytes}
      FROM portal.host WHERE host = '${TOWN}' ON CONFLICT (tenant_id, day) DO UPDATE SET bytes = u.bytes + excluded.bytes`);
    const before = await left(), bytes = Number(sql(t, 'SELECT min(update_bytes_day) / 2 FROM portal.pool').split('.')[0]);
    use(bytes);
    assert.notEqual(await left(), before);
    sql(t, `UPDATE portal.usage_update SET bytes = bytes - ${bytes} WHERE bytes >= ${bytes}`);
    assert.equal(await left(), before);
    await page.context().close();
  });

  test('a big file goes in pieces, each where the last one ended, and a cut line is waited for', async () => {
    const page = await signIn(TOWN, people[TOWN]);
    const bytes = Buffer.from(`n;nom\n${Array.from({ length: 60 }, (_, i) => `${i};ligne ${i}\n`).join('')}`);
    const sent = [];
    await page.addInitScript(() => { // small pieces
      const real = globalThis.fetch;
      globalThis.fetch = async (url, options) => {
        const answer = await real(url, options);
        return new Response(JSON.stringify({ ...(await answer.json()), piece_bytes: 300 }), { status: answer.status });
      };
    });
    await page.route('**/api/portal/v1/uploads/pieces/*', async (route) => {
      const asked = route.request();
      if (asked.method() !== 'PATCH') return route.continue();
      sent.push(Number(asked.headers()['upload-offset']));
      return sent.length === 2 ? route.abort('connectionfailed') : route.continue();
    });
    await page.goto(address(TOWN, '/backoffice/datasets/new/'));
    await page.locator('[data-pieces]').evaluate((box) => { box.dataset.piecesFrom = '1'; });
    await page.setInputFiles('input[type=file]', { name: 'gros.csv', mimeType: 'text/csv', buffer: bytes });
    await press(page, 'Envoyer et lire le fichier');
    await page.waitForURL(/datasets\/new\/[0-9a-f-]{36}/);
    await readDone(page);
    assert.deepEqual(sent, [0, 300, 300, 600]); // the second is sent again
    assert.ok(bytes.length > 600 && bytes.length <= 900);
    assert.deepEqual((await report(uploadOf(page))).rows, { seen: 60, kept: 60, aside: 0, blank: 0 });
    await page.context().close();
  });

  test('rows typed for a dataset whose files are read at another row are read as they were typed', async () => {
    const sent = (await api('/uploads?name=f.csv&reading={"header_row":2}', { method: 'POST', body: Buffer.from('bilan;2024\nville;n\nTours;1\n'), headers: { 'Content-Type': 'text/csv' } })).json;
    await poll(async () => (await api(`/uploads/${sent.id}`)).json.state === 'ready', { what: 'read' });
    assert.equal((await api('/datasets/villes/draft', { method: 'PUT', body: { upload: sent.id } })).status, 201);
    const page = await signIn(TOWN, people[TOWN]);
    await page.goto(address(TOWN, '/backoffice/datasets/villes/grid'));
    for (const [name, value] of Object.entries({ h1: 'ville', h2: 'n', 'c1-1': 'Blois', 'c1-2': '2', 'c2-1': 'Vierzon', 'c2-2': '3' })) await page.fill(`[name="${name}"]`, value);
    await page.locator('main').getByRole('button', { name: 'Lire ces lignes' }).last().click();
    await readDone(page);
    assert.deepEqual(await page.locator('table.rows tbody th .mono').allInnerTexts(), ['ville', 'n']);
    assert.equal(await page.locator('.kpi .v').first().innerText(), '2'); // rows read
    await page.context().close();
  });

  test('an update with a dropped column is held back until its shape is accepted', async () => {
    const bytes = 'chapitre;montant;note\na;1;x\n';
    const sent = await api('/uploads?name=f.csv', { method: 'POST', body: Buffer.from(bytes), headers: { 'Content-Type': 'text/csv' } });
    await poll(async () => (await api(`/uploads/${sent.json.id}`)).json.state === 'ready', { what: 'reading' });
    const metas = { default: { title: 'Budget', description: 'x', license: 'lov2', theme: ['Régions et villes'], keyword: ['essai'] },
      dcat: { accrualperiodicity: 'Annuelle', spatial: 'Loiret', granularity: 'commune' } };
    await api('/datasets/budget/draft', { method: 'PUT', body: { upload: sent.json.id, metas } });
    assert.equal((await api('/datasets/budget/publish', { method: 'POST', body: { attest: true } })).status, 200);
    const page = await signIn(TOWN);
    await send(page, address(TOWN, '/backoffice/datasets/budget/file/'), 'b.csv', 'chapitre;montant\na;2\nb;NC\n');
    assert.match(await text(page), /Colonnes disparues : note/);
    assert.match(await text(page), /Cette mise à jour est retenue/);
    assert.match(await text(page), /Valeurs de montant qui ne sont plus du type nombre entier : 1/);
    await accessible(page, 'retenue');
    await page.goto(address(TOWN, '/backoffice/datasets/budget/check/'));
    await accessible(page, 'retenue-controle');
    assert.match(await text(page), /J’accepte la nouvelle forme/);
    assert.equal((await api('/datasets/budget/publish', { method: 'POST', body: { attest: true, accept_errors: true } })).json.title, 'update_held');
    assert.equal((await api('/datasets/budget/publish', { method: 'POST', body: { attest: true, accept_errors: true, accept_shape: true } })).status, 200);
    const done = (await t.http(TOWN, '/api/explore/v2.1/catalog/datasets/budget/records', { key: await key() })).json;
    assert.deepEqual(done.results, [{ chapitre: 'a', montant: 2 }]);
    const object = (await t.http(TOWN, '/api/explore/v2.1/catalog/datasets/budget', { key: await key() })).json;
    assert.equal(object.metas.default.rows_left_out, 1);
    await page.goto(address(TOWN, '/explore/dataset/budget/'));
    assert.match(await page.locator('.side').innerText(), /Lignes du fichier non publiées\s*1/);
  });

  test('nothing of the pages offended the content security policy', () => {
    assert.deepEqual(complaints, []);
  });
});
