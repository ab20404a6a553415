/* /api/portal/v1: schemas, what was found in a dataset, why it may be open, how good its description is. */
#include <stdlib.h>

#include "core/base/jr.h"
#include "core/web/errors.h"
#include "tenants/publishing/check_facts.h"
#include "tenants/publishing/check_steps.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/publish_steps.h"
#include "tenants/publishing/reply.h"
#include "tenants/publishing/schema_template.h"
#include "tenants/publishing/sql.h"

static bool ask_empty(struct req *r, struct check_ask **ask)
{
    *ask = ARENA_NEW(r->a, struct check_ask);
    r->state = *ask;
    return true;
}

/* ---- schemas ---- */

static bool ask_schemas(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_schema_list, (struct str[]){uuid_str(&r->tenant->id)});
    return true;
}

static bool reply_schemas(struct req *r, struct err *e)
{
    static const struct reply_column columns[] = {
        {"name", 0, REPLY_TEXT},     {"version", 1, REPLY_TEXT}, {"title", 2, REPLY_TEXT},
        {"source", 3, REPLY_TEXT},   {"own", 4, REPLY_BOOL},     {"fields", 5, REPLY_INTEGER},
        {"added", 6, REPLY_TEXT},    {"datasets", 7, REPLY_INTEGER},
        {"unchecked", 8, REPLY_JSON}, {0},
    };
    (void)e;
    return reply_list(r, "schemas", columns);
}

static const struct step schemas_steps[] = {
    {STEP_DB, ask_schemas, NULL}, {STEP_REPLY, reply_schemas, NULL}, {STEP_END, NULL, NULL},
};

static bool ask_schema(struct req *r, struct err *e)
{
    struct str version = req_query(r, S("version"));
    (void)e;
    req_ask(r, &sql_schema_one, (struct str[]){uuid_str(&r->tenant->id), req_query(r, S("name")), version.n ? version : STR_NONE});
    return true;
}

static bool reply_schema(struct req *r, struct err *e)
{
    static const struct reply_column columns[] = {
        {"version", 0, REPLY_TEXT}, {"title", 1, REPLY_TEXT}, {"source", 2, REPLY_TEXT}, {"definition", 3, REPLY_JSON}, {0},
    };
    if (req_rows(r, 0) == 0) {
        ERR(e, err_schema_unknown, "no row");
        return err_arg(e, STR_FMT, STR_ARG(str_part(req_query(r, S("name")), 0, 100)));
    }
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_STR(w, "name", req_query(r, S("name")));
    reply_members(r, w, 0, 0, columns);
    jw_close(w, '}');
    return true;
}

static const struct step schema_steps[] = {
    {STEP_DB, ask_schema, NULL}, {STEP_REPLY, reply_schema, NULL}, {STEP_END, NULL, NULL},
};

static bool read_schema(struct req *r, struct err *e)
{
    struct check_ask *ask;
    const json_t *body = req_body_json(r, e);
    ask_empty(r, &ask);
    ask->new = (struct registry_new){
        .name = jr_str(body, "name"), .version = jr_str(body, "version"), .source = jr_str(body, "source")};
    char *text = body ? json_dumps(jr_object(body, "schema"), JSON_COMPACT) : NULL;
    ask->new.text = text ? arena_str(r->a, str_of(text)) : S("null");
    free(text);
    return body != NULL;
}

static bool reply_added(struct req *r, struct err *e)
{
    const struct check_ask *ask = r->state;
    (void)e;
    struct jw *w = req_json(r, 201);
    jw_open(w, '{');
    JW_STR(w, "name", ask->added.name);
    JW_STR(w, "version", ask->added.version);
    JW_I64(w, "unknown", ask->added.unknown);
    jw_key(w, S("unchecked"));
    jw_open(w, '[');
    for (size_t i = 0; i < ask->added.nunchecked; i++)
        jw_str(w, ask->added.unchecked[i]);
    jw_close(w, ']');
    jw_close(w, '}');
    return true;
}

static const struct step schema_add_steps[] = {
    {STEP_DB, read_schema, NULL}, {STEP_WORK, check_work_schema_add, NULL}, {STEP_REPLY, reply_added, NULL}, {STEP_END, NULL, NULL},
};

/* ---- one dataset ---- */

static bool ask_checks(struct req *r, struct err *e)
{
    (void)e;
    req_ask(r, &sql_checks_of_dataset, (struct str[]){uuid_str(&r->tenant->id), r->params[0], publish_bound_to(r)});
    req_ask(r, &sql_check_override_list, (struct str[]){uuid_str(&r->tenant->id), r->params[0]});
    req_ask(r, &sql_joined_list, (struct str[]){uuid_str(&r->tenant->id), r->params[0], publish_bound_to(r), STR_NONE});
    return true;
}

static const struct reply_column override_columns[] = {
    {"covers", 1, REPLY_JSON}, {"reason", 2, REPLY_TEXT}, {"by", 3, REPLY_TEXT}, {"at", 4, REPLY_TEXT}, {"revoked", 5, REPLY_BOOL}, {0},
};
static const struct reply_column found_columns[] = {
    {"conforms_to", CHECK_CONFORMS, REPLY_TEXT}, {"newest_version", CHECK_NEWEST, REPLY_TEXT}, {"checked", CHECK_CHECKED, REPLY_BOOL},
    {"schema", CHECK_SCHEMA, REPLY_JSON},        {"found", CHECK_FOUND, REPLY_JSON},           {"blocks_opening", CHECK_UNCOVERED, REPLY_JSON},
    {0},
};
static const struct reply_column licence_columns[] = {
    {"attestations_missing", CHECK_LACKS, REPLY_JSON}, {"licence", CHECK_LICENCE, REPLY_JSON}, {"licence_advised", CHECK_ADVICE, REPLY_JSON}, {0},
};

/* "joined": what the rows were joined with; licence: the title of the one they were taken under. */
static void put_joined(struct req *r, struct jw *w, unsigned call)
{
    jw_key(w, S("joined"));
    jw_open(w, '[');
    for (size_t i = 0; i < req_rows(r, call); i++) {
        jw_open(w, '{');
        JW_STR(w, "dataset", req_col(r, call, i, JOINED_DATASET));
        JW_STR(w, "licence", req_col(r, call, i, r->lang == LANG_FR ? JOINED_LICENCE_FR : JOINED_LICENCE_EN));
        JW_BOOL(w, "share_alike", batch_bool(&r->batch, call, i, JOINED_SHARE_ALIKE));
        JW_BOOL(w, "same_licence", batch_bool(&r->batch, call, i, JOINED_AGREES));
        JW_STR(w, "credit", check_facts_credit(r, call, i));
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static bool reply_checks(struct req *r, struct err *e)
{
    struct quality_facts facts;
    json_t *metas;
    if (req_rows(r, 0) == 0) {
        ERR(e, err_dataset_unknown, "no row");
        return err_arg(e, STR_FMT, STR_ARG(str_part(r->params[0], 0, 100)));
    }
    check_facts(r, 0, &metas, &facts);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    reply_members(r, w, 0, 0, found_columns);
    reply_rows(r, w, "overrides", 1, override_columns);
    reply_members(r, w, 0, 0, licence_columns);
    put_joined(r, w, 2);
    JW_BOOL(w, "licence_too_strict_for_hvd", check_facts_hvd_strict(&facts));
    JW_BOOL(w, "hvd_without_category", check_facts_hvd_bare(r->a, &facts));
    jw_key(w, S("quality"));
    jw_open(w, '{');
    jw_key(w, S("mqa"));
    quality_json(&facts, QUALITY_MQA, r->lang, w);
    jw_key(w, S("national"));
    quality_json(&facts, QUALITY_NATIONAL, r->lang, w);
    jw_close(w, '}');
    jw_close(w, '}');
    json_decref(metas);
    return true;
}

static const struct step checks_steps[] = {
    {STEP_DB, ask_checks, NULL}, {STEP_REPLY, reply_checks, NULL}, {STEP_END, NULL, NULL},
};

static bool read_verb(struct req *r, struct err *e)
{
    struct check_ask *ask;
    const json_t *body = req_body_json(r, e);
    ask_empty(r, &ask);
    ask->dataset_id = ask->reason_id = r->params[0];
    ask->text = jr_str(body, "text");
    ask->schema = jr_str(body, "schema");
    ask->theme = jr_str(body, "theme");
    ask->licence = jr_str(body, "licence");
    if (jr_str(body, "reason").p)
        ask->reason_id = jr_str(body, "reason");
    else if (ask->text.n)
        ask->reason_id = STR_NONE;
    return body != NULL;
}

static bool reply_verb(struct req *r, struct err *e)
{
    const struct check_ask *ask = r->state;
    (void)e;
    if (!ask->made.text[0])
        return reply_done(r, 200);
    struct jw *w = req_json(r, 200);
    jw_open(w, '{');
    JW_BOOL(w, "done", true);
    JW_STR(w, "id", uuid_str(&ask->made));
    jw_close(w, '}');
    return true;
}

#define VERB(name)                                                                                     \
    static const struct step name##_steps[] = {                                                        \
        {STEP_DB, read_verb, NULL}, {STEP_WORK, check_work_##name, NULL}, {STEP_REPLY, reply_verb, NULL}, \
        {STEP_END, NULL, NULL},                                                                        \
    }
VERB(override);
VERB(conform);
VERB(reason_add);
VERB(advise);

/* Nothing but the address: of a dataset or of a reason. */
static bool read_address(struct req *r, struct err *e)
{
    struct check_ask *ask;
    (void)e;
    ask_empty(r, &ask);
    ask->dataset_id = ask->reason_id = r->params[0];
    return true;
}

static const struct step override_revoke_steps[] = {
    {STEP_DB, read_address, NULL}, {STEP_WORK, check_work_override_revoke, NULL}, {STEP_REPLY, reply_verb, NULL}, {STEP_END, NULL, NULL},
};

static const struct step reason_retire_steps[] = {
    {STEP_DB, read_address, NULL}, {STEP_WORK, check_work_reason_retire, NULL}, {STEP_REPLY, reply_verb, NULL}, {STEP_END, NULL, NULL},
};

/* ---- the region's reasons ---- */

static bool ask_reasons(struct req *r, struct err *e)
{
    struct str schema = req_query(r, S("schema"));
    (void)e;
    req_ask(r, &sql_legal_reason_list, (struct str[]){uuid_str(&r->tenant->id), schema.n ? schema : STR_NONE});
    return true;
}

static bool reply_reasons(struct req *r, struct err *e)
{
    static const struct reply_column columns[] = {
        {"id", 0, REPLY_TEXT}, {"text", 1, REPLY_TEXT}, {"schema", 2, REPLY_TEXT}, {"own", 3, REPLY_BOOL}, {0},
    };
    (void)e;
    return reply_list(r, "reasons", columns);
}

static const struct step reasons_steps[] = {
    {STEP_DB, ask_reasons, NULL}, {STEP_REPLY, reply_reasons, NULL}, {STEP_END, NULL, NULL},
};

/* clang-format off */
#define CALL(method, pattern, access, steps, body, en, fr) \
    {method, "/api/portal/v1" pattern, access, 1, steps, en, DIALECT_PROBLEM, body, CACHE_NONE, fr}

static const struct route routes[] = {
    CALL(HTTP_GET, "/schemas", READER, schemas_steps, BODY_NONE, "Schemas that datasets may follow", "Schémas que les jeux peuvent suivre"),
    CALL(HTTP_GET, "/schemas/definition", READER, schema_steps, BODY_NONE, "One schema, by name and version", "Un schéma, par nom et version"),
    CALL(HTTP_GET, "/schemas/template", READER, schema_template_steps, BODY_NONE, "An empty XLSX file for a schema", "Modèle XLSX à remplir d’un schéma"),
    CALL(HTTP_POST, "/schemas", REGION, schema_add_steps, BODY_JSON, "Add a version of a schema", "Ajouter une version d’un schéma"),
    CALL(HTTP_GET, "/datasets/{dataset}/checks", CONTRIBUTOR, checks_steps, BODY_NONE,
         "What was found in a dataset, and the scores of its description", "Ce qui a été trouvé dans un jeu, et les notes de sa description"),
    CALL(HTTP_POST, "/datasets/{dataset}/schema", CONTRIBUTOR, conform_steps, BODY_JSON, "Say which schema it follows", "Dire quel schéma il suit"),
    CALL(HTTP_POST, "/datasets/{dataset}/override", CONTRIBUTOR, override_steps, BODY_JSON,
         "Say which legal reason lets it be opened", "Dire quelle raison légale permet de l’ouvrir"),
    CALL(HTTP_DELETE, "/datasets/{dataset}/override", CONTRIBUTOR, override_revoke_steps, BODY_NONE,
         "Take the legal reasons given for a closed dataset back", "Reprendre les raisons légales données pour un jeu fermé"),
    CALL(HTTP_GET, "/reasons", CONTRIBUTOR, reasons_steps, BODY_NONE, "Legal reasons of the region’s list", "Raisons légales de la liste de la Région"),
    CALL(HTTP_POST, "/reasons", REGION, reason_add_steps, BODY_JSON, "Add a legal reason", "Ajouter une raison légale"),
    CALL(HTTP_POST, "/reasons/{reason}/retire", REGION, reason_retire_steps, BODY_JSON, "Take a legal reason off the list", "Retirer une raison légale de la liste"),
    CALL(HTTP_POST, "/licence-advice", REGION, advise_steps, BODY_JSON, "Advise a licence for a theme", "Conseiller une licence pour une thématique"),
};
/* clang-format on */
const struct route_table check_route_table = {routes, sizeof routes / sizeof routes[0]};
