#!/bin/bash
# floors.sh [ROOT]: no file includes a higher floor or a sibling folder of its own floor, and
# includes are written from the root. Prints each fault; code 1 when there is one.
set -euo pipefail

ROOT=${1:-$(dirname "$0")/../..}
FLOORS='core/base 0
core/io 1
core/db 2
core/data 3
core/data/value 3.1
core/data/format 3.2
core/data/check 3.3
core/data/step 3.4
core/data/intake 3.5
core/data/query 3.6
core/data/export 3.7
core/web 4
tenants/directory 5
tenants/people 6
tenants/quota 6
tenants/publishing 7
tenants/explore 8
tenants/pages 8
federation 9
tools/gen 10
tools/cli 10'

cd "$ROOT"
mapfile -d '' files < <(find core tenants federation tools -path '*/node_modules' -prune -o \
  \( -name '*.c' -o -name '*.h' \) -print0 2>/dev/null | sort -z)
[ ${#files[@]} -gt 0 ] || { echo "floors: no C file under $ROOT" >&2; exit 1; }

awk -v table="$FLOORS" '
BEGIN {
  n = split(table, lines, "\n")
  for (i = 1; i <= n; i++) { split(lines[i], pair, " "); floor[pair[1]] = pair[2] + 0 }
}
function folder(path) { sub("/[^/]*$", "", path); return path }
function fault(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; faults++ }
FNR == 1 {
  here = folder(FILENAME)
  if (!(here in floor)) { fault("is in no folder of the house"); nextfile }
}
/^[ \t]*#[ \t]*include[ \t]*"/ || /^#define ERRORS_DEF "/ {
  split($0, quoted, "\""); to = quoted[2]; there = folder(to)
  if (!(there in floor)) fault("\"" to "\" is not written from the root, or in no folder of the house")
  else if (floor[there] > floor[here]) fault(here " (floor " floor[here] ") may not look up to \"" to "\" (floor " floor[there] ")")
  else if (floor[there] == floor[here] && there != here) fault(here " may not look at its neighbour \"" to "\" (both floor " floor[here] ")")
}
END { exit faults > 0 }
' "${files[@]}"
