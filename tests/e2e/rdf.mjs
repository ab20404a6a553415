// Graphs as tests read them: N3.js for Turtle, rapper for RDF/XML, a few lines for the JSON-LD that a feed writes; the gate of shapes.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { DataFactory, Parser, Store } from 'n3';
import Validator from 'rdf-validate-shacl';

export const DCT = 'http://purl.org/dc/terms/', DCAT = 'http://www.w3.org/ns/dcat#', RDFS = 'http://www.w3.org/2000/01/rdf-schema#', FOAF = 'http://xmlns.com/foaf/0.1/';

const read = (text, prefix) => new Store(new Parser({ blankNodePrefix: `_:${prefix}` }).parse(text));
export const turtle = (text) => read(text, 'b');
export const rdfXml = (text, base = 'http://base.example/') =>
  turtle(execFileSync('rapper', ['-q', '-i', 'rdfxml', '-o', 'ntriples', '-', base], { input: text, encoding: 'utf8', maxBuffer: 1 << 28 }));

const { namedNode, blankNode, literal, quad } = DataFactory;
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#', SHACL = 'http://www.w3.org/ns/shacl#';

/** A JSON-LD document that is a context of prefixes and a flat @graph of whole values; any other key is an error. */
export function jsonld({ '@context': context, '@graph': graph, ...rest }) {
  const only = (object, ...known) => { for (const key of Object.keys(object)) if (!known.includes(key)) throw new Error(`unexpected ${key}`); };
  const expand = (name) => { const [, prefix, local] = /^([a-z]+):(.*)$/.exec(name); if (!context[prefix]) throw new Error(`no prefix in ${name}`); return namedNode(context[prefix] + local); };
  const node = (id) => (id.startsWith('_:') ? blankNode(id.slice(2)) : namedNode(id));
  const value = (o) => {
    only(o, ...('@id' in o ? ['@id'] : ['@value', '@language', '@type']));
    return '@id' in o ? node(o['@id']) : literal(o['@value'], o['@language'] ?? (o['@type'] && expand(o['@type'])));
  };
  only(rest);
  return new Store(graph.flatMap(({ '@id': id, '@type': types = [], ...properties }) => [
    ...types.map((type) => quad(node(id), namedNode(`${RDF}type`), expand(type))),
    ...Object.entries(properties).flatMap(([name, objects]) => objects.map((o) => quad(node(id), expand(name), value(o))))]));
}

/** The triples of a graph as sorted lines; a blank node is called by what is said of it (nothing blank is said of it). */
export function triples(store) {
  const text = (term) => (term.termType === 'Literal' ? `${JSON.stringify(term.value)}@${term.language}^^${term.datatype.value}` : term.value);
  const of = (subject) => store.getQuads(subject, null, null, null).map((q) => `${q.predicate.value} ${text(q.object)}`).sort().join('; ');
  const name = (term) => (term.termType === 'BlankNode' ? `[${of(term)}]` : text(term));
  return store.getQuads(null, null, null, null).map((q) => `${name(q.subject)} ${q.predicate.value} ${name(q.object)}`).sort();
}

const golden = (file) => read(readFileSync(new URL(`../golden/shacl/${file}.ttl`, import.meta.url), 'utf8'), file);
const shapes = new Store();
for (const file of ['shapes', 'range']) shapes.addQuads([...golden(file)]);

// deprecateduris.ttl names paths and forbids nothing: what stands in it is read here as "no such path at that class".
const old = golden('deprecateduris');
const deprecated = old.getQuads(null, `${SHACL}targetClass`, null, null).flatMap(({ subject, object }) => old.getObjects(subject, `${SHACL}property`, null)
  .filter((property) => old.countQuads(property, `${SHACL}message`, null, null)).map((property) => [object.value, old.getObjects(property, `${SHACL}path`, null)[0].value]));

const held = async (against, store) => (await new Validator(against).validate(store)).results.map((r) => `${r.focusNode?.value} ${r.path?.value} ${r.sourceConstraintComponent?.value}`);

/** What the annex for high-value datasets has against a graph that holds none but them. */
export const hvdViolations = (store) => held(golden('hvd'), store);

/** What DCAT-AP 3.0.1 has against a graph: nothing, if it is well. */
export async function violations(store) {
  const report = await held(shapes, store);
  const outdated = deprecated.flatMap(([type, path]) => store.getSubjects(`${RDF}type`, type, null).filter((s) => store.countQuads(s, path, null, null)).map((s) => `${s.value} ${path} deprecated`));
  return [...report, ...outdated];
}

/** The values of s p ?, as text. */
export const values = (store, s, p) => store.getObjects(s, p, null).map((o) => o.value);
