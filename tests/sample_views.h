#pragma once
#include "core/data/query/view_make.h"

/* sample_views -- the datasets K, D2, T, M and V of explore-api.md section 9, as views and as rows. */

#define SAMPLE_K "00000000-0000-7000-8000-00000000000a"
#define SAMPLE_D2 "00000000-0000-7000-8000-00000000000b"
#define SAMPLE_T "00000000-0000-7000-8000-00000000000c"
#define SAMPLE_M "00000000-0000-7000-8000-00000000000d"
#define SAMPLE_V "00000000-0000-7000-8000-00000000000e"

struct sample {
    const char *id, *version;
    int64_t records;
    size_t n;
    struct {
        const char *name;
        enum column_type type;
        bool facet;
        const char *multivalued;
    } columns[12];
    const char *ddl; /* the table's columns */
    const char *rows;
};

/* clang-format off */
static const struct sample samples[] = {
    {"koumoul", SAMPLE_K, 2, 6,
     {{"id", TYPE_TEXT, true, 0}, {"adr", TYPE_TEXT, 0, 0}, {"some_date", TYPE_DATE, 0, 0},
      {"loc", TYPE_GEO_POINT, 0, 0}, {"bool", TYPE_BOOLEAN, 0, 0}, {"nb", TYPE_DOUBLE, 0, 0}},
     "c1 text, c2 text, c3 date, c4 public.geometry(Point,4326), c5 boolean, c6 double precision",
     "(0, 'koumoul', '19 rue de la voie lactée saint avé', '2017-12-12', public.st_setsrid(public.st_makepoint(-2.748526, 47.687375), 4326), false, 11),"
     "(1, 'bidule', 'adresse inconnue', '2017-10-10', public.st_setsrid(public.st_makepoint(2.6, 45.5), 4326), true, 22.2)"},
    {"d2", SAMPLE_D2, 6, 4,
     {{"id", TYPE_TEXT, true, 0}, {"somedate", TYPE_DATE, true, 0}, {"employees", TYPE_INT, 0, 0}, {"adr", TYPE_TEXT, 0, 0}},
     "c1 text, c2 date, c3 bigint, c4 text",
     "(0, 'koumoul', '2017-12-12', 3, '19 rue de la voie lactée saint avé'), (1, 'koumoul', '2017-12-12', 0, 'bureau'),"
     "(2, 'koumoul', '2017-12-12', 0, 'bureau'), (3, 'bidule', '2017-10-10', 11, 'adresse inconnue'),"
     "(4, 'bidule', '2017-10-10', 2, 'bureau 2'), (5, null, null, 3, 'missing id')"},
    {"t", SAMPLE_T, 2, 1, {{"date1", TYPE_DATETIME, true, 0}}, "c1 timestamptz",
     "(0, '2025-09-11T06:00:00Z'), (1, '2025-09-10T08:00:00Z')"},
    {"m", SAMPLE_M, 1, 2, {{"str1", TYPE_TEXT, 0, 0}, {"str2", TYPE_TEXT, true, ", "}}, "c1 text, c2 text",
     "(0, 'val 1', 'val 1, val 2')"},
    {"public-trees", SAMPLE_V, 5, 8,
     {{"asset_id", TYPE_INT, 0, 0}, {"common_name", TYPE_TEXT, 0, 0}, {"genus_name", TYPE_TEXT, true, 0},
      {"height_m", TYPE_DOUBLE, 0, 0}, {"diameter_cm", TYPE_DOUBLE, 0, 0}, {"date_planted", TYPE_DATE, 0, 0},
      {"geom", TYPE_GEO_SHAPE, 0, 0}, {"geo_point_2d", TYPE_GEO_POINT, 0, 0}},
     "c1 bigint, c2 text, c3 text, c4 double precision, c5 double precision, c6 date, c7 public.geometry(Geometry,4326), c8 public.geometry(Point,4326)",
     "(0, 244086, 'AKEBONO FLOWERING CHERRY', 'PRUNUS', 4.6, 12.7, '2012-11-13', public.st_setsrid(public.st_makepoint(-123.06036999913398, 49.27117199821082), 4326), public.st_setsrid(public.st_makepoint(-123.06036999913398, 49.27117199821082), 4326)),"
     "(1, 244093, 'PACIFIC SUNSET MAPLE', 'ACER', 4.6, 7.6, '2013-01-12', null, null),"
     "(2, 244096, 'KARPICK RED MAPLE', 'ACER', 4.6, 22.9, '2012-12-03', null, null),"
     "(3, 244097, 'PISSARD PLUM', 'PRUNUS', 4.6, 7.6, '2012-11-27', null, null),"
     "(4, 244105, 'KARPICK RED MAPLE', 'ACER', 4.6, 7.6, '2013-01-10', null, null)"},
};
/* clang-format on */
enum { SAMPLES = sizeof samples / sizeof samples[0] };

static inline const struct sample *sample_named(const char *id)
{
    for (size_t i = 0; i < SAMPLES; i++)
        if (strcmp(samples[i].id, id) == 0)
            return &samples[i];
    return NULL;
}

static inline struct dataset_view *sample_view(struct arena *a, const char *id)
{
    const struct sample *s = sample_named(id);
    struct dataset_view *v = ARENA_NEW(a, struct dataset_view);
    uuid_parse(str_of(s->version), &v->version);
    v->dataset = str_of(s->id);
    v->records = s->records;
    v->revision = 1;
    v->ncolumns = s->n;
    v->columns = ARENA_ARRAY(a, struct view_column, s->n);
    for (size_t i = 0; i < s->n; i++)
        v->columns[i] = (struct view_column){.name = str_of(s->columns[i].name), .label = str_of(s->columns[i].name),
                                             .type = s->columns[i].type, .number = (unsigned)i + 1,
                                             .facet = s->columns[i].facet,
                                             .multivalued = str_of(s->columns[i].multivalued)};
    view_seal(v);
    return v;
}
