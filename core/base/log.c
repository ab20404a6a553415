#include "core/base/log.h"

#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/jw.h"

enum { HOLD_MAX = 64 << 10 };

static _Thread_local struct buf held;
static _Thread_local bool holds;
static const char *process_name = "terrasse";
static enum log_level least_level = LOG_INFO;

void log_init(const char *process, enum log_level least)
{
    process_name = process;
    least_level = least;
}

static void write_all(struct str s)
{
    while (s.n > 0) {
        ssize_t n = write(STDERR_FILENO, s.p, s.n);
        if (n <= 0)
            return;
        s = str_from(s, (size_t)n);
    }
}

void log_hold(void)
{
    holds = true;
}

size_t log_held(void)
{
    return held.n;
}

void log_flush(void)
{
    if (held.n > 0)
        write_all(buf_str(&held));
    if (held.cap > HOLD_MAX)
        buf_free(&held);
    buf_reset(&held);
}

static void put_field(const struct log_field *f)
{
    buf_add(&held, f->key);
    if (f->is_number)
        buf_addn(&held, f->number);
    else if (f->text.p)
        jw_escape(&held, f->text);
    else
        buf_add(&held, S("null"));
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    static const char *names[] = {"debug", "info", "warn", "error"};
    if (level < least_level)
        return;
    buf_add(&held, S("{\"at\":\""));
    clock_iso_us(&held, clock_wall_us());
    buf_add(&held, S("\",\"level\":\""));
    buf_addz(&held, names[level]);
    buf_add(&held, S("\",\"process\":\""));
    buf_addz(&held, process_name);
    buf_add(&held, S("\",\"event\":\""));
    buf_addz(&held, event);
    buf_addc(&held, '"');
    for (; fields->key.p; fields++)
        put_field(fields);
    buf_add(&held, S("}\n"));
    if (!holds || level >= LOG_WARN || held.n >= HOLD_MAX)
        log_flush();
    if (!holds)
        buf_free(&held); /* a thread's end would leak it */
}

void log_err(enum log_level level, const char *event, const struct err *e)
{
    LOG(level, event, LOG_S("code", str_of(e->kind ? e->kind->code : NULL)),
        LOG_S("detail", str_of(e->detail)), LOG_S("file", str_of(e->file)), LOG_N("line", e->line));
}
