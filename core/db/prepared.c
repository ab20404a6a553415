#include "core/db/prepared.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/must.h"

bool prepared_need(struct prepared *p, const struct stmt *s)
{
    if (map_get(&p->statements, str_of(s->name)))
        return false;
    map_put(&p->statements, str_of(s->name), p); /* any pointer but NULL */
    return true;
}

/* Each row table costs a backend's caches some kilobytes that it never gives back. */
static void count_tables(struct prepared *p, const char *sql)
{
    static const char head[] = "data.v_";
    enum { DIGITS = 32 };
    for (const char *at = strstr(sql, head); at; at = strstr(at + 1, head)) {
        struct str name = {at + sizeof head - 1, strnlen(at + sizeof head - 1, DIGITS)};
        if (!map_get(&p->tables, name))
            map_put(&p->tables, name, p);
    }
}

static struct prepared_text *oldest(struct prepared *p)
{
    struct prepared_text *found = &p->text[0];
    for (size_t i = 0; i < PREPARED_TEXTS; i++)
        if (p->text[i].last_use < found->last_use)
            found = &p->text[i];
    return found;
}

static struct prepared_text *remember(struct prepared *p, const char *sql, unsigned *drop)
{
    struct prepared_text *t = oldest(p);
    if (t->text) {
        *drop = t->prepared ? t->id : 0;
        map_take(&p->texts, str_of(t->text));
        free(t->text);
    }
    *t = (struct prepared_text){.text = must_strndup(sql, strlen(sql)), .id = ++p->next_id};
    map_put(&p->texts, str_of(sql), t);
    return t;
}

struct prepared_plan prepared_sql(struct prepared *p, const char *sql)
{
    struct prepared_plan plan = {0};
    struct prepared_text *t = map_get(&p->texts, str_of(sql));
    if (!t) {
        count_tables(p, sql);
        t = remember(p, sql, &plan.drop);
    }
    t->last_use = ++p->clock;
    plan.prepare = !t->prepared && t->uses >= PREPARED_AFTER;
    t->prepared |= plan.prepare;
    t->uses++;
    plan.use = t->prepared;
    plan.id = t->id;
    return plan;
}

void prepared_failed(struct prepared *p, const struct stmt *s, unsigned id)
{
    if (s) {
        map_take(&p->statements, str_of(s->name));
        return;
    }
    for (size_t i = 0; i < PREPARED_TEXTS; i++)
        if (p->text[i].text && p->text[i].id == id) {
            p->text[i].prepared = false;
            p->text[i].uses = 0;
        }
}

void prepared_name(char out[PREPARED_NAME], unsigned id)
{
    snprintf(out, PREPARED_NAME, "d%u", id);
}

size_t prepared_tables(const struct prepared *p)
{
    return p->tables.used;
}

void prepared_clear(struct prepared *p)
{
    map_free(&p->statements);
    map_free(&p->texts);
    map_free(&p->tables);
    for (size_t i = 0; i < PREPARED_TEXTS; i++)
        free(p->text[i].text);
    *p = (struct prepared){0};
}
