// The table that everything is measured on: 15 columns like those that French administrations publish.
//
// An INSEE-like code with leading zeros, a label of high cardinality, the département's code and name,
// two labels of low cardinality, a year, an integer, two decimals, a date, a moment, a boolean, a point,
// and a text of 8 to 32 words with commas, doubled quotes and line breaks. The same bytes at each run.

const words = ('la commune de réfection voirie école primaire subvention association sportive culturelle '
  + 'travaux bâtiment énergie programme pluriannuel convention « territoire » équipement public petite enfance '
  + 'rénovation éclairage marché assainissement distribution eau potable bibliothèque médiathèque fête').split(' ');
const syllables = 'bou che lan tre mon ville saint mar ro val cha tel gny sur le loir et ver dun or son pré aux bois'.split(' ');
const departements = [['18', 'Cher'], ['28', 'Eure-et-Loir'], ['36', 'Indre'], ['37', 'Indre-et-Loire'],
  ['41', 'Loir-et-Cher'], ['45', 'Loiret'], ['01', 'Ain'], ['09', 'Ariège']];
const domains = ['Culture', 'Sport', 'Voirie', 'Enfance', 'Eau', 'Énergie'];
const states = ['engagé', 'payé', 'soldé'];

function numbers(seed) { // xorshift: the same everywhere
  let x = seed >>> 0;
  return (n) => { x ^= x << 13; x >>>= 0; x ^= x >>> 17; x ^= x << 5; x >>>= 0; return x % n; };
}

const two = (n) => String(n).padStart(2, '0');
const quoted = (s) => (/[",\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s);

function label(pick) {
  let s = '';
  for (let i = 2 + pick(3); i > 0; i--) s += syllables[pick(syllables.length)] + (i > 1 && pick(4) === 0 ? '-' : '');
  return s[0].toUpperCase() + s.slice(1);
}

function text(pick) {
  let s = '';
  for (let i = 8 + pick(25); i > 0; i--) {
    s += words[pick(words.length)];
    if (i > 1) s += pick(12) === 0 ? ', ' : pick(40) === 0 ? '\n' : pick(30) === 0 ? ' "dit" ' : ' ';
  }
  return s;
}

const head = 'code_insee,commune,code_departement,departement,domaine,etat,annee,beneficiaires,montant,part,date_decision,horodatage,affiche,position,objet';

/** Pieces of the CSV file; `point` writes a position as a cell (ours is "lat, lon"). */
export function* csv(rows, point = (lat, lon) => `"${lat}, ${lon}"`) {
  const pick = numbers(20261121);
  let piece = `${head}\n`;
  for (let i = 0; i < rows; i++) {
    const [code, name] = departements[pick(departements.length)];
    const day = `${2015 + pick(10)}-${two(1 + pick(12))}-${two(1 + pick(28))}`;
    const lat = (46 + pick(200000) / 100000).toFixed(5), lon = (0.5 + pick(250000) / 100000).toFixed(5);
    piece += `${code}${String(pick(700)).padStart(3, '0')},${label(pick)},${code},${name},${domains[pick(6)]},${states[pick(3)]},`
      + `${2015 + pick(10)},${pick(5000)},${(pick(10000000) / 100).toFixed(2)},${(pick(1000000) / 1e6).toExponential(4)},${day},`
      + `${day}T${two(pick(24))}:${two(pick(60))}:${two(pick(60))}Z,${pick(2) ? 'true' : 'false'},${point(lat, lon)},${quoted(text(pick))}\n`;
    if (piece.length > 1 << 20) { yield piece; piece = ''; }
  }
  yield piece;
}
