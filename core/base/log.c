#include "core/base/log.h"

#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/jw.h"

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

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    static const char *names[] = {"debug", "info", "warn", "error"};
    if (level < least_level)
        return;
    struct buf b = {0}, at = {0};
    struct jw w;
    clock_iso_us(&at, clock_wall_us());
    jw_init(&w, &b, JW_COMPACT);
    jw_open(&w, '{');
    JW_STR(&w, "at", buf_str(&at));
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
    buf_addc(&b, '\n');
    write_all(buf_str(&b));
    buf_free(&b);
    buf_free(&at);
}

void log_err(enum log_level level, const char *event, const struct err *e)
{
    LOG(level, event, LOG_S("code", str_of(e->kind ? e->kind->code : NULL)),
        LOG_S("detail", str_of(e->detail)), LOG_S("file", str_of(e->file)), LOG_N("line", e->line));
}
