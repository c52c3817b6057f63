#!/usr/bin/env bash
# Builds the programs on gstd and sails-rs to examples/sdk/build/*.wasm, a folder that is not kept: the crates are GPL-3.0.
# Needs Debian's rustc-web, cargo-web, rust-web-src and lld, and the crates; says what it skips where they are absent.
set -euo pipefail
cd "$(dirname "$0")"
programs=(courier tally)
skip() {
    echo "skipped: ${programs[*]} (gstd, sails-rs): $1"
    exit 0
}
for tool in /usr/bin/rustc /usr/bin/cargo wasm-ld; do
    command -v "$tool" >/dev/null || skip "missing $tool: install rustc-web, cargo-web, rust-web-src and lld"
done
unset "${!CARGO_PROFILE_@}" # whatever is set for other builds would change the bytes
export RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc
export RUSTFLAGS="-Clinker=wasm-ld -Clink-arg=--import-memory -Clink-arg=--allow-undefined"
RUSTFLAGS+=" --remap-path-prefix=$PWD=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/sdk"
/usr/bin/cargo fetch --quiet --locked --target wasm32v1-none || skip "the crates cannot be fetched"
/usr/bin/cargo build --quiet --release --locked -Zbuild-std=core,alloc --target wasm32v1-none
mkdir -p build
for program in "${programs[@]}"; do
    install -m 644 "$CARGO_TARGET_DIR/wasm32v1-none/release/$program.wasm" "build/$program.wasm"
done
ls -l build/*.wasm
