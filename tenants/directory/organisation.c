#include "tenants/directory/organisation.h"

#include "tenants/directory/errors.h"
#include "tenants/directory/slug.h"
#include "tenants/directory/sql.h"
#include "tenants/directory/tenant.h"

enum { PNG_MAX_BYTES = 262144, PNG_MAX_SIDE = 1024 };

bool organisation_add(struct conn *c, const struct uuid *tenant, const struct organisation_new *new,
                      struct uuid *id, struct err *e)
{
    if (!slug_name_check(new->name, e) || (new->siren.p && !slug_siren_check(new->siren, e)))
        return false;
    struct arena a = {0};
    struct uuid made = uuid_make();
    struct str slug = slug_make(&a, new->name, 60);
    const struct str params[] = {uuid_str(tenant), uuid_str(&made), slug.n ? slug : uuid_str(&made),
                                 new->name, new->siren, new->url, new->email, new->spatial,
                                 new->granularity};
    bool ok = tenant_do(c, &sql_organisation_insert, params, e);
    arena_free(&a);
    if (ok)
        *id = made;
    return ok;
}

bool organisation_named(struct conn *c, const struct uuid *tenant, struct str name, struct uuid *id,
                        struct err *e)
{
    PGresult *r = conn_ask(c, &sql_organisation_by_name, (struct str[]){uuid_str(tenant), name}, e);
    if (!r)
        return false;
    bool there = PQntuples(r) == 1 && uuid_parse(str_of(PQgetvalue(r, 0, 0)), id);
    PQclear(r);
    return there || organisation_add(c, tenant, &(struct organisation_new){.name = name}, id, e);
}

static uint32_t be32(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Walks the chunks (PNG, third edition, section 5): IHDR first, IEND last, nothing behind. */
static const char *png_fault(struct str png)
{
    if (png.n > PNG_MAX_BYTES)
        return "size";
    if (png.n < 45 || !str_starts(png, S("\x89PNG\r\n\x1a\n")) || !str_eq(str_part(png, 12, 4), S("IHDR")))
        return "format";
    if (be32(png, 16) == 0 || be32(png, 16) > PNG_MAX_SIDE || be32(png, 20) == 0 ||
        be32(png, 20) > PNG_MAX_SIDE)
        return "dimensions";
    for (size_t at = 8; at + 12 <= png.n;) {
        size_t length = be32(png, at);
        if (length > png.n - at - 12)
            return "format";
        bool last = str_eq(str_part(png, at + 4, 4), S("IEND"));
        at += 12 + length;
        if (last)
            return at == png.n ? NULL : "format";
    }
    return "format";
}

bool organisation_image(struct conn *c, const struct uuid *tenant, struct str png, struct uuid *id,
                        struct err *e)
{
    const char *fault = png_fault(png);
    if (fault) {
        ERR(e, err_image_invalid, "%s", fault);
        return err_arg(e, "%s", fault);
    }
    struct arena a = {0};
    char *hex = arena_alloc(&a, png.n * 2 + 3);
    static const char digits[] = "0123456789abcdef";
    hex[0] = '\\', hex[1] = 'x';
    for (size_t i = 0; i < png.n; i++) {
        hex[2 + 2 * i] = digits[(unsigned char)png.p[i] >> 4];
        hex[3 + 2 * i] = digits[png.p[i] & 15];
    }
    struct uuid made = uuid_make();
    const struct str params[] = {uuid_str(tenant), uuid_str(&made), S("image/png"), {hex, png.n * 2 + 2}};
    bool ok = tenant_do(c, &sql_image_insert, params, e);
    arena_free(&a);
    if (ok)
        *id = made;
    return ok;
}
