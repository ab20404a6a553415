#pragma once
#include "core/base/map.h"
#include "core/db/stmt.h"

/*
 * prepared -- what one backend has prepared and which row tables it has seen.
 *
 * Statements of ours are prepared on first use and stay. A dynamic text is remembered (the last 200
 * used) and prepared when it is used again after two uses: most filters are asked once, and planning
 * costs ten times the execution for those that come back (performance.md 3.2).
 */
enum { PREPARED_TEXTS = 200, PREPARED_AFTER = 2, PREPARED_NAME = 24 };

struct prepared_text {
    char *text;
    unsigned id;   /* its name on the server is d<id> */
    unsigned uses;
    bool prepared;
    uint64_t last_use;
};

struct prepared {
    struct map statements; /* name -> anything */
    struct map texts;      /* text -> struct prepared_text * */
    struct map tables;     /* the 32 digits of data.v_… -> anything */
    struct prepared_text text[PREPARED_TEXTS];
    unsigned next_id;
    uint64_t clock;
};

/* A statement of ours: true when it must be prepared now; it then counts as prepared. */
bool prepared_need(struct prepared *p, const struct stmt *s);

/* A dynamic text. `prepare`: prepare it now under d<id>. `use`: run it by that name, else as text.
 * `drop`: the id of a text that made room and must be deallocated, or 0. */
struct prepared_plan {
    bool prepare, use;
    unsigned id, drop;
};
struct prepared_plan prepared_sql(struct prepared *p, const char *sql);

void prepared_failed(struct prepared *p, const struct stmt *s, unsigned id); /* s NULL: the text */
void prepared_name(char out[PREPARED_NAME], unsigned id);
size_t prepared_tables(const struct prepared *p); /* distinct row tables this backend has opened */
void prepared_clear(struct prepared *p);          /* another backend: nothing is prepared */
