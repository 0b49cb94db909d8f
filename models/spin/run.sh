#!/usr/bin/env bash
# Explores model `api` with SPIN, with stateright and with the engine in turn and prints a table: states, transitions,
# seconds of processor time (the least of some rounds), states a second, bytes a state. `run.sh [SCOPE [ROUNDS]]`, where
# SCOPE is standard or large. Needs spin and gcc. Exit status 1 if SPIN and the engine count differently.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scope=${1:-standard}
rounds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $scope in
standard) define=() table=20 ;;
large) define=(-DLARGE) table=22 ;;
*) echo "the scope is standard or large"; exit 2 ;;
esac

cd "$here/../.."
cargo build --quiet --release -p pod-lifecycle-models --example twin
twin=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/examples/twin
cd "$work"
spin ${define[@]+"${define[@]}"} -a "$here/api.pml" >/dev/null
gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c

# User and system time of a run; its output goes to a file.
seconds() {
    local TIMEFORMAT='%U %S'
    { time "${@:2}" >"$1" 2>&1; } 2>&1 | awk '{ print $1 + $2 }'
}
least() { sort -g "$1" | head -1; }

"$twin" "$scope" counts >counts
for _ in $(seq "$rounds"); do
    seconds spin.txt ./pan -m100000 "-w$table" -n >>spin.seconds
    for how in engine bfs dfs; do
        seconds "$how.txt" "$twin" "$scope" "$how" >>"$how.seconds"
    done
done
field() { awk -v name="$1" '$1 == name { print $2 }' "$2"; }
spin_states=$(awk '/states, stored/ { print $1 }' spin.txt)
# The first state is counted as a transition.
spin_transitions=$(($(awk '/transitions \(= stored/ { print $1 }' spin.txt) - 1))
spin_bytes=$(awk '/total actual memory usage/ { print $1 * 1048576 }' spin.txt)
grep -E "^(Warning|pan:|error)|errors:" spin.txt || true

row() { awk -v n="$1" -v s="$2" -v t="$3" -v u="$4" -v b="$5" 'BEGIN {
    printf "%-15s %9d %11d %9.3f %10d %11.1f\n", n, s, t, u, s / u, b / s }'; }
printf '%-15s %9s %11s %9s %10s %11s\n' "$scope" states transitions seconds states/s bytes/state
row SPIN "$spin_states" "$spin_transitions" "$(least spin.seconds)" "$spin_bytes"
for how in bfs dfs; do
    row "stateright $how" "$(field states $how.txt)" "$(field transitions $how.txt)" "$(least $how.seconds)" "$(field bytes $how.txt)"
done
row engine "$(field states counts)" "$(field transitions counts)" "$(least engine.seconds)" "$(field bytes counts)"
awk -v a="$(least spin.seconds)" -v b="$(least engine.seconds)" 'BEGIN { printf "engine ÷ SPIN: %.2f times as many states a second\n", a / b }'
[ "$spin_states" = "$(field states counts)" ] && [ "$spin_transitions" = "$(field transitions counts)" ] ||
    { echo "the counts differ"; exit 1; }
