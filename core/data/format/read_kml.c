#include "core/data/format/read_kml.h"

#include <expat.h>
#include <stdlib.h>

#include "core/base/arena.h"
#include "core/base/must.h"
#include "core/data/errors.h"
#include "core/data/format/read_ogr.h"
#include "core/data/format/read_ogr_format.h"

enum { NAME_MAX = 200, NONE = UINT32_MAX, FEED = 1 << 20 };

/* What an element is to us. */
enum kind { OTHER, ROOT, CONTAINER, PLACEMARK, FEATURE, SCHEMA, NAME }; /* FEATURE: one that is no row */

struct span {
    uint64_t from;
    uint32_t n, layer;
};

struct layer {
    struct str name;
    struct span tag; /* its start tag */
    struct str element; /* as it is written: "Folder", "kml:Folder" */
    uint64_t rows, number; /* number: among the features of what it stands in, from 0 */
};

struct kml_pieces {
    struct arena a;
    struct str file;
    struct layer layers[OGR_LAYERS_MAX];
    unsigned nlayers, chosen, skipped; /* skipped 1: the outermost, which is no layer where no row stands right below it */
    struct str root; /* "kml", "kml:kml" */
    uint64_t head;   /* bytes of the file up to the end of its root's tag */
    struct span *rows;
    size_t nrows, room, at;
    struct buf schemas, piece;
};

struct scan {
    struct kml_pieces *p;
    XML_Parser parser;
    struct {
        enum kind kind;
        uint32_t layer; /* of a container: its own; NONE: past what is counted */
        uint64_t from, features;
    } stack[OGR_DEPTH_MAX + 1];
    unsigned depth;
    struct buf name;
    const char *fault;
};

static bool bad(const char *why, struct err *e)
{
    ERR(e, err_data_geo, "%s", why);
    return err_arg(e, "%s", why);
}

/* ---- where everything stands ---- */

static const char *bare(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static enum kind kind_of(const struct scan *s, const char *name)
{
    static const struct {
        const char *name;
        enum kind kind;
    } kinds[] = {{"Document", CONTAINER}, {"Folder", CONTAINER}, {"Placemark", PLACEMARK}, {"Schema", SCHEMA}, {"name", NAME}, {"NetworkLink", FEATURE},
                 {"GroundOverlay", FEATURE}, {"ScreenOverlay", FEATURE}, {"PhotoOverlay", FEATURE}, {"Tour", FEATURE}};
    enum kind above = s->depth ? s->stack[s->depth - 1].kind : OTHER;
    if (s->depth == 0)
        return ROOT;
    if (above != CONTAINER && above != ROOT) /* what stands in a Placemark is its own */
        return OTHER;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(bare(name), kinds[i].name) == 0)
            return kinds[i].kind;
    return OTHER;
}

static void stop(struct scan *s, const char *why)
{
    s->fault = why;
    XML_StopParser(s->parser, XML_FALSE);
}

static uint64_t here(const struct scan *s)
{
    return (uint64_t)XML_GetCurrentByteIndex(s->parser);
}

/* The number of a feature that begins among those of what it stands in. */
static uint64_t count_feature(struct scan *s, enum kind kind)
{
    bool counts = s->depth && (kind == CONTAINER || kind == PLACEMARK || kind == FEATURE);
    return counts ? s->stack[s->depth - 1].features++ : 0;
}

static uint32_t add_layer(struct scan *s, const char *element, uint64_t number)
{
    struct kml_pieces *p = s->p;
    if (p->nlayers == OGR_LAYERS_MAX)
        return NONE;
    p->layers[p->nlayers] = (struct layer){.tag = {here(s), (uint32_t)XML_GetCurrentByteCount(s->parser), NONE},
                                           .element = arena_str(&p->a, str_of(element)), .number = number};
    return p->nlayers++;
}

static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct scan *s = user;
    (void)attributes;
    enum kind kind = kind_of(s, name);
    if (s->depth > OGR_DEPTH_MAX) {
        stop(s, "XML, 64 < …");
        return;
    }
    if (kind == ROOT) {
        s->p->root = arena_str(&s->p->a, str_of(name));
        s->p->head = here(s) + (uint64_t)XML_GetCurrentByteCount(s->parser);
    }
    s->stack[s->depth].kind = kind;
    uint64_t number = count_feature(s, kind);
    s->stack[s->depth].features = 0;
    s->stack[s->depth].layer = kind == CONTAINER ? add_layer(s, name, number) : NONE;
    s->stack[s->depth].from = here(s);
    s->depth++;
    if (kind == NAME)
        buf_reset(&s->name);
}

static void add_row(struct scan *s, uint32_t layer, uint64_t from, uint64_t n)
{
    struct kml_pieces *p = s->p;
    if (layer == NONE)
        return;
    if (n > KML_PLACEMARK_MAX || p->nrows == KML_PLACEMARKS_MAX) {
        stop(s, n > KML_PLACEMARK_MAX ? "<Placemark>, 32 Mo" : "<Placemark>, 5 000 000");
        return;
    }
    if (p->nrows == p->room) {
        p->room = p->room ? 2 * p->room : 4096;
        p->rows = must_realloc(p->rows, p->room * sizeof *p->rows);
    }
    p->rows[p->nrows++] = (struct span){from, (uint32_t)n, layer};
    p->layers[layer].rows++;
}

static void take_name(struct scan *s, uint32_t layer)
{
    struct str name = str_trim(buf_str(&s->name));
    if (layer != NONE && name.n)
        s->p->layers[layer].name = arena_str(&s->p->a, name);
}

/* An element that is empty ends where it began: its tag is all of it. */
static void on_end(void *user, const XML_Char *name)
{
    struct scan *s = user;
    (void)name;
    s->depth--;
    uint64_t from = s->stack[s->depth].from, end = here(s) + (uint64_t)XML_GetCurrentByteCount(s->parser);
    uint32_t above = s->depth ? s->stack[s->depth - 1].layer : NONE;
    enum kind kind = s->stack[s->depth].kind;
    if (end > s->p->file.n || end < from)
        stop(s, "XML");
    else if (kind == PLACEMARK)
        add_row(s, above, from, end - from);
    else if (kind == SCHEMA)
        buf_add(&s->p->schemas, str_part(s->p->file, from, end - from));
    else if (kind == NAME)
        take_name(s, above);
}

static void on_text(void *user, const XML_Char *text, int n)
{
    struct scan *s = user;
    if (s->depth && s->stack[s->depth - 1].kind == NAME && s->name.n + (size_t)n <= NAME_MAX)
        buf_add(&s->name, (struct str){text, (size_t)n});
}

static bool scan(struct kml_pieces *p, struct err *e)
{
    struct scan *s = must_alloc(sizeof *s);
    *s = (struct scan){.p = p, .parser = XML_ParserCreate(NULL)};
    bool ok = s->parser != NULL;
    p->schemas.max = KML_SCHEMAS_MAX;
    if (ok) {
        XML_SetUserData(s->parser, s);
        XML_SetElementHandler(s->parser, on_start, on_end);
        XML_SetCharacterDataHandler(s->parser, on_text);
    }
    for (size_t from = 0; ok && from < p->file.n; from += FEED) {
        struct str piece = str_part(p->file, from, FEED);
        ok = XML_Parse(s->parser, piece.p, (int)piece.n, from + piece.n == p->file.n) == XML_STATUS_OK;
    }
    if (!ok)
        bad(s->fault ? s->fault : s->parser ? XML_ErrorString(XML_GetErrorCode(s->parser)) : "memory", e);
    else if (p->schemas.over)
        ok = bad("<Schema>, 1 Mo", e);
    XML_ParserFree(s->parser);
    buf_free(&s->name);
    free(s);
    return ok;
}

/* ---- which layer ---- */

/* LIBKML calls one without a name after its place among the features beside it. */
static void name_layers(struct kml_pieces *p)
{
    p->skipped = p->nlayers > 1 && p->layers[0].rows == 0;
    for (unsigned i = p->skipped; i < p->nlayers; i++)
        if (!p->layers[i].name.n)
            p->layers[i].name = arena_printf(&p->a, "Layer%llu", (unsigned long long)p->layers[i].number);
}

static bool no_layer(const struct kml_pieces *p, struct str wanted, struct err *e)
{
    struct buf names = {.max = 180};
    for (unsigned i = p->skipped; i < p->nlayers; i++)
        buf_printf(&names, "%s" STR_FMT, i > p->skipped ? ", " : "", STR_ARG(p->layers[i].name));
    ERR(e, err_data_geo_layer, "%u layers", p->nlayers);
    err_arg(e, STR_FMT, STR_ARG(str_part(wanted, 0, 100)));
    err_arg(e, STR_FMT, STR_ARG(buf_str(&names)));
    buf_free(&names);
    return false;
}

static bool choose(struct kml_pieces *p, struct str wanted, bool or_first, struct err *e)
{
    unsigned named = NONE, first = NONE;
    name_layers(p);
    for (unsigned i = p->nlayers; i-- > p->skipped;) {
        if (wanted.n && str_eq(p->layers[i].name, wanted))
            named = i;
        if (p->layers[i].rows)
            first = i;
    }
    p->chosen = named != NONE ? named : !wanted.n || or_first ? first : NONE;
    if (p->chosen != NONE && p->layers[p->chosen].rows)
        return true;
    return named == NONE && wanted.n && !or_first ? no_layer(p, wanted, e) : ERR(e, err_data_no_rows, "no layer with rows");
}

static void keep_chosen(struct kml_pieces *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->nrows; i++)
        if (p->rows[i].layer == p->chosen)
            p->rows[kept++] = p->rows[i];
    p->nrows = kept;
}

bool kml_pieces_open(struct str file, struct str wanted, bool or_first, struct kml_pieces **out, struct err *e)
{
    struct kml_pieces *p = must_alloc(sizeof *p);
    p->file = file;
    p->piece.max = 2 * KML_PIECE + KML_SCHEMAS_MAX + KML_PLACEMARK_MAX;
    if (!scan(p, e) || !choose(p, wanted, or_first, e)) {
        kml_pieces_free(p);
        return false;
    }
    keep_chosen(p);
    *out = p;
    return true;
}

struct str kml_pieces_layer(const struct kml_pieces *p)
{
    return p->layers[p->chosen].name;
}

void kml_pieces_layers(const struct kml_pieces *p, struct buf *names)
{
    for (unsigned i = p->skipped; i < p->nlayers; i++) {
        buf_add(names, p->layers[i].name);
        buf_addc(names, 0);
    }
}

unsigned kml_pieces_others(const struct kml_pieces *p)
{
    return p->nlayers - p->skipped - 1;
}

/* ---- one piece ---- */

static void put_tag(struct buf *out, const char *before, struct str root, const char *element)
{
    ptrdiff_t colon = str_chr(root, ':');
    buf_addz(out, before);
    buf_add(out, str_part(root, 0, (size_t)(colon + 1)));
    buf_addz(out, element);
    buf_addc(out, '>');
}

/* An empty element's tag has no end of its own: it holds no Placemark, so it is never the chosen one. */
struct str kml_pieces_next(struct kml_pieces *p)
{
    const struct layer *l = &p->layers[p->chosen];
    struct buf *out = &p->piece;
    if (p->at == p->nrows)
        return STR_NONE;
    buf_reset(out);
    buf_add(out, str_part(p->file, 0, p->head));
    put_tag(out, "<", p->root, "Document");
    buf_add(out, buf_str(&p->schemas));
    buf_add(out, str_part(p->file, l->tag.from, l->tag.n));
    for (size_t before = out->n; p->at < p->nrows && out->n - before < KML_PIECE; p->at++)
        buf_add(out, str_part(p->file, p->rows[p->at].from, p->rows[p->at].n));
    buf_printf(out, "</" STR_FMT ">", STR_ARG(l->element));
    put_tag(out, "</", p->root, "Document");
    buf_printf(out, "</" STR_FMT ">", STR_ARG(p->root));
    return buf_str(out);
}

void kml_pieces_rewind(struct kml_pieces *p)
{
    p->at = 0;
}

void kml_pieces_free(struct kml_pieces *p)
{
    if (!p)
        return;
    buf_free(&p->schemas);
    buf_free(&p->piece);
    free(p->rows);
    arena_free(&p->a);
    free(p);
}
