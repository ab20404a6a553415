// A town hall's workbook of subsidies, for the walk through the demonstration.
// Every association is invented and says so; SIREN beginning with 999 are not attributed.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { siretOf, withKey } from './bodies.mjs';

const headings = ['nomAttribuant', 'idAttribuant', 'dateConvention', 'referenceDecision', 'nomBeneficiaire', 'idBeneficiaire',
  'objet', 'montant', 'nature', 'conditionsVersement', 'notificationUE', 'pourcentageSubvention'];
const crafts = ['Chorale', 'Club de pétanque', 'Atelier de vannerie', 'Amicale des jardiniers', 'Harmonie', 'Cercle d’échecs', 'Compagnie de théâtre', 'Club de canoë'];
const places = ['des Trois Tilleuls', 'du Pont Imaginaire', 'de la Butte aux Lièvres', 'du Vieux Lavoir', 'des Deux Rives'];
const aims = ['Fonctionnement annuel', 'Achat de matériel', 'Fête de quartier', 'Stage pour les jeunes'];
export const spoiledRow = 12;

function rows(town, half) {
  const month = half === 1 ? 3 : 9;
  return Array.from({ length: 40 }, (_, i) => [town.name, town.siret, `2026-0${month}-${String((i % 27) + 1).padStart(2, '0')}`,
    `EXEMPLE-2026-${half}-${String(i + 1).padStart(3, '0')}`, `${crafts[i % 8]} ${places[Math.floor(i / 8)]} (association fictive)`,
    siretOf(withKey(`9990${String(i + 1).padStart(4, '0')}`)), aims[(i + half) % 4], 200 + ((i * 137 + half * 50) % 23) * 50,
    'aide en numéraire', 'unique', 'non', 1]);
}

async function workbook(ExcelJS, list, path) {
  const book = new ExcelJS.Workbook();
  book.created = new Date('2026-03-01T08:00:00Z');
  const sheet = book.addWorksheet('Subventions');
  sheet.addRow(headings).font = { bold: true };
  for (const row of list) sheet.addRow(row);
  sheet.columns.forEach((c, i) => { c.width = [28, 16, 14, 20, 44, 16, 24, 10, 18, 18, 14, 12][i]; });
  for (const n of [2, 6]) sheet.getColumn(n).numFmt = '@';
  await book.xlsx.writeFile(path);
}

/** Three files: first half-year with one SIRET that Excel has turned into 9,99E+13 (row 13 of the
 *  sheet, its digits lost), the same corrected, and the second half-year. */
export async function subventions(modules, town, out) {
  const ExcelJS = createRequire(join(modules, 'resolve.js'))('exceljs');
  const first = rows(town, 1);
  const spoiled = first.map((row, i) => (i === spoiledRow - 1 ? row.map((v, k) => (k === 5 ? '9,99E+13' : v)) : row));
  await workbook(ExcelJS, spoiled, join(out, 'subventions-2026-1-abime.xlsx'));
  await workbook(ExcelJS, first, join(out, 'subventions-2026-1-corrige.xlsx'));
  await workbook(ExcelJS, rows(town, 2), join(out, 'subventions-2026-2.xlsx'));
}
