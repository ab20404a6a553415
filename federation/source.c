#include "federation/source.h"

#include "federation/sql.h"
#include "tenants/directory/tenant.h"

/* source_read.sql's columns */
enum { COL_TRAVELS, COL_DATASET_ID, COL_IDENTIFIER, COL_VERSION, COL_METAS, COL_FIELDS, COL_KEYS, COL_RECORDS, COL_BYTES,
       COL_REVISION, COL_CREATED, COL_PUBLISHED, COL_OPENED, COL_DATA, COL_METADATA, COL_ORGANISATION, COL_SIREN, COL_SLUG, COL_PORTAL,
       COL_HOST, COL_UID, COL_ROOT, COL_LICENCE, COL_INSEE, COL_TENANT_SIREN, COL_COLUMNS, COL_FILES,
       COL_CREDITS, COL_BESIDE };

static struct str cell(struct arena *a, const PGresult *r, int column)
{
    if (PQgetisnull(r, 0, column))
        return STR_NONE;
    return arena_str(a, (struct str){PQgetvalue(r, 0, column), (size_t)PQgetlength(r, 0, column)});
}

bool source_read(struct conn *c, struct arena *a, const struct claim *k, struct source *out, bool *there, struct err *e)
{
    const struct str params[] = {uuid_str(&k->source), uuid_str(&k->dataset)};
    bool held = tenant_enter(c, &k->source, e) && tenant_do(c, &sql_source_hold, params, e);
    PGresult *r = held ? conn_ask(c, &sql_source_read, params, e) : NULL;
    if (!r)
        return false;
    *there = PQntuples(r) == 1;
    if (*there) {
        *out = (struct source){
            .travels = str_eq(cell(a, r, COL_TRAVELS), S("t")), .dataset_id = cell(a, r, COL_DATASET_ID),
            .identifier = cell(a, r, COL_IDENTIFIER), .version = cell(a, r, COL_VERSION), .metas = cell(a, r, COL_METAS),
            .fields = cell(a, r, COL_FIELDS), .key_columns = cell(a, r, COL_KEYS), .records = cell(a, r, COL_RECORDS),
            .raw_bytes = cell(a, r, COL_BYTES), .created_at = cell(a, r, COL_CREATED), .published_at = cell(a, r, COL_PUBLISHED),
            .opened_at = cell(a, r, COL_OPENED), .data_processed = cell(a, r, COL_DATA),
            .metadata_processed = cell(a, r, COL_METADATA), .organisation = cell(a, r, COL_ORGANISATION),
            .siren = cell(a, r, COL_SIREN), .slug = cell(a, r, COL_SLUG), .portal = cell(a, r, COL_PORTAL),
            .host = cell(a, r, COL_HOST), .uid = cell(a, r, COL_UID), .root = cell(a, r, COL_ROOT),
            .licence = cell(a, r, COL_LICENCE), .insee = cell(a, r, COL_INSEE),
            .tenant_siren = cell(a, r, COL_TENANT_SIREN),
            .columns = cell(a, r, COL_COLUMNS), .files = cell(a, r, COL_FILES),
            .credits = cell(a, r, COL_CREDITS), .beside = cell(a, r, COL_BESIDE)};
        str_i64(cell(a, r, COL_REVISION), &out->revision);
    }
    PQclear(r);
    return true;
}
