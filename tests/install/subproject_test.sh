#!/usr/bin/env bash
# Uses the checkout in another project, by add_subdirectory and by FetchContent. Only the core must be configured, and
# it must build and run.
#   subproject_test.sh SOURCE CXX
set -euo pipefail

source=$1 cxx=$2
parent=$source/tests/install/subproject

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export WINGBEAT_DIR=$work/runtime
mkdir -m 700 "$WINGBEAT_DIR"

fail() { echo "subproject: $*" >&2; exit 1; }

configure() {
    local how=$1
    cmake -S "$parent" -B "$work/$how" -DHOW="$how" -DWINGBEAT="$source" -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_BUILD_TYPE=Debug \
        >"$work/log" 2>&1 || { cat "$work/log"; fail "$how does not configure"; }
    if grep -iE 'warning|not found|could not find' "$work/log"; then
        fail "$how configures with the lines above, which alarm a user"
    fi
    cmake --build "$work/$how" --target help >"$work/targets"
    if grep -E 'wingbeat_cli|wingbeat_swarm|gtest|example' "$work/targets"; then
        fail "$how takes in more than the core: the targets above"
    fi
}

configure add_subdirectory
configure FetchContent
# Both projects have the same targets, so only one is built.
cmake --build "$work/FetchContent" --parallel 2 >"$work/log" 2>&1 || { cat "$work/log"; fail "does not build"; }
for library in wingbeat static; do
    "$work/FetchContent/app_$library"
done
echo "subproject: add_subdirectory and FetchContent configure the core alone; it builds and runs"
