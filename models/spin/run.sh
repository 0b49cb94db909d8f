#!/usr/bin/env bash
# Runs model `api` with SPIN and with the engine in turn and compares: states, transitions, states per second of processor
# time, bytes per state. Needs spin and gcc. Exit status 1 if the counts differ.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$here/../.."
cargo build --quiet --release -p pod-lifecycle-models --example twin
twin=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/examples/twin
cd "$work"
spin -a "$here/api.pml" >/dev/null
gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c

# User and system time of a run; its output goes to a file.
seconds() {
    local TIMEFORMAT='%U %S'
    { time "${@:2}" >"$1" 2>&1; } 2>&1 | awk '{ print $1 + $2 }'
}
least() { sort -g | head -1; }

"$twin" --refused >counts
for _ in $(seq "$rounds"); do
    seconds spin.txt ./pan -m20000 -w20 -n >>spin.seconds
    seconds twin.txt "$twin" >>twin.seconds
done
field() { awk -v name="$1" '$1 == name { print $2 }' "$2"; }
spin_states=$(awk '/states, stored/ { print $1 }' spin.txt)
# The first state is counted as a transition.
spin_transitions=$(($(awk '/transitions \(= stored/ { print $1 }' spin.txt) - 1))
spin_bytes=$(awk '/^State-vector/ { print $2 }' spin.txt)
spin_memory=$(awk '/total actual memory usage/ { print $1 }' spin.txt)
states=$(field states counts) transitions=$(field transitions counts) bytes=$(field bytes counts)
grep -E "^(Warning|pan:|error)|errors:" spin.txt || true

awk -v a="$spin_states" -v b="$spin_transitions" -v t="$(least <spin.seconds)" -v m="$spin_memory" -v v="$spin_bytes" \
    -v c="$states" -v d="$transitions" -v u="$(least <twin.seconds)" -v n="$bytes" 'BEGIN {
    printf "%-8s %10s %12s %9s %12s %14s\n", "", "states", "transitions", "seconds", "states/s", "bytes/state"
    printf "%-8s %10d %12d %9.3f %12d %14.1f  (state vector %d, with hash table and stack)\n", "SPIN", a, b, t, a / t, m * 1048576 / a, v
    printf "%-8s %10d %12d %9.3f %12d %14.1f  (state 8, with index and parents)\n", "engine", c, d, u, c / u, n / c
    printf "ratio    states/s engine ÷ SPIN %.2f, bytes SPIN ÷ engine %.1f\n", (c / u) / (a / t), (m * 1048576 / a) / (n / c)
}'
[ "$spin_states" = "$states" ] && [ "$spin_transitions" = "$transitions" ] || { echo "the counts differ"; exit 1; }
