#include "core/data/format/read_format.h"

#include "core/data/format/read_geojson.h"
#include "core/data/format/read_json.h"
#include "core/data/format/read_ods.h"
#include "core/data/format/read_ogr.h"
#include "core/data/format/read_sheet.h"
#include "core/data/format/read_text.h"
#include "core/data/format/read_xls.h"

/* In this order: nearly anything could be text. */
static const struct read_format formats[] = {
    {"geo", ogr_is, ogr_open}, /* says itself which */
    {"geojson", geojson_is, geojson_open},
    {"json", json_is, json_open},
    {"ods", ods_is, ods_open},
    {"xlsx", sheet_is_xlsx, sheet_open_rows},
    {"xls", xls_is, xls_open},
    {"csv", text_is, text_open},
};

const struct read_format *read_format_of(struct str file)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (formats[i].is(file))
            return &formats[i];
    return NULL;
}
