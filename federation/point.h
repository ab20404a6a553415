#pragma once

/*
 * point -- the named lines at which a test kills the worker (tests/e2e/federation_deaths.test.mjs, comparison.test.mjs).
 *
 * Only where the home is a demonstration: the worker dies by SIGKILL at the point that the file
 * spool/stop-at of the home names, and the file goes first, so that the next worker lives.
 */
void point_home(const char *home); /* NULL, or a home without the mark: nothing happens at any point */
void point_at(const char *name);
