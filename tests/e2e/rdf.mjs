// Graphs as tests read them: N3.js for Turtle, rapper for RDF/XML, a few lines for the JSON-LD that a feed writes; the gate of shapes.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Parser, Store } from 'n3';
import Validator from 'rdf-validate-shacl';

export const DCT = 'http://purl.org/dc/terms/', DCAT = 'http://www.w3.org/ns/dcat#', RDFS = 'http://www.w3.org/2000/01/rdf-schema#', FOAF = 'http://xmlns.com/foaf/0.1/';

const read = (text, prefix) => new Store(new Parser({ blankNodePrefix: `_:${prefix}` }).parse(text));
export const turtle = (text) => read(text, 'b');
export const rdfXml = (text, base = 'http://base.example/') =>
  turtle(execFileSync('rapper', ['-q', '-i', 'rdfxml', '-o', 'ntriples', '-', base], { input: text, encoding: 'utf8', maxBuffer: 1 << 28 }));

const shapes = new Store();
for (const file of ['shapes', 'range'])
  shapes.addQuads([...read(readFileSync(new URL(`../golden/shacl/${file}.ttl`, import.meta.url), 'utf8'), file)]);

/** What DCAT-AP 3.0.1 has against a graph: nothing, if it is well. */
export const violations = async (store) => (await new Validator(shapes).validate(store)).results
  .map((r) => `${r.focusNode?.value} ${r.path?.value} ${r.sourceConstraintComponent?.value}`);

/** The values of s p ?, as text. */
export const values = (store, s, p) => store.getObjects(s, p, null).map((o) => o.value);
