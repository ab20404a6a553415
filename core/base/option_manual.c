/* The manual of the option table, with the running values. */
#include "core/base/jw.h"
#include "core/base/option.h"

static const char *const source_names[][2] = {
    [OPTION_DEFAULT] = {"par défaut", "default"},
    [OPTION_FILE] = {"terrasse.conf", "terrasse.conf"},
    [OPTION_VARIABLE] = {"variable", "variable"},
    [OPTION_FLAG] = {"ligne de commande", "command line"},
};

/* A value that opens something is never printed. */
static struct str shown(enum option_id id)
{
    bool secret = id == OPTION_METRICS_TOKEN || id == OPTION_DATABASE;
    struct str s = option_str(id);
    return secret && s.n > 0 ? S("***") : s;
}

void option_manual(struct buf *out, enum lang lang)
{
    for (unsigned i = 0; i < OPTION_N; i++) {
        enum option_id id = (enum option_id)i;
        const struct option *o = option_row(id);
        buf_printf(out, "%s = " STR_FMT "   (%s)\n", o->name, STR_ARG(shown(id)),
                   source_names[option_source(id)][lang]);
        buf_printf(out, "    %s\n", lang == LANG_FR ? o->fr : o->en);
        if (o->kind == OPTION_NUMBER)
            buf_printf(out, lang == LANG_FR ? "    %s, de %lld à %lld ; par défaut %s\n"
                                            : "    %s, %lld to %lld; default %s\n",
                       o->unit, (long long)o->least, (long long)o->most, o->fallback);
        else
            buf_printf(out, lang == LANG_FR ? "    %s, %lld octets au plus ; par défaut %s\n"
                                            : "    %s, at most %lld bytes; default %s\n",
                       o->unit, (long long)o->most, o->fallback[0] ? o->fallback : "-");
    }
}

void option_json(struct buf *out, enum lang lang)
{
    struct jw w;
    jw_init(&w, out, JW_PRETTY);
    jw_open(&w, '[');
    for (unsigned i = 0; i < OPTION_N; i++) {
        enum option_id id = (enum option_id)i;
        const struct option *o = option_row(id);
        jw_open(&w, '{');
        JW_STR(&w, "name", str_of(o->name));
        JW_STR(&w, "value", shown(id));
        JW_STR(&w, "source", str_of(source_names[option_source(id)][LANG_EN]));
        JW_STR(&w, "unit", str_of(o->unit));
        JW_I64(&w, "least", o->least);
        JW_I64(&w, "most", o->most);
        JW_STR(&w, "default", str_of(o->fallback));
        JW_STR(&w, "meaning", str_of(lang == LANG_FR ? o->fr : o->en));
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    buf_addc(out, '\n');
}
