#pragma once
#include "core/base/rand.h"
#include "core/db/conn.h"
#include "core/db/migrate.h"
#include "tenants/directory/tenant.h"
#include "tools/cli/cli.h"

/* portal -- what the commands about portals and their people share. */

enum { PORTAL_ADDRESS = 400 };

/* A connection as the owner, with the key that seals links. */
struct conn *portal_owner(struct cli *cli, struct err *e);

/* The database at the level of this program: the superuser's part, where the cluster is ours (else home is NULL), migrations,
 * and the schemas that the program carries. */
bool portal_level(const struct home *home, struct conn *c, struct migrate_report *r, struct err *e);

/* The portal that an option names by its host. fails err_host_invalid, err_tenant_unknown */
bool portal_find(struct cli *cli, struct conn *c, struct arena *a, const char *option, struct tenant_row *t, struct err *e);

/* Both, in a transaction of that portal; NULL: failed. */
struct conn *portal_enter(struct cli *cli, struct arena *a, const char *option, struct tenant_row *t, struct err *e);

/* The portal of --host and a connection as the worker, which may write rows. */
struct conn *portal_worker(struct cli *cli, struct arena *a, struct tenant_row *t, struct err *e);

/* "https://HOST", or with the scheme and port of --public-url; without it those that serve last noted. */
void portal_address(const struct cli *cli, struct str host, char out[PORTAL_ADDRESS]);

/* What serve notes in the home for it: --public-url, or where a demonstration listens. */
bool portal_note_address(const struct home *h, const char *listens, struct err *e);

/* {"host", "invitation", "url"}, or the sentence with the address to pass on. */
void portal_say_link(const struct cli *cli, struct str host, const struct token_text *token);

/* A small file a command was given, whole; fails with err_file_open, err_cli_file_size. */
bool portal_file(const char *path, size_t most, struct buf *out, struct err *e);
