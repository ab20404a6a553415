#include "tools/cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"

enum { SECOND = 1000000, SHOW_EVERY = SECOND / 4, TRUSTED_AFTER = SECOND };

void progress_start(struct progress *p, enum lang lang, const char *what, int64_t total_bytes)
{
    *p = (struct progress){.lang = lang, .what = what, .total_bytes = total_bytes,
                           .since_us = clock_monotonic_us(), .on = isatty(STDERR_FILENO) == 1};
}

/* "12,3 Mo" and "12.3 MB": decimal units, as file managers show them. */
static void put_bytes(struct buf *out, enum lang lang, int64_t bytes)
{
    static const char *const units[2][4] = {{"o", "ko", "Mo", "Go"}, {"B", "kB", "MB", "GB"}};
    int64_t tenths = bytes * 10;
    unsigned u = 0;
    for (; tenths >= 10000 && u < 3; u++)
        tenths /= 1000;
    buf_printf(out, "%lld%c%lld %s", (long long)(tenths / 10), lang == LANG_FR ? ',' : '.', (long long)(tenths % 10),
               units[lang == LANG_FR ? 0 : 1][u]);
}

void progress_text(struct buf *out, const struct progress *p, int64_t rows, int64_t bytes, int64_t elapsed_us)
{
    bool fr = p->lang == LANG_FR;
    buf_printf(out, fr ? "%s : %lld lignes, " : "%s: %lld rows, ", p->what, (long long)rows);
    put_bytes(out, p->lang, bytes);
    if (p->total_bytes <= 0 || bytes <= 0)
        return;
    buf_printf(out, ", %d %%", (int)(bytes >= p->total_bytes ? 100 : bytes * 100 / p->total_bytes));
    if (elapsed_us < TRUSTED_AFTER || bytes >= p->total_bytes) /* the first second says little */
        return;
    double left_s = (double)elapsed_us / SECOND * (double)(p->total_bytes - bytes) / (double)bytes;
    int64_t s = (int64_t)left_s + 1;
    buf_printf(out, fr ? ", encore %lld min %02lld s" : ", %lld min %02lld s left", (long long)(s / 60),
               (long long)(s % 60));
}

void progress_at(struct progress *p, int64_t rows, int64_t bytes)
{
    int64_t now = clock_monotonic_us();
    if (!p->on || now - p->shown_us < SHOW_EVERY)
        return;
    struct buf b = {0};
    p->shown_us = now;
    progress_text(&b, p, rows, bytes, now - p->since_us);
    fprintf(stderr, "\r" STR_FMT "\033[K", STR_ARG(buf_str(&b)));
    fflush(stderr);
    buf_free(&b);
}

void progress_end(struct progress *p)
{
    if (p->on && p->shown_us > 0)
        fprintf(stderr, "\r\033[K");
    p->on = false;
}
