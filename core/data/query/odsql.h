#pragma once
#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/data/query/view.h"

/*
 * odsql -- the query language of the Explore API: text -> tokens -> tree -> typed tree -> SQL.
 *
 * odsql_lex.c cuts, odsql_parse.c builds, odsql_type.c checks the tree against a view's columns
 * (what is not visible is unknown), odsql_sql.c and odsql_time.c write the SQL: constants of ours
 * and $n. All memory is the caller's arena's; text is borrowed from the parameters, which must
 * outlive the tree. Everything is bounded: bytes, tokens, depth, items.
 *
 * fails  err_odsql_syntax, err_odsql_malformed, err_odsql_types, err_odsql_date
 *
 * Source: explore-api.md sections 2 and 9.3.
 */
enum {
    ODSQL_BYTES_MAX = 16 << 10,
    ODSQL_TOKENS_MAX = 4096,
    ODSQL_DEPTH_MAX = 60,
    ODSQL_ITEMS_MAX = 500,
    ODSQL_PARAMS_MAX = 2000,
};

enum odsql_clause { CLAUSE_SELECT, CLAUSE_WHERE, CLAUSE_GROUP_BY, CLAUSE_ORDER_BY, CLAUSE_REFINE,
                    CLAUSE_EXCLUDE, CLAUSE_FACET };
const char *odsql_clause_name(enum odsql_clause clause);

/* ---- tokens ---- */
enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_QUOTED, TOKEN_STRING, TOKEN_NUMBER, TOKEN_DATE,
                  TOKEN_GEOM, TOKEN_MARK };
struct token {
    enum token_kind kind;
    char mark;         /* TOKEN_MARK: ( ) [ ] , * / + - = > < : and 'g' >=, 'l' <=, '.' for ".." */
    struct str text;   /* decoded */
    size_t at, end;    /* bytes of the source */
};
struct odsql_source {
    struct arena *a;
    struct str text;
    enum odsql_clause clause;
    struct token *tokens; /* the last is TOKEN_END */
    size_t n;
};
bool odsql_lex(struct arena *a, struct str text, enum odsql_clause clause, struct odsql_source *out,
               struct err *e);

/* ---- the tree ---- */
enum node_kind { NODE_FIELD, NODE_STRING, NODE_NUMBER, NODE_DATE, NODE_GEOM, NODE_BOOL, NODE_NULL,
                 NODE_STAR, NODE_CALL, NODE_NAMED, NODE_ARITH, NODE_MINUS, NODE_COMPARE, NODE_AND,
                 NODE_OR, NODE_NOT, NODE_LIKE, NODE_IS, NODE_IN_LIST, NODE_IN_RANGE, NODE_IN_FIELD,
                 NODE_TEXT, NODE_RECORDS };

enum odsql_function { FN_NONE, FN_LENGTH, FN_LOWER, FN_UPPER, FN_NOW, FN_YEAR, FN_MONTH, FN_DAY,
                      FN_HOUR, FN_MINUTE, FN_SECOND, FN_DATE_FORMAT, FN_IFNULL, FN_COUNT, FN_SUM,
                      FN_AVG, FN_MIN, FN_MAX, FN_STDDEV, FN_MEDIAN, FN_PERCENTILE, FN_RANGE, FN_RANDOM,
                      FN_SEARCH, FN_SUGGEST, FN_STARTSWITH, FN_DISTANCE, FN_WITHIN_DISTANCE,
                      FN_IN_BBOX, FN_INTERSECTS, FN_DISJOINT, FN_WITHIN, FN_GEOMETRY, FN_POLYGON,
                      FN_ENVELOPE, FN_BBOX, FN_GEO_CLUSTER, FN_JSON_FORMAT, FN_MATH };

enum { ODSQL_NULL_TYPE = COLUMN_TYPES, ODSQL_UNTYPED };

struct node {
    enum node_kind kind;
    char op;                  /* NODE_COMPARE, NODE_ARITH: the mark. NODE_IS: 'n' 't' 'f' */
    bool negated;             /* IS NOT; count(distinct …) has `distinct` */
    bool distinct;
    bool open_low, open_high; /* NODE_IN_RANGE: the bound is left out */
    bool truth;               /* NODE_BOOL */
    struct str text;          /* name, string, digits, date or geometry */
    struct str unit;          /* after a number: 4km, 1 day */
    size_t at, end;
    size_t n;
    struct node **arg;
    /* set by odsql_type */
    enum odsql_function fn;
    const struct view_column *column;
    int type;                 /* enum column_type, ODSQL_NULL_TYPE or ODSQL_UNTYPED */
    bool aggregate;           /* holds an aggregate */
    bool plain;               /* holds a field outside of an aggregate */
};

enum item_kind { ITEM_EXPR, ITEM_STAR, ITEM_INCLUDE, ITEM_EXCLUDE };
struct odsql_item {
    enum item_kind kind;
    struct node *expr;
    struct str key;       /* the alias, or the text as typed: what the answer calls it */
    bool aliased;
    bool descending;
    struct str pattern;   /* include, exclude; ends in '*' when it is a beginning */
};
struct odsql_list {
    enum odsql_clause clause;
    struct str text;      /* the clause as typed */
    size_t n;
    struct odsql_item *items;
};

bool odsql_pattern(struct str pattern, struct str name); /* a pattern of include() or exclude() means the name */
bool odsql_parse_select(struct arena *a, struct str text, struct odsql_list *out, struct err *e);
bool odsql_parse_group(struct arena *a, struct str text, struct odsql_list *out, struct err *e);
bool odsql_parse_order(struct arena *a, struct str text, struct odsql_list *out, struct err *e);
bool odsql_parse_where(struct arena *a, struct str text, struct node **out, struct err *e);

/* ---- types ---- */
struct odsql_scope {
    struct arena *a;
    const struct dataset_view *view;
    enum odsql_clause clause;
    bool hidden_too;  /* the row filter of the view itself */
    bool series;      /* what the first version of the API alone has: stddev(), math_…(), groups by place */
};
bool odsql_type_expr(const struct odsql_scope *s, struct node *n, struct err *e);
bool odsql_type_filter(const struct odsql_scope *s, struct node *n, struct err *e);
/* A complaint in the API's words, with the clause's name; `what` ends with a full stop. */
bool odsql_complain(const struct odsql_scope *s, struct err *e, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool odsql_function_find(struct str name, enum odsql_function *out);

/* ---- SQL ---- */
struct odsql_sql {
    struct arena *a;
    const struct dataset_view *view;
    struct str timezone;
    unsigned lang; /* of odsql_languages (odsql_names.h) */
    unsigned timezone_param;  /* 0: not bound yet */
    unsigned n;
    bool timed;               /* now() was used: the answer ages by itself */
    struct err failed;        /* the first failure of a part that cannot say so itself */
    struct str *params;       /* text values; grows up to ODSQL_PARAMS_MAX */
    unsigned room;
    struct buf *out;          /* where the text goes */
    bool *read;               /* by the number of a column: the text names it; 0: one of rest */
};
void odsql_sql_init(struct odsql_sql *q, struct arena *a, const struct dataset_view *view);
void odsql_sql_param(struct odsql_sql *q, struct str value, const char *type); /* writes $n::type */
unsigned odsql_sql_bind(struct odsql_sql *q, struct str value);                /* its number only */
void odsql_sql_timezone(struct odsql_sql *q);
void odsql_sql_column(struct odsql_sql *q, const struct view_column *c); /* r.c3, cast when in rest */
bool odsql_sql_reads(const struct odsql_sql *q, const struct view_column *c); /* it was written */
void odsql_sql_local(struct odsql_sql *q, const struct node *n); /* a date as timestamp in the zone */
bool odsql_sql_expr(struct odsql_sql *q, const struct node *n, struct err *e);
bool odsql_sql_filter(struct odsql_sql *q, const struct node *n, struct err *e);
bool odsql_sql_date_format(struct odsql_sql *q, const struct node *n, struct err *e);
bool odsql_sql_now(struct odsql_sql *q, const struct node *n, struct err *e);
bool odsql_sql_geo(struct odsql_sql *q, const struct node *n, struct err *e);

/* ---- dates ---- */
/* "2017", "2017-04", "2018/04/01", "2017-04-03T08:02:01.5Z"…: a real moment of the calendar, written
 * by us as "YYYY-MM-DD HH:MM:SS.ffffff". parts: 1 year, 2 month, 3 day, 4 and more a time. zone:
 * minutes east of UTC when has_zone. False: not a date. */
struct odsql_date {
    int parts;
    bool has_zone;
    char text[40];      /* without the zone */
    char zone[12];      /* "+02:00" */
    int year, month, day;
};
bool odsql_date_read(struct str s, struct odsql_date *out);
