#include "tenants/quota/usage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/errors.h"
#include "core/base/must.h"

enum { FORMAT = 0x54553033 }; /* "TU03" */

typedef _Atomic int64_t counter;

/* One tenant and month on a cache line of its own. */
struct line {
    counter used;                   /* this epoch: admitted and counted calls */
    counter by_origin[USAGE_ORIGINS];
    counter before;                 /* what other epochs counted in this month */
    counter flushed;                /* `used` at the last flush */
};

struct share {
    counter reserved, ceiling, root_slot, known, unused[4];
};

struct pool {
    counter rest[USAGE_MONTHS];     /* drawn beyond reservations, per month */
    counter size, all_reserved, unused[3];
};

struct month {
    counter number, starts_us;
};

struct file {
    uint64_t format, epoch;
    struct month months[USAGE_MONTHS];
    counter after_us; /* the newest month ends; its successor has no place yet */
    _Alignas(64) struct share shares[USAGE_SLOTS];
    struct pool pools[USAGE_SLOTS]; /* by the root tenant's slot */
    struct line lines[USAGE_SLOTS][USAGE_MONTHS];
};

_Static_assert(sizeof(struct line) == 64, "a cache line");

struct usage {
    struct file *f;
    int fd;
};

static bool is_ours(int fd)
{
    uint64_t format = 0;
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_size == (off_t)sizeof(struct file) &&
           pread(fd, &format, sizeof format, 0) == (ssize_t)sizeof format && format == FORMAT;
}

/* One of another format is begun again: what it counted is in PostgreSQL under its own epoch. */
static bool prepare(int fd, struct err *e, const char *path)
{
    uint64_t head[2] = {FORMAT, 0};
    bool ok = flock(fd, LOCK_EX) == 0;
    if (ok && !is_ours(fd)) {
        rand_bytes(&head[1], sizeof head[1]);
        head[1] >>= 1; /* a bigint in PostgreSQL */
        ok = ftruncate(fd, 0) == 0 && ftruncate(fd, sizeof(struct file)) == 0 &&
             (errno = posix_fallocate(fd, 0, sizeof(struct file))) == 0 && /* it says why by its value */
             pwrite(fd, head, sizeof head, 0) == (ssize_t)sizeof head;
    }
    flock(fd, LOCK_UN);
    return ok || ERR_FILE(e, err_file_write, path);
}

struct usage *usage_open(const char *path, struct err *e)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        ERR_FILE(e, err_file_open, path);
        return NULL;
    }
    void *p = prepare(fd, e, path)
                  ? mmap(NULL, sizeof(struct file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                  : MAP_FAILED;
    if (p == MAP_FAILED) {
        close(fd);
        if (!e->kind)
            ERR(e, err_internal, "usage file cannot be mapped");
        return NULL;
    }
    struct usage *u = must_alloc(sizeof *u);
    *u = (struct usage){p, fd};
    return u;
}

void usage_close(struct usage *u)
{
    if (!u)
        return;
    munmap(u->f, sizeof *u->f);
    close(u->fd);
    *u = (struct usage){0};
    free(u);
}

uint64_t usage_epoch(const struct usage *u)
{
    return u->f->epoch;
}

/* A month's place is its number modulo three; the one it replaces is emptied under the file's lock. */
static void place_month(struct file *f, int64_t number, int64_t starts_us)
{
    unsigned k = (unsigned)(number % USAGE_MONTHS);
    if (f->months[k].number == number)
        return;
    f->months[k].number = 0;
    for (unsigned slot = 0; slot < USAGE_SLOTS; slot++) {
        memset(&f->lines[slot][k], 0, sizeof f->lines[slot][k]);
        f->pools[slot].rest[k] = 0;
    }
    f->months[k].starts_us = starts_us;
    f->months[k].number = number;
}

/* A new file has counted in its first place until now; all places are empty but that one. */
static void place_first(struct file *f, int64_t number, int64_t starts_us)
{
    unsigned k = (unsigned)(number % USAGE_MONTHS);
    for (unsigned i = 0; i < USAGE_MONTHS; i++)
        if (f->months[i].number)
            return;
    for (unsigned slot = 0; slot < USAGE_SLOTS && k; slot++) {
        f->lines[slot][k] = f->lines[slot][0];
        memset(&f->lines[slot][0], 0, sizeof f->lines[slot][0]);
    }
    f->months[k].starts_us = starts_us;
    f->months[k].number = number;
}

void usage_months(struct usage *u, int64_t number, int64_t starts_us, int64_t next_us, int64_t after_us)
{
    if (flock(u->fd, LOCK_EX) != 0)
        return;
    place_first(u->f, number, starts_us);
    place_month(u->f, number, starts_us);
    place_month(u->f, number + 1, next_us);
    u->f->after_us = after_us;
    flock(u->fd, LOCK_UN);
}

static unsigned month_at(const struct file *f, int64_t now_us)
{
    unsigned best = 0;
    int64_t newest = INT64_MIN;
    for (unsigned k = 0; k < USAGE_MONTHS; k++)
        if (f->months[k].number && f->months[k].starts_us <= now_us && f->months[k].starts_us > newest) {
            newest = f->months[k].starts_us;
            best = k;
        }
    return best;
}

static int64_t month_ends(const struct file *f, unsigned k)
{
    const struct month *next = &f->months[(k + 1) % USAGE_MONTHS];
    return next->number == f->months[k].number + 1 ? next->starts_us : f->after_us;
}

static int64_t beyond(int64_t used, int64_t reserved)
{
    return used > reserved ? used - reserved : 0;
}

static unsigned root_of(const struct file *f, unsigned slot)
{
    return (unsigned)f->shares[slot].root_slot % USAGE_SLOTS;
}

bool usage_known(const struct usage *u, unsigned slot)
{
    return u->f->shares[slot % USAGE_SLOTS].known;
}

/* What other epochs counted in the k-th month, as this share knows it. */
static int64_t before_of(const struct file *f, const struct usage_share *s, unsigned k)
{
    bool says = s->month && f->months[k].number == s->month;
    return says ? s->counted_before : (int64_t)f->lines[s->slot % USAGE_SLOTS][k].before;
}

static bool is_news(const struct file *f, const struct usage_share *s)
{
    const struct share *share = &f->shares[s->slot % USAGE_SLOTS];
    bool news = !share->known || share->reserved != s->reserved;
    for (unsigned k = 0; k < USAGE_MONTHS; k++)
        news = news || f->lines[s->slot % USAGE_SLOTS][k].before != before_of(f, s, k);
    return news;
}

/* Under the lock: two processes apply the same change once. */
static void take_share(struct file *f, const struct usage_share *s)
{
    struct share *share = &f->shares[s->slot % USAGE_SLOTS];
    for (unsigned k = 0; k < USAGE_MONTHS; k++) {
        struct line *l = &f->lines[s->slot % USAGE_SLOTS][k];
        int64_t used = l->used, before = before_of(f, s, k);
        int64_t drawn = share->known ? beyond(used + l->before, share->reserved) : 0;
        f->pools[s->root_slot % USAGE_SLOTS].rest[k] += beyond(used + before, s->reserved) - drawn;
        l->before = before;
    }
    share->root_slot = s->root_slot;
    share->reserved = s->reserved;
    share->known = 1;
}

void usage_set_share(struct usage *u, const struct usage_share *s)
{
    struct file *f = u->f;
    f->shares[s->slot % USAGE_SLOTS].ceiling = s->ceiling < 0 ? 0 : s->ceiling + 1; /* 0: none */
    if (!is_news(f, s) || flock(u->fd, LOCK_EX) != 0)
        return;
    take_share(f, s);
    flock(u->fd, LOCK_UN);
}

void usage_set_pool(struct usage *u, unsigned root_slot, int64_t pool, int64_t all_reserved)
{
    u->f->pools[root_slot % USAGE_SLOTS].size = pool;
    u->f->pools[root_slot % USAGE_SLOTS].all_reserved = all_reserved;
}

static bool draw_rest(struct pool *p, unsigned k, int64_t cost, bool refuse)
{
    int64_t rest = p->size - p->all_reserved;
    int64_t seen = p->rest[k];
    do {
        if (refuse && seen + cost > rest)
            return false;
    } while (!atomic_compare_exchange_weak(&p->rest[k], &seen, seen + cost));
    return true;
}

/* Whether one call more, or the last one less, moves the pool's rest. */
static bool from_rest(const struct share *share, const struct line *l, int64_t used)
{
    return share->known && used + l->before > share->reserved;
}

enum usage_answer usage_spend(struct usage *u, unsigned slot, unsigned origin, unsigned cost, bool refuse,
                              int64_t now_us, struct usage_receipt *receipt)
{
    struct file *f = u->f;
    unsigned k = month_at(f, now_us);
    slot %= USAGE_SLOTS;
    struct line *l = &f->lines[slot][k];
    struct pool *p = &f->pools[root_of(f, slot)];
    const struct share *share = &f->shares[slot];
    int64_t seen = l->used, calls = (int64_t)cost;
    bool drawn = false;
    refuse = refuse && share->known;
    do {
        bool draws = from_rest(share, l, seen + calls);
        bool over = refuse && share->ceiling && seen + l->before + calls > share->ceiling - 1;
        if (drawn && (over || !draws))
            p->rest[k] -= calls;
        if (over)
            return USAGE_TENANT_SPENT;
        if (draws && !drawn && !draw_rest(p, k, calls, refuse))
            return USAGE_POOL_SPENT;
        drawn = draws;
    } while (!atomic_compare_exchange_weak(&l->used, &seen, seen + calls));
    l->by_origin[origin % USAGE_ORIGINS] += calls;
    *receipt = (struct usage_receipt){slot, k, origin % USAGE_ORIGINS, cost, true};
    return USAGE_ADMITTED;
}

void usage_give_back(struct usage *u, const struct usage_receipt *r)
{
    struct line *l = &u->f->lines[r->slot][r->month];
    const struct share *share = &u->f->shares[r->slot];
    int64_t seen = l->used;
    bool draws;
    if (!r->counted)
        return;
    do {
        draws = from_rest(share, l, seen);
    } while (!atomic_compare_exchange_weak(&l->used, &seen, seen - (int64_t)r->cost));
    l->by_origin[r->origin] -= (int64_t)r->cost;
    if (draws)
        u->f->pools[root_of(u->f, r->slot)].rest[r->month] -= (int64_t)r->cost;
}

void usage_read(const struct usage *u, unsigned slot, int64_t now_us, struct usage_now *out)
{
    const struct file *f = u->f;
    unsigned k = month_at(f, now_us);
    slot %= USAGE_SLOTS;
    const struct line *l = &f->lines[slot][k];
    const struct share *share = &f->shares[slot];
    const struct pool *p = &f->pools[root_of(f, slot)];
    *out = (struct usage_now){.used = l->used + l->before, .reserved = share->reserved,
                              .ceiling = share->ceiling ? share->ceiling - 1 : -1,
                              .rest = p->size - p->all_reserved, .rest_used = p->rest[k],
                              .month_number = f->months[k].number,
                              .resets_us = month_ends(f, k)};
    for (unsigned i = 0; i < USAGE_ORIGINS; i++)
        out->by_origin[i] = l->by_origin[i];
    int64_t own = beyond(out->reserved, out->used) + beyond(out->rest, out->rest_used) + out->used;
    out->limit = out->ceiling >= 0 && out->ceiling < own ? out->ceiling : own;
}

int64_t usage_count(const struct usage *u, unsigned slot, unsigned k, unsigned origin, int64_t *number)
{
    *number = u->f->months[k].number;
    return u->f->lines[slot % USAGE_SLOTS][k].by_origin[origin];
}

bool usage_changed(struct usage *u, unsigned slot)
{
    bool changed = false;
    for (unsigned k = 0; k < USAGE_MONTHS; k++) {
        struct line *l = &u->f->lines[slot % USAGE_SLOTS][k];
        int64_t used = l->used;
        changed = atomic_exchange(&l->flushed, used) != used || changed;
    }
    return changed;
}

bool usage_leads(struct usage *u)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(u->fd, F_OFD_SETLK, &whole) == 0;
}
