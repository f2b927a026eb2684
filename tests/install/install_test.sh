#!/usr/bin/env bash
# Installs a built tree, moves it to another folder, and uses it from other projects.
#   install_test.sh SOURCE BUILD CC CXX
set -euo pipefail

source=$1 build=$2 cc=$3 cxx=$4
consumer=$source/tests/install/consumer

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export WINGBEAT_DIR=$work/runtime
mkdir -m 700 "$WINGBEAT_DIR"
prefix=$work/moved

say() { echo "install: $*"; }
fail() { echo "install: $*" >&2; exit 1; }

install_and_move() {
    cmake --install "$build" --prefix "$work/first" >"$work/log" || { cat "$work/log"; exit 1; }
    mv "$work/first" "$prefix"
    libdir=$(dirname "$(find "$prefix" -name pkgconfig)")
    if grep -rIl --include='*.cmake' --include='*.pc' -F "$work/first" "$prefix"; then
        fail "the files above name the prefix they were installed to, and cannot be moved"
    fi
}

use_find_package() {
    local program
    cmake -S "$consumer" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" \
        -DCMAKE_CXX_COMPILER="$cxx" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    cmake --build "$work/build" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    for program in c_wingbeat c_static cpp_wingbeat cpp_static; do
        say "find_package, $program"
        "$work/build/$program"
    done
}

use_find_package_of_cxx_alone() {
    cmake -S "$consumer" -B "$work/build_cxx" -DLANGUAGES=CXX -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$cxx" \
        >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    cmake --build "$work/build_cxx" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    say "find_package in a project of C++ alone"
    "$work/build_cxx/cpp_static"
}

use_pkg_config() {
    local flags
    export PKG_CONFIG_PATH=$libdir/pkgconfig
    [[ $(pkg-config --modversion wingbeat) == 0.1.0 ]] || fail "pkg-config tells another version"
    read -r -a flags <<<"$(pkg-config --cflags --libs wingbeat) -Wl,-rpath,$libdir"
    say "pkg-config, C"
    "$cc" "$consumer/consumer.c" "${flags[@]}" -o "$work/c" && "$work/c"
    say "pkg-config, C++"
    "$cxx" -std=c++17 "$consumer/consumer.cpp" "${flags[@]}" -o "$work/cpp" && "$work/cpp"
}

# Compiles each public header alone, with pedantic warnings, under every supported standard.
compile_headers() {
    local standard
    for standard in c99 c11 c17; do
        echo '#include <wingbeat/wingbeat.h>' |
            "$cc" -std=$standard -Wall -Wextra -pedantic-errors -Werror -I "$prefix/include" -fsyntax-only -x c -
    done
    for standard in c++17 c++20 c++23; do
        echo '#include <wingbeat/wingbeat.hpp>' |
            "$cxx" -std=$standard -Wall -Wextra -pedantic-errors -Werror -I "$prefix/include" -fsyntax-only -x c++ -
    done
    say "headers compile as C99 to C17 and C++17 to C++23"
}

check_library() {
    local library=$libdir/libwingbeat.so symbols
    [[ -e $library ]] || return 0
    symbols=$(nm -D --defined-only "$library" | awk '$3 !~ /^wb_/ { print $3 }')
    [[ -z $symbols ]] || fail "libwingbeat.so exports more than wb_*: $symbols"
    if ldd "$library" | grep libunwind; then
        fail "libwingbeat.so must not need libunwind: Julia brings its own"
    fi
    readelf -d "$library" | grep -q 'SONAME.*\[libwingbeat.so.0\]' || fail "the soname is not libwingbeat.so.0"
    say "the library exports wb_* alone, under the soname libwingbeat.so.0"
}

check_command() {
    [[ -e $build/bin/wingbeat ]] || return 0
    "$prefix/bin/wingbeat" --help >/dev/null
    "$prefix/bin/wingbeat" swarm --scenario couzin-torus --flat-out --steps 1 --quiet
    say "the moved command runs, and finds its scenarios"
    if "$prefix/bin/wingbeat" osc nobody --listen 0 --seconds 0 --quiet --map origin 2>"$work/log"; then
        say "and its maps of OSC"
    else
        grep -q WINGBEAT_OSC "$work/log" || fail "no maps of OSC: $(cat "$work/log")"
    fi
}

check_julia_package() {
    [[ -e $source/julia/Wingbeat ]] || return 0
    [[ -e $prefix/share/wingbeat/julia/Wingbeat/Project.toml ]] || fail "the Julia package was not installed"
    say "the Julia package is there"
}

install_and_move
use_find_package
use_find_package_of_cxx_alone
use_pkg_config
compile_headers
check_library
check_command
check_julia_package
