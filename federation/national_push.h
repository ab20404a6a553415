#pragma once
#include "federation/national_call.h"
#include "federation/national_map.h"

/*
 * national_push -- what national.c decides and national_look.c, national_write.c do. Inside this
 * folder only.
 */
struct push {
    struct national n;
    const struct claim *k;
    const char *sealing;
    struct source source;
    bool there;                 /* the source has a row */
    bool wanted;                /* it travels, and the link wants it there */
    struct national_setting set;
    struct national_doc doc;    /* when wanted */
    json_t *remote;             /* what stands there, as last read; NULL: nothing */
    struct str id, url;         /* its id and its page; empty: none */
    struct str action;          /* for the receipt */
    bool recreated;             /* made again after an attempt without an answer */
    bool edited_there, archived_there;
    unsigned doubles;           /* removed */
};

/* national_look.c */
bool look_by_id(struct push *p, struct err *e);   /* fails err_national_lost, err_national_deleted */
bool look_by_mark(struct push *p, struct err *e); /* sets id when found */
struct str look_projection(struct arena *a, const json_t *remote); /* hash of the members that are ours */
bool look_is_archived(const json_t *remote);
bool look_agrees(const struct push *p); /* the remote is what was sent */

/* national_write.c */
bool write_create(struct push *p, struct err *e);
bool write_update(struct push *p, struct err *e);
bool write_archive(struct push *p, struct err *e);
