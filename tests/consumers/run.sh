#!/usr/bin/env bash
# Builds and runs one consumer project against a built tree of geo.
#
#   run.sh find_package|pkg_config|subdirectory SOURCE_ROOT BUILD_ROOT
#
# CXX, CXXFLAGS, BUILD_TYPE, CXXFLAGS_BUILD_TYPE, GENERATOR and FILES_AT_ONCE are those that geo
# was built with.
# The installed package is used from another place than it was installed to, because packagers move it.
set -euo pipefail
kind=$1 source=$2 build=$3

here=$source/tests/consumers/$kind
# Two levels under the root, like every preset, so that the compiler cache knows the files.
work=$source/build/consumer-$kind-$(basename "$build")
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

configure() {
  cmake -S "$here" -B "$work" -G "$GENERATOR" -DCMAKE_CXX_COMPILER="$CXX" \
    -DCMAKE_CXX_FLAGS="$CXXFLAGS" -DCMAKE_BUILD_TYPE="$BUILD_TYPE" "$@"
}

install_and_move() {
  cmake --install "$build" --prefix "$work/first" >"$work/install.log"
  mv "$work/first" "$work/moved"
}

case $kind in
  find_package)
    install_and_move
    configure -DCMAKE_PREFIX_PATH="$work/moved"
    cmake --build "$work"
    ;;
  subdirectory)
    # Compiles the library once more: from the compiler cache, or without optimising.
    [ -n "${LAUNCHER:-}" ] || CXXFLAGS_BUILD_TYPE=-O0
    configure -DGEO_SOURCE="$source" -DGEO_WARNINGS_AS_ERRORS=ON \
      -DCMAKE_CXX_FLAGS_"${BUILD_TYPE^^}"="$CXXFLAGS_BUILD_TYPE" \
      -DCMAKE_CXX_COMPILER_LAUNCHER="${LAUNCHER:-}" -DGEO_FILES_AT_ONCE="$FILES_AT_ONCE"
    cmake --build "$work"
    ;;
  pkg_config)
    install_and_move
    pc=$(find "$work/moved" -name geo.pc)
    export PKG_CONFIG_PATH
    PKG_CONFIG_PATH=$(dirname "$pc")
    make -C "$here" OUT="$work" CXX="$CXX" CXXFLAGS="$CXXFLAGS"
    # Where the kits were built they are there.
    if [ -e "$PKG_CONFIG_PATH/geo-testing.pc" ]; then
      make -C "$here" OUT="$work" CXX="$CXX" CXXFLAGS="$CXXFLAGS" kits
    fi
    ;;
  *)
    echo "unknown consumer: $kind" >&2
    exit 2
    ;;
esac
# Where a shared geo was moved to; a static one does not ask.
libraries=$(dirname "$(find "$work" -name "libgeo.*" | head -n 1)")
LD_LIBRARY_PATH=$libraries "$work/consumer"
if [ -x "$work/kits" ]; then LD_LIBRARY_PATH=$libraries "$work/kits"; fi
