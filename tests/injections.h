#pragma once
#include <stddef.h>

/* injections -- texts that try to become SQL, HTML or a path; for tests of every parameter. */
static const char *const injections[] = {
    "'", "''", "\"", "`", "\\", "\\'", ";", "--", "/*", "*/", "$1", "$$", "$tag$x$tag$", "%27", "\xc2\xa0", "\xe2\x80\x99",
    "' OR '1'='1", "' OR 1=1--", "\" OR \"\"=\"", "') OR ('1'='1", "1; DROP TABLE portal.tenant", "1;SELECT pg_sleep(10)",
    "'; DROP SCHEMA data CASCADE; --", "x' UNION SELECT null,null--", "1 UNION ALL SELECT version()", "id) FROM portal.account--",
    "(select 1)", "(select password_hash from portal.account)", "pg_sleep(5)", "pg_read_file('/etc/passwd')", "current_user",
    "version()", "lo_import('/etc/passwd')", "set_config('portal.tenant_id','x',false)", "query_to_xml('select 1',true,true,'')",
    "c1", "r.c1", "rest[1]", "_id", "data.v_00000000000070008000000000000000", "portal.account", "information_schema.tables",
    "id::text", "id::regclass", "id || id", "id <> 'x'", "id != 'x'", "id ~ 'x'", "case when 1=1 then 1 end", "exists(select 1)",
    "E'\\x27'", "U&'\\0027'", "x'27'", "id is distinct from 'x'", "1e400", "99999999999999999999999999999999",
    "\x01\x02", "\xff\xfe", "limit 1 offset 1", "id;COMMIT;BEGIN", "{\"a\":1}", "<script>alert(1)</script>", "../../etc/passwd",
    "id at time zone 'UTC'", "array[1]", "cast(id as int)",
};
enum { INJECTIONS = sizeof injections / sizeof injections[0] };
