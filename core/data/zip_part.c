#include "core/data/zip_part.h"

#include <archive.h>
#include <archive_entry.h>
#include <expat.h>

#include "core/data/errors.h"
#include "core/data/read_sheet.h"

enum { CHUNK = 64 << 10, FREE_UNFOLDING = 8 << 20 };

bool part_fault(const char *what, struct err *e)
{
    ERR(e, err_data_sheet, "%s", what);
    return err_arg(e, "%s", what);
}

bool part_bomb(const char *which, struct err *e)
{
    ERR(e, err_data_sheet_bomb, "%s", which);
    return err_arg(e, "%s", which);
}

static uint64_t most_for(struct str file)
{
    uint64_t most = FREE_UNFOLDING + (uint64_t)file.n * SHEET_RATIO_MAX;
    return most < SHEET_PART_MAX ? most : SHEET_PART_MAX;
}

static bool find_entry(struct zip_part *p, struct str name, bool *found, struct err *e)
{
    struct archive_entry *entry;
    for (unsigned i = 0;; i++) {
        int rc = archive_read_next_header(p->archive, &entry);
        if (rc == ARCHIVE_EOF) {
            *found = false;
            return true;
        }
        if (rc < ARCHIVE_WARN)
            return part_fault("zip", e);
        if (i == SHEET_ENTRIES_MAX)
            return part_bomb("10 000", e);
        const char *path = archive_entry_pathname(entry);
        if (path && str_ieq(str_of(path), name)) {
            *found = true;
            return true;
        }
    }
}

bool part_open(struct zip_part *p, struct str file, struct str name, bool *found, struct err *e)
{
    *p = (struct zip_part){.archive = archive_read_new(), .most = most_for(file)};
    archive_read_support_format_zip_seekable(p->archive);
    if (archive_read_open_memory(p->archive, file.p, file.n) != ARCHIVE_OK) {
        part_close(p);
        return part_fault("zip", e);
    }
    bool ok = find_entry(p, name, found, e);
    if (!ok || !*found)
        part_close(p);
    return ok;
}

bool part_read(struct zip_part *p, char *to, size_t size, size_t *n, struct err *e)
{
    la_ssize_t got = archive_read_data(p->archive, to, size);
    if (got < 0)
        return part_fault("zip", e);
    p->unfolded += (uint64_t)got;
    if (p->unfolded > p->most)
        return part_bomb("zip", e);
    *n = (size_t)got;
    return true;
}

void part_close(struct zip_part *p)
{
    if (p->archive)
        archive_read_free(p->archive);
    p->archive = NULL;
}

static void refuse_doctype(void *user, const XML_Char *name, const XML_Char *sysid, const XML_Char *pubid, int internal)
{
    (void)name, (void)sysid, (void)pubid, (void)internal;
    XML_StopParser(user, XML_FALSE);
}

struct XML_ParserStruct *part_parser(void *user)
{
    XML_Parser x = XML_ParserCreate("UTF-8");
    if (!x)
        return NULL;
    XML_SetUserData(x, user);
    XML_UseParserAsHandlerArg(x);
    XML_SetStartDoctypeDeclHandler(x, refuse_doctype);
    return x;
}

bool part_parse(struct str file, struct str name, XML_Parser x, bool *found, struct err *e)
{
    struct zip_part p;
    if (!part_open(&p, file, name, found, e))
        return false;
    if (!*found)
        return true;
    size_t n = 1;
    bool ok = true;
    while (ok && n > 0) {
        void *room = XML_GetBuffer(x, CHUNK);
        ok = room ? part_read(&p, room, CHUNK, &n, e) : part_fault("XML", e);
        if (ok && XML_ParseBuffer(x, (int)n, n == 0) != XML_STATUS_OK)
            ok = part_fault(XML_ErrorString(XML_GetErrorCode(x)), e);
    }
    part_close(&p);
    return ok;
}

const char *part_local(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *part_attribute(const char **attributes, const char *local)
{
    for (; *attributes; attributes += 2)
        if (strcmp(part_local(attributes[0]), local) == 0)
            return attributes[1];
    return NULL;
}
