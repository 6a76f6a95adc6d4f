using MailResponder.Addresses;
using MailResponder.Files;
using MailResponder.Incoming;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Checks the way from Postfix to the responder, and that nothing is ever returned to a forged sender.
/// </summary>
internal static class TransportChecks
{
    private const string Transport = "responder";
    private const string Reload = PostfixSettings.Reload;
    private const string Sample = "copy the lines from postfix/master.cf" + Reload;

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings postfix) =>
    [
        .. Service(postfix), .. Route(host, settings, postfix), .. BounceRoute(settings, postfix),
        .. Concurrency(postfix), .. Bounces(postfix),
        .. Sizes(settings, postfix), .. Times(settings, postfix),
    ];

    private static Check Service(PostfixSettings postfix)
    {
        var check = new Check("postfix-transport");
        if (postfix.Service(Transport) is not { } service)
            return check.Fault($"master.cf has no service {Transport} unix", Sample);
        if (service.Command[0] != "pipe")
            return check.Fault($"the service {Transport} of master.cf runs {service.Command[0]}, not pipe", Sample);
        var flags = service.Attribute("flags") ?? "";
        var missing = new string([.. "DORXhu".Where(flag => !flags.Contains(flag))]);
        var (user, size, argv) = (service.Attribute("user"), service.Attribute("size"), service.Argv);
        check.FaultIf(flags.Contains('F'), "flags= has F: the mbox line that it adds changes with each delivery "
                + "attempt, so a retry is answered again", Sample)
            .FaultIf(missing.Length > 0, $"flags={flags} lacks {missing}", Sample)
            .FaultIf(user?.Split(':')[0] != Host.ResponderUser,
                $"user={user}: the responder's files belong to {Host.ResponderUser}", Sample)
            .FaultIf(service.Attribute("null_sender") != "",
                "null_sender= is not empty: bounces come as mail from MAILER-DAEMON", Sample)
            .FaultIf(size is not null, $"size={size}: larger messages are returned to their sender", Sample)
            .WarningIf((service.Option("soft_bounce") ?? postfix["soft_bounce"]) != "yes",
                "soft_bounce is not yes: a message is lost when the host cannot even start the program", Sample)
            .FaultIf(argv is not [Host.InstalledProgram, ..],
                $"argv= runs {argv.DefaultIfEmpty("nothing").First()}, not {Host.InstalledProgram}", Sample);
        (string, string)[] wanted = [("--recipient", "original_recipient"), ("--queue-id", "queue_id")];
        foreach (var (option, macro) in wanted)
            check.FaultIf(!argv.Zip(argv.Skip(1)).Any(pair => pair.First == option && Macro(pair.Second) == macro),
                $"argv= lacks {option} ${{{macro}}}", Sample);
        // All other macros of pipe(8) hold the sender, the client, or a recipient as Postfix rewrote it.
        var shown = argv.Where(argument => argument.Contains('$', StringComparison.Ordinal)).Select(Macro)
            .Except(wanted.Select(pair => pair.Item2)).Some();
        return check.FaultIf(shown is not null,
                $"argv= holds {shown}: every local user can read it in /proc, and it may name a requester", Sample)
            .OrOk("pipe(8) runs " + Host.InstalledProgram);

        static string Macro(string argument) => argument.Trim('$', '{', '}', '(', ')');
    }

    /// <summary>Checks where mail for the catch-all address and for relayed domains goes.</summary>
    private static Check Route(Host host, ResponderSettings settings, PostfixSettings postfix)
    {
        var check = new Check("postfix-route");
        if (postfix.Service(Transport) is null)
            return check.NotLookedAt("postfix-transport");
        var served = settings.OwnDomains.Where(domain => !postfix.IsHost(domain)).ToList();
        var relayed = served.FindAll(domain =>
            postfix.ListHas("relay_domains", domain) && !postfix.ListHas("mydestination", domain));
        if (served.Count > 0 && relayed.Count == served.Count)
            return IsOurs(postfix["relay_transport"]) || relayed.TrueForAll(IsLedHere)
                ? check.Ok("relay_domains lead to the transport " + Transport)
                : check.Fault($"relay_transport = {postfix["relay_transport"]}: mail for {relayed.Some()} does not "
                    + "reach the responder", $"run: postconf -e relay_transport={Transport}:" + Reload);
        var address = postfix.CatchAll;
        if (IsLedHere(address))
            return check.Ok($"{address} leads to the transport {Transport}");
        var home = host.PasswdEntry(Host.ResponderUser) is [_, _, _, _, _, var found, ..]
            ? found : OwnPlaces.Data;
        var (forward, remedy) = (home + "/.forward", postfix.AddTransports);
        return host.Lines(forward)?.Any(line => line.Contains(Host.InstalledProgram, StringComparison.Ordinal)) == true
            ? check.Warning($"{forward} runs the responder, two messages at a time for the whole host", remedy)
            : check.Fault($"{address} does not lead to the transport {Transport}: transport_maps has no entry for "
                + $"it, and there is no {forward}", remedy);

        bool IsLedHere(string key) => IsOurs(postfix.LookUpIn("transport_maps", key));
    }

    /// <summary>Checks that this host's mail to the bounce address reaches `responder feedback --bounce`.</summary>
    private static Check BounceRoute(ResponderSettings settings, PostfixSettings postfix)
    {
        const string reader = PostfixSettings.BounceReader;
        var (check, address) = (new Check("bounce-route"), settings.BounceAddress.ToLowerInvariant());
        if (settings.SendMethod != SendMethod.Sendmail)
            return check.Ok("replies do not leave through this host's Postfix");
        var domain = MailDomain.Of(address);
        var isLocal = postfix.ListHas("mydestination", domain);
        if (!isLocal && !postfix.ListHas("relay_domains", domain))
            return check.Ok($"bounces of replies ({address}) go to another host");
        var alias = postfix.LookUpIn("virtual_alias_maps", address)
            ?? (isLocal ? postfix.LookUpIn("alias_maps", address[..address.LastIndexOf('@')]) : null) ?? address;
        var transport = postfix.LookUpIn("transport_maps", alias)?.Split(':')[0];
        if (transport is not null && postfix.Service(transport)?.Argv is [Host.InstalledProgram, "feedback", ..] argv
            && argv.Contains("--bounce"))
            return check.Ok($"bounces of replies ({address}) lead to responder feedback");
        if (alias != reader && alias != address)
            return check.Warning($"bounces of replies, which name requesters, go from {address} to {alias}",
                "copy the line of bounces from postfix/aliases; then: newaliases && postfix reload");
        return check.Warning($"bounces of replies ({address}) do not reach `responder feedback --bounce`: an address "
            + "that does not exist is answered again and again",
            transport is null && alias == reader ? postfix.AddTransports
            : "copy the line of bounces from postfix/aliases and the service feedback from postfix/master.cf; then: "
                + "newaliases && postfix reload");
    }

    private static bool IsOurs(string? transport) => transport?.Split(':')[0] == Transport;

    private static Check Concurrency(PostfixSettings postfix)
    {
        var check = new Check("postfix-limits");
        if (postfix.Service(Transport) is not { } service)
            return check.NotLookedAt("postfix-transport");
        var most = Limit("concurrency_limit");
        return check
            .FaultIf(Limit("recipient_limit") != 1, $"{Transport}_destination_recipient_limit is not 1, which flags D "
                + "and O of the transport need: mail is deferred",
                $"run: postconf -e {Transport}_destination_recipient_limit=1" + Reload)
            .WarningIf(most is > 0 and < 4, $"{Transport}_destination_concurrency_limit = {most}: only so many "
                + "requests for an address are answered at a time",
                $"run: postconf -e {Transport}_destination_concurrency_limit=100" + Reload)
            .WarningIf(service.MaxProcesses == 1,
                $"maxproc of {Transport} in master.cf is 1: one request is answered at a time",
                "set it by the rule in postfix/master.cf" + Reload)
            .OrOk("one recipient per run, several runs at a time");

        long? Limit(string kind) =>
            postfix.Number($"{Transport}_destination_{kind}") ?? postfix.Number("default_destination_" + kind);
    }

    private static Check Bounces(PostfixSettings postfix)
    {
        const string again = "install postfix/command_filter again" + Reload;
        const string command = "RCPT TO:<get@example.com>";
        // With each of these, Postfix reports success to the sender unless the filter removes the client's NOTIFY.
        const string wish = command + " NOTIFY=SUCCESS";
        string[] tricks = [wish, "\v" + wish, wish + " ORCPT=\"rfc822;x NOTIFY=x\""];
        var (check, table) = (new Check("postfix-bounces"), postfix["smtpd_command_filter"]);
        foreach (var service in ((string[])["bounce", "defer", "trace"]).Where(name => postfix.Service(name) is null))
            check.Fault($"the service {service} is missing in master.cf: mail that fails stays in the queue forever",
                $"put the line of {service} back; smtpd_command_filter is what prevents bounces" + Reload);
        if (table.Length == 0)
            check.Fault("smtpd_command_filter is not set: failures are returned to senders, who may be forged",
                "install postfix/command_filter, and run: postconf -e "
                + "smtpd_command_filter=regexp:/etc/postfix/command_filter" + Reload);
        else if (postfix.LookUp(table, command)?.Contains("NOTIFY=NEVER", StringComparison.Ordinal) != true)
            check.Fault($"smtpd_command_filter = {table} does not add NOTIFY=NEVER: failures are returned to "
                + "senders, who may be forged", again);
        else if (postfix.LookUpAll(table, tricks) is var answers && tricks.Any(trick =>
            answers.GetValueOrDefault(trick, trick).Contains("SUCCESS", StringComparison.Ordinal)))
            check.Fault($"smtpd_command_filter = {table} lets through what a client asks for: success is reported to "
                + "senders, who may be forged", again);
        foreach (var service in postfix.Services.Where(service =>
            service.Command[0] == "smtpd" && service.Option("smtpd_command_filter") is { } own && own != table))
            check.Fault($"{service.Name} {service.Type} in master.cf has its own smtpd_command_filter: what it accepts "
                + "is returned to senders, who may be forged",
                $"run: postconf -PX {service.Name}/{service.Type}/smtpd_command_filter" + Reload);
        return check.FaultIf(
            postfix.List("smtpd_discard_ehlo_keywords").Contains("dsn", StringComparer.OrdinalIgnoreCase),
            "smtpd_discard_ehlo_keywords has dsn: Postfix refuses the NOTIFY=NEVER that smtpd_command_filter adds",
            "remove dsn from it" + Reload).OrOk("nothing is returned to senders");
    }

    private static Check Sizes(ResponderSettings settings, PostfixSettings postfix)
    {
        var (check, outgoing) = (new Check("postfix-size"), postfix.Number("message_size_limit") ?? 0);
        var most = settings.MaxMessageBytes;
        foreach (var service in postfix.Services.Where(service => service.Command[0] == "smtpd"))
        {
            var incoming = service.Option("message_size_limit").AsNumber() ?? outgoing;
            var words = $"message_size_limit of {service.Name} {service.Type} is {incoming}";
            var remedy = $"run: postconf -P {service.Name}/{service.Type}/message_size_limit={most}" + Reload;
            var isTooMuch = incoming == 0 || incoming > most;
            check.WarningIf(isTooMuch || incoming < 100_000, words + (isTooMuch
                ? $", but max_message_bytes is {most}: messages in between are accepted but not answered"
                : ": many honest requests are larger"), remedy);
        }

        // local(8) and virtual(8) refuse to work if a mailbox limit is smaller than message_size_limit.
        foreach (var parameter in (string[])["mailbox_size_limit", "virtual_mailbox_limit"])
        {
            var isUsed = parameter == "mailbox_size_limit" || postfix["virtual_mailbox_domains"].Length > 0;
            check.FaultIf(isUsed && postfix.Number(parameter) is > 0 and var box && (outgoing == 0 || box < outgoing),
                parameter + " is smaller than message_size_limit: local delivery stops",
                $"run: postconf -e {parameter}=0" + Reload);
        }

        return check.OrOk("the responder reads all that Postfix accepts");
    }

    private static Check Times(ResponderSettings settings, PostfixSettings postfix)
    {
        const string limit = Transport + "_time_limit";
        return new Check("postfix-queue-time")
            .FaultIf(postfix.Time("maximal_queue_lifetime", 'd') >= TimeSpan.FromDays(settings.LedgerDays),
                $"maximal_queue_lifetime = {postfix["maximal_queue_lifetime"]}, but ledger_days is "
                + $"{settings.LedgerDays}: an old message is answered twice",
                settings.LedgerDays < 3 ? $"raise ledger_days in {settings.File} above that"
                    : $"run: postconf -e maximal_queue_lifetime={settings.LedgerDays - 2}d" + Reload)
            .FaultIf(postfix.Time(limit, 's') < TimeSpan.FromSeconds(settings.DeadlineSeconds + 30),
                $"{limit} is shorter than deadline_seconds: Postfix kills the responder and returns the message",
                $"run: postconf -X {limit}" + Reload)
            .OrOk($"Postfix gives up before the ledger forgets ({settings.LedgerDays.Count("day")})");
    }
}
