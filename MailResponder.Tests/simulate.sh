#!/bin/sh
# simulate.sh - simulates a group of responders in a spike and in an outage, with several scaling policies
#
# usage: simulate.sh [--cpu-ms MS] [--processors N] [--boot S] [--normal RATE] [--factor N] [--ses RATE] [--seed N]
#                    [--json] [--help]
#
# Prints the tables of docs/scaling.md, always the same for the same options. docs/scaling.md tells how to measure
# --cpu-ms and the other values on your own host. Needs python3 and takes about 20 seconds.
# Exit status: 0 done, 2 usage.
set -eu

exec python3 "$(dirname "$0")/Aws/simulate.py" "$@"
