#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"

/*
 * rdf -- a small graph written as RDF/XML, Turtle or JSON-LD.
 *
 * Nodes keep the order they were made in, properties the order they were added in; a node asked for
 * twice by its address is the same node, so that agents and licences may be described where they are
 * used. All strings are borrowed or live in the graph's arena. Addresses must be absolute; bytes that
 * may not stand in one are percent-encoded when written.
 *
 * Source: RDF 1.1 XML Syntax, Turtle, JSON-LD 1.1 (contexts inline: a remote one broke national
 * harvests, standards.md 1.8).
 */
struct rdf;
struct rdf_node;

enum rdf_format { RDF_XML, RDF_TURTLE, RDF_JSONLD };

struct rdf *rdf_new(struct arena *a);
struct rdf_node *rdf_iri(struct rdf *g, struct str iri);  /* the node of that address */
struct rdf_node *rdf_blank(struct rdf *g);

/* Predicates and types are written with a prefix of rdf_prefixes: "dct:title", "dcat:Dataset". */
void rdf_type(struct rdf_node *n, const char *type);
void rdf_text(struct rdf_node *n, const char *predicate, struct str text, const char *lang);      /* lang NULL: none */
void rdf_typed(struct rdf_node *n, const char *predicate, struct str text, const char *datatype); /* "xsd:date" */
void rdf_link(struct rdf_node *n, const char *predicate, const struct rdf_node *object);
void rdf_to(struct rdf_node *n, const char *predicate, struct str iri); /* an address that is described nowhere */

bool rdf_says(const struct rdf_node *n, const char *predicate); /* anything, so far */

void rdf_write(const struct rdf *g, enum rdf_format format, struct buf *out);
const char *rdf_media_type(enum rdf_format format); /* always with its charset */
