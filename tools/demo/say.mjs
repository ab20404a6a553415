// What a person reads while the demonstration is made: one short line a step, French or English.

const language = process.env.LC_ALL || process.env.LC_MESSAGES || process.env.LANG || '';
export const french = language.startsWith('fr');
export const say = (fr, en) => (french ? fr : en);

export function fail(code, ...lines) {
  for (const text of lines) console.error(text);
  process.exit(code);
}

/** Runs fn and says how long it took; fn gets a function that shows how far it is, on a terminal. */
export async function step(text, fn) {
  const began = Date.now();
  const put = (tail) => process.stdout.write(`${process.stdout.isTTY ? '\r\x1b[K' : ''}  ${text.padEnd(44)} ${tail}`);
  const seconds = () => `${Math.round((Date.now() - began) / 1000)}s`.padStart(5);
  if (process.stdout.isTTY) put('…');
  try {
    const value = await fn((done, of) => process.stdout.isTTY && put(`${done}/${of}${seconds()}`));
    put(`ok ${seconds()}\n`);
    return value;
  } catch (error) {
    put(`${error.stopped ? say('arrêté', 'stopped') : say('ÉCHEC', 'FAILED')} ${seconds()}\n`);
    throw error;
  }
}
