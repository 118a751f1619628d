#!/bin/sh
# Builds the C header and the ready-made grants with GCC 12 and runs their tests; the coroutine
# header must refuse it.
#   gcc12_test.sh COMPILER TESTS_DIR WORK_DIR
set -eu
compiler=$1 tests=$2 work=$3
include=$tests/../include
ccache=$(command -v ccache || true)
mkdir -p "$work"
flags="-std=c++20 -O1 -Wall -Wextra -Werror -I$include -I$tests"

# shellcheck disable=SC2086  # flags are words
{
  $ccache "$compiler" $flags -c "$tests/../src/boost_json.cpp" -o "$work/boost_json.o"
  $ccache "$compiler" $flags -c "$tests/gcc12_all.cpp" -o "$work/all.o"
  "$compiler" "$work/all.o" "$work/boost_json.o" -lgtest -lgtest_main -pthread -o "$work/grants"
}
"$work/grants" --gtest_brief=1

echo '#include "patchbay/sdk/coroutine.h"' > "$work/refused.cpp"
# shellcheck disable=SC2086
if "$compiler" $flags -fsyntax-only "$work/refused.cpp" 2> "$work/refused.txt"; then
  echo "coroutine.h was accepted"
  exit 1
fi
grep -q "need GCC 13 or newer" "$work/refused.txt"
