#!/usr/bin/env bash
# Explores model `api` with SPIN, with stateright and with the engine in turn and prints a table: states, transitions,
# seconds (the least of some rounds), states a second, bytes a state. `run.sh [SCOPE [ROUNDS]]`, where SCOPE is standard
# or large. Then model `pod` at the same scope, once, with the engine on one and on two threads. Seconds are processor time,
# on two threads the time that passed, which tells something only where two cores are idle. Needs spin and gcc.
# Exit status 1 if SPIN and the engine count differently.
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

# User and system time of a run, and the time that passed, go to NAME.seconds and NAME.passed; its output to NAME.txt.
run() {
    local TIMEFORMAT='%U %S %R' times
    times=$({ time "${@:2}" >"$1.txt" 2>&1; } 2>&1)
    awk '{ print $1 + $2 }' <<<"$times" >>"$1.seconds"
    awk '{ print $3 }' <<<"$times" >>"$1.passed"
}
least() { sort -g "$1" | head -1; }

"$twin" "$scope" counts >counts
for _ in $(seq "$rounds"); do
    run spin ./pan -m100000 "-w$table" -n
    for how in engine threads bfs dfs; do
        run "$how" "$twin" "$scope" "$how"
    done
done
for how in pod pod-threads; do
    run "$how" "$twin" "$scope" "$how"
done
field() { awk -v name="$1" '$1 == name { print $2 }' "$2"; }
spin_states=$(awk '/states, stored/ { print $1 }' spin.txt)
# The first state is counted as a transition.
spin_transitions=$(($(awk '/transitions \(= stored/ { print $1 }' spin.txt) - 1))
spin_bytes=$(awk '/total actual memory usage/ { print $1 * 1048576 }' spin.txt)
grep -E "^(Warning|pan:|error)|errors:" spin.txt || true

row() { awk -v n="$1" -v s="$2" -v t="$3" -v u="$4" -v b="$5" 'BEGIN {
    printf "%-17s %9d %11d %9.3f %10d %11.1f\n", n, s, t, u, s / u, b / s }'; }
of() { row "$1" "$(field states "$2.txt")" "$(field transitions "$2.txt")" "$(least "$2.$3")" "$(field bytes "$2.txt")"; }
printf '%-17s %9s %11s %9s %10s %11s\n' "$scope" states transitions seconds states/s bytes/state
row SPIN "$spin_states" "$spin_transitions" "$(least spin.seconds)" "$spin_bytes"
for how in bfs dfs; do
    of "stateright $how" "$how" seconds
done
row engine "$(field states counts)" "$(field transitions counts)" "$(least engine.seconds)" "$(field bytes counts)"
row "engine, 2 threads" "$(field states counts)" "$(field transitions counts)" "$(least threads.passed)" "$(field bytes counts)"
of "pod" pod seconds
of "pod, 2 threads" pod-threads passed
awk -v a="$(least spin.seconds)" -v b="$(least engine.seconds)" 'BEGIN { printf "engine ÷ SPIN: %.2f times as many states a second\n", a / b }'
[ "$spin_states" = "$(field states counts)" ] && [ "$spin_transitions" = "$(field transitions counts)" ] ||
    { echo "the counts differ"; exit 1; }
