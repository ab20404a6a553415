// The one file of a multipart form, for the upload routes.

import { createHash } from 'node:crypto';

export function formFile(contentType, body) {
  const boundary = /multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (!boundary) return null;
  const mark = Buffer.from(`--${boundary}`);
  for (let at = body.indexOf(mark); at !== -1;) {
    const end = body.indexOf(mark, at + mark.length);
    if (end === -1) return null;
    const part = body.subarray(at + mark.length + 2, end - 2);
    const head = part.subarray(0, part.indexOf('\r\n\r\n')).toString('utf8');
    const filename = /name="file"[^\r]*filename="([^"]*)"/i.exec(head)?.[1];
    if (filename !== undefined) {
      const bytes = part.subarray(part.indexOf('\r\n\r\n') + 4);
      const type = /content-type:\s*([^\r\n;]+)/i.exec(head)?.[1] ?? 'application/octet-stream';
      return { filename, type, bytes, sha1: createHash('sha1').update(bytes).digest('hex') };
    }
    at = end;
  }
  return null;
}
