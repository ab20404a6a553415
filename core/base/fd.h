#pragma once
#include "core/base/str.h"

/*
 * fd -- all bytes into an open file or pipe: short writes go on, interrupted ones begin again.
 *
 * Blocking. False: errno says why; some may be written.
 */
bool fd_write(int fd, struct str bytes);
