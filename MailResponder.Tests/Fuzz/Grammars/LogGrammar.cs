namespace MailResponder.Tests.Fuzz;

/// <summary>Lines of our own log and of Postfix's.</summary>
internal static class LogGrammar
{
    public static Grammar Rules { get; } = new(
        ("own", ["{\"time\":\"‹time›\",\"result\":\"‹result›\",‹what›,\"receipts\":[‹receipts›],\"problem\":‹value›}",
        "{\"time\":\"2026-03-02T08:00:00Z\",\"result\":\"replied\",\"reason\":null,\"address\":\"get@example.com\","
        + "\"replies\":1,\"ms\":9,\"queue_id\":\"4CXyz12345z9\",\"receipts\":[‹receipts›],\"problem\":null}",
        "{‹what›}", "‹words›"]),
        ("result", ["replied", "skipped", "deferred", "failed", "probe", "‹word›"]),
        ("what", ["\"reason\":‹value›,\"address\":‹value›,\"replies\":‹number›,\"ms\":‹number›,\"queue_id\":\"‹id›\"",
        "\"‹word›\":‹value›,‹what›", "‹what›,‹what›"]),
        ("value", ["\"‹word›\"", "null", "\"‹words›\"", "‹number›", "{}", "[]", "true"]),
        ("time", ["2026-03-02T08:00:00.000001+00:00", "2026-03-02T08:00:00Z", "2026-02-30T08:00:00Z",
        "2026-03-02T23:59:60.999999999999999999999+13:59", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00",
        "Mar  2 08:00:00", "Feb 29 08:00:00", "Xxx 99 99:99:99",
        "‹number›-‹number›-‹number›T‹number›:‹number›:‹number›.‹number›+‹number›:‹number›"]),
        ("number", ["0", "1", "02", "60", "2026", "999999999999999999", "-1", "+1", "9223372036854775807", "1.5", "1e9",
        ""]),
        ("receipts", ["", "\"sendmail:636d42ff66e5ac2a450ee30b8a508a77\"", "\"sendmail:‹word›\"", "\"ses:‹word›\"",
            "‹receipts›,‹receipts›", "‹value›"]),
        ("id", ["4CXyz12345z9", "4C12345", "-", "NOQUEUE", "‹word›", "ABCDEF"]),
        ("word", ["a", "get@example.com", "over-quota", "unknown", "", "\u00e9", "\0", "\u0633", "sent", "none", "x=y",
        "<>", "=", ","]),
        ("words", ["", "‹word› ‹words›", "‹word›", "‹word›=‹word› ‹words›", "\" problem=\"‹words›", "(‹words›)"]),
        ("postfix", ["‹time› mx postfix/‹service›[‹number›]: ‹text›", "‹time› mx postfix/‹service›[5]: ‹id›: ‹event›",
        "‹time› mx postfix/‹service›[5]: ‹id›: ‹event›",
        "‹time› mx postfix-out/submission/‹service›[5]: NOQUEUE: ‹reject›", "‹own›", "‹words›"]),
        ("service", ["smtp", "smtpd", "pipe", "local", "qmgr", "cleanup", "pickup", "bounce", "postscreen", "error",
        "postsuper", "‹word›"]),
        ("text", ["‹words›", "‹id›: ‹event›", "NOQUEUE: ‹reject›", "warning: ‹id›: queue file size limit exceeded",
        "warning: ‹words›", "connect from ‹host›"]),
        ("event", [
            "removed", "client=‹host›", "client=‹host›, orig_queue_id=‹id›, orig_client=‹host›",
            "uid=0 from=<‹word›> orig_id=‹id›", "message-id=<‹word›>",
            "message-id=<636d42ff66e5ac2a450ee30b8a508a77@example.com>",
            "from=<‹word›>, size=‹number›, nrcpt=‹number› (queue active)",
            "from=<‹word›>, status=expired, returned to sender", "sender non-delivery notification: ‹id›",
            "to=<‹word›>, orig_to=<‹word›>, relay=‹host›, delay=‹number›, delays=‹delays›, dsn=‹dsn›, status=‹word› "
            + "(‹reason›)", "to=<get@example.com>, relay=none, delay=0.1, dsn=4.4.1, status=deferred (‹reason›)",
            "to=<‹word›>, relay=local, status=sent (forwarded as ‹id›)", "‹reject›", "‹words›"]),
        ("host", ["mail.example.net[198.51.100.7]:25", "unknown[2001:db8::7]", "none", "‹word›", "[‹word›]", "[]"]),
        ("delays", ["0.1/0/0/0.1", "‹number›/‹number›", "////"]),
        ("dsn", ["2.0.0", "4.4.1", "5.‹number›.0", "‹number›", "..", "2.."]),
        ("reason", ["connect to mx.example.net[198.51.100.9]:25: Connection refused",
        "host mx.example.net[198.51.100.9] said: 450 4.2.1 <‹word›> greylisted (in reply to RCPT TO command)",
        "temporary failure. Command output: ‹words›", "‹words›", "delivery temporarily suspended: ‹words›",
        "250 2.0.0 Ok: queued as ‹id›"]),
        ("reject", ["reject: RCPT from ‹host›: ‹number› ‹dsn› <‹word›>: Relay access denied; from=<‹word›>",
        "reject: ‹words›", "milter-reject: END-OF-MESSAGE from ‹host›: 451 ‹dsn› ‹words›",
        "reject: header ‹words›: ‹dsn› content rejected", "reject: CONNECT from ‹host›: all server ports busy",
        "reject: ‹word› ‹host›: 550 ‹words›"]));
}
