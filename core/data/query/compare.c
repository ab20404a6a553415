#include "core/data/query/compare.h"

#include "core/base/jr.h"
#include "core/data/check/secrecy.h"
#include "core/data/value/type.h"
#include "core/data/intake/version.h"
#include "core/data/query/view.h"

static const json_t *named(const json_t *columns, struct str name)
{
    const json_t *c;
    size_t i;
    json_array_foreach(columns, i, c) if (str_eq(jr_str(c, "name"), name)) return c;
    return NULL;
}

static bool same_type(const json_t *a, const json_t *b)
{
    return a && b && str_eq(jr_str(a, "type"), jr_str(b, "type"));
}

json_t *compare_columns(const json_t *before, const json_t *after)
{
    json_t *added = json_array(), *dropped = json_array(), *retyped = json_array();
    const json_t *c, *other;
    size_t i;
    json_array_foreach(after, i, c)
    {
        other = named(before, jr_str(c, "name"));
        if (!other)
            json_array_append(added, json_object_get(c, "name"));
        else if (!same_type(c, other))
            json_array_append_new(retyped,
                                  json_pack("{s:O,s:O,s:O}", "name", json_object_get(c, "name"),
                                            "from", json_object_get(other, "type"), "to",
                                            json_object_get(c, "type")));
    }
    json_array_foreach(before, i, c) if (!named(after, jr_str(c, "name")))
        json_array_append(dropped, json_object_get(c, "name"));
    return json_pack("{s:o,s:o,s:o}", "added", added, "dropped", dropped, "retyped", retyped);
}

/* "c12" or "rest[3]", made anew from the number. */
static void put_place(struct buf *sql, const json_t *column)
{
    struct view_column place = {0};
    if (!view_place(jr_str(column, "sql"), &place))
        buf_addz(sql, "NULL");
    else
        buf_printf(sql, place.in_rest ? "rest[%u]" : "c%u", place.number);
}

/* The columns of `shared` in the order of their list, as one side stores them. */
static void put_row(struct buf *sql, const json_t *shared, const json_t *columns)
{
    const json_t *c;
    size_t i;
    buf_addz(sql, "ROW(");
    json_array_foreach(shared, i, c)
    {
        if (i)
            buf_addz(sql, ", ");
        put_place(sql, named(columns, jr_str(c, "name")));
    }
    buf_addz(sql, ")::text");
}

static json_t *shared_columns(const json_t *before, const json_t *after)
{
    json_t *list = json_array();
    const json_t *c;
    size_t i;
    json_array_foreach(after, i, c) if (same_type(c, named(before, jr_str(c, "name"))))
        json_array_append(list, (json_t *)(uintptr_t)c);
    return list;
}

/* The key's columns; empty when one of them is not on both sides. */
static json_t *key_columns(const json_t *shared, const json_t *key)
{
    json_t *list = json_array();
    const json_t *name, *c;
    size_t i;
    json_array_foreach(key, i, name)
    {
        c = named(shared, str_of(json_string_value(name)));
        if (!c) {
            json_array_clear(list);
            break;
        }
        json_array_append(list, (json_t *)(uintptr_t)c);
    }
    return list;
}

static void put_side(struct buf *sql, const char *as, const struct compare_side *s,
                     const json_t *shared, const json_t *key)
{
    char table[VERSION_TABLE];
    version_table(table, &s->version);
    buf_printf(sql, "%s AS (SELECT k, count(*) AS n, min(h) AS lo, max(h) AS hi FROM (SELECT md5(",
               as);
    put_row(sql, shared, s->columns);
    buf_addz(sql, ") AS h, ");
    if (json_array_size(key))
        put_row(sql, key, s->columns);
    else
        buf_addz(sql, "NULL::text");
    buf_printf(sql, " AS k0 FROM %s) AS r CROSS JOIN LATERAL (SELECT %s AS k) AS x GROUP BY k)",
               table, json_array_size(key) ? "k0" : "h");
}

enum compare_by compare_rows(struct buf *sql, const struct compare_side *before,
                             const struct compare_side *after, const json_t *key)
{
    static const char *const by_key =
        " SELECT coalesce(sum(b.n) FILTER (WHERE a.k IS NULL), 0)::text, coalesce(sum(a.n) FILTER "
        "(WHERE b.k IS NULL), 0)::text,"
        " coalesce(sum(b.n) FILTER (WHERE (a.n, a.lo, a.hi) IS DISTINCT FROM (b.n, b.lo, b.hi) AND "
        "a.k IS NOT NULL), 0)::text"
        " FROM a FULL JOIN b ON a.k = b.k";
    static const char *const by_content =
        " SELECT coalesce(sum(greatest(coalesce(b.n, 0) - coalesce(a.n, 0), 0)), 0)::text,"
        " coalesce(sum(greatest(coalesce(a.n, 0) - coalesce(b.n, 0), 0)), 0)::text, NULL::text"
        " FROM a FULL JOIN b ON a.k = b.k";
    json_t *shared = shared_columns(before->columns, after->columns),
           *keys = key_columns(shared, key);
    enum compare_by by = json_array_size(shared) == 0 ? COMPARE_NOTHING
                         : json_array_size(keys) > 0  ? COMPARE_KEY
                                                      : COMPARE_CONTENT;
    if (by != COMPARE_NOTHING) {
        buf_addz(sql, "WITH ");
        put_side(sql, "a", before, shared, keys);
        buf_addz(sql, ", ");
        put_side(sql, "b", after, shared, keys);
        buf_addz(sql, by == COMPARE_KEY ? by_key : by_content);
    }
    json_decref(shared);
    json_decref(keys);
    return by;
}

/* ---- counts that a subtraction gives away ---- */

/* A count says how many, and never which row it is. */
static bool is_counted(const json_t *column)
{
    return str_eq(jr_str(column, "type"), S("int")) && secrecy_counts_persons(jr_str(column, "name"));
}

/* Text, truth and labels pair rows where no key does; dates always. */
static bool pairs(const json_t *column, const json_t *key)
{
    enum column_type type;
    if (!type_by_name(jr_str(column, "type"), &type))
        return false;
    if (type == TYPE_DATE || type == TYPE_DATETIME)
        return true;
    if (json_array_size(key) > 0)
        return named(key, jr_str(column, "name")) != NULL;
    return type == TYPE_TEXT || type == TYPE_BOOLEAN ||
           (type == TYPE_INT && secrecy_is_label(jr_str(column, "name")));
}

/* "x3": the third of the counts. */
static void put_counts(struct buf *sql, const char *as, const struct compare_side *s, const json_t *by, const json_t *counts)
{
    char table[VERSION_TABLE];
    const json_t *c;
    size_t i;
    version_table(table, &s->version);
    buf_printf(sql, "%s AS (SELECT k, count(*) AS n", as);
    json_array_foreach(counts, i, c)
        buf_printf(sql, ", min(x%zu) AS x%zu", i, i);
    buf_addz(sql, " FROM (SELECT ");
    put_row(sql, by, s->columns);
    buf_addz(sql, " AS k");
    json_array_foreach(counts, i, c) {
        buf_addz(sql, ", (");
        put_place(sql, named(s->columns, jr_str(c, "name")));
        buf_printf(sql, ")::bigint AS x%zu", i);
    }
    buf_printf(sql, " FROM %s) AS r GROUP BY k)", table);
}

/* d: rows that stand several times; m: the pairs, with both figures of each count. */
static void put_pairs(struct buf *sql, size_t n)
{
    buf_addz(sql, ", d AS (SELECT (SELECT count(*) FROM a WHERE n > 1) + (SELECT count(*) FROM b WHERE n > 1) AS n), m AS (SELECT b.k");
    for (size_t i = 0; i < n; i++)
        buf_printf(sql, ", a.x%zu AS o%zu, b.x%zu", i, i, i);
    buf_addz(sql, " FROM a JOIN b ON a.k = b.k WHERE a.n = 1 AND b.n = 1)");
}

/* All counts in one pass over the pairs. */
static void put_totals(struct buf *sql, size_t n, unsigned threshold)
{
    buf_addz(sql, " SELECT (SELECT n FROM d)");
    for (size_t i = 0; i < n; i++)
        buf_printf(sql,
                   ", count(x%zu + o%zu), count(*) FILTER (WHERE x%zu <> o%zu), count(*) FILTER (WHERE x%zu > o%zu),"
                   " count(*) FILTER (WHERE x%zu < o%zu), count(*) FILTER (WHERE abs(x%zu - o%zu) BETWEEN 1 AND %u)",
                   i, i, i, i, i, i, i, i, i, i, threshold - 1);
    buf_addz(sql, " FROM m");
}

static void put_cells(struct buf *sql, size_t n, unsigned threshold)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(sql,
                   "%s SELECT (SELECT coalesce(json_agg(json_build_object('value', v)), '[]') FROM (SELECT left(trim(k, '()'), 60) || ' : ' ||"
                   " o%zu || ' → ' || x%zu AS v FROM m WHERE abs(x%zu - o%zu) BETWEEN 1 AND %u ORDER BY k LIMIT 10) AS l)",
                   i ? " UNION ALL" : "", i, i, i, i, threshold - 1);
}

bool compare_counts(struct buf *sql, enum compare_what what, const struct compare_side *before, const struct compare_side *after,
                    const json_t *key, const json_t *names, unsigned threshold)
{
    json_t *shared = shared_columns(before->columns, after->columns), *keys = key_columns(shared, key), *by = json_array();
    json_t *counts = key_columns(shared, names);
    const json_t *c;
    size_t i;
    json_array_foreach(shared, i, c)
        if (pairs(c, keys) && !is_counted(c))
            json_array_append(by, (json_t *)(uintptr_t)c);
    bool ok = json_array_size(counts) > 0 && json_array_size(by) > 0;
    if (ok) {
        buf_addz(sql, "WITH ");
        put_counts(sql, "a", before, by, counts);
        buf_addz(sql, ", ");
        put_counts(sql, "b", after, by, counts);
        put_pairs(sql, json_array_size(counts));
        if (what == COMPARE_TOTALS)
            put_totals(sql, json_array_size(counts), threshold);
        else
            put_cells(sql, json_array_size(counts), threshold);
    }
    json_decref(shared);
    json_decref(keys);
    json_decref(by);
    json_decref(counts);
    return ok;
}
