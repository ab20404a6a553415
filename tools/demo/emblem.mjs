// A neutral emblem for a body: its initials in squares on a coloured ground, 96 × 96 PNG.
// These are not the bodies' logos, which need their consent; and a portal takes raster logos only.

import * as zlib from 'node:zlib';

const size = 96;

// Five rows of squares a letter, read from left to right; most are three squares wide.
const letters = {
  A: '010101111101101', B: '110101110101110', C: '011100100100011', D: '110101101101110', E: '111100110100111',
  F: '111100110100100', G: '011100101101011', H: '101101111101101', I: '111010010010111', J: '001001001101010',
  K: '101101110101101', L: '100100100100111', M: '1000111011101011000110001', N: '10011101101110011001', O: '010101101101010',
  P: '110101110100100', Q: '010101101110011', R: '110101110101101', S: '011100010001110', T: '111010010010010',
  U: '101101101101111', V: '101101101101010', W: '1000110001101011010101010', X: '101101010101101', Y: '101101010010010',
  Z: '111001010100111', 0: '111101101101111', 1: '010110010010111', 2: '110001010100111', 3: '110001010001110',
  4: '101101111001001', 5: '111100110001110', 6: '011100111101111', 7: '111001010010010', 8: '111101111101111',
  9: '111101111001110',
};

const table = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
// zlib.crc32 came with Node 20.15; the house runs on 18.
const checksum = zlib.crc32 ?? ((bytes) => {
  let c = 0xffffffff;
  for (const b of bytes) c = table[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
});

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(8 + body.length);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(checksum(body), 4 + body.length);
  return out;
}

/** An 8-bit RGB picture, three bytes a pixel, as a PNG file (ISO/IEC 15948). */
export function encodePng(width, height, pixels) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const lines = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) pixels.copy(lines, y * (1 + width * 3) + 1, y * width * 3, (y + 1) * width * 3);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head),
    chunk('IDAT', zlib.deflateSync(lines, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

export function initials(name) {
  const small = new Set(['de', 'du', 'des', 'la', 'le', 'les', 'et', 'en', 'd', 'l', 'communaute', 'communes', 'agglomeration', 'departement', 'commune']);
  const words = name.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/œ/g, 'oe').split(/[^A-Za-z0-9]+/)
    .filter((w) => w && !small.has(w.toLowerCase()));
  return words.slice(0, 2).map((w) => w[0].toUpperCase()).join('') || '0';
}

export function emblem(name, ground) {
  const pixels = Buffer.alloc(size * size * 3);
  const fill = (x0, y0, w, h, colour) => {
    for (let y = y0; y < y0 + h; y++) for (let x = x0; x < x0 + w; x++) pixels.set(colour, (y * size + x) * 3);
  };
  fill(0, 0, size, size, rgb(ground));
  const text = initials(name);
  const square = 8;
  const shapes = [...text].map((letter) => letters[letter]);
  const width = (shapes.reduce((sum, shape) => sum + shape.length / 5, 0) + shapes.length - 1) * square;
  let left = Math.floor((size - width) / 2);
  for (const shape of shapes) {
    const columns = shape.length / 5;
    [...shape].forEach((dot, n) => {
      if (dot === '1') fill(left + (n % columns) * square, 28 + Math.floor(n / columns) * square, square - 1, square - 1, [255, 255, 255]);
    });
    left += (columns + 1) * square;
  }
  return encodePng(size, size, pixels);
}
