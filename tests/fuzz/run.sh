#!/usr/bin/env bash
# Fuzzes one target for so many seconds, guided by coverage: tests/fuzz/run.sh TARGET SECONDS [libFuzzer's own flags]
# What is found lies in target/fuzz/found, what was learnt in target/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$1 seconds=$2
shift 2
out=$PWD/target/fuzz
mkdir -p "$out/corpus/$target" "$out/found"
# One file for each seed, named by its place.
awk -v dir="$out/corpus/$target" 'BEGIN { n = 0 } /^====$/ { n++; next } { print > (dir "/seed-" n) }' "tests/fuzz/seeds/$target.txt"
export CARGO_TARGET_DIR=$out/build CARGO_INCREMENTAL=0
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cforce-frame-pointers"
host=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --quiet --manifest-path tests/fuzz/Cargo.toml --target "$host"
PODYARD_TARGET=$target "$out/build/$host/release/podyard-fuzz" "$out/corpus/$target" -max_total_time="$seconds" -timeout=20 \
    -rss_limit_mb=2048 -max_len=4096 -artifact_prefix="$out/found/$target-" "$@"
