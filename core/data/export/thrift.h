#pragma once
#include "core/base/buf.h"

/*
 * thrift -- writes structs in Thrift's compact protocol, as much of it as Parquet's headers need.
 *
 * Fields are given in the order of their numbers. Source: thrift-compact-protocol.md.
 */
enum { THRIFT_DEPTH = 8 };
enum thrift_type {
    THRIFT_I32 = 5,
    THRIFT_I64 = 6,
    THRIFT_BINARY = 8,
    THRIFT_LIST = 9,
    THRIFT_STRUCT = 12
};

struct thrift {
    struct buf *out;
    int last[THRIFT_DEPTH]; /* field number, by depth */
    unsigned depth;
};

void thrift_varint(struct buf *out, uint64_t v);
void thrift_i32(struct thrift *t, int field, int64_t v);
void thrift_i64(struct thrift *t, int field, int64_t v);
void thrift_bool(struct thrift *t, int field, bool v);
void thrift_binary(struct thrift *t, int field, struct str s);
void thrift_list(struct thrift *t, int field, enum thrift_type of, size_t n); /* the items follow */
void thrift_item_i32(struct thrift *t, int64_t v);
void thrift_item_binary(struct thrift *t, struct str s);
void thrift_open(struct thrift *t,
                 int field); /* a struct; field 0: an item of a list, or the outermost */
void thrift_close(struct thrift *t);
