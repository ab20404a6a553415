// What is drawn is in a table as well: beside each chart and map of a dataset, reached by keyboard, named in the browser's
// own accessibility tree.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { communes, site } from './site.mjs';

const R = 'r.localhost';
// Middles worked out by hand: on one parallel or meridian, or of a square around it.
const places = [
  ['Halte', 'Point', 47.25, 0.75, { type: 'Point', coordinates: [0.75, 47.25] }],
  ['', 'Point', 47.5, -1.125, { type: 'Point', coordinates: [-1.125, 47.5] }],
  ['Chemin', 'Ligne', 47, 1.5, { type: 'LineString', coordinates: [[1, 47], [2, 47]] }],
  ['Place', 'Surface', 47, 1.25, { type: 'Polygon', coordinates: [[[1, 46.999], [1.5, 46.999], [1.5, 47.001], [1, 47.001], [1, 46.999]]] }],
];
let s;
before(async () => {
  s = await site();
  const file = s.t.file('lieux.geojson', JSON.stringify({ type: 'FeatureCollection', features: places.map(([nom, , , , geometry], i) => ({ type: 'Feature', properties: { nom, rang: i }, geometry })) }));
  const meta = s.t.file('lieux.json', JSON.stringify({ visibility: 'open', attestations: true, metas: {
    default: { title: 'Lieux', description: 'Quelques lieux d’essai', publisher: 'Région d’essai', license: 'lov2', theme: ['Environnement'], keyword: ['essai'] },
    dcat: { accrualperiodicity: 'Annuelle', spatial: 'Centre-Val de Loire', granularity: 'commune' } } }));
  await s.t.must(['dataset', 'import', file, '--host', R, '--id', 'lieux', '--meta', meta, '--publish']);
});
after(() => s?.end());

/** The nearest thing that the keyboard is on, after as many stops as it needs. */
async function tabTo(page, what) {
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((selector) => document.activeElement.matches(selector), what)) return;
  }
  assert.fail(`no way to ${what} by keyboard`);
}

/** [name, rows of texts] of each table in the tree that the browser gives to screen readers. */
async function tables(page) {
  const cdp = await page.context().newCDPSession(page);
  const { nodes } = await cdp.send('Accessibility.getFullAXTree');
  const by = new Map(nodes.map((node) => [node.nodeId, node]));
  const under = (node, role) => (node.childIds ?? []).map((id) => by.get(id)).flatMap((child) => (role.includes(child.role?.value) ? [child] : under(child, role)));
  return nodes.filter((node) => node.role?.value === 'table' && !node.ignored).map((node) => [node.name.value,
    under(node, ['row']).map((row) => under(row, ['columnheader', 'rowheader', 'cell']).map((cell) => cell.name.value))]);
}

async function opened(page) {
  assert.deepEqual(await tables(page), [], 'closed, it is not in the way');
  await tabTo(page, '.panel details summary');
  await page.keyboard.press('Enter');
  await tabTo(page, '.panel details .scroll');
  assert.ok(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'what scrolls has a name');
  const found = await tables(page);
  assert.equal(found.length, 1);
  return found[0];
}
const plain = (text) => Number(text.replace(/\s/g, '').replace(',', '.'));

for (const width of [1280, 390])
  test(`the bars of an analysis are a table as well, ${width} px`, async () => {
    const sums = new Map();
    for (const c of communes) sums.set(c.depNom, (sums.get(c.depNom) ?? 0) + c.population);
    const page = await s.open(R, '/explore/dataset/communes/analyze/?how=sum&of=population&by=nom_departement', { width });
    const bars = await page.locator('.panel .bars li').evaluateAll((all) => all.map((li) => [li.children[0].textContent, li.children[2].textContent]));
    const [name, [head, ...rows]] = await opened(page);
    assert.equal(name, 'Somme de Population par Département');
    assert.deepEqual(head, ['Département', 'Valeur']);
    assert.deepEqual(rows, bars);
    assert.deepEqual(rows.map(([department, said]) => [department, plain(said)]), [...sums].sort((a, b) => b[1] - a[1]));
    assert.deepEqual([...await s.faults(page), ...await s.axe(page)], []);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/bars-${width}.png`, fullPage: true });
    await page.context().close();
  });

for (const width of [1280, 390])
  test(`what a map draws is a table as well, ${width} px`, async () => {
    const page = await s.open(R, '/explore/dataset/lieux/map/', { width });
    const titles = await page.locator('.sketch title').evaluateAll((all) => all.map((x) => x.textContent));
    const [name, [head, ...rows]] = await opened(page);
    assert.equal(name, 'Carte des lignes de Lieux');
    assert.deepEqual(head, ['Nom', 'Forme', 'Latitude du milieu', 'Longitude du milieu']);
    assert.deepEqual(rows.map(([said], i) => (said === String(i + 1) ? '' : said)), titles, 'in the order that they are drawn');
    const sorted = (list) => list.map(String).sort();
    assert.deepEqual(sorted(rows.map(([said, form, latitude, longitude], i) => [said === String(i + 1) ? '' : said, form, plain(latitude), plain(longitude)])),
      sorted(places.map(([said, form, latitude, longitude]) => [said, form, latitude, longitude])));
    assert.deepEqual([...await s.faults(page), ...await s.axe(page)], []);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/map-${width}.png`, fullPage: true });
    await page.context().close();
  });
