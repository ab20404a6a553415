#include "core/data/intake/version.h"

#include <stdlib.h>

#include "core/base/jr.h"
#include "core/base/jw.h"
#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/value/record.h"
#include "core/data/value/type.h"

void version_table(char out[VERSION_TABLE], const struct uuid *id)
{
    struct uuid good;
    must(uuid_parse(uuid_str(id), &good));
    size_t n = 7;
    memcpy(out, "data.v_", n);
    for (const char *p = good.text; *p; p++)
        if (*p != '-')
            out[n++] = *p;
    must(n == VERSION_TABLE - 1);
    out[n] = 0;
}

/* "c12": 12; 0 for rest[k] and for anything else. */
static unsigned own_column(const json_t *column)
{
    struct str sql = jr_str(column, "sql");
    uint64_t n;
    if (!str_starts(sql, S("c")) || !str_u64(str_from(sql, 1), &n) || n > RECORD_COLUMNS_MAX)
        return 0;
    return (unsigned)n;
}

/* The type of c1, c2, …; false when a number is missing or double. */
static bool own_types(const json_t *report, enum column_type *types, size_t *n)
{
    const json_t *columns = jr_array(report, "columns"), *column;
    bool seen[RECORD_COLUMNS_MAX + 1] = {false};
    size_t i;
    *n = 0;
    json_array_foreach(columns, i, column) {
        unsigned number = own_column(column);
        if (number == 0)
            continue;
        if (seen[number] || !type_by_name(jr_str(column, "type"), &types[number]))
            return false;
        seen[number] = true;
        ++*n;
    }
    for (size_t k = 1; k <= *n; k++)
        if (!seen[k])
            return false;
    return json_array_size(columns) > 0 && json_array_size(columns) <= RECORD_COLUMNS_MAX;
}

static bool is_geographic(enum column_type t)
{
    return t == TYPE_GEO_POINT || t == TYPE_GEO_SHAPE;
}

/* Long values are not packed, so that a row is as wide as it looks: what is not kept outside of it is two kilobytes at most,
 * and who reads can tell from the table's size what a slice of it may take (query_wide). */
static void put_storage(struct buf *ddl, const char *table, const enum column_type *types, size_t n, bool rest)
{
    static const bool packed[COLUMN_TYPES] = {[TYPE_TEXT] = true, [TYPE_FILE] = true, [TYPE_GEO_SHAPE] = true, [TYPE_DECIMAL] = true};
    struct buf list = {0};
    for (size_t i = 1; i <= n; i++)
        if (packed[types[i]])
            buf_printf(&list, "%s ALTER c%zu SET STORAGE EXTERNAL", list.n ? "," : "", i);
    if (rest)
        buf_printf(&list, "%s ALTER rest SET STORAGE EXTERNAL", list.n ? "," : "");
    if (list.n)
        buf_printf(ddl, "; ALTER TABLE %s" STR_FMT, table, STR_ARG(buf_str(&list)));
    buf_free(&list);
}

bool version_create(struct buf *ddl, const struct uuid *id, const json_t *report, struct err *e)
{
    enum column_type types[RECORD_COLUMNS_MAX + 1];
    size_t n;
    char table[VERSION_TABLE];
    bool rest = jr_i64(report, "rest", 0) > 0;
    if (!own_types(report, types, &n) || (int64_t)(1 + n + rest) != jr_i64(report, "fields", 0))
        return ERR(e, err_data_unread, "the report's columns");
    version_table(table, id);
    buf_printf(ddl, "CREATE TABLE %s (_id integer NOT NULL", table);
    for (size_t i = 1; i <= n; i++)
        buf_printf(ddl, ", c%zu %s", i, type_sql(types[i]));
    buf_addz(ddl, rest ? ", rest text[]" : "");
    for (size_t i = 1; i <= n; i++)
        if (is_geographic(types[i])) /* COPY leaves them out; they stand behind what it fills */
            buf_printf(ddl, ", m%zu geometry(Geometry,3857) GENERATED ALWAYS AS (ST_Transform(c%zu, 3857)) STORED", i, i);
    buf_addc(ddl, ')');
    put_storage(ddl, table, types, n, rest);
    return true;
}

void version_copy(struct buf *sql, const struct uuid *id)
{
    char table[VERSION_TABLE];
    version_table(table, id);
    buf_printf(sql, "COPY %s FROM STDIN (FORMAT binary, FREEZE)", table);
}

static const json_t *by_name(const json_t *report, const char *name)
{
    const json_t *column;
    size_t i;
    json_array_foreach(jr_array(report, "columns"), i, column) {
        if (str_eq(jr_str(column, "name"), str_of(name)))
            return column;
    }
    return NULL;
}

/* A text too long for a b-tree page would fail the load: such a facet is counted without an index. */
static bool can_be_indexed(const json_t *column)
{
    enum { INDEXED_BYTES = 500 };
    enum column_type t;
    return type_by_name(jr_str(column, "type"), &t) && !is_geographic(t) &&
           jr_i64(column, "widest", INDEXED_BYTES + 1) <= INDEXED_BYTES;
}

static bool is_geographic_column(const json_t *column)
{
    enum column_type t;
    return own_column(column) && type_by_name(jr_str(column, "type"), &t) && is_geographic(t);
}

/* What is drawn across the antimeridian is cut there (RFC 7946 section 3.1.9), before anything is indexed. Nothing is
 * looked for in the second geometry: it has neither index nor statistics. */
static void put_geographic(struct buf *ddl, const char *table, const json_t *column)
{
    unsigned k = own_column(column);
    if (!is_geographic_column(column))
        return;
    if (jr_i64(column, "beyond", 0) > 0)
        buf_printf(ddl,
                   "; UPDATE %s SET c%u = ST_WrapX(ST_WrapX(c%u, 180, -360), -180, 360)"
                   " WHERE ST_XMax(c%u) > 180 OR ST_XMin(c%u) < -180",
                   table, k, k, k, k);
    buf_printf(ddl, "; CREATE INDEX ON %s USING gist (c%u); ALTER TABLE %s ALTER m%u SET STATISTICS 0", table, k, table, k);
}

void version_index(struct buf *ddl, const struct uuid *id, const json_t *report, const json_t *facets)
{
    char table[VERSION_TABLE];
    const json_t *facet, *columns = jr_array(report, "columns"), *column;
    size_t i;
    version_table(table, id);
    buf_printf(ddl, "ALTER TABLE %s ADD PRIMARY KEY (_id)", table);
    json_array_foreach(facets, i, facet) {
        column = json_is_string(facet) ? by_name(report, json_string_value(facet)) : NULL;
        if (column && own_column(column) && can_be_indexed(column))
            buf_printf(ddl, "; CREATE INDEX ON %s (c%u)", table, own_column(column));
    }
    json_array_foreach(columns, i, column)
        put_geographic(ddl, table, column);
    buf_printf(ddl, "; GRANT SELECT ON %s TO terrasse_reader; ANALYZE %s", table, table);
}

void version_extent(struct buf *sql, const struct uuid *id, const json_t *report)
{
    const json_t *column;
    char table[VERSION_TABLE];
    unsigned n = 0;
    size_t i;
    version_table(table, id);
    json_array_foreach(jr_array(report, "columns"), i, column) {
        if (!is_geographic_column(column))
            continue;
        buf_addz(sql, n++ ? " UNION ALL " : "UPDATE portal.version SET extent = (SELECT ARRAY[ST_XMin(e), ST_YMin(e), "
                                            "ST_XMax(e), ST_YMax(e)] FROM (SELECT ST_Extent(g) AS e FROM (");
        buf_printf(sql, "SELECT c%u AS g FROM %s", own_column(column), table);
    }
    if (n)
        buf_printf(sql, ") AS x) AS y WHERE e IS NOT NULL) WHERE id = '%s'", id->text);
}

void version_facets(json_t *names, const json_t *report)
{
    const json_t *column;
    size_t i;
    json_array_foreach(jr_array(report, "columns"), i, column) {
        bool year = str_eq(jr_str(column, "pattern"), S("year"));
        if (year || str_eq(jr_str(column, "type"), S("boolean")))
            json_array_append(names, json_object_get(column, "name"));
    }
}

static void copy_member(struct jw *w, const json_t *column, const char *key)
{
    const json_t *v = json_object_get(column, key);
    if (!v)
        return;
    char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
    must(text);
    jw_key(w, str_of(key));
    jw_raw(w, str_of(text));
    free(text);
}

void version_columns(struct buf *out, const json_t *report)
{
    static const char *const kept[] = {"name", "label", "source", "type", "format", "sql", "nullable", "reason",
                                       "fixed", "bad", "pattern", "values"};
    const json_t *column;
    struct jw w;
    size_t i;
    jw_init(&w, out, JW_COMPACT);
    jw_open(&w, '[');
    json_array_foreach(jr_array(report, "columns"), i, column) {
        jw_open(&w, '{');
        for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++)
            copy_member(&w, column, kept[k]);
        if (is_geographic_column(column))
            JW_BOOL(&w, "mercator", true);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
}
