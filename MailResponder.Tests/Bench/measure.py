"""Runs whole processes in turn and reports the medians of their cost."""

import dataclasses
import os
import statistics
import subprocess

# The environment that Postfix's pipe(8) passes on.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C"}

# /bin/true stays below this. More means that the launcher's own memory is counted.
MAX_MIB_OF_TRUE = 4


class BenchError(Exception):
    """A case cannot be run. The message says why."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """The cost of one process, or the medians of several."""

    cpu_ms: float
    wall_ms: float
    mib: float


class Launcher:
    """Starts programs through launcher.c, in a folder that belongs to none of them."""

    def __init__(self, program, work):
        self._program = program
        self._errors = os.path.join(work, "errors")

    def run(self, argv, stdin="/dev/null", env=None):
        """Runs one process. Raises BenchError if it does not exit with 0."""
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
    """Runs A, B, C, A, B, C …, so that other activity on the machine affects all alike.

    contenders: a dict from a name to a function that runs one process and returns its Cost. Each runs once beforehand,
    so that files and tables exist. Returns a dict from the name to the median Cost.
    """
    costs = {name: [] for name in contenders}
    for turn in range(runs + 1):
        for name, run in contenders.items():
            cost = run()
            if turn > 0:
                costs[name].append(cost)
    return {name: median(those) for name, those in costs.items()}


def median(costs):
    """Returns the median of each figure."""
    return Cost(*(statistics.median(getattr(cost, field.name) for cost in costs) for field in dataclasses.fields(Cost)))


def baselines(launcher, message):
    """What the responder is compared with: nothing, reading the message, an interpreter that does nothing."""
    return {
        "true": lambda: launcher.run(["/bin/true"]),
        "cat": lambda: launcher.run(["/bin/cat"], stdin=message),
        "python": lambda: launcher.run(["/usr/bin/python3", "-c", "pass"]),
    }


def check_launcher(launcher):
    """Raises BenchError if another process's memory would be counted as a program's own."""
    mib = launcher.run(["/bin/true"]).mib
    if mib > MAX_MIB_OF_TRUE:
        raise BenchError(f"/bin/true seems to need {mib:.1f} MiB: the launcher's own memory is counted")
