#include "core/data/format/zip_part.h"

#include <archive.h>
#include <archive_entry.h>

#include "core/data/errors.h"
#include "core/data/format/read_sheet.h"

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

static bool read_piece(struct zip_part *p, char *to, size_t size, size_t *n, struct err *e)
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
    if (p->parser)
        XML_ParserFree(p->parser);
    p->archive = NULL;
    p->parser = NULL;
}

static void refuse_doctype(void *user, const XML_Char *name, const XML_Char *sysid, const XML_Char *pubid, int internal)
{
    (void)name, (void)sysid, (void)pubid, (void)internal;
    XML_StopParser(user, XML_FALSE);
}

bool part_begin(struct zip_part *p, struct str file, struct str name, const struct part_handlers *handlers, void *user,
                bool *found, struct err *e)
{
    part_close(p);
    bool ok = part_open(p, file, name, found, e);
    if (!ok || !*found)
        return ok;
    p->parser = XML_ParserCreate("UTF-8");
    if (!p->parser)
        return part_fault("XML", e);
    XML_SetUserData(p->parser, user);
    XML_UseParserAsHandlerArg(p->parser);
    XML_SetStartDoctypeDeclHandler(p->parser, refuse_doctype);
    XML_SetElementHandler(p->parser, handlers->start, handlers->end);
    XML_SetCharacterDataHandler(p->parser, handlers->text);
    return true;
}

bool part_is(const struct zip_part *p, enum XML_Parsing state)
{
    XML_ParsingStatus now;
    XML_GetParsingStatus(p->parser, &now);
    return now.parsing == state;
}

bool part_feed(struct zip_part *p, struct err *e)
{
    enum XML_Status status;
    if (part_is(p, XML_SUSPENDED)) {
        status = XML_ResumeParser(p->parser);
    } else {
        size_t n = 0;
        void *room = XML_GetBuffer(p->parser, CHUNK);
        if (!room || !read_piece(p, room, CHUNK, &n, e))
            return room ? false : part_fault("XML", e);
        status = XML_ParseBuffer(p->parser, (int)n, n == 0);
    }
    return status != XML_STATUS_ERROR || part_fault(XML_ErrorString(XML_GetErrorCode(p->parser)), e);
}

bool part_holds(struct str file, struct str name, struct str word, bool *holds, struct err *e)
{
    enum { OVERLAP = 64 };
    char piece[OVERLAP + 16384];
    struct zip_part p = {0};
    size_t n = 1, kept = 0;
    bool found, ok = part_open(&p, file, name, &found, e);
    *holds = false;
    while (ok && found && n > 0 && !*holds) {
        ok = read_piece(&p, piece + kept, sizeof piece - OVERLAP, &n, e);
        *holds = ok && str_find((struct str){piece, kept + n}, word) >= 0;
        size_t all = kept + n, next = all < word.n ? all : word.n;
        memmove(piece, piece + all - next, next);
        kept = next;
    }
    part_close(&p);
    return ok;
}

bool part_parse(struct str file, struct str name, const struct part_handlers *handlers, void *user, bool *found,
                struct err *e)
{
    struct zip_part p = {0};
    bool ok = part_begin(&p, file, name, handlers, user, found, e);
    while (ok && *found && !part_is(&p, XML_FINISHED))
        ok = part_feed(&p, e);
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
