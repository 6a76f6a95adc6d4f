"""The case of ten million rows: no cost may rise, and the daily reset must not delay messages."""

import contextlib
import os
import re
import statistics
import subprocess
import sys
import time

import throughput
from measure import ENVIRONMENT, BenchError, in_turn
from messages import attachment, robot, text_reply, through_sendmail, through_ses, unknown
from place import FILE_ADDRESS
from postfix import PrivatePostfix
from report import Row
from rows import fill_mariadb, fill_sqlite

ADDRESSES = 2000
MAX_CHANGE = 1.10
MAX_RESET_SECONDS = 30
MAX_DELAY_MS = 100

# A reset that takes this long has missed its goal, and the other cases need their time too.
GIVE_UP_SECONDS = 60

PAUSE_SECONDS = 0.05
CHARGED = re.compile(r"quota of (\d+) requester")


def measure(bench):
    """Measures goal 7."""
    small = bench.place("flat-small")
    large = bench.place("flat-large", addresses=ADDRESSES)
    small_mariadb = bench.mariadb_place("flat-small-mariadb")
    large_mariadb = bench.mariadb_place("flat-large-mariadb", addresses=ADDRESSES)
    for place in (large, large_mariadb):
        text_reply(place)
    timed("SQLite", lambda: fill_sqlite(large.path("responder.db"), bench.rows))
    timed("MariaDB", lambda: fill_mariadb(bench.mariadb, "flat_large_mariadb", bench.rows))

    contenders = {}
    for size, place, mariadb in (("small", small, small_mariadb), ("large", large, large_mariadb)):
        for name, run in ways(bench, place, mariadb).items():
            contenders[f"{name} {size}"] = run
    costs = bench.costs["flat"] = in_turn(contenders, bench.runs)
    names = list(ways(bench, small, small_mariadb))
    rows = [change(f"CPU, {name}", costs, name, "cpu_ms") for name in names]
    rows += [change(f"memory, {name}", costs, name, "mib") for name in names]
    rows.append(rate_through_postfix(bench, small, large))
    for place, calm, database in ((large, small, "SQLite"), (large_mariadb, small_mariadb, "MariaDB")):
        rows += reset(bench, place, calm, database)
    return rows


def timed(what, work):
    """Runs work that fills tables, and reports on standard error how long it took."""
    start = time.monotonic()
    work()
    print(f"bench.sh: flat: {what} filled in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


def ways(bench, place, mariadb):
    """Returns the cases of single messages, at one place and at its counterpart in MariaDB."""
    place.add_attachment()
    sendmail = place.variant("sendmail", {"send_method": "sendmail"})
    ses = place.variant("ses", bench.ses_settings)
    return {
        "sqlite": lambda: text_reply(place),
        "mariadb": lambda: text_reply(mariadb),
        "robot": lambda: robot(place),
        "unknown": lambda: unknown(place),
        "attachment, outbox": lambda: attachment(place),
        "attachment, sendmail": lambda: through_sendmail(sendmail, bench.postfix, FILE_ADDRESS),
        "ses": lambda: through_ses(ses, bench.ses),
        "attachment, ses": lambda: through_ses(ses, bench.ses, FILE_ADDRESS),
    }


def change(what, costs, name, figure):
    """Returns the ratio of a figure with many rows to the figure with few rows."""
    ratio = getattr(costs[name + " large"], figure) / getattr(costs[name + " small"], figure)
    return Row("flat", f"change of {what}", "<=", MAX_CHANGE, ratio, "x")


def rate_through_postfix(bench, small, large):
    """Measures the change of replies per second."""
    program = throughput.reachable(bench)
    with contextlib.ExitStack() as servers:
        rates = throughput.in_turn(bench, {
            size: throughput.replies(servers.enter_context(PrivatePostfix(
                os.path.join(bench.work, f"postfix-flat-{size}"), throughput.WAYS["relay_domains"],
                throughput.responder_command(program, throughput.public(place)))), place)
            for size, place in (("small", small), ("large", large))})
    return Row("flat", "change of replies a second", ">=", 2 - MAX_CHANGE, rates["large"] / rates["small"], "x")


def reset(bench, place, calm, database):
    """Measures the daily reset, and the delay of messages meanwhile.

    The small place answers in turn with the large one: a delay that occurs there too is not caused by the database.
    """
    undisturbed = statistics.median(text_reply(place).wall_ms for _ in range(bench.runs))
    start = time.monotonic()
    with subprocess.Popen([bench.binary, "blacklist", "reset", "--settings", place.settings], cwd="/",
                          env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as process:
        longest, longest_calm, answered = 0, 0, 0
        try:
            while process.poll() is None and time.monotonic() - start < GIVE_UP_SECONDS:
                longest = max(longest, text_reply(place).wall_ms)
                longest_calm = max(longest_calm, text_reply(calm).wall_ms)
                answered += 1
                time.sleep(PAUSE_SECONDS)
            seconds, finished = time.monotonic() - start, process.poll() is not None
        finally:
            if process.poll() is None:
                process.kill()
        said = process.stdout.read()
    charged = CHARGED.search(said)
    if finished and (process.returncode != 0 or not charged or int(charged[1]) < bench.rows):
        raise BenchError(f"the reset ended with {process.returncode} and said: {said.strip()}")
    return [
        Row("flat", f"reset of all rows, {database}", "<=", MAX_RESET_SECONDS, seconds, "s",
            note="" if finished else "stopped"),
        Row("flat", f"delay of messages meanwhile, {database}", "<=", MAX_DELAY_MS, max(0, longest - undisturbed), "ms",
            note=f"{answered} messages; {max(0, longest_calm - undisturbed):.0f} ms beside it"),
    ]
