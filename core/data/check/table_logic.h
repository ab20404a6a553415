#pragma once
#include "core/data/check/decimal.h"
#include "core/data/check/table_schema.h"

/*
 * table_logic -- what holds of several columns of a row, or of one value in several ways: the
 * choices and conditions of a JSON Schema (oneOf, anyOf, allOf, if, not, dependencies).
 *
 * Nodes are those of json_schema_logic.h: {"logic": [node], "holds": [places of nodes]} of a table,
 * "holds" of its objects and fields. A node says yes, no, or that it cannot be told: of a value that
 * a cell does not tell from another (a column that may be null and is empty; 12 in a CSV, a number
 * or a text), and where a rule within is left. Only a no is a fault.
 *
 * Bounded: NODES, NAMES (patterns for the names of members), DEPTH of nodes in one another while a
 * row is judged, STEPS (a node, a name held against a pattern, or WALK members gone over) a row and
 * STEPS_ALL a file; where they run out, nothing can be told.
 */
enum logic_answer { LOGIC_NO, LOGIC_YES, LOGIC_UNKNOWN };

enum { LOGIC_DEPTH_MAX = 40, LOGIC_STEPS = 20000, LOGIC_STEPS_ALL = 300000000, LOGIC_NAMES_MAX = 500, LOGIC_WALK = 16 };

struct logic_keyword;

/* One keyword of a node with its value. */
struct logic_rule {
    const struct logic_keyword *keyword;
    const json_t *value, *node;
    struct pattern *pattern;
    struct table_field *form; /* of "format" */
    struct pattern **names;   /* of members, in the order of the schema; NULL: there are none, or they are left */
    size_t nnames;
    struct decimal_step step; /* of "multipleOf" */
};

struct logic_node {
    struct logic_rule *rules;
    size_t n;
};

/* What a node is asked of: a value, or an object whose members are columns. */
struct logic_subject {
    const json_t *value;             /* NULL: columns */
    size_t object;                   /* of columns: as table_field.object; 0: the row */
    bool loose;                      /* a text that may be a number or a truth: no file says which */
    const struct table_field *field; /* whose value it is; NULL: none's */
    struct str digits;               /* the number as its cell has it; absent: it is `value` */
    size_t column;                   /* of the file, plus one, where the schema does not name it; 0: it does */
};

/* Where a no comes from. */
struct logic_blame {
    const struct logic_rule *rule, *because; /* because: the condition or the dependency; NULL: none */
    struct logic_subject at, because_at;
    const char *key; /* of a member that lacks, or should; NULL: the subject itself */
    unsigned fits;   /* forms that fit, of a choice */
    bool name;       /* the name of the member is to blame */
};

/* Over the members of an object. */
struct logic_walk {
    size_t at;  /* of columns */
    size_t walked; /* that no step was taken for */
    void *iter; /* of a value */
    const char *key;
    struct logic_subject member;
    enum logic_answer there; /* UNKNOWN: its cell is empty, and may be null or an empty list */
    bool split;              /* the key has a dot: what stands before it may be the member's name */
};

/* The columns of a row, for whoever judges it. */
struct logic_columns {
    void *context;
    /* YES: *out is the member; NO: there is none; UNKNOWN: it is null or not there (its value is
     * null), or that cannot be told (no value). */
    enum logic_answer (*member)(void *context, size_t object, const char *key, struct logic_subject *out);
    /* The next member that is or may be there, the schema's or not; false: there are no more. */
    bool (*next)(void *context, size_t object, struct logic_walk *w);
    uint64_t left, left_all; /* steps */
};

struct table_logic;
struct table_logic *table_logic_read(struct table_schema *s); /* from s->json; NULL: it has none */
void table_logic_free(struct table_logic *l);                 /* NULL: nothing to do */

/* Of one node. *blame is set where the answer is no. */
enum logic_answer table_logic_holds(const struct table_logic *l, int64_t node, struct logic_columns *columns,
                                    struct logic_subject at, struct logic_blame *blame);

/* "enum A, B": the rule in the words of the schema. */
struct str table_logic_say(const struct table_logic *l, struct arena *a, const struct logic_rule *rule);
/* Its rules; empty: it is no node, or has none. */
struct str table_logic_say_node(const struct table_logic *l, struct arena *a, const json_t *node);
/* Whether one of the nodes has a patternProperties for a member of this name. */
bool table_logic_names(const struct table_logic *l, const json_t *holds, const char *key);
/* The members that a node speaks of, each once, at most `most`. */
size_t table_logic_spoken(const struct table_logic *l, const json_t *node, const char **names, size_t most);
/* What kind of fault it is: SAYS_MORE: see table_logic_say. */
enum logic_said { LOGIC_SAYS_MORE, LOGIC_LACKS, LOGIC_IS_MORE, LOGIC_NEVER, LOGIC_NAME, LOGIC_NONE_FITS, LOGIC_SEVERAL_FIT, LOGIC_EXCLUDED };
enum logic_said table_logic_said(const struct logic_blame *blame);
