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

void log_flush(void)
{
    if (held.n > 0)
        write_all(buf_str(&held));
    if (held.cap > HOLD_MAX)
        buf_free(&held);
    buf_reset(&held);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    static const char *names[] = {"debug", "info", "warn", "error"};
    if (level < least_level)
        return;
    struct jw w;
    jw_init(&w, &held, JW_COMPACT);
    jw_open(&w, '{');
    jw_key(&w, S("at"));
    buf_addc(&held, '"');
    clock_iso_us(&held, clock_wall_us());
    buf_addc(&held, '"');
    w.after_key = false;
    JW_STR(&w, "level", str_of(names[level]));
    JW_STR(&w, "process", str_of(process_name));
    JW_STR(&w, "event", str_of(event));
    for (; fields->key; fields++) {
        jw_key(&w, str_of(fields->key));
        if (fields->is_number)
            jw_i64(&w, fields->number);
        else
            jw_str(&w, fields->text);
    }
    jw_close(&w, '}');
    buf_addc(&held, '\n');
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
