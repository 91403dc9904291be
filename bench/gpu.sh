#!/usr/bin/env bash
# The checks that need a GPU, in at most eight minutes, on a machine whose python has rewardlab[vllm]:
#     bench/gpu.sh [FOLDER]
# Writes FOLDER/gpu.md (default: gpu), which belongs under docs/. GPU_SMALL=1 runs it all in a small size, on any machine.
set -euo pipefail
cd "$(dirname "$0")/.."
exec timeout 480 "${PYTHON:-python3}" -m bench.gpu "${1:-gpu}"
