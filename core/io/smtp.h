#pragma once
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * smtp -- one message to one person through one SMTP server, blocking: for the worker, never for a
 * loop.
 *
 * Port 465 is TLS from the first byte; on any other port STARTTLS is demanded (RFC 3207) before
 * anything is said. The certificate and its name are always verified; there is no switch that turns
 * that off. Only a server on this machine (localhost, 127.0.0.1, [::1]: the local Postfix) is
 * spoken to in clear.
 *
 * A message is whole or not there: the server's answer to its last line decides. When that answer
 * is lost the message may have been taken: it is sent again with the same Message-ID.
 */
struct smtp_server {
    struct str address;        /* "mx.example.fr:587", "[::1]:25" */
    struct str user, password; /* absent: nobody signs in */
    struct str ca_file;        /* absent: the system's certificates */
};

struct smtp_message {
    struct str from, from_name, to; /* plain addresses (slug_email); names and subject: any UTF-8 */
    struct str subject, body;       /* body: lines end with \n */
    struct str id;                  /* what stands in Message-ID before the @ */
    int64_t at_us;
};

/* The message as it goes over the wire (RFC 5322, MIME): every value encoded, so that none adds a
 * header line. */
void smtp_write(struct arena *a, const struct smtp_message *m, struct buf *out);

/* fails err_mail_address, err_mail_refused (the server said no for good: do not send it again),
 * err_mail_failed */
bool smtp_send(struct arena *a, const struct smtp_server *server, const struct smtp_message *m,
               struct err *e);
