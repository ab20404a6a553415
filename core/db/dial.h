#pragma once
#include <libpq-fe.h>

#include "core/base/err.h"

/*
 * dial -- opens a connection with our settings.
 *
 * uri       a libpq connection string; its own `options` are kept, ours come after them
 * settings  more of them: "-c name=value …", constants of ours; NULL: none
 * A name in the uri's host is looked up blocking: use a socket folder or an address.
 */
PGconn *dial_start(const char *uri, const char *settings); /* never NULL; drive with PQconnectPoll */
PGconn *dial_wait(const char *uri, const char *settings, struct err *e); /* NULL: failed */
