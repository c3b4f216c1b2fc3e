#!/bin/sh
# Puts each fault of list.yaml into a copy of the tree, builds it, plays the catalogue and writes caught.md. A build for each: it takes long.
set -eu
cd "$(dirname "$0")/../.."
exec cargo test --test mutations -- --ignored --nocapture
