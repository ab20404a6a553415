#pragma once

/* tls_check -- days until the certificate that HOST:443 shows expires, verified against the system's
 * authorities and the name; -1: none, not valid for this name, or no answer within five seconds. */
long tls_days_left(const char *host);
