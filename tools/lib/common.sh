# Sourced by the scripts of tools/: installing what is missing, configuring, building.
# shellcheck shell=bash
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
jobs=$(nproc 2>/dev/null || echo 2)

# Words of "package" (must be installed) or "command=package" (any installation of the command will do).
build_packages="g++=g++ cmake=cmake ninja=ninja-build pkg-config=pkg-config ccache=ccache mold=mold
  libabsl-dev libfmt-dev libsodium-dev libsqlite3-dev libdeflate-dev nlohmann-json3-dev libcli11-dev
  libboost-dev zlib1g-dev"
test_packages="python3=python3 make=make clang++=clang clang-format-14=clang-format-14
  libgtest-dev libgmock-dev librapidcheck-dev liblemon-dev"
full_packages="clang-tidy=clang-tidy libclang-rt-dev libbenchmark-dev"

say() { printf '\n== %s\n' "$*"; }

# usage: the comment at the head of the script.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$root/tools/$(basename "$0")"; }

# refuse ARGUMENT: ends a script that does not know it.
refuse() {
  {
    printf '%s: "%s" is not known\n\n' "tools/$(basename "$0")" "$1"
    usage
  } >&2
  exit 2
}

# help_if_asked ARGUMENT…: --help, wherever it stands, wins.
help_if_asked() {
  local argument
  for argument in "$@"; do
    case $argument in
      -h | --help)
        usage
        exit 0
        ;;
    esac
  done
}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

package_missing() {
  case $1 in
    *=*) ! command -v "${1%%=*}" >/dev/null ;;
    # The sanitizer and fuzzer runtimes of clang carry its release in their name.
    libclang-rt-dev) ! ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a >/dev/null 2>&1 ;;
    *) ! dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$' ;;
  esac
}

# Prints the packages to install for the words given.
missing_packages() {
  local word
  for word in "$@"; do
    package_missing "$word" || continue
    case $word in
      libclang-rt-dev) clang_runtime_package ;;
      *) printf '%s\n' "${word#*=}" ;;
    esac
  done
}

clang_runtime_package() {
  local release
  release=$(clang --version 2>/dev/null | sed -n 's/.*version \([0-9]*\)\..*/\1/p' | head -n 1)
  printf 'libclang-rt-%s-dev\n' "${release:-14}"
}

apt_install() {
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get)
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    fail "Missing packages, and neither root nor sudo to install them. Run as root:
  apt-get install $*"
  fi
  # The package lists may be absent or old: fetch them only when the first attempt fails.
  "${apt[@]}" install -y --no-install-recommends "$@" </dev/null && return
  "${apt[@]}" update </dev/null || fail "apt-get update failed; missing: $*"
  # What this release does not have is left out: the build or the test that needs it will say so.
  local package known=()
  for package in "$@"; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      known+=("$package")
    else
      printf 'Not in this distribution: %s\n' "$package"
    fi
  done
  [ "${#known[@]}" -eq 0 ] && return
  "${apt[@]}" install -y --no-install-recommends "${known[@]}" </dev/null || fail "Could not install: ${known[*]}"
}

# install_missing WORDS…: installs what is not there, with apt; elsewhere names it and goes on.
install_missing() {
  if ! command -v apt-get >/dev/null; then
    printf 'No apt here. geo needs these packages (Debian names), please see that you have them:\n  %s\n' \
      "$(printf '%s ' "$@" | sed 's/[^ ]*=//g')"
    return
  fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "installing ${missing[*]}"
  apt_install "${missing[@]}"
}

# build PRESET [OPTION…] [-- TARGET…]
build() {
  local preset=$1 options=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  [ $# -eq 0 ] || shift
  say "building $preset"
  local log
  log=$(mktemp)
  cmake --preset "$preset" "${options[@]}" </dev/null >"$log" 2>&1 || {
    cat "$log"
    rm -f "$log"
    return 1
  }
  rm -f "$log"
  cmake --build --preset "$preset" --parallel "$jobs" ${1:+--target "$@"} </dev/null
}
