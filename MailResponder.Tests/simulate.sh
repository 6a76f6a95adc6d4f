#!/bin/sh
# simulate.sh - what a group of responders does in a spike, with the old scaling policy and with the one shipped
#
# usage: simulate.sh [--cpu-ms MS] [--processors N] [--boot S] [--normal RATE] [--factor N] [--ses RATE] [--seed N]
#                    [--json] [--help]
#
# Prints the tables of docs/scaling.md, always the same for the same options. docs/scaling.md tells how to measure
# --cpu-ms and the others on a host of one's own. Needs python3 and takes some ten seconds.
# Exit status: 0 done, 2 usage.
set -eu

exec python3 "$(dirname "$0")/Aws/simulate.py" "$@"
