# Sourced by the scripts beside it, in the project's folder: puts a Node.js that runs docketmail first in PATH.
# The machine's own if it is new enough, else one that script/setup fetches from npm into .data/node.

node_minimum=$(sed -n 's/^ *"node": ">=\([0-9.]*\)".*/\1/p' package.json)
# Fetched if the machine's Node.js is older.
node_fetched=24.21.0
# script/test runs the unit tests on these: the oldest supported one, and the newest of each later line.
node_tested="22.19.0 $node_fetched 26.10.0"

# node_bin VERSION: the folder of a fetched Node.js.
node_bin() { echo "$PWD/.data/node/$1/node_modules/.bin"; }

node_fits() {
  local found
  found=$(node --version 2>/dev/null) || return 1
  [ "$(printf '%s\n' "v$node_minimum" "$found" | sort -V | head -n 1)" = "v$node_minimum" ]
}

# fetch_node VERSION: once. The npm package `node` only installs the platform's package in an install script;
# this installs it directly, because install scripts never run here.
fetch_node() {
  local version=$1 package
  [ "$("$(node_bin "$version")/node" --version 2>/dev/null)" = "v$version" ] && return
  package=$(node -p 'const name = `${process.platform}-${process.arch}`; name === "darwin-arm64" ? `node-bin-${name}` : `node-${name}`') &&
    npm install --prefix ".data/node/$version" --ignore-scripts --no-save --no-audit --no-fund --loglevel=error \
      "$package@$version" >&2 &&
    [ "$("$(node_bin "$version")/node" --version)" = "v$version" ]
}

if ! node_fits && [ -x "$(node_bin "$node_fetched")/node" ]; then
  PATH="$(node_bin "$node_fetched"):$PATH"
fi
