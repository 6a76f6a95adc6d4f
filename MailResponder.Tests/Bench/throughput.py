"""The case of many messages: how many per second pass through a real Postfix."""

import contextlib
import functools
import os
import shutil
import statistics
import subprocess
import time

from measure import BenchError
from place import TEXT_ADDRESS
from postfix import PrivatePostfix
from report import Row

USER = "mail_responder"

# The two routes to the responder, and the files of main.cf lines that make them.
WAYS = {
    "luser_relay": ["main.cf"],
    "relay_domains": ["main.cf", "main-relay-domains.cf"],
}

# smtp-source uses one sender for all its messages. Several of them run, so that there are more requesters.
SOURCES = 10
MESSAGES = 600
WARM_UP_MESSAGES = 100
ROUNDS = 3

# Fewer runs of single processes mean a trial of the benchmark itself; then one round is enough.
LEAST_RUNS = 20
LONGEST_SECONDS = 120


def measure(bench):
    """Measures goal 6."""
    rows = []
    with contextlib.ExitStack() as servers:
        place = public(bench.place("postfix"))
        program = reachable(bench)
        for way, samples in WAYS.items():
            responder = servers.enter_context(PrivatePostfix(
                os.path.join(bench.work, f"postfix-{way}"), samples, responder_command(program, place)))
            nothing = servers.enter_context(PrivatePostfix(
                os.path.join(bench.work, f"postfix-{way}-true"), samples, "/bin/true"))
            rates = in_turn(bench, {"responder": replies(responder, place), "true": functools.partial(rate, nothing)})
            rows.append(Row("postfix", f"replies a second, {way}", ">=", 130, rates["responder"], "/s"))
            rows.append(Row("postfix", f"the same, to /bin/true, {way}", ">", 0.25,
                            rates["responder"] / rates["true"], "x", note=f"/bin/true {rates['true']:.0f} /s"))
    return rows


def in_turn(bench, contenders):
    """Returns the medians of the rates of several rounds, A, B, A, B …, after a short round that does not count."""
    rates = {name: [] for name in contenders}
    for turn in range(1 + (ROUNDS if bench.runs >= LEAST_RUNS else 1)):
        for name, run in contenders.items():
            found = run(MESSAGES if turn > 0 else WARM_UP_MESSAGES)
            if turn > 0:
                rates[name].append(found)
    return {name: statistics.median(those) for name, those in rates.items()}


def public(place):
    """Gives the place to the user as which Postfix runs the responder, with a limit that ten senders do not reach."""
    changed = place.variant("public", {"daily_limit": 1_000_000})
    changed.give_to(USER)
    return changed


def reachable(bench):
    """Copies the program into a folder that every user may pass through."""
    program = os.path.join(bench.work, "responder")
    if not os.path.exists(program):
        shutil.copy(bench.binary, program)
        os.chmod(program, 0o755)
    return program


def responder_command(program, place):
    """Returns the command that master.cf runs, as in the sample."""
    return (f"{program} --settings {place.settings} --recipient ${{original_recipient}} "
            "--queue-id ${queue_id}")


def replies(postfix, place):
    """Makes the function that measures the responder. It raises BenchError unless each message gets its reply."""
    def measured(messages):
        place.empty_outbox()
        found = rate(postfix, messages)
        if place.replies() != messages:
            raise BenchError(f"{messages} messages got {place.replies()} replies")
        place.empty_outbox()
        return found
    return measured


def rate(postfix, messages):
    """Returns the messages per second from the first connection to the last delivery."""
    end = postfix.delivered() + messages
    start = time.monotonic()
    sources = [subprocess.Popen(
        ["smtp-source", "-d", "-s", "1", "-m", str(messages // SOURCES), "-l", "1000", "-M", "mail.freemail.test",
         "-f", f"reader-{number}@freemail.test", "-t", TEXT_ADDRESS, f"inet:127.0.0.1:{postfix.port}"])
        for number in range(SOURCES)]
    try:
        while postfix.delivered() < end:
            if time.monotonic() - start > LONGEST_SECONDS:
                raise BenchError(f"Postfix did not deliver {messages} messages within {LONGEST_SECONDS} s")
            time.sleep(0.02)
        found = messages / (time.monotonic() - start)
    finally:
        for source in sources:
            if source.poll() is None and time.monotonic() - start > LONGEST_SECONDS:
                source.kill()
            source.wait(timeout=60)
    if any(source.returncode for source in sources):
        raise BenchError("smtp-source could not hand its messages over")
    return found
