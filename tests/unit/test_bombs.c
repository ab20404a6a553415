/* Files that unfold, nest or repeat beyond measure (reliability.md, T25): the sealed child refuses
 * each within two seconds of its own time and within 64 MB above what a small file takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MB = 1 << 20, BIG = 200 * MB };
#if defined(__SANITIZE_ADDRESS__)
#define MOST_KB ((256 + 2 * 64) << 10) /* 256 MB of freed memory are kept back there, and what is used has margins */
#define MOST_SECONDS 4                 /* and each access is looked at */
#else
#define MOST_KB (64 << 10)
#define MOST_SECONDS 2
#endif

struct run {
    int status;
    double seconds;
    long kilobytes;
    char said[512];
};

/* `terrasse read` on the file, as it runs for anybody; options NULL: none. */
static struct run read_it(int fd, const char *options)
{
    char path[64];
    int out[2];
    struct run r = {0};
    struct rusage use;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), fd);
    assert_int_equal(pipe(out), 0);
    fflush(stdout);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(out[1], STDERR_FILENO);
        if (!freopen("/dev/null", "w", stdout))
            _exit(127);
        execl(TERRASSE, "terrasse", "read", path, options ? "--options" : (char *)NULL, options, (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    for (size_t n = 0; n < sizeof r.said - 1;) {
        ssize_t got = read(out[0], r.said + n, sizeof r.said - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    close(out[0]);
    assert_true(wait4(pid, &r.status, 0, &use) == pid);
    r.seconds = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
                (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    r.kilobytes = use.ru_maxrss;
    return r;
}

/* ---- what is made, piece by piece, so that this program stays small ---- */

static int file_of(void)
{
    int fd = memfd_create("bomb", 0);
    assert_true(fd >= 0);
    return fd;
}

static void put(int fd, const char *text, size_t n)
{
    assert_int_equal(write(fd, text, n), (ssize_t)n);
}

static struct archive *zip_into(int fd)
{
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    assert_int_equal(archive_write_open_fd(a, fd), ARCHIVE_OK);
    return a;
}

static struct archive *filter_into(int fd, const char *filter)
{
    struct archive *a = archive_write_new();
    archive_write_set_format_raw(a);
    assert_int_equal(archive_write_add_filter_by_name(a, filter), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(a, 1);
    assert_int_equal(archive_write_open_fd(a, fd), ARCHIVE_OK);
    return a;
}

static void begin(struct archive *a, const char *name)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
    archive_entry_free(e);
}

static void add(struct archive *a, const char *text)
{
    size_t n = strlen(text);
    assert_int_equal(archive_write_data(a, text, n), (la_ssize_t)n);
}

static void same(struct archive *a, char c, size_t n)
{
    static char block[MB];
    memset(block, c, sizeof block);
    for (; n > 0; n -= n < MB ? n : MB)
        archive_write_data(a, block, n < MB ? n : MB);
}

static void end(struct archive *a)
{
    archive_write_close(a);
    archive_write_free(a);
}

static int same_in(const char *filter)
{
    int fd = file_of();
    struct archive *a = filter_into(fd, filter);
    begin(a, "x");
    same(a, 'a', BIG);
    end(a);
    return fd;
}

static int gz_of_zeros(void)
{
    return same_in("gzip");
}
static int xz_of_zeros(void)
{
    return same_in("xz");
}
static int zstd_of_zeros(void)
{
    return same_in("zstd");
}

static int zip_of_zeros(void)
{
    int fd = file_of();
    struct archive *a = zip_into(fd);
    begin(a, "a.csv");
    same(a, 'a', BIG);
    end(a);
    return fd;
}

static void copy_into(struct archive *a, int from)
{
    char block[64 << 10];
    ssize_t n;
    lseek(from, 0, SEEK_SET);
    while ((n = read(from, block, sizeof block)) > 0)
        archive_write_data(a, block, (size_t)n);
    close(from);
}

static int zip_in_zip(void)
{
    int fd = file_of(), inner = zip_of_zeros();
    struct archive *a = zip_into(fd);
    begin(a, "inner.zip");
    copy_into(a, inner);
    end(a);
    return fd;
}

static int gz_in_gz(void)
{
    int fd = file_of(), inner = gz_of_zeros();
    struct archive *a = filter_into(fd, "gzip");
    begin(a, "x");
    copy_into(a, inner);
    end(a);
    return fd;
}

/* A workbook whose sheet begins with `head` and then is somebody else's. */
static struct archive *workbook_into(int fd)
{
    struct archive *a = zip_into(fd);
    begin(a, "xl/workbook.xml");
    add(a, "<workbook><sheets><sheet name='a' r:id='r1'/></sheets></workbook>");
    begin(a, "xl/_rels/workbook.xml.rels");
    add(a, "<Relationships><Relationship Id='r1' Type='/worksheet' Target='s.xml'/>"
           "<Relationship Id='r2' Type='/sharedStrings' Target='t.xml'/></Relationships>");
    return a;
}

#define LAUGHS                                                                                     \
    "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"            \
    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"     \
    "<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>"     \
    "<!ENTITY g '&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;'>]>"

static int sheet_of_spaces(void)
{
    int fd = file_of();
    struct archive *a = workbook_into(fd);
    begin(a, "xl/t.xml");
    add(a, "<sst/>");
    begin(a, "xl/s.xml");
    add(a, "<worksheet><sheetData>");
    same(a, ' ', BIG);
    end(a);
    return fd;
}

static int strings_of_entities(void)
{
    int fd = file_of();
    struct archive *a = workbook_into(fd);
    begin(a, "xl/t.xml");
    add(a, LAUGHS "<sst><si><t>&g;&g;&g;&g;</t></si></sst>");
    begin(a, "xl/s.xml");
    add(a, "<worksheet><sheetData><row><c t='s'><v>0</v></c></row></sheetData></worksheet>");
    end(a);
    return fd;
}

static int sheet_of_a_million_columns(void)
{
    int fd = file_of();
    struct archive *a = workbook_into(fd);
    begin(a, "xl/t.xml");
    add(a, "<sst/>");
    begin(a, "xl/s.xml");
    add(a, "<worksheet><sheetData><row>");
    for (int i = 0; i < 1000000; i++)
        add(a, "<c><v>1</v></c>");
    add(a, "</row></sheetData></worksheet>");
    end(a);
    return fd;
}

static int many_parts(void)
{
    int fd = file_of();
    struct archive *a = zip_into(fd);
    for (int i = 0; i < 30000; i++) {
        char name[32];
        snprintf(name, sizeof name, "%d.csv", i);
        begin(a, name);
        add(a, "a");
    }
    end(a);
    return fd;
}

static int ods_with(const char *content)
{
    int fd = file_of();
    struct archive *a = zip_into(fd);
    archive_write_zip_set_compression_store(a);
    begin(a, "mimetype");
    add(a, "application/vnd.oasis.opendocument.spreadsheet");
    begin(a, "content.xml");
    add(a, content);
    end(a);
    return fd;
}

static int ods_of_entities(void)
{
    return ods_with(LAUGHS "<x>&g;</x>");
}

static int ods_of_a_billion_cells(void)
{
    return ods_with(
        "<x><table:table table:name='a'><table:table-row table:number-rows-repeated='1048576'>"
        "<table:table-cell table:number-columns-repeated='16384' "
        "office:value-type='string'><text:p>aaaaaaaaaaaaaaaa"
        "</text:p></table:table-cell></table:table-row></table:table></x>");
}

static int csv_of_a_million_columns(void)
{
    int fd = file_of();
    static char block[1000];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = i % 2 ? ';' : 'a';
    for (int i = 0; i < 2000; i++)
        put(fd, block, sizeof block);
    put(fd, "\n", 1);
    for (int i = 0; i < 2000; i++)
        put(fd, block, sizeof block);
    return fd;
}

static int brackets(const char *head)
{
    int fd = file_of();
    static char block[1000];
    memset(block, '[', sizeof block);
    put(fd, head, strlen(head));
    for (int i = 0; i < 1000; i++)
        put(fd, block, sizeof block);
    return fd;
}

static int json_a_million_deep(void)
{
    return brackets("[{\"a\":");
}

static int open_quote(void)
{
    int fd = file_of();
    static char block[MB];
    memset(block, 'a', sizeof block);
    put(fd, "a;b\n\"", 5);
    for (int i = 0; i < 60; i++)
        put(fd, block, sizeof block);
    return fd;
}

/* Elements within elements, 8 MB of them; packed they are nothing. */
static void deep_folders(struct archive *a)
{
    static const char head[] = "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>";
    add(a, head);
    for (int i = 0; i < 1000; i++) {
        static char block[8001];
        for (int k = 0; k < 1000; k++)
            memcpy(block + (ptrdiff_t)8 * k, "<Folder>", 8);
        add(a, block);
    }
}

static int kml_a_million_deep(void)
{
    int fd = file_of();
    struct archive *a = archive_write_new();
    archive_write_set_format_raw(a);
    assert_int_equal(archive_write_open_fd(a, fd), ARCHIVE_OK);
    begin(a, "x");
    deep_folders(a);
    end(a);
    return fd;
}

static int kmz_a_million_deep(void)
{
    int fd = file_of();
    struct archive *a = zip_into(fd);
    begin(a, "doc.kml");
    deep_folders(a);
    end(a);
    return fd;
}

/* Literals and repeats that unfold to the file itself, its checksum included: without an end to whoever unfolds what he
 * finds (after R. Cox, "Zip Files All The Way Down", 2010; this one was made anew, its checksum solved for). */
static int gz_of_itself(void)
{
    static const unsigned char same_again[] = {
        31, 139, 8, 8, 0, 0, 0, 0, 2, 3, 115, 97, 109, 101, 0, 0, 20, 0, 235, 255, 31, 139, 8, 8, 0, 0, 0, 0,
        2, 3, 115, 97, 109, 101, 0, 0, 20, 0, 235, 255, 66, 136, 33, 196, 0, 0, 5, 0, 250, 255, 66, 136, 33, 196, 0, 0,
        5, 0, 250, 255, 0, 5, 0, 250, 255, 0, 20, 0, 235, 255, 66, 136, 33, 196, 0, 0, 5, 0, 250, 255, 0, 5, 0, 250,
        255, 0, 20, 0, 235, 255, 66, 136, 33, 196, 0, 0, 20, 0, 235, 255, 66, 136, 33, 196, 0, 0, 20, 0, 235, 255, 66, 136,
        33, 196, 0, 0, 20, 0, 235, 255, 66, 136, 33, 196, 0, 0, 20, 0, 235, 255, 66, 136, 33, 196, 0, 0, 0, 0, 255, 255,
        0, 0, 0, 255, 255, 0, 13, 0, 242, 255, 66, 136, 33, 196, 0, 0, 0, 0, 255, 255, 0, 0, 0, 255, 255, 0, 13, 0,
        242, 255, 131, 114, 32, 28, 0, 202, 119, 201, 218, 196, 0, 0, 0, 131, 114, 32, 28, 0, 202, 119, 201, 218, 196, 0, 0, 0,
    };
    int fd = file_of();
    put(fd, (const char *)same_again, sizeof same_again);
    return fd;
}

static void put_number(char *at, unsigned bytes, size_t v)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (char)(v >> 8 * i);
}

static size_t number_at(const char *at, unsigned bytes)
{
    size_t v = 0;
    for (unsigned i = bytes; i > 0; i--)
        v = v << 8 | (unsigned char)at[i - 1];
    return v;
}

/* The packed bytes of one letter, many times: *n of them, in memory of the next call's. */
static const char *packed_letters(size_t *n)
{
    static char zip[MB];
    int one = file_of();
    struct archive *a = zip_into(one);
    begin(a, "x");
    same(a, 'a', BIG);
    end(a);
    lseek(one, 0, SEEK_SET);
    ssize_t got = read(one, zip, sizeof zip);
    close(one);
    assert_true(got > 0 && got < (ssize_t)sizeof zip);
    const char *central = memmem(zip, (size_t)got, "PK\1\2", 4);
    assert_non_null(central);
    *n = number_at(central + 20, 4);
    return zip + 30 + number_at(zip + 26, 2) + number_at(zip + 28, 2);
}

/* Hundreds of files in the bytes of one: the packed bytes of each begin by quoting the head of the next one, then are those
 * of the next (after D. Fifield, "A better zip bomb", 2019). 100 GB in 250 kB. */
static int zip_of_overlaps(void)
{
    enum { FILES = 500, NAME_N = 9, HEAD_N = 30 + NAME_N, QUOTE_N = 5, CENTRAL_N = 46 + NAME_N, LAST_N = 22 };
    static char directory[FILES * CENTRAL_N + LAST_N];
    int fd = file_of();
    size_t packed, n = 0;
    const char *letters = packed_letters(&packed);
    for (size_t i = 0; i < FILES; i++) {
        char head[HEAD_N] = "PK\3\4\24\0\0\0\10", quote[QUOTE_N] = {0}, *c = directory + n;
        size_t behind = FILES - 1 - i, packed_n = behind * (HEAD_N + QUOTE_N) + packed, whole_n = behind * HEAD_N + BIG;
        put_number(head + 18, 4, packed_n);
        put_number(head + 22, 4, whole_n);
        put_number(head + 26, 2, NAME_N);
        memcpy(head + 30, (const char[]){'0', (char)('0' + i / 100), (char)('0' + i / 10 % 10), (char)('0' + i % 10), '0', '.', 'c', 's', 'v'}, NAME_N);
        put(fd, head, HEAD_N);
        put_number(quote + 1, 2, HEAD_N);
        put_number(quote + 3, 2, (size_t)HEAD_N ^ 0xFFFF);
        if (behind)
            put(fd, quote, QUOTE_N);
        memcpy(c, "PK\1\2\24\0", 6);
        memcpy(c + 6, head + 4, 26);
        put_number(c + 42, 4, i * (HEAD_N + QUOTE_N));
        memcpy(c + 46, head + 30, NAME_N);
        n += CENTRAL_N;
    }
    put(fd, letters, packed);
    memcpy(directory + n, "PK\5\6", 4);
    put_number(directory + n + 8, 2, FILES);
    put_number(directory + n + 10, 2, FILES);
    put_number(directory + n + 12, 4, n);
    put_number(directory + n + 16, 4, FILES * (HEAD_N + QUOTE_N) - QUOTE_N + packed);
    put(fd, directory, n + LAST_N);
    return fd;
}

static void test_bombs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int (*make)(void);
        const char *options;
    } zoo[] = {
        {"gzip of one letter", gz_of_zeros, NULL},
        {"xz of one letter", xz_of_zeros, NULL},
        {"zstd of one letter", zstd_of_zeros, NULL},
        {"zip of one letter", zip_of_zeros, NULL},
        {"zip in a zip", zip_in_zip, NULL},
        {"gzip in a gzip", gz_in_gz, NULL},
        {"gzip of itself", gz_of_itself, NULL},
        {"zip whose files overlap", zip_of_overlaps, NULL},
        {"one of the files that overlap", zip_of_overlaps, "{\"member\":\"00010.csv\"}"},
        {"sheet of spaces", sheet_of_spaces, NULL},
        {"entities in an XLSX", strings_of_entities, NULL},
        {"a million columns in an XLSX", sheet_of_a_million_columns, NULL},
        {"thirty thousand parts", many_parts, NULL},
        {"entities in an ODS", ods_of_entities, NULL},
        {"a billion cells in an ODS", ods_of_a_billion_cells, NULL},
        {"a million columns in a CSV", csv_of_a_million_columns, NULL},
        {"JSON a million deep", json_a_million_deep, NULL},
        {"KML a million deep", kml_a_million_deep, NULL},
        {"KMZ a million deep", kmz_a_million_deep, NULL},
        {"a quote that is never closed", open_quote, NULL},
    };
    int small = file_of();
    put(small, "a;b\n1;2\n", 8);
    struct run idle = read_it(small, NULL);
    assert_int_equal(idle.status, 0);
    close(small);
    for (size_t i = 0; i < sizeof zoo / sizeof zoo[0]; i++) {
        int fd = zoo[i].make();
        struct run r = read_it(fd, zoo[i].options);
        close(fd);
        if (getenv("BOMBS_SHOW"))
            printf("%-32s %5.2f s %6ld kB  %s", zoo[i].name, r.seconds,
                   r.kilobytes - idle.kilobytes, r.said);
        if (!WIFEXITED(r.status) || WEXITSTATUS(r.status) != 1 || r.seconds > MOST_SECONDS ||
            r.kilobytes - idle.kilobytes > MOST_KB)
            fail_msg("%s: status %d, %.2f s, %ld kB more than idle: %s", zoo[i].name, r.status,
                     r.seconds, r.kilobytes - idle.kilobytes, r.said);
    }
}

/* As much KML as GDAL would make 400 MB of. */
static int kml_of(unsigned rows)
{
    int fd = file_of();
    static char block[MB];
    size_t n = (size_t)snprintf(block, sizeof block, "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>");
    for (unsigned i = 0; i < rows; i++) {
        n += (size_t)snprintf(block + n, sizeof block - n,
                              "<Placemark><name>lieu %u</name><description>%0200u</description><ExtendedData><Data name=\"rang\"><value>%u</value>"
                              "</Data></ExtendedData><Point><coordinates>%u.5,47</coordinates></Point></Placemark>\n", i, i, i, i % 90);
        if (n > sizeof block - 1024) {
            put(fd, block, n);
            n = 0;
        }
    }
    n += (size_t)snprintf(block + n, sizeof block - n, "</Document></kml>");
    put(fd, block, n);
    return fd;
}

/* A large KML is read piece by piece: above its own bytes, which are mapped, it takes what one piece does. */
static void test_large_kml(void **state)
{
    (void)state;
    int small = kml_of(1), large = kml_of(120000);
    off_t bytes = lseek(large, 0, SEEK_CUR);
    struct run idle = read_it(small, NULL), r = read_it(large, NULL);
    close(small);
    close(large);
    assert_true(bytes > 40 * MB);
    long more = r.kilobytes - idle.kilobytes - (long)(bytes >> 10);
    if (getenv("BOMBS_SHOW"))
        printf("%-32s %5.2f s %6ld kB above its map\n", "a large KML", r.seconds, more);
    if (r.status != 0 || more > 2 * MOST_KB)
        fail_msg("status %d, %.2f s, %ld kB more than idle and its map: %s", r.status, r.seconds, more, r.said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bombs), cmocka_unit_test(test_large_kml)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
