"""The cases of single messages: the cost of one process."""

from measure import baselines, in_turn
from place import ATTACHMENT_BYTES, FILE_ADDRESS, TEXT_ADDRESS, Place
from report import Row, cpu_row

AUTO_REPLY = "Auto-Submitted: auto-replied\n"
NOBODY = "nobody@example.com"


def text_reply(place):
    """Answers with text and HTML."""
    return place.answer()


def robot(place):
    """Sends a mail that declares itself written by a program."""
    return place.answer(more=AUTO_REPLY, expect=("skipped", "reason=auto-submitted "))


def unknown(place):
    """Sends a mail to an address that the response book does not have."""
    return place.answer(NOBODY, expect=("skipped", "reason=unknown-address "))


def attachment(place):
    """Answers with a large attachment."""
    cost = place.answer(FILE_ADDRESS)
    place.empty_outbox()
    return cost


def through_ses(place, ses, address=TEXT_ADDRESS):
    """Answers through SES. The reply must have arrived there."""
    cost = place.answer(address)
    ses.expect(ATTACHMENT_BYTES if address == FILE_ADDRESS else 0)
    return cost


def through_sendmail(place, postfix, address=TEXT_ADDRESS):
    """Answers through the real sendmail(1). The reply must have left."""
    number = postfix.delivered() + 1
    cost = place.answer(address, env=postfix.environment)
    postfix.expect(number, ATTACHMENT_BYTES if address == FILE_ADDRESS else 0)
    return cost


def by_itself(bench, reply, attachment_bytes):
    """Runs sendmail(1) alone, with the input it gets for such a reply."""
    number = bench.postfix.delivered() + 1
    cost = bench.launcher.run(["/usr/sbin/sendmail", "-i", "-t", "-f", "bounces@example.com"], stdin=reply,
                              env=bench.postfix.environment)
    bench.postfix.expect(number, attachment_bytes)
    return cost


def compare(bench, case, contenders, place):
    """Runs the contenders and the baselines in turn."""
    costs = in_turn({**baselines(bench.launcher, place.message()[0]), **contenders}, bench.runs)
    bench.costs[case] = costs
    return costs


def measure_sqlite(bench):
    """Measures goal 1."""
    place = bench.place("sqlite")
    costs = compare(bench, "sqlite", {"reply": lambda: text_reply(place)}, place)
    return [
        cpu_row("sqlite", "CPU of a reply", 12, costs, "reply"),
        Row("sqlite", "the same, to an empty Python", "<", 1, costs["reply"].cpu_ms / costs["python"].cpu_ms, "x"),
        Row("sqlite", "peak memory", "<=", 25, costs["reply"].mib, "MiB",
            {name: costs["reply"].mib / costs[name].mib for name in ("true", "cat", "python")}),
    ]


def measure_pool(bench):
    """Compares a reply with links of a pool to the same reply without a pool."""
    plain, pool = bench.place("pool-plain"), bench.place("pool", links=20)
    costs = compare(bench, "pool", {"plain": lambda: text_reply(plain), "pool": lambda: text_reply(pool)}, pool)
    return [
        cpu_row("pool", "CPU of a reply with 3 of 20 links", 12.6, costs, "pool"),
        Row("pool", "the same, to a reply without", "<=", 1.05, costs["pool"].cpu_ms / costs["plain"].cpu_ms, "x"),
    ]


def measure_mariadb(bench):
    """Measures goal 2: each way to log in, in milliseconds and relative to an empty Python."""
    places = bench.mariadb_variants("mariadb")
    costs = compare(bench, "mariadb", {way: lambda place=place: text_reply(place) for way, place in places.items()},
                    places["password"])
    rows = []
    for way, words, ms, pythons in (("unix_socket", "unix_socket login", 15, 0.80), ("password", "password", 15, 0.92),
                                    ("tls", "TCP with TLS", 30, 2.5)):
        rows.append(cpu_row("mariadb", f"CPU of a reply, {words}", ms, costs, way))
        rows.append(Row("mariadb", "the same, to an empty Python", "<=", pythons,
                        costs[way].cpu_ms / costs["python"].cpu_ms, "x"))
    return rows


def measure_ses(bench):
    """Measures goal 3."""
    place = bench.place("ses").variant("ses", bench.ses_settings)
    costs = compare(bench, "ses", {"reply": lambda: through_ses(place, bench.ses)}, place)
    return [cpu_row("ses", "CPU of a reply", 25, costs, "reply")]


def measure_attachment(bench):
    """Measures goal 4: the cost that the attachment adds to the same reply without it."""
    outbox = bench.place("attachment")
    outbox.add_attachment()
    text = outbox.keep_reply(TEXT_ADDRESS)
    file = outbox.keep_reply(FILE_ADDRESS)
    sendmail = outbox.variant("sendmail", {"send_method": "sendmail"})
    ses = outbox.variant("ses", bench.ses_settings)
    costs = compare(bench, "attachment", {
        "outbox": lambda: text_reply(outbox), "outbox+file": lambda: attachment(outbox),
        "sendmail": lambda: through_sendmail(sendmail, bench.postfix),
        "sendmail+file": lambda: through_sendmail(sendmail, bench.postfix, FILE_ADDRESS),
        "postfix": lambda: by_itself(bench, text, 0), "postfix+file": lambda: by_itself(bench, file, ATTACHMENT_BYTES),
        "ses": lambda: through_ses(ses, bench.ses), "ses+file": lambda: through_ses(ses, bench.ses, FILE_ADDRESS),
    }, outbox)

    def added(way, figure):
        return getattr(costs[way + "+file"], figure) - getattr(costs[way], figure)

    own = added("postfix", "cpu_ms")
    return [
        Row("attachment", "CPU added by 7 MB, outbox", "<=", 10, added("outbox", "cpu_ms"), "ms"),
        Row("attachment", "CPU added by 7 MB, sendmail, besides its own", "<=", 10,
            added("sendmail", "cpu_ms") - own, "ms", note=f"its own {own:.1f} ms"),
        Row("attachment", "memory added, outbox", "<=", 8, added("outbox", "mib"), "MiB"),
        Row("attachment", "memory added, sendmail", "<=", 8, added("sendmail", "mib"), "MiB"),
        Row("attachment", "CPU added by 7 MB, ses", "<=", 30, added("ses", "cpu_ms"), "ms"),
    ]


def measure_robot(bench):
    """Measures goal 5 for robots."""
    place = bench.place("robot")
    costs = compare(bench, "robot", {"robot": lambda: robot(place)}, place)
    return [cpu_row("robot", "CPU of a robot's mail", 6, costs, "robot")]


def measure_unknown(bench):
    """Measures goal 5 for unknown addresses."""
    place = bench.place("unknown")
    costs = compare(bench, "unknown", {"unknown": lambda: unknown(place)}, place)
    return [cpu_row("unknown", "CPU of a mail to nobody", 6, costs, "unknown")]
