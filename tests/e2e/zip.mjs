// A zip of deflated parts, written by hand (PKWARE APPNOTE 4.3): no program of ours has a hand in it.
import { deflateRawSync } from 'node:zlib';

const crc32 = (bytes) => {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255];
  return ~crc >>> 0;
};
const table = Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n; });

/** parts: [{ name, bytes, mode }]; mode as Unix has it, that of a plain file where none is said. */
export const zipOf = (parts) => {
  const bodies = [], directory = [];
  let at = 0;
  for (const { name, bytes, mode = 0o100644 } of parts) {
    const path = Buffer.from(name), packed = deflateRawSync(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0); fields.writeUInt16LE(0x800, 2); fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(bytes), 10); fields.writeUInt32LE(packed.length, 14); fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(path.length, 22);
    bodies.push(Buffer.from('PK\x03\x04'), fields, path, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(mode * 0x10000, 6); tail.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), fields, tail, path);
    at += 30 + path.length + packed.length;
  }
  const list = Buffer.concat(directory), end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 8); end.writeUInt16LE(parts.length, 10); end.writeUInt32LE(list.length, 12); end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, list, end]);
};
