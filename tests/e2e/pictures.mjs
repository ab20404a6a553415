// Pictures made here, byte by byte: what comes out of them is worked out by hand.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

const table = Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0; });
const crc = (bytes) => { let c = 0xffffffff; for (const b of bytes) c = table[(c ^ b) & 255] ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0; };

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]), out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

/** A PNG's chunks around pixels that are packed already. colour: 0 grey, 2 RGB, 3 palette, 6 RGBA. */
export function pngOf(width, height, colour, packed, { depth = 8, extra = [] } = {}) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = depth;
  head[9] = colour;
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), ...extra.map(([t, d]) => chunk(t, d)), chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))]);
}

/** pixel(x, y) gives the samples of one. */
export function png(width, height, colour, pixel, options = {}) {
  const n = { 0: 1, 2: 3, 3: 1, 6: 4 }[colour], wide = options.depth === 16 ? 2 : 1, rows = [];
  for (let y = 0; y < height; y++) {
    const row = Buffer.alloc(1 + width * n * wide);
    for (let x = 0; x < width; x++)
      pixel(x, y).forEach((v, i) => (wide === 2 ? row.writeUInt16BE(v, 1 + 2 * (x * n + i)) : (row[1 + x * n + i] = v)));
    rows.push(row);
  }
  return pngOf(width, height, colour, deflateSync(Buffer.concat(rows)), options);
}

const inFolder = (fn) => {
  const folder = mkdtempSync(join(tmpdir(), 'picture-'));
  try { return fn(folder); } finally { rmSync(folder, { recursive: true }); }
};

/** The same picture in another format, by GDAL's own program. */
export const converted = (bytes, driver, ...options) => inFolder((folder) => {
  writeFileSync(join(folder, 'from'), bytes);
  execFileSync('gdal_translate', ['-q', '-of', driver, ...options, join(folder, 'from'), join(folder, 'to')]);
  return readFileSync(join(folder, 'to'));
});

/** { type, width, height, at(x, y) } of a JPEG or PNG, decoded by GDAL's own program. */
export const decoded = (bytes) => inFolder((folder) => {
  writeFileSync(join(folder, 'from'), bytes);
  const about = JSON.parse(execFileSync('gdalinfo', ['-json', join(folder, 'from')], { encoding: 'utf8' }));
  execFileSync('gdal_translate', ['-q', '-of', 'ENVI', '-co', 'INTERLEAVE=BIP', join(folder, 'from'), join(folder, 'to')]);
  const raw = readFileSync(join(folder, 'to')), [width, height] = about.size, n = about.bands.length;
  return { type: about.driverShortName, width, height, at: (x, y) => [...raw.subarray((y * width + x) * n, (y * width + x + 1) * n)] };
});

/** A JPEG with EXIF in front: how the camera was held, and a description that must not get out. */
export function withExif(jpeg, orientation, description) {
  const text = Buffer.from(`${description}\0`), tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4 + text.length);
  tiff.write('MM\0*', 0, 'latin1');
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(2, 8);
  [[0x010e, 2, text.length], [0x0112, 3, 1]].forEach(([tag, type, n], i) => { tiff.writeUInt16BE(tag, 10 + 12 * i); tiff.writeUInt16BE(type, 12 + 12 * i); tiff.writeUInt32BE(n, 14 + 12 * i); });
  tiff.writeUInt32BE(38, 18);
  tiff.writeUInt16BE(orientation, 30);
  text.copy(tiff, 38);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]), head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}
