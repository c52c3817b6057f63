#!/usr/bin/env bash
# Builds the example programs to examples/*.wasm with Debian's rustc-web (packages rustc-web cargo-web rust-web-src lld).
set -euo pipefail
cd "$(dirname "$0")"
for tool in /usr/bin/rustc /usr/bin/cargo wasm-ld; do
    command -v "$tool" >/dev/null || { echo "missing $tool: install rustc-web, cargo-web, rust-web-src and lld"; exit 1; }
done
unset "${!CARGO_PROFILE_@}" # whatever is set for other builds would change the bytes
export RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc
export RUSTFLAGS="-Clinker=wasm-ld -Clink-arg=--import-memory -Clink-arg=--allow-undefined -Clink-arg=-zstack-size=65536 --remap-path-prefix=$PWD=."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/programs"
/usr/bin/cargo build --quiet --release --locked -Zbuild-std=core,alloc --target wasm32v1-none
for program in ping counter relay purse postbox heir hog faults guests toll meter; do
    install -m 644 "$CARGO_TARGET_DIR/wasm32v1-none/release/$program.wasm" "../$program.wasm"
done
ls -l ../*.wasm
