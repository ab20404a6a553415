#include "core/data/query/side_file.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/map.h"
#include "core/base/must.h"
#include "core/data/query/side.h"
#include "core/io/blob.h"

/* Files held open; looked for again when one was not there so long ago. */
enum { OPEN_MAX_FILES = 128, ABSENT_US = 2000000 };
enum proof { PROOF_NONE, PROOF_GOOD, PROOF_BAD };

struct open_side {
    struct side side; /* first: what the others know */
    unsigned held;
    int64_t looked_us; /* p == NULL: when it was not there */
    pthread_mutex_t lock;
    enum proof proof;
    char hex[33];
};

static struct map files; /* by hex; the loop's own */

void side_name(char out[SIDE_NAME], const char *table)
{
    snprintf(out, SIDE_NAME, "side/%.32s", table + 7);
}

static void close_one(struct open_side *f)
{
    if (f->side.p)
        munmap((void *)(uintptr_t)f->side.p, f->side.n);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

void side_close_all(void)
{
    size_t at = 0;
    struct str key;
    void *value;
    while (map_next(&files, &at, &key, &value))
        close_one(value);
    map_free(&files);
}

/* Nobody asks them now: all go at once, those that are used come back. */
static void make_room(void)
{
    struct map kept = {0};
    size_t at = 0;
    struct str key;
    void *value;
    while (map_next(&files, &at, &key, &value)) {
        struct open_side *f = value;
        if (f->held)
            map_put(&kept, str_of(f->hex), f);
        else
            close_one(f);
    }
    map_free(&files);
    files = kept;
}

static void map_file(struct open_side *f, const char *name)
{
    int fd;
    uint64_t size;
    struct err ignored = {0};
    f->looked_us = clock_monotonic_us();
    if (!blob_open(str_of(name), &fd, &size, &ignored))
        return;
    void *p = size >= sizeof(struct side_head) ? mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
    close(fd);
    if (p == MAP_FAILED)
        return;
    f->side.p = p;
    f->side.n = size;
}

struct side *side_take(const char *table)
{
    char name[SIDE_NAME];
    side_name(name, table);
    struct open_side *f = map_get(&files, str_of(name + 5));
    if (!f) {
        if (files.used >= OPEN_MAX_FILES)
            make_room();
        f = must_alloc(sizeof *f);
        must(pthread_mutex_init(&f->lock, NULL) == 0);
        snprintf(f->hex, sizeof f->hex, "%s", name + 5);
        map_put(&files, str_of(f->hex), f);
        map_file(f, name);
    } else if (!f->side.p && clock_monotonic_us() - f->looked_us > ABSENT_US) {
        map_file(f, name);
    }
    pthread_mutex_lock(&f->lock);
    bool bad = f->proof == PROOF_BAD;
    pthread_mutex_unlock(&f->lock);
    if (!f->side.p || bad)
        return NULL;
    f->held++;
    return &f->side;
}

void side_give(struct side *s)
{
    struct open_side *f = (struct open_side *)(void *)s;
    must(f->held > 0);
    f->held--;
}

/* ---- proof ---- */

static bool inside(const struct side *s, uint64_t at, uint64_t n)
{
    return at % 8 == 0 && at <= s->n && n <= s->n - at;
}

static bool texts_are_good(const struct side *s, uint32_t texts, uint64_t begins_at, uint64_t at, uint64_t n)
{
    if (!inside(s, begins_at, ((uint64_t)texts + 1) * 4) || !inside(s, at, n))
        return false;
    const uint32_t *begins = (const uint32_t *)(const void *)(s->p + begins_at);
    bool good = begins[0] == 0 && begins[texts] == n;
    for (uint32_t i = 0; good && i < texts; i++)
        good = begins[i] <= begins[i + 1];
    return good;
}

static bool column_is_good(const struct side *s, const struct side_column *c)
{
    uint64_t rows = s->rows, values = (uint64_t)c->distinct;
    if (c->type >= COLUMN_TYPES || c->scale > 18 || c->number == 0)
        return false;
    if (c->kind == SIDE_NUMBERS)
        return !side_is_text(c) && inside(s, c->rows_at, rows * 8) && inside(s, c->nulls_at, (rows + 63) / 64 * 8);
    if (c->kind != SIDE_CODES || (c->width != 1 && c->width != 2 && c->width != 4))
        return false;
    if (!inside(s, c->rows_at, rows * c->width) || !inside(s, c->counts_at, (values + 1) * 4))
        return false;
    for (size_t i = 0; i < rows; i++)
        if (side_code(s, c, i) > c->distinct)
            return false;
    if (!side_is_text(c))
        return inside(s, c->values_at, values * 8);
    return texts_are_good(s, c->distinct, c->values_at, c->text_at, c->text_n) &&
           (c->folds_at == 0 || texts_are_good(s, c->distinct, c->folds_at, c->fold_at, c->fold_n));
}

static bool prove(struct open_side *f)
{
    struct side *s = &f->side;
    struct side_head h;
    unsigned char sum[SIDE_SUM_BYTES];
    memcpy(&h, s->p, sizeof h);
    if (memcmp(h.magic, SIDE_MAGIC, sizeof h.magic) != 0 || h.order != SIDE_ORDER || h.bytes != s->n ||
        memcmp(h.version, f->hex, sizeof h.version) != 0 || h.rows > UINT32_MAX ||
        h.columns > (s->n - sizeof h) / sizeof(struct side_column))
        return false;
    crypto_generichash(sum, sizeof sum, s->p + sizeof h, s->n - sizeof h, NULL, 0);
    if (memcmp(sum, h.sum, sizeof sum) != 0)
        return false;
    s->rows = h.rows;
    s->ncolumns = h.columns;
    s->columns = (const struct side_column *)(const void *)(s->p + sizeof h);
    for (size_t i = 0; i < s->ncolumns; i++)
        if (!column_is_good(s, &s->columns[i]))
            return false;
    return true;
}

bool side_is_sound(struct side *s)
{
    struct open_side *f = (struct open_side *)(void *)s;
    pthread_mutex_lock(&f->lock);
    if (f->proof == PROOF_NONE) {
        f->proof = prove(f) ? PROOF_GOOD : PROOF_BAD;
        if (f->proof == PROOF_BAD)
            LOG(LOG_WARN, "side_damaged", LOG_S("version", str_of(f->hex)));
    }
    bool good = f->proof == PROOF_GOOD;
    pthread_mutex_unlock(&f->lock);
    return good;
}

const struct side_column *side_column_of(const struct side *s, const struct view_column *c)
{
    for (size_t i = 0; i < s->ncolumns; i++)
        if (s->columns[i].number == c->number && (s->columns[i].in_rest != 0) == c->in_rest)
            return s->columns[i].type == (uint32_t)c->type ? &s->columns[i] : NULL;
    return NULL;
}
