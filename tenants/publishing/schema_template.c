#include "tenants/publishing/schema_template.h"

#include "core/data/export/xlsx_part.h"
#include "core/web/errors.h"
#include "tenants/publishing/errors.h"
#include "tenants/publishing/sql.h"

enum { HELP_COLUMNS = 7, COL_VERSION = 0, COL_TABLE = 4 };

struct words {
    const char *en, *fr;
};

static const struct words heads[HELP_COLUMNS] = {
    {"Column", "Colonne"}, {"Label", "Libellé"}, {"What it holds", "Description"}, {"Kind", "Type"},
    {"Example", "Exemple"}, {"Required", "Obligatoire"}, {"Values allowed", "Valeurs permises"},
};
static const struct words yes = {"yes", "oui"}, no = {"no", "non"};
static const struct words data_sheet = {"Data", "Données"}, help_sheet = {"Help", "Aide"};

static const struct {
    const char *type;
    struct words said;
} kinds[] = {
#define WORD(type, en, fr) {#type, {en, fr}},
#include "tenants/publishing/schema_template.def"
#undef WORD
};

static struct str say(struct words w, enum lang lang)
{
    return str_of(lang == LANG_FR ? w.fr : w.en);
}

/* A day in a pattern of the schema's own is written as its example. */
static const char *shape_of(const struct registry_field *f, enum lang lang)
{
    if (!f->iso)
        return "";
    if (str_eq(f->type, S("date")))
        return lang == LANG_FR ? " : 2026-03-31 (année-mois-jour)" : ": 2026-03-31 (year-month-day)";
    return str_eq(f->type, S("datetime")) ? lang == LANG_FR ? " : 2026-03-31T14:30:00Z" : ": 2026-03-31T14:30:00Z" : "";
}

static void put_kind(struct buf *out, const struct registry_field *f, enum lang lang)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq(f->type, str_of(kinds[i].type)))
            buf_add(out, say(kinds[i].said, lang));
    buf_addz(out, shape_of(f, lang));
}

/* ---- the sheets ---- */

static void end_sheet(struct zip_write *z, struct buf *xml, struct buf *out)
{
    buf_addz(xml, "</sheetData></worksheet>");
    zip_write_add(z, buf_str(xml), out);
    zip_write_end(z, out);
    buf_reset(xml);
}

static void put_data(struct zip_write *z, const struct registry_field *f, size_t n, struct buf *xml, struct buf *out)
{
    zip_write_begin(z, "xl/worksheets/sheet1.xml", out);
    buf_addz(xml, XLSX_SHEET_FROZEN);
    if (n)
        buf_printf(xml, "<cols><col min=\"1\" max=\"%zu\" width=\"18\" style=\"%d\" customWidth=\"1\"/></cols>", n, XLSX_TEXT);
    buf_addz(xml, "<sheetData><row r=\"1\">");
    for (size_t i = 0; i < n; i++)
        xlsx_part_string(xml, xlsx_part_column(i).text, 1, XLSX_TITLE, f[i].name);
    buf_addz(xml, "</row>");
    end_sheet(z, xml, out);
}

static void put_row(struct buf *xml, unsigned row, enum xlsx_style style, const struct str *cells)
{
    buf_printf(xml, "<row r=\"%u\">", row);
    for (size_t i = 0; i < HELP_COLUMNS; i++)
        if (cells[i].n)
            xlsx_part_string(xml, xlsx_part_column(i).text, row, style, cells[i]);
    buf_addz(xml, "</row>");
}

static void put_help(struct zip_write *z, const struct registry_field *f, size_t n, enum lang lang, struct buf *xml,
                     struct buf *out)
{
    struct str cells[HELP_COLUMNS];
    struct buf kind = {0};
    zip_write_begin(z, "xl/worksheets/sheet2.xml", out);
    buf_addz(xml, XLSX_SHEET_FROZEN "<cols><col min=\"1\" max=\"2\" width=\"28\" customWidth=\"1\"/>"
                                    "<col min=\"3\" max=\"3\" width=\"80\" customWidth=\"1\"/>"
                                    "<col min=\"4\" max=\"7\" width=\"28\" customWidth=\"1\"/></cols><sheetData>");
    for (size_t i = 0; i < HELP_COLUMNS; i++)
        cells[i] = say(heads[i], lang);
    put_row(xml, 1, XLSX_TITLE, cells);
    for (size_t i = 0; i < n; i++) {
        buf_reset(&kind);
        put_kind(&kind, &f[i], lang);
        const struct str line[HELP_COLUMNS] = {f[i].name, f[i].title, f[i].description, buf_str(&kind), f[i].example,
                                               say(f[i].required ? yes : no, lang), f[i].allowed};
        put_row(xml, (unsigned)i + 2, XLSX_WRAPPED, line);
    }
    buf_free(&kind);
    end_sheet(z, xml, out);
}

void schema_template_xlsx(const struct registry_field *fields, size_t n, enum lang lang, struct buf *out)
{
    struct zip_write *z = zip_write_open();
    struct buf xml = {0};
    if (!z)
        return;
    put_data(z, fields, n, &xml, out);
    put_help(z, fields, n, lang, &xml, out);
    xlsx_part_rest(z, (struct str[]){say(data_sheet, lang), say(help_sheet, lang)}, 2, true, out);
    zip_write_close(z, out);
    zip_write_free(z);
    buf_free(&xml);
}

/* ---- the route ---- */

void schema_template_ask(struct req *r)
{
    struct str version = req_query(r, S("version"));
    req_ask(r, &sql_schema_one,
            (struct str[]){uuid_str(&r->tenant->id), req_query(r, S("schema")), version.n ? version : STR_NONE});
}

bool schema_template_fields(struct req *r, unsigned call, struct registry_field **fields, size_t *n, struct err *e)
{
    if (req_rows(r, call) == 1)
        return registry_fields_read(r->a, req_col(r, call, 0, COL_TABLE), fields, n, e);
    ERR(e, err_schema_unknown, "no row");
    return err_arg(e, STR_FMT, STR_ARG(str_part(req_query(r, S("schema")), 0, 100)));
}

static bool ask(struct req *r, struct err *e)
{
    (void)e;
    schema_template_ask(r);
    return true;
}

/* The schema's name and version hold letters, digits and "-_./": as one word of a file name. */
static struct str disposition(struct req *r)
{
    struct buf out = {0};
    struct str name = req_query(r, S("schema"));
    buf_addz(&out, r->lang == LANG_FR ? "attachment; filename=\"modele-" : "attachment; filename=\"template-");
    for (size_t i = 0; i < name.n; i++)
        buf_addc(&out, str_chr(S("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."), name.p[i]) < 0
                           ? '-'
                           : name.p[i]);
    buf_printf(&out, "-" STR_FMT ".xlsx\"", STR_ARG(req_col(r, 0, 0, COL_VERSION)));
    struct str said = arena_str(r->a, buf_str(&out));
    buf_free(&out);
    return said;
}

static bool reply(struct req *r, struct err *e)
{
    struct registry_field *fields;
    size_t n;
    if (!schema_template_fields(r, 0, &fields, &n, e))
        return false;
    req_set(r, S("content-disposition"), disposition(r));
    schema_template_xlsx(fields, n, r->lang, req_reply(r, 200, S(XLSX_TYPE)));
    return true;
}

const struct step schema_template_steps[] = {{STEP_DB, ask, NULL}, {STEP_REPLY, reply, NULL}, {STEP_END, NULL, NULL}};
