#pragma once
#include "core/base/rand.h"
#include "core/db/conn.h"
#include "tools/cli/cli.h"

/* portal -- what the commands about portals and their people share. */

/* A connection as the owner, with the key that seals links. */
struct conn *portal_owner(struct cli *cli, struct err *e);

/* {"host", "invitation"}, or the sentence with the address to pass on. */
void portal_say_link(const struct cli *cli, struct str host, const struct token_text *token);

/* A small file a command was given, whole; fails with err_file_open, err_cli_file_size. */
bool portal_file(const char *path, size_t most, struct buf *out, struct err *e);
