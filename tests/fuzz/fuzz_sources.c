/* Any bytes as the place of a piece, the address of a source and the name of a file: what is accepted is clean. */
#include <ctype.h>
#include <stdlib.h>

#include "tenants/publishing/attachment.h"
#include "tenants/publishing/piece.h"
#include "tenants/publishing/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void try_offset(struct str in)
{
    int64_t offset = -1;
    if (!piece_offset(in, &offset))
        return;
    check(offset >= 0 && in.n > 0 && in.n <= 18);
    for (size_t i = 0; i < in.n; i++)
        check(isdigit((unsigned char)in.p[i]));
}

static void try_url(struct str in)
{
    struct err e = {0};
    if (!source_url_check(in, &e))
        return;
    check(str_starts(in, S("http://")) || str_starts(in, S("https://")));
    for (size_t i = 0; i < in.n; i++)
        check((unsigned char)in.p[i] > 0x20 && in.p[i] != '\\' && in.p[i] != 0x7f);
}

/* An id is letters, digits and underscores; what a browser could run is bytes. */
static void try_name(struct str in)
{
    static const struct uuid dataset = {"00000000-0000-7000-8000-000000000000"};
    char id[ATTACHMENT_ID];
    if (in.n <= 200 && attachment_id(S("attachment"), &dataset, in, id))
        for (const char *c = id; *c; c++)
            check((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_');
    struct str type = str_of(attachment_type(in, in));
    check(str_find(type, S("html")) < 0 && str_find(type, S("svg")) < 0 && str_find(type, S("script")) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = {(const char *)data, size};
    try_offset(in);
    try_url(in);
    try_name(in);
    return 0;
}
