#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

/*
 * unpack -- every file of a zip nobody trusts, by the sealed child.
 *
 * The child goes through the archive twice: first counted, so that a bomb or a name that points
 * elsewhere is refused before a byte is passed on; then each regular file is written as a frame.
 * Folders, hidden files and what macOS adds are left out; links and devices refuse the whole
 * archive. A file is known by the last part of its path.
 *
 * Bounds: UNPACK_*, the ratio of unfold.h. Errors: err_data_unfold, err_data_unfold_bomb,
 * err_data_unpack_name, err_data_unpack_many, err_data_empty, those of child.h.
 */
enum { UNPACK_FILES_MAX = 1000, UNPACK_NAME_MAX = 200 };

/* A frame: its bytes follow, name first. Both sides are this program. */
struct unpack_frame {
    uint64_t size_bytes;
    uint32_t name_n;
};

/* In the child. */
typedef bool unpack_write(void *to, struct str bytes, struct err *e);
bool unpack_stream(struct str zip, unpack_write *write, void *to, struct err *e);

/* In the caller: blocking, like child.h. The bytes of each file stand in a new file at `path`, made
 * by `place`; `took` has it from then on. */
struct unpack_taker {
    bool (*place)(char *path, size_t size, struct err *e);
    bool (*took)(void *context, struct str name, const char *path, uint64_t size_bytes,
                 struct err *e);
    void *context;
};
bool unpack_zip(int fd, uint64_t size_bytes, const struct unpack_taker *taker, struct err *e);
