using System.Globalization;
using MailResponder.Incoming;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The way from Postfix into the responder, and that nothing ever goes back to a forged sender.</summary>
internal static class TransportChecks
{
    private const string Transport = "responder";
    private const string Reload = "; then: postfix reload";
    private const string Sample = "take the lines of postfix/master.cf" + Reload;

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings? postfix)
    {
        if (postfix is null)
            return [];
        return
        [
            .. Service(postfix).OrOk("postfix-transport", "pipe(8) runs " + Host.InstalledProgram),
            postfix.Service(Transport) is null ? Finding.NotLookedAt("postfix-route", "postfix-transport")
                : Route(host, settings, postfix),
            .. postfix.Service(Transport) is null ? [Finding.NotLookedAt("postfix-limits", "postfix-transport")]
                : Concurrency(postfix).OrOk("postfix-limits", "one recipient a run, several runs at a time"),
            .. Bounces(postfix).OrOk("postfix-bounces", "nothing is returned to senders"),
            .. Sizes(settings, postfix).OrOk("postfix-size", "what Postfix takes, the responder reads"),
            .. Times(settings, postfix).OrOk(
            "postfix-queue-time", $"Postfix gives up before the ledger forgets ({settings.LedgerDays.Count("day")})"),
        ];
    }

    private static List<Finding> Service(PostfixSettings postfix)
    {
        const string name = "postfix-transport";
        if (postfix.Service(Transport) is not { } service)
            return [Finding.Fault(name, $"master.cf has no service {Transport} unix", Sample)];
        if (service.Command[0] != "pipe")
            return [Finding.Fault(name, $"the service {Transport} of master.cf runs {service.Command[0]}, not pipe",
                Sample)];
        List<Finding> findings = [];
        void Fault(string text) => findings.Add(Finding.Fault(name, text, Sample));
        var flags = service.Attribute("flags") ?? "";
        if (flags.Contains('F'))
            Fault("flags= has F: the mbox line that it adds changes with each try, so that a retry is answered again");
        if (new string([.. "DORXhu".Where(flag => !flags.Contains(flag))]) is { Length: > 0 } missing)
            Fault($"flags={flags} lacks {missing}");
        if (service.Attribute("user")?.Split(':')[0] != Host.ResponderUser)
            Fault($"user={service.Attribute("user")}: the responder's files belong to {Host.ResponderUser}");
        if (service.Attribute("null_sender") != "")
            Fault("null_sender= is not empty: bounces come as mail of MAILER-DAEMON");
        if (service.Attribute("size") is { } size)
            Fault($"size={size}: larger messages are returned to their sender");
        if ((service.Option("soft_bounce") ?? postfix["soft_bounce"]) != "yes")
            findings.Add(Finding.Warning(name,
                "soft_bounce is not yes: a message is lost when the host cannot even start the program", Sample));
        if (service.Argv is not [Host.InstalledProgram, ..])
            Fault($"argv= runs {(service.Argv is [var other, ..] ? other : "nothing")}, not {Host.InstalledProgram}");
        foreach (var (option, macro) in (
            ReadOnlySpan<(string, string)>)[("--recipient", "original_recipient"), ("--queue-id", "queue_id")])
        {
            var at = service.Argv.ToList().IndexOf(option);
            if (at < 0 || at + 1 >= service.Argv.Count || service.Argv[at + 1].Trim('$', '{', '}', '(', ')') != macro)
                Fault($"argv= lacks {option} ${{{macro}}}");
        }

        // pipe(8): all other macros hold the sender, the client or a recipient as Postfix rewrote it.
        var shown = service.Argv.Where(argument => argument.Contains('$', StringComparison.Ordinal))
            .Select(argument => argument.Trim('$', '{', '}', '(', ')')).Except(["original_recipient", "queue_id"])
            .ToList();
        if (shown.Count > 0)
            Fault($"argv= holds {shown.Some()}: every local user can read it in /proc, and it may name a requester");
        return findings;
    }

    /// <summary>Where the catch-all address, and what is for relayed domains, is taken to.</summary>
    private static Finding Route(Host host, ResponderSettings settings, PostfixSettings postfix)
    {
        const string name = "postfix-route";
        var relay = postfix["luser_relay"];
        // The extension comes off, as in transport(5).
        var address = relay.Length > 0 && relay.Contains('@')
            ? relay[..relay.IndexOfAny(['+', '@'])] + relay[relay.LastIndexOf('@')..]
            : Host.ResponderUser + "@localhost";
        var served = settings.OwnDomains.Where(domain => !postfix.IsHost(domain)).ToList();
        var relayed = served.Where(domain =>
            postfix.ListHas("relay_domains", domain) && !postfix.ListHas("mydestination", domain)).ToList();
        if (served.Count > 0 && relayed.Count == served.Count)
        {
            return IsOurs(postfix["relay_transport"]) || relayed.TrueForAll(domain => IsOurs(InMaps(postfix, domain)))
                ? Finding.Ok(name, "relay_domains lead to the transport " + Transport)
                : Finding.Fault(
                name, $"relay_transport = {postfix["relay_transport"]}: mail for {relayed.Some()} does not come to "
                + $"the responder", $"run: postconf -e relay_transport={Transport}:" + Reload);
        }

        if (IsOurs(InMaps(postfix, address)))
            return Finding.Ok(name, $"{address} leads to the transport {Transport}");
        var home = host.PasswdEntry(Host.ResponderUser) is [_, _, _, _, _, var found, ..]
            ? found : "/var/lib/mail_responder";
        var forward = home + "/.forward";
        var remedy = $"run: postconf -e 'transport_maps=inline:{{ {address}={Transport}:, "
            + $"{ProbeTag.SinkDomain}=discard: }}'" + Reload;
        return host.Lines(forward)?.Any(line => line.Contains(Host.InstalledProgram, StringComparison.Ordinal)) == true
            ? Finding.Warning(name, $"{forward} runs the responder, two messages at a time for the whole host", remedy)
            : Finding.Fault(name, $"{address} does not lead to the transport {Transport}: transport_maps has no entry "
                + $"for it, and there is no {forward}", remedy);
    }

    private static string? InMaps(PostfixSettings postfix, string key) =>
        postfix.List("transport_maps").Select(table => postfix.LookUp(table, key))
            .FirstOrDefault(value => value is not null);

    private static bool IsOurs(string? transport) => transport?.Split(':')[0] == Transport;

    private static IEnumerable<Finding> Concurrency(PostfixSettings postfix)
    {
        const string name = "postfix-limits";
        if (Limit("recipient_limit", "default_destination_recipient_limit") != 1)
            yield return Finding.Fault(name,
                $"{Transport}_destination_recipient_limit is not 1, which flags D and O of the transport need: mail "
                + $"is deferred", $"run: postconf -e {Transport}_destination_recipient_limit=1" + Reload);
        if (Limit("concurrency_limit", "default_destination_concurrency_limit") is > 0 and < 4 and var most)
            yield return Finding.Warning(name,
                $"{Transport}_destination_concurrency_limit = {most}: so few requests for an address are answered at "
                + $"a time", $"run: postconf -e {Transport}_destination_concurrency_limit=100" + Reload);
        if (postfix.Service(Transport)?.MaxProcesses == 1)
            yield return Finding.Warning(name,
                $"maxproc of {Transport} in master.cf is 1: one request is answered at a time",
                "set it by the rule in postfix/master.cf" + Reload);

        long? Limit(string kind, string standard) =>
            postfix.Number($"{Transport}_destination_{kind}") ?? postfix.Number(standard);
    }

    private static IEnumerable<Finding> Bounces(PostfixSettings postfix)
    {
        const string name = "postfix-bounces";
        foreach (var service in (string[])["bounce", "defer", "trace"])
        {
            if (postfix.Service(service) is null)
                yield return Finding.Fault(name,
                    $"the service {service} is missing in master.cf: mail that fails stays in the queue for ever",
                    $"put the line of {service} back; smtpd_command_filter is what keeps bounces back" + Reload);
        }

        const string command = "RCPT TO:<get@example.com>";
        // Each has Postfix report success when the filter misses what the client asked for.
        const string wish = command + " NOTIFY=SUCCESS";
        string[] tricks = [wish, "\v" + wish, wish + " ORCPT=\"rfc822;x NOTIFY=x\""];
        if (postfix["smtpd_command_filter"] is not { Length: > 0 } table)
            yield return Finding.Fault(name,
                "smtpd_command_filter is not set: failures are returned to senders, who may be forged",
                "install postfix/command_filter, and run: postconf -e "
                + "smtpd_command_filter=regexp:/etc/postfix/command_filter" + Reload);
        else if (postfix.LookUp(table, command)?.Contains("NOTIFY=NEVER", StringComparison.Ordinal) != true)
            yield return Finding.Fault(name,
                $"smtpd_command_filter = {table} does not add NOTIFY=NEVER: failures are returned to senders, who "
                + $"may be forged", "install postfix/command_filter again" + Reload);
        else if (postfix.LookUpAll(table, tricks) is var answers && tricks.Any(trick =>
            answers.GetValueOrDefault(trick, trick).Contains("SUCCESS", StringComparison.Ordinal)))
        {
            yield return Finding.Fault(name, $"smtpd_command_filter = {table} lets through what a client asks for: " +
                "success is reported to senders, who may be forged", "install postfix/command_filter again" + Reload);
        }

        if (postfix.List("smtpd_discard_ehlo_keywords")
            .Exists(word => word.Equals("dsn", StringComparison.OrdinalIgnoreCase)))
            yield return Finding.Fault(name,
            "smtpd_discard_ehlo_keywords has dsn: Postfix refuses the NOTIFY=NEVER that smtpd_command_filter adds",
            "take dsn out of it" + Reload);
    }

    private static IEnumerable<Finding> Sizes(ResponderSettings settings, PostfixSettings postfix)
    {
        const string name = "postfix-size";
        var outgoing = postfix.Number("message_size_limit") ?? 0;
        foreach (var service in postfix.Services.Where(service => service.Command[0] == "smtpd"))
        {
            var incoming = long.TryParse(service.Option("message_size_limit"), out var own) ? own : outgoing;
            var most = settings.MaxMessageBytes.ToString(CultureInfo.InvariantCulture);
            var words = string.Create(CultureInfo.InvariantCulture,
                $"message_size_limit of {service.Name} {service.Type} is {incoming}");
            var remedy = $"run: postconf -P {service.Name}/{service.Type}/message_size_limit={most}" + Reload;
            if (incoming == 0 || incoming > settings.MaxMessageBytes)
            {
                words += $", but max_message_bytes is {most}: messages in between are taken and not answered";
                yield return Finding.Warning(name, words, remedy);
            }
            else if (incoming < 100_000)
            {
                yield return Finding.Warning(name, words + ": many honest requests are larger", remedy);
            }
        }

        // local(8) and virtual(8) refuse to work with a mailbox that a message may not fit into.
        foreach (var parameter in (string[])["mailbox_size_limit", "virtual_mailbox_limit"])
        {
            var isUsed = parameter == "mailbox_size_limit" || postfix["virtual_mailbox_domains"].Length > 0;
            if (isUsed && postfix.Number(parameter) is > 0 and var box && (outgoing == 0 || box < outgoing))
            {
                yield return Finding.Fault(name,
                    parameter + " is smaller than message_size_limit: local delivery stops",
                    $"run: postconf -e {parameter}=0" + Reload);
            }
        }
    }

    private static IEnumerable<Finding> Times(ResponderSettings settings, PostfixSettings postfix)
    {
        const string name = "postfix-queue-time";
        if (postfix.Time("maximal_queue_lifetime", 'd') is { } kept && kept >= TimeSpan.FromDays(settings.LedgerDays))
            yield return Finding.Fault(name,
                $"maximal_queue_lifetime = {postfix["maximal_queue_lifetime"]}, but ledger_days is "
                + $"{settings.LedgerDays}: an old message is answered twice",
                $"run: postconf -e maximal_queue_lifetime={Math.Max(1, settings.LedgerDays - 2)}d" + Reload);
        if (postfix.Time($"{Transport}_time_limit", 's') is { } limit
            && limit < TimeSpan.FromSeconds(settings.DeadlineSeconds + 30))
            yield return Finding.Fault(name,
            $"{Transport}_time_limit is shorter than deadline_seconds: Postfix kills the responder and returns the "
            + $"message", $"run: postconf -X {Transport}_time_limit" + Reload);
    }
}
