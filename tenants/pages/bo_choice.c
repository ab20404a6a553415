#include "tenants/pages/bo_choice.h"

#include "core/base/jr.h"
#include "core/data/errors.h"
#include "tenants/pages/bo.h"
#include "tenants/pages/bo_upload.h"
#include "tenants/pages/html.h"
#include "tenants/pages/page.h"
#include "tenants/publishing/publish_steps.h"

enum { CHOICES_MAX = 1000, SELECTS = 5, ROW_MAX = 10000 };

static struct str held(struct req *r, struct str s)
{
    return arena_str(r->a, s);
}

/* Leaves it to the reader: what it takes now is said, where nobody chose it. */
static struct page_bo_choice_selects_choices left_to_reader(struct req *r, struct str now, struct str asked)
{
    return (struct page_bo_choice_selects_choices){
        .value = S(""), .label = page_say(r, TEXT_BO_CHOICE_AUTO), .chosen = !asked.n, .now = asked.n ? STR_NONE : held(r, now)};
}

/* One of the lists of names: strings, or objects with a name that may be hidden. */
static void put_names(struct req *r, const json_t *names, struct str asked, struct page_bo_choice_selects *s)
{
    struct page_bo_choice_selects_choices *list = ARENA_ARRAY(r->a, struct page_bo_choice_selects_choices, CHOICES_MAX + 1);
    size_t i;
    const json_t *item;
    if (s->choices_n)
        list[0] = s->choices[0];
    json_array_foreach(names, i, item) {
        struct str name = held(r, json_is_object(item) ? jr_str(item, "name") : str_of(json_string_value(item)));
        if (s->choices_n > CHOICES_MAX || !name.n)
            continue;
        list[s->choices_n++] = (struct page_bo_choice_selects_choices){
            .value = name, .label = name, .chosen = str_eq(name, asked), .hidden = jr_bool(item, "hidden", false)};
    }
    s->choices = list;
}

/* What the reader could not choose by itself is not left to it once more. */
static void put_lists(struct req *r, const json_t *found, const json_t *reading, struct page_bo_choice *p,
                      struct page_bo_choice_selects *selects)
{
    static const struct {
        const char *name, *list;
        enum text_key label;
    } kinds[] = {{"member", "members", TEXT_BO_CHOICE_MEMBER}, {"sheet", "sheets", TEXT_BO_CHOICE_SHEET},
                 {"layer", "layers", TEXT_BO_CHOICE_LAYER}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const json_t *names = jr_array(found, kinds[i].list);
        struct str asked = jr_str(reading, kinds[i].name);
        if (json_array_size(names) < 2 && !(asked.n && names))
            continue;
        struct page_bo_choice_selects_choices *first = ARENA_NEW(r->a, struct page_bo_choice_selects_choices);
        *first = left_to_reader(r, jr_str(found, kinds[i].name), asked);
        struct page_bo_choice_selects *s = &selects[p->selects_n++];
        *s = (struct page_bo_choice_selects){str_of(kinds[i].name), page_say(r, kinds[i].label), first, p->folded || jr_str(found, kinds[i].name).n || asked.n};
        put_names(r, names, asked, s);
    }
}

struct known {
    struct str value;
    enum text_key label;
};

/* What a program asked for and the list does not offer stays as it is when something else is chosen. */
static struct page_bo_choice_selects_choices as_asked(struct req *r, struct str asked)
{
    struct str value = held(r, asked);
    return (struct page_bo_choice_selects_choices){
        .value = value, .label = arena_printf(r->a, "« " STR_FMT " »", STR_ARG(value)), .chosen = true};
}

static void put_known(struct req *r, const char *name, enum text_key label, const struct known *known, size_t n, struct str now,
                      struct str asked, struct page_bo_choice_selects *s)
{
    struct page_bo_choice_selects_choices *list = ARENA_ARRAY(r->a, struct page_bo_choice_selects_choices, n + 2);
    struct str word = STR_NONE;
    bool offered = asked.n == 0;
    for (size_t i = 0; i < n; i++) {
        list[i + 1] = (struct page_bo_choice_selects_choices){
            .value = known[i].value, .label = page_say(r, known[i].label), .chosen = str_eq(asked, known[i].value)};
        offered = offered || list[i + 1].chosen;
        if (str_eq(now, known[i].value))
            word = list[i + 1].label;
    }
    list[0] = left_to_reader(r, word, asked);
    if (!offered)
        list[n + 1] = as_asked(r, asked);
    *s = (struct page_bo_choice_selects){str_of(name), page_say(r, label), list, n + 1 + !offered};
}

static void put_separator(struct req *r, const json_t *found, const json_t *reading, struct page_bo_choice *p,
                          struct page_bo_choice_selects *selects)
{
    static const struct known known[] = {{{";", 1}, TEXT_BO_CHOICE_SEMICOLON}, {{",", 1}, TEXT_BO_CHOICE_COMMA},
                                         {{"\t", 1}, TEXT_BO_CHOICE_TAB}, {{"|", 1}, TEXT_BO_CHOICE_BAR}};
    struct str now = jr_str(found, "separator");
    if (now.n)
        put_known(r, "separator", TEXT_BO_CHOICE_SEPARATOR, known, sizeof known / sizeof known[0], now, jr_str(reading, "separator"),
                  &selects[p->selects_n++]);
}

/* Of a text that is UTF-8 throughout there is nothing to choose (core/data/format/encoding.h). */
static void put_encoding(struct req *r, const json_t *found, const json_t *reading, struct page_bo_choice *p,
                         struct page_bo_choice_selects *selects)
{
    static const struct known known[] = {{{"utf-8", 5}, TEXT_BO_CHOICE_UTF8}, {{"windows-1252", 12}, TEXT_BO_CHOICE_1252}};
    struct str now = jr_str(found, "encoding");
    if (str_eq(now, S("utf-8+windows-1252")))
        now = known[0].value;
    else if (!str_eq(now, known[1].value))
        return;
    put_known(r, "encoding", TEXT_BO_CHOICE_ENCODING, known, sizeof known / sizeof known[0], now, jr_str(reading, "encoding"),
              &selects[p->selects_n++]);
}

static void put_row(struct req *r, const json_t *reading, struct page_bo_choice *p)
{
    int64_t row = jr_bool(reading, "header", true) ? jr_i64(reading, "header_row", -1) : 0;
    p->row_asked = true;
    p->named = row < 0 && jr_bool(reading, "header", false);
    if (row >= 0)
        p->row = arena_printf(r->a, "%lld", (long long)row);
}

struct markup bo_choice(struct req *r, const json_t *found, bool folded)
{
    struct err ignored = {0};
    struct buf body = {0};
    struct page_bo_choice_selects *selects = ARENA_ARRAY(r->a, struct page_bo_choice_selects, SELECTS);
    struct page_bo_choice p = {.csrf = r->who.csrf, .action = S("/backoffice/datasets/reading"), .upload = req_col(r, 0, 0, UP_ID),
                               .folded = folded, .selects = selects};
    json_t *reading = jr_parse(req_col(r, 0, 0, UP_READING), &ignored);
    put_lists(r, found, reading, &p, selects);
    put_separator(r, found, reading, &p, selects);
    put_encoding(r, found, reading, &p, selects);
    if (jr_str(found, "path").p) {
        p.path_asked = true;
        p.path = held(r, jr_str(reading, "path"));
    }
    if (jr_str(found, "separator").n || jr_str(found, "sheet").p)
        put_row(r, reading, &p);
    json_decref(reading);
    if (p.selects_n == 0 && !p.path_asked && !p.row_asked)
        return (struct markup){0};
    page_bo_choice(&body, r->lang, &p);
    struct str text = arena_str(r->a, buf_str(&body));
    buf_free(&body);
    return markup_trusted(text);
}

/* ---- the form ---- */

static bool put_said_row(struct req *r, json_t *reading, struct err *e)
{
    uint64_t row;
    struct str said = str_trim(req_form(r, S("row")));
    if (!said.n) {
        if (req_form(r, S("named")).n) /* as a program said, which no field of the form says */
            json_object_set_new(reading, "header", json_true());
        return true;
    }
    if (!str_u64(said, &row) || row > ROW_MAX) {
        ERR(e, err_data_header_row, "form");
        return err_arg(e, STR_FMT, STR_ARG(str_part(said, 0, 40)));
    }
    json_object_set_new(reading, row ? "header_row" : "header", row ? json_integer((json_int_t)row) : json_false());
    return true;
}

static json_t *said_reading(struct req *r, struct err *e)
{
    static const char *const keys[] = {"member", "sheet", "layer", "separator", "encoding", "path"};
    json_t *reading = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct str said = req_form(r, str_of(keys[i]));
        if (said.n)
            json_object_set_new(reading, keys[i], json_stringn(said.p, said.n));
    }
    if (put_said_row(r, reading, e))
        return reading;
    json_decref(reading);
    return NULL;
}

bool bo_choice_work(struct req *r, struct err *e)
{
    struct publish_ask *ask = ARENA_NEW(r->a, struct publish_ask);
    json_t *reading = said_reading(r, &bo_state(r)->err);
    if (!reading)
        return true;
    json_t *again = json_pack("{s:o}", "reading", reading);
    ask->again = again;
    ask->upload = req_form(r, S("upload"));
    bool ok = bo_call(r, publish_work_again, ask, e);
    json_decref(again);
    if (ok && !bo_state(r)->err.kind)
        req_redirect(r, 303, arena_printf(r->a, "/backoffice/datasets/new/" STR_FMT "/?done=read", STR_ARG(ask->upload)));
    return ok;
}
