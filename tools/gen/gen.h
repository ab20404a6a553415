#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"

/*
 * gen -- what the generators share: reading a source whole, saying where it is wrong, writing C.
 *
 * A generator is a program of the build: its first fault ends it with `file:line: message` on
 * standard error and exit code 1, and nothing is written.
 */
struct gen_file {
    const char *path;
    struct str stem; /* file name without folder and extension */
    struct str text;
};

/* UTF-8 without NUL bytes, at most 1 MiB; all of it lives in `a`. */
struct gen_file gen_read(struct arena *a, const char *path);

_Noreturn void gen_fail(const char *path, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The line of byte `at`, counted from 1. */
unsigned gen_line(struct str text, size_t at);

/* Is s a name: a lower-case letter, then letters, digits and underscores, 63 at most? */
bool gen_is_name(struct str s);

/* s as a C string literal, a source line for each line of s, each after `indent`. */
void gen_literal(struct buf *out, struct str s, const char *indent);

/* The first lines of a generated file. */
void gen_head(struct buf *out, const char *maker);

/* Writes folder/name, unless it holds these bytes already: unchanged files rebuild nothing. */
void gen_write(const char *folder, const char *name, struct str bytes);
