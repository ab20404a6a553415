#include "core/data/format/ogr.h"

#include <dlfcn.h>
#include <stdio.h>

#include "core/data/errors.h"

enum { CLASS_FAILURE = 3, LON_LAT_ORDER = 0 };

static struct ogr_calls calls;
static bool loaded;
static void *wgs84, *target, *turn;
static char failure[160];

const struct ogr_calls *ogr(void)
{
    return loaded ? &calls : NULL;
}

const char *ogr_failure(void)
{
    return failure[0] ? failure : NULL;
}

void ogr_calm(void)
{
    failure[0] = '\0';
}

void *ogr_wgs84(void)
{
    return wgs84;
}

void *ogr_target(void)
{
    return target ? target : wgs84;
}

/* The first failure says why; those behind it follow from it. */
static void on_message(int class, int number, const char *message)
{
    (void)number;
    if (class >= CLASS_FAILURE && !failure[0])
        snprintf(failure, sizeof failure, "%s", message);
}

static bool missing(const char *what, struct err *e)
{
    ERR(e, err_data_geo_missing, "%s", what);
    return err_arg(e, "%s", "libgdal32");
}

static bool find_calls(void *library, struct err *e)
{
    static const char *const names[] = {
#define OGR_CALL(result, name, arguments) #name,
        OGR_CALLS(OGR_CALL)
#undef OGR_CALL
    };
    enum { CALLS = sizeof names / sizeof names[0] };
    _Static_assert(sizeof calls == CALLS * sizeof(void *), "one pointer a call");
    for (size_t i = 0; i < CALLS; i++) {
        void *call = dlsym(library, names[i]);
        if (!call)
            return missing(names[i], e);
        memcpy((char *)&calls + i * sizeof call, &call, sizeof call);
    }
    return true;
}

static void configure(void)
{
    static const struct {
        const char *key, *value;
    } options[] = {
        {"GDAL_NUM_THREADS", "1"},       {"CPL_DEBUG", "OFF"},          {"OGR_SQLITE_SYNCHRONOUS", "OFF"},
        {"GML_PARSER", "EXPAT"}, {"GML_REGISTRY", "/vsimem/gml_registry.xml"}, {"GML_DOWNLOAD_WFS_SCHEMA", "NO"}, {"GDAL_DISABLE_READDIR_ON_OPEN", "FALSE"},
        {"CPL_TMPDIR", "/vsimem"},       {"OGR_SQLITE_CACHE", "16"},    {"PROJ_NETWORK", "OFF"},
        {"OGR_GEOJSON_MAX_OBJ_SIZE", "200"}, {"CPL_VSIL_DEFLATE_CHUNK_SIZE", "1M"},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        calls.CPLSetConfigOption(options[i].key, options[i].value);
    calls.CPLSetErrorHandler(on_message);
}

static void register_drivers(void)
{
    calls.RegisterOGRShape();
    calls.RegisterOGRGeoPackage();
    calls.RegisterOGRLIBKML();
    calls.RegisterOGRGPX();
    calls.RegisterOGRGML();
    calls.RegisterOGRGeoJSON();
    calls.RegisterOGRFlatGeobuf();
}

/* The GML driver wants a list of known schemas and calls it a failure when there is none. */
static bool mount_registry(void)
{
    static unsigned char none[] = "<gml_registry></gml_registry>";
    return calls.VSIFileFromMemBuffer("/vsimem/gml_registry.xml", none, sizeof none - 1, 0) != NULL;
}

static void *reference(int epsg)
{
    void *r = calls.OSRNewSpatialReference(NULL);
    if (r && calls.OSRImportFromEPSG(r, epsg) == 0) {
        calls.OSRSetAxisMappingStrategy(r, LON_LAT_ORDER);
        return r;
    }
    if (r)
        calls.OSRDestroySpatialReference(r);
    return NULL;
}

/* Lambert-93 of the middle of France is 3 degrees east. */
static bool warm(struct err *e)
{
    double x = 700000, y = 6600000;
    wgs84 = reference(4326);
    void *lambert = reference(2154), *back = NULL;
    if (wgs84 && lambert)
        back = calls.OCTNewCoordinateTransformation(lambert, wgs84);
    bool ok = back && calls.OCTTransform(back, 1, &x, &y, NULL) && x > 2.9 && x < 3.1 && y > 46 && y < 47;
    if (back)
        calls.OCTDestroyCoordinateTransformation(back);
    if (lambert)
        calls.OSRDestroySpatialReference(lambert);
    return ok || missing(ogr_failure() ? ogr_failure() : "no reprojection", e);
}

static bool load(struct err *e)
{
    void *library = dlopen("libgdal.so.32", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return missing(dlerror(), e);
    if (!find_calls(library, e))
        return false;
    configure();
    return true;
}

bool ogr_load(struct err *e)
{
    if (loaded)
        return true;
    if (!load(e))
        return false;
    register_drivers();
    ogr_calm();
    if (!mount_registry() || !warm(e))
        return false;
    ogr_calm();
    loaded = true;
    return true;
}

/* Heights and the centre of the earth are systems as well, and no map's. */
bool ogr_turn_to(int epsg, struct err *e)
{
    void *to = reference(epsg);
    bool flat = to && (calls.OSRIsProjected(to) || calls.OSRIsGeographic(to));
    turn = flat ? calls.OCTNewCoordinateTransformation(wgs84, to) : NULL;
    ogr_calm();
    if (turn) {
        target = to;
        return true;
    }
    if (to)
        calls.OSRDestroySpatialReference(to);
    ERR(e, err_query_parameter, "epsg");
    err_arg(e, "epsg");
    err_arg(e, "%d", epsg);
    return err_arg(e, "the EPSG code of a reference system of maps, such as 2154");
}

bool ogr_turn(void *geometry)
{
    bool ok = !turn || calls.OGR_G_Transform(geometry, turn) == 0;
    if (!ok)
        ogr_calm(); /* of this one only */
    return ok;
}

bool ogr_load_pictures(struct err *e)
{
    if (!load(e))
        return false;
    calls.CPLSetConfigOption("GDAL_PAM_ENABLED", "NO"); /* nothing is written beside a picture */
    calls.CPLSetConfigOption("GDAL_CACHEMAX", "16");
    calls.GDALRegister_MEM();
    calls.GDALRegister_JPEG();
    calls.GDALRegister_PNG();
    calls.GDALRegister_GIF();
    calls.GDALRegister_WEBP();
    ogr_calm();
    loaded = true;
    return true;
}
