#include "core/db/stmt.h"

#include "core/base/must.h"
#include "core/db/conn.h"

enum { TABLES = 64 };

static struct stmt_table registered[TABLES];
static size_t nregistered;

void stmt_register(const struct stmt_table *table)
{
    for (size_t i = 0; i < nregistered; i++)
        if (registered[i].statements == table->statements)
            return;
    must(nregistered < TABLES);
    registered[nregistered++] = *table;
}
