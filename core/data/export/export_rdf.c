/*
 * Rows as RDF: RDF/XML, Turtle, N3 and JSON-LD of the same triples. A row is its address in the
 * API, and part of the data set as the DCAT feed names it; a field is <the page of the data
 * set>#field-NAME. What is null is not said; several values are several triples. Groups have no
 * address: blank nodes.
 *
 * Source: RDF 1.1 XML Syntax, Turtle, JSON-LD 1.1; GeoSPARQL 1.1 (wktLiteral, geoJSONLiteral).
 */
#include "core/base/jw.h"
#include "core/base/markup.h"
#include "core/data/query/cell.h"
#include "core/data/export/export.h"
#include "core/data/export/sheet_cell.h"
#include "core/data/query/record_id.h"

#define SPACE_RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define SPACE_DCT "http://purl.org/dc/terms/"
#define SPACE_XSD "http://www.w3.org/2001/XMLSchema#"
#define SPACE_GEO "http://www.opengis.net/ont/geosparql#"

struct datatype {
    const char *short_name, *iri;
};

static const struct datatype types[COLUMN_TYPES] = {
    [TYPE_INT] = {"xsd:integer", SPACE_XSD "integer"},
    [TYPE_DOUBLE] = {"xsd:double", SPACE_XSD "double"},
    [TYPE_DECIMAL] = {"xsd:decimal", SPACE_XSD "decimal"},
    [TYPE_DATE] = {"xsd:date", SPACE_XSD "date"},
    [TYPE_DATETIME] = {"xsd:dateTime", SPACE_XSD "dateTime"},
    [TYPE_BOOLEAN] = {"xsd:boolean", SPACE_XSD "boolean"},
    [TYPE_GEO_POINT] = {"geo:wktLiteral", SPACE_GEO "wktLiteral"},
    [TYPE_GEO_SHAPE] = {"geo:geoJSONLiteral", SPACE_GEO "geoJSONLiteral"},
};
static const struct datatype dates[] = {
    [PRECISION_FULL] = {"xsd:date", SPACE_XSD "date"},
    [PRECISION_MONTH] = {"xsd:gYearMonth", SPACE_XSD "gYearMonth"},
    [PRECISION_YEAR] = {"xsd:gYear", SPACE_XSD "gYear"},
};
static const struct datatype text = {0};

static const struct datatype *datatype_of(const struct query_column *c)
{
    if (c->range != RANGE_NONE)
        return &text;
    return c->type == TYPE_DATE ? &dates[c->precision] : &types[c->type];
}

/* ---- names ---- */

/* A name as the end of an address and as an XML name at once: other bytes are ".XX". */
static void put_name(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '-';
        if (plain)
            buf_addc(out, s.p[i]);
        else
            buf_printf(out, ".%02X", c);
    }
}

static void put_dataset(struct buf *out, const struct export *x)
{
    buf_add(out, x->base);
    buf_addz(out, "/explore/dataset/");
    buf_add(out, view_dataset(x->query->view));
    buf_addc(out, '/');
}

static void put_record(struct buf *out, const struct export *x, const PGresult *r, int row)
{
    char id[41];
    record_id(x->query->view, cell_i64(r, row, 0), id);
    buf_add(out, x->base);
    buf_addz(out, "/api/explore/v2.1/catalog/datasets/");
    buf_add(out, view_dataset(x->query->view));
    buf_addz(out, "/records/");
    buf_addz(out, id);
}

/* ---- values ---- */

/* Into x->cell. */
static void put_lexical(struct export *x, const struct query_column *c, const PGresult *r, int row)
{
    double lon, lat;
    buf_reset(&x->cell);
    if (c->range == RANGE_NONE && cell_point(c, r, row, &lon, &lat)) {
        buf_addz(&x->cell, "POINT(");
        jw_number(&x->cell, lon);
        buf_addc(&x->cell, ' ');
        jw_number(&x->cell, lat);
        buf_addc(&x->cell, ')');
        return;
    }
    cell_text(&x->cell, c, r, row, c->multivalued.n ? c->multivalued : x->list_separator);
    if (c->range == RANGE_NONE && c->type == TYPE_BOOLEAN && x->cell.n)
        x->cell.p[0] = x->cell.p[0] == 'T' ? 't' : 'f';
}

typedef void put_value_fn(const struct export *x, struct buf *out, size_t column, struct str value);

/* Every value of every field of the row. */
static void put_values(struct export *x, struct buf *out, const PGresult *r, int row,
                       put_value_fn *put)
{
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        const struct query_column *c = &x->query->columns[i];
        put_lexical(x, c, r, row);
        struct str rest = buf_str(&x->cell);
        if (cell_null(c, r, row) || (rest.n == 0 && datatype_of(c)->iri))
            continue;
        bool several = c->range == RANGE_NONE && c->type == TYPE_TEXT && c->multivalued.n;
        for (ptrdiff_t at; several && (at = str_find(rest, c->multivalued)) >= 0;) {
            put(x, out, i, str_part(rest, 0, (size_t)at));
            rest = str_from(rest, (size_t)at + c->multivalued.n);
        }
        put(x, out, i, rest);
    }
}

/* ---- Turtle and N3 ---- */

static void turtle_start(struct export *x, struct buf *out)
{
    buf_addz(out, "@prefix dct: <" SPACE_DCT "> .\n@prefix geo: <" SPACE_GEO
                  "> .\n@prefix xsd: <" SPACE_XSD "> .\n@prefix f: <");
    put_dataset(out, x);
    buf_addz(out, "#field-> .\n");
}

static void turtle_value(const struct export *x, struct buf *out, size_t column, struct str value)
{
    const struct query_column *c = &x->query->columns[column];
    const struct datatype *type = datatype_of(c);
    buf_addz(out, " ;\n  f:");
    put_name(out, c->key);
    buf_addc(out, ' ');
    jw_escape(out, value); /* its escapes are Turtle's too */
    if (type->iri) {
        buf_addz(out, "^^");
        buf_addz(out, type->short_name);
    }
}

static void turtle_row(struct export *x, struct buf *out, const PGresult *r, int row)
{
    buf_addz(out, x->query->ids ? "\n<" : "\n[]");
    if (x->query->ids) {
        put_record(out, x, r, row);
        buf_addc(out, '>');
    }
    buf_addz(out, " dct:isPartOf <");
    put_dataset(out, x);
    buf_addc(out, '>');
    put_values(x, out, r, row, turtle_value);
    buf_addz(out, " .\n");
}

static void nothing(struct export *x, struct buf *out)
{
    (void)x;
    (void)out;
}

/* ---- RDF/XML ---- */

static void xml_start(struct export *x, struct buf *out)
{
    buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF xmlns:rdf=\"" SPACE_RDF
                  "\" xmlns:dct=\"" SPACE_DCT "\" xmlns:f=\"");
    put_dataset(out, x);
    buf_addz(out, "#\">\n");
}

static void xml_value(const struct export *x, struct buf *out, size_t column, struct str value)
{
    const struct query_column *c = &x->query->columns[column];
    const struct datatype *type = datatype_of(c);
    buf_addz(out, "<f:field-");
    put_name(out, c->key);
    if (type->iri)
        buf_printf(out, " rdf:datatype=\"%s\"", type->iri);
    buf_addc(out, '>');
    markup_xml(out, value);
    buf_addz(out, "</f:field-");
    put_name(out, c->key);
    buf_addz(out, ">\n");
}

static void xml_row(struct export *x, struct buf *out, const PGresult *r, int row)
{
    buf_addz(out, "<rdf:Description");
    if (x->query->ids) {
        buf_addz(out, " rdf:about=\"");
        put_record(out, x, r, row);
        buf_addc(out, '"');
    }
    buf_addz(out, ">\n<dct:isPartOf rdf:resource=\"");
    put_dataset(out, x);
    buf_addz(out, "\"/>\n");
    put_values(x, out, r, row, xml_value);
    buf_addz(out, "</rdf:Description>\n");
}

static void xml_end(struct export *x, struct buf *out)
{
    (void)x;
    buf_addz(out, "</rdf:RDF>\n");
}

/* ---- JSON-LD ---- */

static void json_start(struct export *x, struct buf *out)
{
    buf_addz(out, "{\"@context\": {\"dct\": \"" SPACE_DCT "\", \"geo\": \"" SPACE_GEO
                  "\", \"xsd\": \"" SPACE_XSD "\", \"f\": {\"@id\": \"");
    put_dataset(out, x);
    buf_addz(out, "#field-\", \"@prefix\": true}");
    for (size_t i = 0; i < x->query->ncolumns; i++) {
        const struct datatype *type = datatype_of(&x->query->columns[i]);
        if (!type->iri)
            continue;
        buf_addz(out, ", \"f:");
        put_name(out, x->query->columns[i].key);
        buf_addz(out, "\": {\"@id\": \"f:");
        put_name(out, x->query->columns[i].key);
        buf_printf(out, "\", \"@type\": \"%s\"}", type->short_name);
    }
    buf_addz(out, "}, \"@graph\": [");
}

/* Values of one field follow each other: the first opens the list, where there may be several. */
static void json_value(const struct export *x, struct buf *out, size_t column, struct str value)
{
    const struct query_column *c = &x->query->columns[column];
    if (out->n && out->p[out->n - 1] == ']' && c->multivalued.n && x->cell.p &&
        value.p != x->cell.p) {
        out->n--; /* another one of the same field */
        buf_addz(out, ", ");
        jw_escape(out, value);
        buf_addc(out, ']');
        return;
    }
    buf_addz(out, ", \"f:");
    put_name(out, c->key);
    buf_addz(out, c->multivalued.n ? "\": [" : "\": ");
    jw_escape(out, value);
    buf_addz(out, c->multivalued.n ? "]" : "");
}

static void json_row(struct export *x, struct buf *out, const PGresult *r, int row)
{
    buf_addz(out, x->rows ? ",\n{" : "\n{");
    if (x->query->ids) {
        buf_addz(out, "\"@id\": \"");
        put_record(out, x, r, row);
        buf_addz(out, "\", ");
    }
    buf_addz(out, "\"dct:isPartOf\": {\"@id\": \"");
    put_dataset(out, x);
    buf_addz(out, "\"}");
    put_values(x, out, r, row, json_value);
    buf_addc(out, '}');
}

static void json_end(struct export *x, struct buf *out)
{
    (void)x;
    buf_addz(out, "\n]}\n");
}

const struct export_format export_rdfxml = {.name = "rdfxml",
                                            .extension = "rdf",
                                            .content_type = "application/rdf+xml; charset=utf-8",
                                            .start = xml_start,
                                            .row = xml_row,
                                            .end = xml_end,
                                            .has_addresses = true};
const struct export_format export_turtle = {.name = "turtle",
                                            .extension = "ttl",
                                            .content_type = "text/turtle; charset=utf-8",
                                            .start = turtle_start,
                                            .row = turtle_row,
                                            .end = nothing,
                                            .has_addresses = true};
const struct export_format export_n3 = {.name = "n3",
                                        .extension = "n3",
                                        .content_type = "text/n3; charset=utf-8",
                                        .start = turtle_start,
                                        .row = turtle_row,
                                        .end = nothing,
                                        .has_addresses = true};
const struct export_format export_jsonld = {.name = "jsonld",
                                            .extension = "jsonld",
                                            .content_type = "application/ld+json; charset=utf-8",
                                            .start = json_start,
                                            .row = json_row,
                                            .end = json_end,
                                            .has_addresses = true};
