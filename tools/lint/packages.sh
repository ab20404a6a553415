#!/bin/bash
# The image of docker/ has every package that tools/setup.sh names for a server: the program loads GDAL only when a map comes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/setup.sh
for package in "${PACKAGES_SERVER[@]}"; do
  grep -qE "(^| )$package( |\$)" docker/Dockerfile || { echo "docker/Dockerfile lacks $package" >&2; missing=1; }
done
exit "${missing:-0}"
