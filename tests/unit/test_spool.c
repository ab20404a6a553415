#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/io/errors.h"
#include "core/io/spool.h"

static char folder[] = "/tmp/test_spool_XXXXXX";

static int files_in_folder(void)
{
    DIR *d = opendir(folder);
    int n = 0;
    for (struct dirent *entry; (entry = readdir(d));)
        n += entry->d_name[0] != '.' || entry->d_name[1] == 'u';
    closedir(d);
    return n;
}

static void keeps_what_was_fed(void **state)
{
    (void)state;
    struct err e = {0};
    char path[64], got[16] = "";
    int64_t size = 0;
    snprintf(path, sizeof path, "%s/kept", folder);
    struct spool *s = spool_open(folder, 10, &e);
    assert_true(spool_feed(s, S("hello"), &e));
    assert_true(spool_feed(s, S(""), &e));
    assert_true(spool_feed(s, S("world"), &e));
    assert_true(spool_keep(s, path, &size, &e));
    assert_int_equal(size, 10);
    FILE *f = fopen(path, "r");
    assert_int_equal(fread(got, 1, sizeof got, f), 10);
    fclose(f);
    assert_string_equal(got, "helloworld");

    s = spool_open(folder, 10, &e);
    assert_false(spool_keep(s, path, &size, &e)); /* the first one stays */
    assert_int_equal(files_in_folder(), 1);
    unlink(path);
}

static void ceiling(void **state)
{
    (void)state;
    struct err e = {0};
    struct spool *s = spool_open(folder, 10, &e);
    assert_true(spool_feed(s, S("0123456789"), &e));
    assert_false(spool_feed(s, S("x"), &e));
    assert_ptr_equal(e.kind, &err_upload_too_large);
    assert_string_equal(e.arg[0], "10");
    assert_int_equal(spool_size(s), 10);
    spool_discard(s);
    assert_int_equal(files_in_folder(), 0);
}

/* A real refusal of the kernel to write (EFBIG), without a full disk. */
static void no_room_is_507(void **state)
{
    (void)state;
    struct err e = {0};
    struct rlimit old, small;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){4, old.rlim_max};
    struct spool *s = spool_open(folder, 100, &e);
    setrlimit(RLIMIT_FSIZE, &small);
    bool ok = spool_feed(s, S("0123456789"), &e);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_false(ok);
    assert_ptr_equal(e.kind, &err_disk_full);
    assert_int_equal(e.kind->status, 507);
    spool_discard(s);
}

static void no_folder(void **state)
{
    (void)state;
    struct err e = {0};
    assert_null(spool_open("/nonexistent/folder", 10, &e));
    assert_ptr_equal(e.kind, &err_upload_failed);
    spool_discard(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_was_fed),
        cmocka_unit_test(ceiling),
        cmocka_unit_test(no_room_is_507),
        cmocka_unit_test(no_folder),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
