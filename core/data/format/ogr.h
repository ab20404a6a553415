#pragma once
#include "core/base/err.h"

/*
 * ogr -- the few C entry points of GDAL that the sealed children call, as a table of function pointers.
 *
 * Nothing links GDAL: it costs 31 MB and 50 ms, and is not safe against hostile files. The children of `terrasse read`
 * that need it load it before they seal themselves; no other process does. There are no headers of it here: what is
 * declared below is its C interface of version 3.6 (libgdal.so.32), which does not change within that name.
 *
 * Source: GDAL 3.6 documentation, "Vector C API", "Raster C API", "Coordinate transformation", "CPL"; architecture.md section 2.11.
 */
typedef void ogr_handler(int class, int number, const char *message);
struct ogr_colour {
    short red, green, blue, alpha;
};

/* clang-format off */
#define OGR_CALLS(X) \
    X(void, CPLSetConfigOption, (const char *key, const char *value)) \
    X(ogr_handler *, CPLSetErrorHandler, (ogr_handler *handler)) \
    X(void, VSIFree, (void *p)) \
    X(void *, VSIFileFromMemBuffer, (const char *name, unsigned char *bytes, unsigned long long n, int owned)) \
    X(unsigned char *, VSIGetMemFileBuffer, (const char *name, unsigned long long *n, int take)) \
    X(int, VSIFCloseL, (void *file)) \
    X(void *, GDALOpenEx, (const char *name, unsigned flags, const char *const *drivers, const char *const *options, \
                           const char *const *siblings)) \
    X(void, GDALClose, (void *dataset)) \
    X(void *, GDALGetDriverByName, (const char *name)) \
    X(void *, GDALCreate, (void *driver, const char *name, int width, int height, int bands, int type, \
                           const char *const *options)) \
    X(void *, GDALDatasetCreateLayer, (void *dataset, const char *name, void *reference, unsigned type, \
                                       const char *const *options)) \
    X(int, OGR_L_CreateField, (void *layer, void *field, int approximately)) \
    X(int, OGR_L_CreateFeature, (void *layer, void *feature)) \
    X(int, OGR_L_StartTransaction, (void *layer)) \
    X(int, OGR_L_CommitTransaction, (void *layer)) \
    X(void *, OGR_Fld_Create, (const char *name, int type)) \
    X(void, OGR_Fld_SetSubType, (void *field, int type)) \
    X(void, OGR_Fld_Destroy, (void *field)) \
    X(void, OGR_F_SetFieldString, (void *feature, int at, const char *value)) \
    X(int, OGR_F_SetGeometryDirectly, (void *feature, void *geometry)) \
    X(int, OGR_G_CreateFromWkb, (const void *wkb, void *reference, void **geometry, int n)) \
    X(int, GDALDatasetGetLayerCount, (void *dataset)) \
    X(void *, GDALDatasetGetLayer, (void *dataset, int at)) \
    X(const char *, OGR_L_GetName, (void *layer)) \
    X(void *, OGR_L_GetLayerDefn, (void *layer)) \
    X(unsigned, OGR_L_GetGeomType, (void *layer)) \
    X(void *, OGR_L_GetSpatialRef, (void *layer)) \
    X(void, OGR_L_ResetReading, (void *layer)) \
    X(void *, OGR_L_GetNextFeature, (void *layer)) \
    X(int, OGR_FD_GetFieldCount, (void *definition)) \
    X(void *, OGR_FD_GetFieldDefn, (void *definition, int at)) \
    X(const char *, OGR_Fld_GetNameRef, (void *field)) \
    X(int, OGR_Fld_GetType, (void *field)) \
    X(int, OGR_Fld_GetSubType, (void *field)) \
    X(void *, OGR_F_Create, (void *definition)) \
    X(void, OGR_F_Destroy, (void *feature)) \
    X(int, OGR_F_IsFieldSetAndNotNull, (void *feature, int at)) \
    X(const char *, OGR_F_GetFieldAsString, (void *feature, int at)) \
    X(int, OGR_F_GetFieldAsInteger, (void *feature, int at)) \
    X(int, OGR_F_GetFieldAsDateTimeEx, (void *feature, int at, int *year, int *month, int *day, int *hour, int *minute, \
                                        float *second, int *zone)) \
    X(void *, OGR_F_GetGeometryRef, (void *feature)) \
    X(int, OGR_G_IsEmpty, (void *geometry)) \
    X(unsigned, OGR_G_GetGeometryType, (void *geometry)) \
    X(void *, OGR_G_GetLinearGeometry, (void *geometry, double step, const char *const *options)) \
    X(void, OGR_G_FlattenTo2D, (void *geometry)) \
    X(int, OGR_G_Transform, (void *geometry, void *transformation)) \
    X(char *, OGR_G_ExportToJsonEx, (void *geometry, const char *const *options)) \
    X(void, OGR_G_DestroyGeometry, (void *geometry)) \
    X(void, OGR_G_GetEnvelope, (void *geometry, double *envelope)) \
    X(void *, OSRNewSpatialReference, (const char *wkt)) \
    X(int, OSRImportFromEPSG, (void *reference, int code)) \
    X(void, OSRSetAxisMappingStrategy, (void *reference, int strategy)) \
    X(void *, OSRClone, (void *reference)) \
    X(int, OSRIsSame, (void *reference, void *other)) \
    X(int, OSRIsProjected, (void *reference)) \
    X(int, OSRIsGeographic, (void *reference)) \
    X(const char *, OSRGetName, (void *reference)) \
    X(void, OSRDestroySpatialReference, (void *reference)) \
    X(void *, OCTNewCoordinateTransformation, (void *from, void *to)) \
    X(int, OCTTransform, (void *transformation, int n, double *x, double *y, double *z)) \
    X(void, OCTDestroyCoordinateTransformation, (void *transformation)) \
    X(void, RegisterOGRShape, (void)) \
    X(void, RegisterOGRGeoPackage, (void)) \
    X(void, RegisterOGRLIBKML, (void)) \
    X(void, RegisterOGRGPX, (void)) \
    X(void, RegisterOGRGML, (void)) \
    X(void, RegisterOGRGeoJSON, (void)) \
    X(void, RegisterOGRFlatGeobuf, (void)) \
    X(void, GDALRegister_MEM, (void)) \
    X(void, GDALRegister_JPEG, (void)) \
    X(void, GDALRegister_PNG, (void)) \
    X(void, GDALRegister_GIF, (void)) \
    X(void, GDALRegister_WEBP, (void)) \
    X(int, GDALGetRasterXSize, (void *dataset)) \
    X(int, GDALGetRasterYSize, (void *dataset)) \
    X(int, GDALGetRasterCount, (void *dataset)) \
    X(void *, GDALGetRasterBand, (void *dataset, int band)) \
    X(int, GDALGetRasterDataType, (void *band)) \
    X(void *, GDALGetRasterColorTable, (void *band)) \
    X(int, GDALGetColorEntryCount, (void *table)) \
    X(const struct ogr_colour *, GDALGetColorEntry, (void *table, int at)) \
    X(const char *, GDALGetMetadataItem, (void *object, const char *name, const char *domain)) \
    X(int, GDALDatasetRasterIO, (void *dataset, int write, int x, int y, int width, int height, void *pixels, int columns, \
                                 int rows, int type, int bands, int *map, int pixel, int line, int band)) \
    X(void *, GDALCreateCopy, (void *driver, const char *name, void *source, int strict, const char *const *options, \
                               void *progress, void *context))
/* clang-format on */

struct ogr_calls {
#define OGR_CALL(result, name, arguments) result(*name) arguments;
    OGR_CALLS(OGR_CALL)
#undef OGR_CALL
};

/* Loads GDAL, registers the drivers we use and no other, and turns one coordinate of each reference system that is
 * common here, so that PROJ has its database open: once sealed it could not, and coordinates would silently stay in
 * metres. Before child_seal; once. fails  err_data_geo_missing */
bool ogr_load(struct err *e);
bool ogr_load_pictures(struct err *e); /* the drivers of pictures instead, and no reference system */

const struct ogr_calls *ogr(void); /* NULL: not loaded */

/* Since the last ogr_calm: a message of class failure, which for our formats is always fatal. NULL: none. */
const char *ogr_failure(void);
void ogr_calm(void);

void *ogr_wgs84(void); /* the reference system EPSG:4326, longitude first; not the caller's */

/* EPSG codes. */
enum { OGR_WGS84 = 4326, OGR_EPSG_MAX = 99999 };

/* Of what is written: a map's reference system (x or longitude first, whatever its authority says) and the way to it from
 * WGS 84. Behind ogr_load, before child_seal, since PROJ reads its files for it.
 * fails  err_query_parameter: PROJ knows no map's reference system that EPSG calls so */
bool ogr_turn_to(int epsg, struct err *e);
void *ogr_target(void);           /* WGS 84 before ogr_turn_to; not the caller's */
bool ogr_turn(void *geometry);    /* in place. False: it has no place there (a pole in Lambert-93) */
