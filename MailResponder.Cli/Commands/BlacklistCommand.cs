using System.Diagnostics;
using MailResponder.Addresses;
using MailResponder.Store;

namespace MailResponder.Cli;

/// <summary>
/// `responder blacklist …`: the quotas, the block list and the allow list. It shows counts only: the database holds no
/// addresses.
/// </summary>
internal static class BlacklistCommand
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    /// <summary>How long a reset waits for a database that fails. Cron starts only one a day.</summary>
    private static readonly TimeSpan LongestNight = TimeSpan.FromHours(6);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(HostDays.MostSkewMinutes);

    public static Command New() => new("blacklist", "Quotas, block list and allow list")
    {
        Reset(),
        List("block", "Never answer these addresses or domains", Verdict.Blocked),
        List("allow", "Answer these addresses or domains without a quota, even within a blocked domain",
            Verdict.Allowed),
        List("remove", "Remove these addresses or domains from both lists", Verdict.None),
        RotateKey(),
        Show(),
        Check(),
    };

    private static Command Reset() => CommandLine.New(
        "reset", "Start a new quota window and forget old messages; for cron, once a day", result =>
    {
        var settings = SettingsPath.LoadForService(result);
        var begun = Stopwatch.GetTimestamp();
        for (var isRetry = false; ; isRetry = true)
        {
            try
            {
                using var store = RequesterStore.Open(settings, MaxWait);
                // A second window would give everybody a second quota. The first may be of another host, or of the try
                // before, which then failed to delete old rows. A reset dated in the future ran earlier, under a
                // wrong clock.
                if (!isRetry || !(TimeProvider.System.GetUtcNow() - store.Count().LastReset is { } age
                    && age > -Skew && age < Stopwatch.GetElapsedTime(begun) + Skew))
                    return Reset(settings, store);
                Console.Out.WriteLine("The quotas were reset meanwhile.");
                return ExitCode.Ok;
            }
            catch (ResponderException exception) when (exception.Cause == Cause.Database
                && Stopwatch.GetElapsedTime(begun) < LongestNight)
            {
                if (!isRetry)
                    StandardError.WriteLine(
                        $"responder: {exception.Message}; trying again for {LongestNight.TotalHours} hours");
                Thread.Sleep(Pause);
            }
        }
    });

    private static int Reset(ResponderSettings settings, RequesterStore store)
    {
        var reset = store.Reset(TimeProvider.System.GetUtcNow().AddDays(-settings.LedgerDays));
        Console.Out.WriteLine($"The quota of {reset.Requesters} requester(s) was reset; "
            + $"{reset.Messages} message(s) older than {settings.LedgerDays} day(s) were forgotten.");
        if (reset.ClockJump != TimeSpan.Zero)
        {
            var text = $"reset: {StoreCounts.InWords(reset.ClockJump)}; no message was forgotten this time; check "
                + "whether the clock is right";
            new MessageLog(settings, null, TimeProvider.System).Warn(text);
            Console.Out.WriteLine(text);
        }

        if (reset.KeyIsNew)
            Console.Out.WriteLine(
                $"The new address key is in force: hosts with an older {settings.AddressKeyFile} defer their "
                + "messages.");
        return ExitCode.Ok;
    }

    private static Command List(string name, string description, Verdict verdict) =>
        SubjectsCommand(name, description, (subject, _, store) =>
        {
            var before = store.SetVerdict(RequesterOf(store.Key, subject), verdict);
            var change = before == verdict ? " (as before)" : before == Verdict.None ? "" : $" (was {InWords(before)})";
            return InWords(verdict) + change;
        });

    private static Command RotateKey() => CommandLine.New(
        "rotate-key", "Make a new address key, which comes into force at the next reset", result =>
    {
        var settings = SettingsPath.Load(result);
        var key = AddressKey.Load(settings.AddressKeyFile);
        bool waits;
        // Perhaps only root can read the key file. The database is opened as the service's user.
        using (ServiceUser.Act(settings))
        using (var store = RequesterStore.Open(settings.Database, key, MaxWait, TimeProvider.System))
            waits = store.NextKey is not null;
        // While a new key waits, a second one would only make the file longer. The waiting key can still be copied.
        if (!waits)
            key = AddressKey.Change(settings.AddressKeyFile, TimeProvider.System.GetUtcNow());
        Console.Out.WriteLine(waits
            ? $"{settings.AddressKeyFile} holds a key of {InWords(key.MadeAt)} that is not in force yet; nothing "
            + "was changed."
            : $"{settings.AddressKeyFile} holds a new address key, and the earlier ones.");
        Console.Out.WriteLine("It comes into force at the next: responder blacklist reset");
        Console.Out.WriteLine(
            "Before that, copy the file to a backup, to all hosts that share the database, and to the place from "
            + "which new hosts get it. Until then, hosts with the old file and hosts with the new one both work.");
        return ExitCode.Ok;
    });

    private static Command Show() => CommandLine.New(
        "show", "Show counts of what the database holds", result => WithStore(result, (settings, store) =>
    {
        var counts = store.Count();
        var text = Console.Out;
        text.WriteLine($"blocked:            {counts.Blocked + counts.BlockedByFeedback}");
        text.WriteLine($"  by feedback:      {counts.BlockedByFeedback}");
        text.WriteLine($"allowed:            {counts.Allowed}");
        text.WriteLine($"messages on record: {counts.Messages}");
        foreach (var (used, requesters) in counts.Requesters)
            text.WriteLine($"requesters with {used} of {settings.DailyLimit} used: {requesters}");
        text.WriteLine("address key:        "
            + (store.Key.MadeAt is null ? "the first one" : $"of {InWords(store.Key.MadeAt)}")
            + (store.NextKey is { } next ? $"; one of {InWords(next.MadeAt)} comes into force at the next reset"
            : ""));
        text.WriteLine("last reset:         " + (counts.LastReset is null ? "never" : InWords(counts.LastReset)));
        return ExitCode.Ok;
    }));

    private static Command Check() => SubjectsCommand(
        "check", "Show whether an address, or the addresses at a domain, would be answered", Standing,
        showsLabelOfOne: false);

    private static string Standing(NamedSubject subject, ResponderSettings settings, RequesterStore store)
    {
        var requester = RequesterOf(store.Key, subject);
        var verdict = store.VerdictOf(requester);
        return verdict.IsBlocked() ? InWords(verdict)
            : MailDomain.IsWithin(subject.Domain, settings.BlockedDomains) ? "blocked by blocked_domains"
            : verdict == Verdict.Allowed ? "allowed, no quota"
            : MailDomain.IsWithin(subject.Domain, settings.ExemptDomains) ? "exempt_domains, no quota"
            : subject.Address is null ? InWords(verdict)
            : $"{store.Used(requester)} of {settings.DailyLimit} used";
    }

    /// <summary>Returns a command that prints one line for each address or domain.</summary>
    /// <param name="name">The name of the command.</param>
    /// <param name="description">Its description, for the help.</param>
    /// <param name="work">Handles one address or domain and returns the line.</param>
    /// <param name="showsLabelOfOne">
    /// Whether the line names its subject even if that is the only one on the command line.
    /// </param>
    private static Command SubjectsCommand(
        string name, string description, Func<NamedSubject, ResponderSettings, RequesterStore, string> work,
        bool showsLabelOfOne = true)
    {
        var subjects = new Argument<string[]>("ADDRESS-OR-DOMAIN")
        {
            Description = NamedSubject.Meaning,
            Arity = ArgumentArity.OneOrMore,
        };
        return CommandLine.New(name, description, result =>
        {
            // Read all of them before changing any, so that a typing mistake changes nothing.
            var named = NamedSubject.Read(result.GetValue(subjects)!);
            var showsLabel = showsLabelOfOne || result.GetValue(subjects) is not [not "-"];
            return WithStore(result, (settings, store) =>
            {
                foreach (var subject in named)
                    Console.Out.WriteLine((showsLabel ? subject.Label + ": " : "") + work(subject, settings, store));
                return ExitCode.Ok;
            });
        }, subjects);
    }

    private static int WithStore(ParseResult result, Func<ResponderSettings, RequesterStore, int> work)
    {
        var settings = SettingsPath.LoadForService(result);
        using var store = RequesterStore.Open(settings, MaxWait);
        return work(settings, store);
    }

    private static Requester RequesterOf(AddressKey key, NamedSubject subject) =>
        subject.Address is { } address ? key.Requester(address)! : key.AnybodyAt(subject.Domain);

    private static string InWords(DateTimeOffset? time) =>
        time is null ? "unknown time" : $"{time:yyyy-MM-dd HH:mm:ss} UTC";

    private static string InWords(Verdict verdict) => verdict switch
    {
        Verdict.Blocked => "blocked",
        Verdict.Allowed => "allowed",
        Verdict.BlockedByFeedback => "blocked, because a reply bounced or was complained about",
        _ => "on no list",
    };
}
