#pragma once
#include "core/base/err.h"

/*
 * listen -- the address of --listen: "127.0.0.1:8080", "[::1]:8080", "unix:/run/terrasse/web.sock".
 */

/* Checks it and settles port 0, so that all web processes agree on one and a restarted one keeps it.
 * loopback: only this machine (a demonstration). fails  err_cli_listen, err_cli_loopback */
bool listen_settle(const char *listen, bool loopback, char out[256], struct err *e);

bool listen_answers(const char *address); /* somebody accepts connections there */
