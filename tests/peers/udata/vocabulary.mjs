// The closed lists of the national portal that this stand-in knows:
// licences, frequencies, granularities, zones, file extensions.
// Source: the portal's own lists as read in its public code (17.6).

export const licences = [
  ['cc-by', 'Creative Commons Attribution'],
  ['cc-by-sa', 'Creative Commons Attribution Share-Alike'],
  ['cc-zero', 'Creative Commons CCZero'],
  ['fr-lo', 'Licence Ouverte / Open Licence'],
  ['lov2', 'Licence Ouverte / Open Licence version 2.0'],
  ['notspecified', 'License Not Specified'],
  ['odc-by', 'Open Data Commons Attribution License'],
  ['odc-odbl', 'Open Data Commons Open Database License (ODbL)'],
  ['odc-pddl', 'Open Data Commons Public Domain Dedication and Licence (PDDL)'],
  ['other-at', 'Other (Attribution)'],
  ['other-open', 'Other (Open)'],
  ['other-pd', 'Other (Public Domain)'],
].map(([id, title]) => ({ id, title }));

export const frequencies = `continuous oneMinute fiveMinutes tenMinutes fifteenMinutes
  thirtyMinutes hourly bihourly trihourly twelveHours severalTimesADay threeTimesADay
  semidaily daily fiveTimesAWeek threeTimesAWeek semiweekly weekly biweekly
  threeTimesAMonth semimonthly monthly bimonthly quarterly threeTimesAYear semiannual
  annual biennial triennial quadrennial quinquennial decennial bidecennial tridecennial
  punctual irregular never notPlanned other unknown`.split(/\s+/);

export const legacyFrequencies = {
  realtime: 'continuous', fourTimesADay: 'severalTimesADay', fourTimesAWeek: 'other',
  fortnighly: 'biweekly', biannual: 'semiannual',
};

// Days after which a dataset is late; a frequency that is not named has no delay.
export const delays = {
  daily: 1, fiveTimesAWeek: 7, threeTimesAWeek: 7, semiweekly: 7, weekly: 7, biweekly: 14,
  threeTimesAMonth: 31, semimonthly: 31, monthly: 31, bimonthly: 62, quarterly: 93,
  threeTimesAYear: 122, semiannual: 365, annual: 365, biennial: 730, triennial: 1095,
  quadrennial: 1460, quinquennial: 1825, decennial: 3650, bidecennial: 7300,
  tridecennial: 10950, semidaily: 1, threeTimesADay: 1, severalTimesADay: 1,
  twelveHours: 1, hourly: 1, bihourly: 1, trihourly: 1,
};

export const granularities = `country-group country country-subset fr:region fr:departement
  fr:arrondissement fr:commune fr:iris fr:canton fr:collectivite fr:epci poi other`.split(/\s+/);

export const resourceTypes = ['main', 'documentation', 'update', 'api', 'code', 'other'];
export const checksumTypes = ['sha1', 'sha2', 'sha256', 'md5', 'crc'];
export const accessTypes = ['open', 'open_with_account', 'restricted'];
export const contactRoles = `contact creator publisher rightsHolder custodian distributor
  originator principalInvestigator processor resourceProvider user`.split(/\s+/);

export const closedFormats = ['pdf', 'doc', 'docx', 'word', 'xls', 'excel', 'xlsx'];

export const extensions = `csv tsv json geojson jsonld jsonl xml rdf ttl n3 html htm txt md pdf
  doc docx odt rtf xls xlsx ods ppt pptx odp zip gz tar 7z shp gpkg kml kmz gml dbf prj shx
  png jpg jpeg svg gif webp ics rss ogg mp3 mp4 ics geotiff tiff`.split(/\s+/);

export const schemas = [
  { name: 'scdl/subventions', versions: ['2.1.0', '2.0.0'] },
  { name: 'scdl/deliberations', versions: ['2.1.3', '2.1.2'] },
  { name: 'scdl/equipements', versions: ['1.0.1', '1.0.0'] },
  { name: 'scdl/catalogue', versions: ['0.1.1'] },
  { name: 'etalab/schema-irve-statique', versions: ['2.3.1', '2.2.0'] },
];

const departements = new Set([
  ...Array.from({ length: 95 }, (_, i) => String(i + 1).padStart(2, '0')).filter((c) => c !== '20'),
  '2A', '2B', '971', '972', '973', '974', '976',
]);
const regions = new Set('01 02 03 04 06 11 24 27 28 32 44 52 53 75 76 84 93 94'.split(' '));

function luhn(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let d = Number(digits[digits.length - 1 - i]);
    if (i % 2 === 1) d = d * 2 > 9 ? d * 2 - 9 : d * 2;
    sum += d;
  }
  return sum % 10 === 0;
}

export const validSiret = (text) =>
  /^\d{14}$/.test(text) && (luhn(text) || text.startsWith('356000000'));

/** The legacy forms fr/commune/41269 and fr:commune:41269@1942-01-01 mean the same zone. */
export const normaliseZone = (id) => String(id).replace(/@.*$/, '').replaceAll('/', ':');

const zoneKinds = [
  [/^country:fr$/, () => true],
  [/^country-group:(ue|world)$/, () => true],
  [/^country-subset:fr:(metro|drom|dromcom)$/, () => true],
  [/^fr:region:(\w+)$/, (code) => regions.has(code)],
  [/^fr:departement:(\w+)$/, (code) => departements.has(code)],
  [/^fr:commune:(\d[\dAB]\d{3})$/, (code) =>
    departements.has(code.slice(0, 2)) || departements.has(code.slice(0, 3))],
  [/^fr:epci:(\d{9})$/, (code) => code.startsWith('2') && luhn(code)],
];

/** Codes are checked by rule, not by list: INSEE départements and regions exactly,
 *  communes by their département, EPCI by the check digit of their SIREN. */
export function zoneExists(id) {
  for (const [pattern, test] of zoneKinds) {
    const hit = pattern.exec(id);
    if (hit) return test(hit[1]);
  }
  return false;
}

const generic = new Set(`com org net edu gov int mil info biz eu coop museum name pro aero jobs
  mobi tel travel cat asia post app dev page cloud tech site online store xyz paris bzh
  alsace corsica city club agency digital group data open wiki blog earth green school
  services solutions systems world zone arpa`.split(/\s+/));

/** Two letters are a country; longer ones must be in the list (much shortened). */
export const knownTld = (tld) => /^[a-z]{2}$/.test(tld) || generic.has(tld);
