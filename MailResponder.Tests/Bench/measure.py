"""Runs whole processes in turn and tells the medians of what they cost."""

import dataclasses
import os
import statistics
import subprocess

# What Postfix's pipe(8) leaves of the environment.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C"}

# /bin/true stays below this; more means that the launcher's own memory is counted.
MAX_MIB_OF_TRUE = 4


class BenchError(Exception):
    """A case cannot be run; says why."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one process cost, or the medians of several."""

    cpu_ms: float
    wall_ms: float
    mib: float


class Launcher:
    """Starts programs through launcher.c, from a folder of nobody's."""

    def __init__(self, program, work):
        self._program = program
        self._errors = os.path.join(work, "errors")

    def run(self, argv, stdin="/dev/null", env=None):
        """One process. BenchError when it does not end with 0."""
        if os.path.exists(self._errors):
            os.remove(self._errors)
        done = subprocess.run([self._program, stdin, self._errors, *argv], cwd="/", env=env or ENVIRONMENT,
                              stdout=subprocess.PIPE, check=True, timeout=300)
        cpu, wall, kib, status = map(int, done.stdout.split())
        if status != 0:
            raise BenchError(f"{argv[0]} ended with {status}: {self._complaint()}")
        return Cost(cpu / 1000, wall / 1000, kib / 1024)

    def _complaint(self):
        with open(self._errors, encoding="utf-8", errors="replace") as errors:
            return errors.read().strip()[-500:] or "no word on standard error"


def in_turn(contenders, runs):
    """Runs A, B, C, A, B, C …, so that what else the machine does meets all alike.

    contenders: a dict of name and function that runs one process and returns its Cost. Each is run once before, to
    have files and tables in place. Returns a dict of name and median Cost.
    """
    costs = {name: [] for name in contenders}
    for turn in range(runs + 1):
        for name, run in contenders.items():
            cost = run()
            if turn > 0:
                costs[name].append(cost)
    return {name: median(those) for name, those in costs.items()}


def median(costs):
    """Each figure's own median."""
    return Cost(*(statistics.median(getattr(cost, field.name) for cost in costs) for field in dataclasses.fields(Cost)))


def baselines(launcher, message):
    """What the responder is compared with: nothing, reading the message, an interpreter that does nothing."""
    return {
        "true": lambda: launcher.run(["/bin/true"]),
        "cat": lambda: launcher.run(["/bin/cat"], stdin=message),
        "python": lambda: launcher.run(["/usr/bin/python3", "-c", "pass"]),
    }


def check_launcher(launcher):
    """BenchError when the memory of others would be counted as a program's own."""
    mib = launcher.run(["/bin/true"]).mib
    if mib > MAX_MIB_OF_TRUE:
        raise BenchError(f"/bin/true seems to need {mib:.1f} MiB: the launcher's own memory is counted")
