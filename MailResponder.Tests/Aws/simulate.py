"""Simulates a group of responders in a spike, second by second, for docs/scaling.md; run by simulate.sh.

Each host has its own queue, because mail stays where it was accepted. The load balancer distributes arrivals evenly.
Alarms see what CloudWatch would, a minute late: the mean CPU of a whole minute, over the hosts in service, and the
longest queue at its end, over all hosts. A leaving host is terminated when its queue is empty or its time is over; what
is in its queue then is lost. While SES or the database is down, nothing is answered. A message costs
`cpu_ms` of one processor, including Postfix, and one send of Amazon SES, whose rate all hosts share. Mail delayed by
SES costs no processor time here, and every arriving message is accepted. The first is a little too optimistic. The
second is too pessimistic, because a full host also accepts more slowly, and senders try again.
"""

import argparse
import json
from collections import deque
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import NamedTuple

MINUTE = 60
HOUR = 60 * MINUTE
SPIKE_AT = 30                   # minutes after the start
OUTAGE_AT = 45                  # in the spike, when the group has its full size


@dataclass(frozen=True)
class Policy:
    """How a group reacts to its alarms. `steps`: mean CPU in percent, and the number of hosts to add from there on."""

    name: str
    steps: tuple = ((70, 4),)
    pause: int = 300            # seconds after growing before the group grows again: cooldown, or instance warm-up
    cpu_low: int = 40
    queue_low: int = 10**9      # messages; a longer queue on any host keeps the group from shrinking
    alarm_minutes: int = 2
    down: int = 1
    down_pause: int = 300
    drain_hours: int = 24       # that a leaving host has to empty its queue
    slow_scales: bool = False   # a processing time of over 10 s adds hosts too
    any_low: bool = False       # one low alarm of several removes a host; disks are nearly always low
    minimum: int = 1
    maximum: int = 10


OLD = Policy("old: +4 / -1, 300 s", slow_scales=True)
OLD_AS_IT_WAS = replace(OLD, name="old, as its alarms really were", any_low=True)
SHIPPED = Policy("shipped: +4, from 90 % +9 / -1, 300 s", steps=((70, 4), (90, 9)), queue_low=100)
ANY_QUEUE = replace(SHIPPED, name="shipped, but shrinks with any queue", queue_low=Policy.queue_low)


@dataclass(frozen=True)
class World:
    cpu_ms: float = 20.0        # of one processor, per message
    processors: int = 2         # per host
    boot: int = 180             # seconds from the decision to the first message
    ses: float = 1e9            # messages per second, for the whole account
    normal: float = 35.0        # messages per second
    factor: float = 20.0
    outage: float = 0.0         # hours without SES or without the database
    hours: int = 5
    seed: int = 2026


def arrivals(world):
    """Yields the messages of each second. A spike rises for a minute, stays for 20, then halves every 10 minutes."""
    random = Random(world.seed)
    for second in range(world.hours * HOUR):
        since = second / MINUTE - SPIKE_AT
        height = min(1.0, max(0.0, since)) * 0.5 ** max(0.0, (since - 21) / 10)
        rate = world.normal * (1 + (world.factor - 1) * height)
        # Close enough to Poisson at these rates, and the same with every Python.
        yield max(0, round(rate + rate ** 0.5 * (sum(random.random() for _ in range(12)) - 6)))


class Host:
    def __init__(self, ready):
        self.ready = ready
        self.queue = deque()    # [second of arrival, messages]
        self.waiting = 0.0
        self.left = None        # second in which the group decided to terminate it
        self.busy = 0.0

    def answer(self, count, now, waits):
        self.waiting -= count
        while count > 1e-9 and self.queue:
            batch = self.queue[0]
            done = min(count, batch[1])
            waits[now - batch[0]] = waits.get(now - batch[0], 0) + done
            batch[1] -= done
            count -= done
            if batch[1] <= 1e-9:
                self.queue.popleft()


class Minute(NamedTuple):
    """What the alarms see of a minute."""

    cpu: float                  # mean, percent
    slow: bool                  # whether SES delayed messages
    queue: float                # messages on the host that has most


class Group:
    """The hosts, and the two pauses of the policy."""

    def __init__(self, policy, world):
        self.policy, self.world = policy, world
        self.hosts = [Host(0) for _ in range(policy.minimum)]
        self.minutes = []
        self.grown = self.shrunk = -10**9
        self.adding = policy.steps[0][1]    # hosts that the last growth requested

    def staying(self):
        return [host for host in self.hosts if host.left is None]

    def decide(self, now):
        policy, seen = self.policy, self.minutes[:-1]
        recent = seen[-policy.alarm_minutes:]
        if len(recent) < policy.alarm_minutes:
            return
        more = 0
        if all(minute.cpu > policy.steps[0][0] for minute in recent):
            more = max(hosts for cpu, hosts in policy.steps if recent[-1].cpu >= cpu)
        slow = policy.slow_scales and all(minute.slow for minute in recent)
        if slow:
            more = max(more, policy.steps[0][1])
        if more:
            self.grow(more, now)
        # In the old policy each low alarm removed hosts by itself, whatever the others showed.
        low = all(minute.cpu < policy.cpu_low and minute.queue < policy.queue_low for minute in recent) and not slow
        if low or policy.any_low:
            self.shrink(now)

    def grow(self, more, now):
        # While new hosts start, a step policy adds the difference between a higher step and the one before; a simple
        # policy waits.
        since = max(self.grown, self.shrunk) if self.policy.any_low else self.grown
        started = self.adding if now - since < self.policy.pause else 0
        if started and len(self.policy.steps) == 1:
            return
        count = min(more - started, self.policy.maximum - len(self.staying()))
        if count > 0:
            self.hosts += [Host(now + self.world.boot) for _ in range(count)]
            self.grown, self.adding = now, more

    def shrink(self, now):
        if now - max(self.grown, self.shrunk) < self.policy.down_pause:
            return
        # Removes the newest host, which has the least in its queue.
        for host in self.staying()[::-1][:self.policy.down]:
            if len(self.staying()) > self.policy.minimum:
                host.left = self.shrunk = now

    def terminate(self, now):
        """Removes the leaving hosts that are done, and returns the number of messages that are lost with them."""
        done = [host for host in self.hosts if host.left is not None
                and (host.waiting <= 1e-6 or now - host.left >= self.policy.drain_hours * HOUR)]
        if done:
            self.hosts = [host for host in self.hosts if host not in done]
        return sum(host.waiting for host in done)


def simulate(policy, world):
    capacity = world.processors * 1000 / world.cpu_ms
    group, waits, seconds, most, backlog = Group(policy, world), {}, 0, 0, 0.0
    slow, lost = 0, 0.0
    for now, count in enumerate(arrivals(world)):
        open_hosts = [host for host in group.staying() if host.ready <= now]
        for host in open_hosts:
            host.queue.append([now, count / len(open_hosts)])
            host.waiting += count / len(open_hosts)
        wanted = [min(host.waiting, capacity) if host.ready <= now else 0.0 for host in group.hosts]
        share = min(1.0, world.ses / max(sum(wanted), 1e-9))
        if 0 <= now - OUTAGE_AT * MINUTE < world.outage * HOUR:
            share = 0.0
        slow += share < 1.0
        for host, wish in zip(group.hosts, wanted):
            host.busy += wish * share / capacity
            host.answer(wish * share, now, waits)
        lost += group.terminate(now)
        seconds += len(group.hosts)
        most = max(most, len(group.hosts))
        backlog = max(backlog, sum(host.waiting for host in group.hosts))
        if now % MINUTE == MINUTE - 1:
            cpu = 100 * sum(host.busy for host in open_hosts) / MINUTE / len(open_hosts)
            group.minutes.append(Minute(cpu, slow > MINUTE / 2, max(host.waiting for host in group.hosts)))
            slow = 0
            for host in group.hosts:
                host.busy = 0.0
            group.decide(now)
    answered, late = sum(waits.values()), sum(host.waiting for host in group.hosts)

    def within(part):
        """Returns the minutes within which this part of the messages was answered; None if so many never were."""
        left = part * (answered + late + lost)
        for wait in sorted(waits):
            left -= waits[wait]
            if left <= 1e-6 * answered:
                return wait / MINUTE
        return None

    return {
        "policy": policy.name, "backlog": round(backlog),
        "median": within(0.5), "most": within(0.95), "all": within(1.0),
        "hosts": most, "host_hours": seconds / 3600, "unanswered": round(late), "lost": round(lost),
    }


def row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def minutes(value):
    return "not in 5 h" if value is None else f"{value:.0f} min"


def spikes(world):
    """Yields the scenarios: their name, the policies to try, and the changed world."""
    everything = (OLD_AS_IT_WAS, OLD, SHIPPED)
    yield f"{world.factor:g}-fold", everything, world
    yield "an image with all packages: ready in 60 s", (OLD, SHIPPED), replace(world, boot=60)
    two = [replace(policy, minimum=2) for policy in (OLD, SHIPPED)]
    yield "never fewer than two hosts", two, world
    yield "3-fold", (OLD, SHIPPED), replace(world, factor=3.0)
    yield f"{world.factor:g}-fold, and SES takes 100 a second", (OLD, SHIPPED), replace(world, ses=100.0)


def results(world):
    return [{"spike": name, **simulate(policy, there)}
            for name, policies, there in spikes(world) for policy in policies]


def outages(world):
    """Returns the results of an outage that is longer than a leaving host may take."""
    there = replace(world, outage=26.0, hours=28)
    return [{"outage": there.outage, **simulate(policy, there)} for policy in (ANY_QUEUE, SHIPPED)]


def tables(world):
    yield row("spike", "policy", "longest queue", "95 % answered within", "all within", "hosts", "host-hours in 5 h")
    yield row(*["---"] * 7)
    for run in results(world):
        yield row(run["spike"], run["policy"], f"{run['backlog']:,}", minutes(run["most"]), minutes(run["all"]),
                  run["hosts"], f"{run['host_hours']:.1f}")
    yield ""
    yield row("processors of a host", "messages a second, one host", "ten hosts", "database connections, ten hosts")
    yield row(*["---"] * 4)
    for processors in (1, 2, 4, 8):
        one = processors * 1000 / world.cpu_ms
        yield row(processors, f"{one:.0f}", f"{10 * one:.0f}", 10 * 10 * processors)
    yield ""
    yield row("SES, messages a second", "longest queue", "95 % answered within", "all within")
    yield row(*["---"] * 4)
    for rate in (14, 50, 100, 200, 400, 800):
        run = simulate(SHIPPED, replace(world, ses=float(rate)))
        yield row(rate, f"{run['backlog']:,}", minutes(run["most"]), minutes(run["all"]))
    yield ""
    yield row("SES or database down for", "policy", "longest queue", "lost", "host-hours in 28 h")
    yield row(*["---"] * 5)
    for run in outages(world):
        yield row(f"{run['outage']:g} h", run["policy"], f"{run['backlog']:,}", f"{run['lost']:,}",
                  f"{run['host_hours']:.1f}")


def main():
    parser = argparse.ArgumentParser(prog="simulate.sh", description="tries the scaling policies in a spike")
    for name, kind, what in (
            ("cpu_ms", float, "processor time of a message"), ("processors", int, "processors of a host"),
            ("boot", int, "seconds until a new host answers"), ("normal", float, "messages a second before the spike"),
            ("factor", float, "how many times that in it"), ("ses", float, "messages a second that SES takes"),
            ("seed", int, "of the random arrivals")):
        parser.add_argument("--" + name.replace("_", "-"), type=kind, default=getattr(World, name),
                            help=f"{what} (%(default)g)")
    parser.add_argument("--json", action="store_true", help="policies and results for a program")
    options = vars(parser.parse_args())
    as_json = options.pop("json")
    for name, value in options.items():
        if value <= 0:
            parser.error(f"--{name.replace('_', '-')} must be greater than 0")
    world = World(**options)
    if as_json:
        print(json.dumps({"shipped": asdict(SHIPPED), "old": asdict(OLD), "world": asdict(world),
                          "runs": results(world), "outages": outages(world)}, indent=1))
    else:
        print("\n".join(tables(world)))


if __name__ == "__main__":
    main()
