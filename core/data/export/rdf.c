#include "core/data/export/rdf.h"

#include <stdio.h>

#include "core/base/jw.h"
#include "core/base/map.h"
#include "core/base/markup.h"
#include "core/base/utf8.h"

static const struct {
    const char *prefix, *base;
} prefixes[] = {
    {"adms", "http://www.w3.org/ns/adms#"},
    {"dcat", "http://www.w3.org/ns/dcat#"},
    {"dcatap", "http://data.europa.eu/r5r/"},
    {"dct", "http://purl.org/dc/terms/"},
    {"eli", "http://data.europa.eu/eli/ontology#"},
    {"foaf", "http://xmlns.com/foaf/0.1/"},
    {"gsp", "http://www.opengis.net/ont/geosparql#"},
    {"hydra", "http://www.w3.org/ns/hydra/core#"},
    {"locn", "http://www.w3.org/ns/locn#"},
    {"prov", "http://www.w3.org/ns/prov#"},
    {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
    {"skos", "http://www.w3.org/2004/02/skos/core#"},
    {"spdx", "http://spdx.org/rdf/terms#"},
    {"vcard", "http://www.w3.org/2006/vcard/ns#"},
    {"xsd", "http://www.w3.org/2001/XMLSchema#"},
};
enum { PREFIXES = sizeof prefixes / sizeof prefixes[0] };

enum object { OBJECT_TEXT, OBJECT_NODE, OBJECT_IRI };

struct property {
    struct property *next;
    const char *predicate, *lang, *datatype;
    enum object object;
    struct str text;
    const struct rdf_node *node;
};

struct rdf_node {
    struct rdf *g;
    struct rdf_node *next;
    struct str iri; /* absent: blank */
    unsigned number;
    const char *types[4];
    unsigned ntypes;
    struct property *first, **last;
};

struct rdf {
    struct arena *a;
    struct rdf_node *first, **last;
    unsigned nodes;
    size_t nbuckets;
    struct rdf_node **buckets; /* by address: open addressing, grown by doubling */
};

enum { BUCKETS = 64 };

struct rdf *rdf_new(struct arena *a)
{
    struct rdf *g = ARENA_NEW(a, struct rdf);
    g->a = a;
    g->last = &g->first;
    g->nbuckets = BUCKETS;
    g->buckets = ARENA_ARRAY(a, struct rdf_node *, BUCKETS);
    return g;
}

static struct rdf_node *add_node(struct rdf *g)
{
    struct rdf_node *n = ARENA_NEW(g->a, struct rdf_node);
    n->g = g;
    n->number = g->nodes++;
    n->last = &n->first;
    *g->last = n;
    g->last = &n->next;
    return n;
}

struct rdf_node *rdf_blank(struct rdf *g)
{
    return add_node(g);
}

static struct rdf_node **bucket_of(const struct rdf *g, struct rdf_node **buckets, size_t n, struct str iri)
{
    (void)g;
    size_t at = map_hash(iri) & (n - 1);
    while (buckets[at] && !str_eq(buckets[at]->iri, iri))
        at = (at + 1) & (n - 1);
    return &buckets[at];
}

static void grow(struct rdf *g)
{
    size_t n = g->nbuckets * 2;
    struct rdf_node **buckets = ARENA_ARRAY(g->a, struct rdf_node *, n);
    for (struct rdf_node *node = g->first; node; node = node->next)
        if (node->iri.p)
            *bucket_of(g, buckets, n, node->iri) = node;
    g->buckets = buckets;
    g->nbuckets = n;
}

struct rdf_node *rdf_iri(struct rdf *g, struct str iri)
{
    struct rdf_node **bucket = bucket_of(g, g->buckets, g->nbuckets, iri);
    if (*bucket)
        return *bucket;
    struct rdf_node *n = add_node(g);
    n->iri = arena_str(g->a, iri);
    *bucket = n;
    if (g->nodes * 2 > g->nbuckets)
        grow(g);
    return n;
}

void rdf_type(struct rdf_node *n, const char *type)
{
    for (unsigned i = 0; i < n->ntypes; i++)
        if (strcmp(n->types[i], type) == 0)
            return;
    if (n->ntypes < sizeof n->types / sizeof n->types[0])
        n->types[n->ntypes++] = type;
}

static bool same(const struct property *a, const struct property *b)
{
    return strcmp(a->predicate, b->predicate) == 0 && a->object == b->object && a->node == b->node &&
           str_eq(a->text, b->text);
}

/* A graph is a set: what is said twice is kept once. */
static void add(struct rdf_node *n, struct property p)
{
    for (const struct property *old = n->first; old; old = old->next)
        if (same(old, &p))
            return;
    struct property *mine = ARENA_NEW(n->g->a, struct property);
    *mine = p;
    mine->text = arena_str(n->g->a, p.text);
    *n->last = mine;
    n->last = &mine->next;
}

bool rdf_says(const struct rdf_node *n, const char *predicate)
{
    for (const struct property *p = n->first; p; p = p->next)
        if (strcmp(p->predicate, predicate) == 0)
            return true;
    return false;
}

void rdf_text(struct rdf_node *n, const char *predicate, struct str text, const char *lang)
{
    add(n, (struct property){.predicate = predicate, .lang = lang, .object = OBJECT_TEXT, .text = text});
}

void rdf_typed(struct rdf_node *n, const char *predicate, struct str text, const char *datatype)
{
    add(n, (struct property){.predicate = predicate, .datatype = datatype, .object = OBJECT_TEXT, .text = text});
}

void rdf_link(struct rdf_node *n, const char *predicate, const struct rdf_node *object)
{
    add(n, (struct property){.predicate = predicate, .object = OBJECT_NODE, .node = object});
}

void rdf_to(struct rdf_node *n, const char *predicate, struct str iri)
{
    add(n, (struct property){.predicate = predicate, .object = OBJECT_IRI, .text = iri});
}

const char *rdf_media_type(enum rdf_format format)
{
    static const char *const types[] = {"application/rdf+xml; charset=utf-8", "text/turtle; charset=utf-8",
                                        "application/ld+json; charset=utf-8"};
    return types[format];
}

/* --- what the three syntaxes share -------------------------------------------------------------- */

/* Bytes that RFC 3987 keeps out of an address; everything else goes as it is. */
static struct str clean_iri(struct arena *a, struct str iri)
{
    static const char hex[] = "0123456789ABCDEF";
    char *out = arena_alloc(a, iri.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < iri.n; i++) {
        unsigned char c = (unsigned char)iri.p[i];
        if (c > 0x20 && c != 0x7f && !strchr("<>\"{}|\\^`", c)) {
            out[n++] = (char)c;
            continue;
        }
        out[n++] = '%';
        out[n++] = hex[c >> 4];
        out[n++] = hex[c & 15];
    }
    return (struct str){out, n};
}

static const char *base_of(const char *name)
{
    size_t n = strcspn(name, ":");
    for (size_t i = 0; i < PREFIXES; i++)
        if (strlen(prefixes[i].prefix) == n && strncmp(prefixes[i].prefix, name, n) == 0)
            return prefixes[i].base;
    return "";
}

static struct str whole_name(struct arena *a, const char *name)
{
    return arena_printf(a, "%s%s", base_of(name), strchr(name, ':') + 1);
}

static bool empty(const struct rdf_node *n)
{
    return !n->first && n->ntypes == 0;
}

/* --- RDF/XML ------------------------------------------------------------------------------------- */

static void xml_reference(const struct rdf *g, const struct property *p, struct buf *out)
{
    if (p->object == OBJECT_NODE && !p->node->iri.p) {
        buf_printf(out, " rdf:nodeID=\"b%u\"/>\n", p->node->number);
        return;
    }
    buf_addz(out, " rdf:resource=\"");
    markup_xml(out, clean_iri(g->a, p->object == OBJECT_NODE ? p->node->iri : p->text));
    buf_addz(out, "\"/>\n");
}

static void xml_property(const struct rdf *g, const struct property *p, struct buf *out)
{
    buf_printf(out, "    <%s", p->predicate);
    if (p->object != OBJECT_TEXT) {
        xml_reference(g, p, out);
        return;
    }
    if (p->lang)
        buf_printf(out, " xml:lang=\"%s\"", p->lang);
    if (p->datatype)
        buf_printf(out, " rdf:datatype=\"" STR_FMT "\"", STR_ARG(whole_name(g->a, p->datatype)));
    buf_addc(out, '>');
    markup_xml(out, p->text);
    buf_printf(out, "</%s>\n", p->predicate);
}

static void xml_node(const struct rdf *g, const struct rdf_node *n, struct buf *out)
{
    const char *element = n->ntypes ? n->types[0] : "rdf:Description";
    buf_printf(out, "  <%s ", element);
    if (n->iri.p) {
        buf_addz(out, "rdf:about=\"");
        markup_xml(out, clean_iri(g->a, n->iri));
        buf_addz(out, "\">\n");
    } else {
        buf_printf(out, "rdf:nodeID=\"b%u\">\n", n->number);
    }
    for (unsigned i = 1; i < n->ntypes; i++)
        buf_printf(out, "    <rdf:type rdf:resource=\"" STR_FMT "\"/>\n", STR_ARG(whole_name(g->a, n->types[i])));
    for (const struct property *p = n->first; p; p = p->next)
        xml_property(g, p, out);
    buf_printf(out, "  </%s>\n", element);
}

static void write_xml(const struct rdf *g, struct buf *out)
{
    buf_addz(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                  "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"");
    for (size_t i = 0; i < PREFIXES; i++)
        buf_printf(out, "\n  xmlns:%s=\"%s\"", prefixes[i].prefix, prefixes[i].base);
    buf_addz(out, ">\n");
    for (const struct rdf_node *n = g->first; n; n = n->next)
        if (!empty(n))
            xml_node(g, n, out);
    buf_addz(out, "</rdf:RDF>\n");
}

/* --- Turtle -------------------------------------------------------------------------------------- */

static void turtle_iri(const struct rdf *g, struct str iri, struct buf *out)
{
    buf_printf(out, "<" STR_FMT ">", STR_ARG(clean_iri(g->a, iri)));
}

static void turtle_name(const struct rdf *g, const struct rdf_node *n, struct buf *out)
{
    if (n->iri.p)
        turtle_iri(g, n->iri, out);
    else
        buf_printf(out, "_:b%u", n->number);
}

static void turtle_object(const struct rdf *g, const struct property *p, struct buf *out)
{
    if (p->object == OBJECT_NODE) {
        turtle_name(g, p->node, out);
        return;
    }
    if (p->object == OBJECT_IRI) {
        turtle_iri(g, p->text, out);
        return;
    }
    jw_escape(out, p->text); /* JSON's escapes are Turtle's too */
    if (p->lang)
        buf_printf(out, "@%s", p->lang);
    if (p->datatype)
        buf_printf(out, "^^%s", p->datatype);
}

static void turtle_node(const struct rdf *g, const struct rdf_node *n, struct buf *out)
{
    const char *between = " ";
    turtle_name(g, n, out);
    for (unsigned i = 0; i < n->ntypes; i++, between = " ;\n  ")
        buf_printf(out, i ? ", %s" : "%sa %s", i ? n->types[i] : between, n->types[i]);
    for (const struct property *p = n->first; p; p = p->next, between = " ;\n  ") {
        buf_printf(out, "%s%s ", between, p->predicate);
        turtle_object(g, p, out);
    }
    buf_addz(out, " .\n\n");
}

static void write_turtle(const struct rdf *g, struct buf *out)
{
    for (size_t i = 0; i < PREFIXES; i++)
        buf_printf(out, "@prefix %s: <%s> .\n", prefixes[i].prefix, prefixes[i].base);
    buf_addc(out, '\n');
    for (const struct rdf_node *n = g->first; n; n = n->next)
        if (!empty(n))
            turtle_node(g, n, out);
}

/* --- JSON-LD ------------------------------------------------------------------------------------- */

static struct str jsonld_name(const struct rdf *g, const struct rdf_node *n)
{
    return n->iri.p ? clean_iri(g->a, n->iri) : arena_printf(g->a, "_:b%u", n->number);
}

static void jsonld_object(const struct rdf *g, const struct property *p, struct jw *w)
{
    jw_open(w, '{');
    if (p->object == OBJECT_NODE)
        JW_STR(w, "@id", jsonld_name(g, p->node));
    else if (p->object == OBJECT_IRI)
        JW_STR(w, "@id", clean_iri(g->a, p->text));
    else
        JW_STR(w, "@value", p->text);
    if (p->object == OBJECT_TEXT && p->lang)
        JW_STR(w, "@language", str_of(p->lang));
    if (p->object == OBJECT_TEXT && p->datatype)
        JW_STR(w, "@type", str_of(p->datatype));
    jw_close(w, '}');
}

/* All the values of one predicate are one array, where the predicate is met first. */
static void jsonld_predicate(const struct rdf *g, const struct rdf_node *n, const struct property *p, struct jw *w)
{
    for (const struct property *before = n->first; before != p; before = before->next)
        if (strcmp(before->predicate, p->predicate) == 0)
            return;
    jw_key(w, str_of(p->predicate));
    jw_open(w, '[');
    for (const struct property *same_one = p; same_one; same_one = same_one->next)
        if (strcmp(same_one->predicate, p->predicate) == 0)
            jsonld_object(g, same_one, w);
    jw_close(w, ']');
}

static void jsonld_node(const struct rdf *g, const struct rdf_node *n, struct jw *w)
{
    jw_open(w, '{');
    JW_STR(w, "@id", jsonld_name(g, n));
    if (n->ntypes) {
        jw_key(w, S("@type"));
        jw_open(w, '[');
        for (unsigned i = 0; i < n->ntypes; i++)
            jw_str(w, str_of(n->types[i]));
        jw_close(w, ']');
    }
    for (const struct property *p = n->first; p; p = p->next)
        jsonld_predicate(g, n, p, w);
    jw_close(w, '}');
}

static void write_jsonld(const struct rdf *g, struct buf *out)
{
    struct jw w;
    jw_init(&w, out, JW_COMPACT);
    jw_open(&w, '{');
    jw_key(&w, S("@context"));
    jw_open(&w, '{');
    for (size_t i = 0; i < PREFIXES; i++) {
        jw_key(&w, str_of(prefixes[i].prefix));
        jw_str(&w, str_of(prefixes[i].base));
    }
    jw_close(&w, '}');
    jw_key(&w, S("@graph"));
    jw_open(&w, '[');
    for (const struct rdf_node *n = g->first; n; n = n->next)
        if (!empty(n))
            jsonld_node(g, n, &w);
    jw_close(&w, ']');
    jw_close(&w, '}');
}

void rdf_write(const struct rdf *g, enum rdf_format format, struct buf *out)
{
    static void (*const writers[])(const struct rdf *, struct buf *) = {write_xml, write_turtle, write_jsonld};
    writers[format](g, out);
}
