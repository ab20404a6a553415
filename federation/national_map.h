#pragma once
#include "federation/source.h"
#include "tenants/publishing/attachment.h"

/*
 * national_map -- a data set as the national portal (udata) takes it.
 *
 * Titles are cut to 350 characters on a word (the whole stands in the description then); keywords and
 * themes become tags, those of fewer than three characters are left out and named; the licence goes
 * by our own code; zones by name or by the source's own INSEE code or SIREN. Files beside the rows go along as addresses of
 * this portal.
 *
 * Source: national-portal.md 1.3 to 1.5 and 6.
 */
enum { NATIONAL_FORMATS = 4, NATIONAL_RESOURCES = NATIONAL_FORMATS + ATTACHMENTS_MAX };

struct national_resource {
    struct str key;         /* "csv", "json", "geojson", "api", "attachment:ID", "alternative_export:ID": for ever */
    struct str url, body;   /* body: what a PUT sends */
    struct str create;      /* what a POST sends: with filetype */
    struct str fingerprint; /* of the body, and of the rows or the bytes that it carries */
};

enum national_zones { ZONES_NAMED, ZONES_LARGER, ZONES_NONE, ZONES_LEVELS };

struct national_doc {
    struct str title;
    struct str landing;
    struct str members;     /* members of a JSON object, without its braces: title, tags, … */
    struct str extras;      /* a JSON object, without terrasse:attempt */
    struct str fingerprint;
    struct str dropped;     /* tags left out, joined by ", "; empty: none */
    size_t nresources;
    struct national_resource resources[NATIONAL_RESOURCES];
};

struct national_setting {
    struct str licence;      /* udata's id; absent: another open one */
    struct str scheme, port; /* of the addresses readers type: "https", "" or ":8443" */
    struct str insee, siren; /* of the source; may be absent */
    enum national_zones zones;
};

/* fails only on a description that is no JSON (err_json_invalid) */
bool national_map(struct arena *a, const struct source *s, const struct national_setting *set, struct national_doc *out,
                  struct err *e);

/* The whole body of a POST: organisation, resources and extras in one document. */
struct str national_create_body(struct arena *a, const struct national_doc *doc, struct str organisation, struct str attempt);

/* national_text.c: HTML of a description as Markdown, at most `max` bytes; plain text stays as it is. */
struct str national_markdown(struct arena *a, struct str html, size_t max);
/* The first `max` characters, cut behind a word. */
struct str national_cut(struct arena *a, struct str text, size_t max);

/* national_zone.c: the zone's id, or absent. `larger`: one that holds it. */
struct str national_zone(struct arena *a, struct str place, struct str source_name, struct str insee, struct str siren,
                         bool larger);
