#include "core/data/format/read_ogr_format.h"

#include <expat.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "core/data/format/encoding.h"
#include "core/data/format/read_ogr_xml.h"
#include "core/data/format/unfold.h"

enum { HEAD = 4096, TAIL = 65536, DOCTYPE_WITHIN = 65536, REFERENCE_WITHIN = 1000 };

static bool holds(struct str s, const char *word)
{
    return memmem(s.p, s.n, word, strlen(word)) != NULL;
}

static struct str tail_of(struct str file)
{
    return str_from(file, file.n > TAIL ? file.n - TAIL : 0);
}

static bool is_zip(struct str head)
{
    return str_starts(head, S("PK\3\4"));
}

static bool is_xml(struct str head)
{
    if (str_starts(head, S("\xef\xbb\xbf")))
        head = str_from(head, 3);
    head = str_trim(head);
    return head.n > 0 && head.p[0] == '<';
}

static bool is_gpkg(struct str head, struct str file)
{
    (void)file;
    return head.n > 72 && str_starts(head, S("SQLite format 3")) &&
           (memcmp(head.p + 68, "GPKG", 4) == 0 || memcmp(head.p + 68, "GP1", 3) == 0);
}

static bool is_fgb(struct str head, struct str file)
{
    (void)file;
    return str_starts(head, S("fgb\3"));
}

static bool is_gpx(struct str head, struct str file)
{
    (void)file;
    return is_xml(head) && holds(head, "<gpx");
}

static bool is_kml(struct str head, struct str file)
{
    (void)file;
    return is_xml(head) && (holds(head, "<kml") || holds(head, "/kml/2"));
}

static bool is_gml(struct str head, struct str file)
{
    (void)file;
    return is_xml(head) && (holds(head, "opengis.net/gml") || holds(head, "<gml:"));
}

static bool is_shapefile(struct str head, struct str file)
{
    return is_zip(head) && (holds(tail_of(file), ".shp") || holds(tail_of(file), ".SHP"));
}

static bool is_kmz(struct str head, struct str file)
{
    return is_zip(head) && (holds(tail_of(file), ".kml") || holds(tail_of(file), ".KML"));
}

bool ogr_format_is_turned(struct str crs)
{
    static const char *const degrees[] = {"CRS84", ":84\"", ":4326\"", "/4326\"", "/4326/", ":4326}", ": 4326}", "WGS84\"", "WGS 84\""};
    struct str said = str_part(crs, 0, (size_t)(str_chr(crs, '}') + 1)); /* none: nothing */
    if (!str_starts(said, S("{")))
        return false;
    for (size_t i = 0; i < sizeof degrees / sizeof degrees[0]; i++)
        if (holds(said, degrees[i]))
            return false;
    return holds(said, ":");
}

/* A property may be called the same. What such a member holds is looked at once, however many stand in it. */
static bool names_a_reference(struct str s)
{
    static const char key[] = "\"crs\"";
    for (const char *at; (at = memmem(s.p, s.n, key, sizeof key - 1));) {
        s = str_from(s, (size_t)(at - s.p) + sizeof key - 1);
        struct str value = str_trim(str_part(s, 0, REFERENCE_WITHIN));
        bool member = str_starts(value, S(":"));
        value = str_trim(str_from(value, 1));
        if (member && ogr_format_is_turned(value))
            return true;
        if (member && str_starts(value, S("{")))
            s = str_from(s, (size_t)(value.p - s.p) + (size_t)(str_chr(value, '}') + 1));
    }
    return false;
}

/* GeoJSON as it was before 2016: in another reference system, which it names anywhere. */
static bool is_turned_geojson(struct str head, struct str file)
{
    struct str start = str_trim(str_from(head, str_starts(head, S("\xef\xbb\xbf")) ? 3 : 0));
    return start.n > 0 && start.p[0] == '{' &&
           (holds(head, "\"FeatureCollection\"") || holds(tail_of(file), "\"FeatureCollection\"")) && names_a_reference(file);
}

/* clang-format off */
static const struct ogr_format formats[] = {
    /* name      driver        extension   part    typed  sparse doctype */
    {"gpkg",    "GPKG",           ".gpkg",    NULL,   true,  false, false, is_gpkg},
    {"fgb",     "FlatGeobuf",     ".fgb",     NULL,   true,  false, false, is_fgb},
    {"gpx",     "GPX",            ".gpx",     NULL,   false, true,  true,  is_gpx},
    {"kml",     "LIBKML",         ".kml",     NULL,   false, true,  true,  is_kml},
    {"gml",     "GML",            ".gml",     NULL,   false, false, true,  is_gml},
    {"shp",     "ESRI Shapefile", ".zip",     ".shp", true,  false, false, is_shapefile},
    {"kmz",     "LIBKML",         ".kmz",     ".kml", false, true,  true,  is_kmz},
    {"geojson", "GeoJSON",        ".geojson", NULL,   true,  false, false, is_turned_geojson},
};
/* clang-format on */

static const struct ogr_format *find(struct str head, struct str file)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (formats[i].is(head, file))
            return &formats[i];
    return NULL;
}

const struct ogr_format *ogr_format_of(struct str file)
{
    struct buf head = {0};
    bool big_endian;
    if (!ogr_xml_is_utf16(file, &big_endian))
        return find(str_part(file, 0, HEAD), file);
    encoding_put_utf16(&head, str_part(file, 0, 2 * HEAD), big_endian);
    const struct ogr_format *format = find(buf_str(&head), file);
    buf_free(&head);
    return format;
}

/* What is in a container is not seen yet: of a zip there are the names, of the others nothing. */
static bool may_hold_one(struct str file)
{
    const char *container = unfold_is(file);
    bool named = false;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        named |= holds(tail_of(file), formats[i].extension);
    return container && (named || !is_zip(file));
}

/* In UTF-16 of either order; what it is the reference of shows once it is turned. */
static bool may_name_a_reference(struct str file)
{
    static const char key[] = "\"\0c\0r\0s\0\"";
    return encoding_is_utf16(file) && memmem(file.p, file.n, key, sizeof key - 1);
}

bool ogr_format_wanted(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return false;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    struct str file = {p, (size_t)st.st_size};
    if (p == MAP_FAILED)
        return false;
    bool is = ogr_format_of(file) || may_hold_one(file) || may_name_a_reference(file);
    munmap(p, file.n);
    return is;
}

bool ogr_format_has_doctype(struct str file)
{
    return holds(str_part(file, 0, DOCTYPE_WITHIN), "<!DOCTYPE") || holds(file, "<!ENTITY");
}

struct depth {
    XML_Parser parser;
    unsigned now;
    bool passed;
};

static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct depth *d = user;
    (void)name, (void)attributes;
    d->passed = ++d->now > OGR_DEPTH_MAX;
    if (d->passed)
        XML_StopParser(d->parser, XML_FALSE);
}

static void on_end(void *user, const XML_Char *name)
{
    (void)name;
    ((struct depth *)user)->now--;
}

static void on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    XML_StopParser(((struct depth *)user)->parser, XML_FALSE);
}

bool ogr_format_is_deep(struct str file)
{
    enum { PIECE = 1 << 20 };
    struct depth d = {.parser = XML_ParserCreate(NULL)};
    if (!d.parser)
        return true;
    XML_SetUserData(d.parser, &d);
    XML_SetElementHandler(d.parser, on_start, on_end);
    XML_SetStartDoctypeDeclHandler(d.parser, on_doctype);
    for (struct str piece; (piece = str_part(file, 0, PIECE)).n > 0; file = str_from(file, piece.n))
        if (XML_Parse(d.parser, piece.p, (int)piece.n, piece.n == file.n) != XML_STATUS_OK)
            break;
    XML_ParserFree(d.parser);
    return d.passed;
}
