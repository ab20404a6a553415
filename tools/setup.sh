# shellcheck shell=bash
# What tools/build, tools/check and tools/quickstart share: missing packages, progress, the build.
# Sourced by bash scripts that begin with `set -euo pipefail`.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-$ROOT/build}
LOGS=$BUILD/log

PACKAGES_BUILD=(gcc libc6-dev cmake ninja-build pkg-config ca-certificates
  libuv1-dev node-llhttp libpq-dev libjansson-dev libsodium-dev libcurl4-openssl-dev
  libseccomp-dev libarchive-dev libexpat1-dev libdeflate-dev libisal-dev zlib1g-dev
  libzstd-dev libgdal32 libpcre2-dev
  postgresql-15 postgresql-15-postgis-3 nodejs npm)
# What the program needs where it runs (tools/install, docker/Dockerfile).
PACKAGES_SERVER=(ca-certificates tzdata postgresql-15 postgresql-15-postgis-3
  libuv1 libpq5 libjansson4 libsodium23 libcurl4 libseccomp2 libarchive13 libexpat1 libdeflate0 libisal2
  libzstd1 libgdal32 libpcre2-8-0)
PACKAGES_CHECK=(clang libclang-rt-14-dev libcmocka-dev procps chromium fonts-dejavu-core raptor2-utils gdal-bin unzip openssl curl)

say() { printf '%s\n' "$*" >&2; }

# step TEXT COMMAND…: one line with its time; the output goes to a log, and its end is shown on failure.
step() {
  local text=$1 log start=$SECONDS
  shift
  mkdir -p "$LOGS"
  log=$LOGS/$(tr -cs 'a-zA-Z0-9' '-' <<<"$text" | tr '[:upper:]' '[:lower:]').log
  printf '  %-44s ' "$text" >&2
  if "$@" >"$log" 2>&1 </dev/null; then
    printf 'ok  %4ds\n' $((SECONDS - start)) >&2
    return 0
  fi
  printf 'FAILED  %4ds\n' $((SECONDS - start)) >&2
  grep -avE '^\[[0-9]+/|^ninja: Entering' "$log" | cut -c1-400 | tail -n 40 >&2 || true
  say "  (all of it: $log)"
  return 1
}

# Is a package there? `nodejs` and `npm` may come from elsewhere: then their programs count.
has_package() {
  case $1 in
    nodejs) command -v node >/dev/null && return 0 ;;
    npm) command -v npm >/dev/null && return 0 ;;
  esac
  [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]
}

missing_packages() {
  local package
  for package in "$@"; do
    has_package "$package" || printf '%s\n' "$package"
  done
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@"
}

# Terrasse runs a PostgreSQL of its own: Debian's "main" cluster is kept from being made, on a
# machine that has no PostgreSQL yet. Where there is one it is left alone.
without_main_cluster() {
  apt_install postgresql-common &&
    sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' \
      /etc/postgresql-common/createcluster.conf
}

# What runs under `step` chains with &&: bash ignores -e inside a condition.
install_debian() {
  apt-get -qq update || return 1
  if [[ " $* " == *' postgresql-15 '* ]]; then
    without_main_cluster || return 1
  fi
  apt_install "$@"
}

# setup_debian PACKAGE…: root installs what is missing; anybody else is told the line, code 2.
setup_debian() {
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    say "Some Debian packages are missing. As root, once:"
    say "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    exit 2
  fi
  step "Debian packages: ${#missing[@]} missing" install_debian "${missing[@]}"
}

npm_install() (
  cd "$ROOT/tools/npm" &&
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error &&
    cp package-lock.json node_modules/.terrasse-lock.json
)

# npm packages in tools/npm/node_modules, seen by the tests as tests/node_modules.
setup_npm() {
  if ! cmp -s "$ROOT/tools/npm/package-lock.json" "$ROOT/tools/npm/node_modules/.terrasse-lock.json"; then
    step "npm packages" npm_install
  fi
  ln -sfn ../tools/npm/node_modules "$ROOT/tests/node_modules"
}

configure() { # FOLDER OPTION…
  local folder=$1
  shift
  cmake -S "$ROOT" -B "$folder" -G Ninja "$@"
}

# build_in FOLDER TEXT OPTION…: configured when it is not, then built.
build_in() {
  local folder=$1 text=$2
  shift 2
  step "configure $text" configure "$folder" "$@" && step "build $text" ninja -C "$folder"
}
