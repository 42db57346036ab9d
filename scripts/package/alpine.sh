#!/bin/sh
# Installs the tarball of a checkout as a user does, and sends and receives; in a container, for one:
#   docker run --rm --volume "$PWD:/checkout:ro" node:24-alpine sh /checkout/scripts/package/alpine.sh
set -eu
checkout=$(cd "$(dirname "$0")/../.." && pwd)
cd "$(mktemp -d)"
echo '{ "name": "user", "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund "$checkout"/*.tgz
cp "$checkout/scripts/package/smoke.mjs" "$checkout/scripts/package/entries.mjs" .
node entries.mjs
node smoke.mjs
