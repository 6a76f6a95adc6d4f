using System.CommandLine;
using System.Globalization;
using MailResponder.Addresses;
using MailResponder.Logs;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Cli;

/// <summary>`responder blacklist …`: quotas and lists. It shows counts only; the database knows no addresses.</summary>
internal sealed class BlacklistCommand : Command
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    public BlacklistCommand() : base("blacklist", "Quotas, block list and allow list")
    {
        Add(Reset());
        Add(List("block", "Never answer these addresses or domains", Verdict.Blocked));
        Add(List("allow", "Answer these addresses or domains without a quota, even below a blocked domain",
            Verdict.Allowed));
        Add(List("remove", "Take these addresses or domains off both lists", Verdict.None));
        Add(RotateKey());
        Add(Show());
        Add(Check());
    }

    private static Command Reset()
    {
        var command = new Command("reset", "Start a new quota window (for cron, once a day) and forget old messages");
        command.SetAction(result => WithStore(result, (settings, store) =>
        {
            var reset = store.Reset(TimeProvider.System.GetUtcNow().AddDays(-settings.LedgerDays));
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"The quota of {reset.Requesters} requester(s) starts anew; {reset.Messages} message(s) older than "
                + $"{settings.LedgerDays} day(s) forgotten."));
            if (reset.ClockJump != TimeSpan.Zero)
                TellClockJump(settings, reset.ClockJump);
            if (reset.KeyIsNew)
                Console.Out.WriteLine(
                    $"The new address key is in force: hosts with an older {settings.AddressKeyFile} defer their "
                    + $"messages.");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static void TellClockJump(ResponderSettings settings, TimeSpan jump)
    {
        var text = $"reset: {StoreCounts.InWords(jump)}; no message is forgotten this time; look whether the clock "
            + $"is right";
        new MessageLog(settings, null, TimeProvider.System).Warn(text);
        Console.Out.WriteLine(text);
    }

    private static Command List(string name, string description, Verdict verdict)
    {
        var subjects = Subjects();
        var command = new Command(name, description) { subjects };
        command.SetAction(result => WithSubjects(result, subjects, (named, _, store) =>
        {
            foreach (var subject in named)
            {
                var before = store.SetVerdict(RequesterOf(store.Key, subject).Address, verdict);
                var change = before == verdict ? " (as before)"
                    : before == Verdict.None ? "" : $" (was {InWords(before)})";
                Console.Out.WriteLine($"{subject.Label}: {InWords(verdict)}{change}");
            }

            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command RotateKey()
    {
        var command = new Command("rotate-key", "Make a new address key, which comes into force at the next reset");
        command.SetAction(result =>
        {
            var settings = SettingsFile.Load(SettingsPath.Find(result.GetValue(CommandLine.SettingsOption)));
            var key = AddressKey.Load(settings.AddressKeyFile);
            bool waits;
            // The key file may be root's alone; the database is not.
            using (ServiceUser.Act(settings))
            using (var store = RequesterStore.Open(settings.Database, key, MaxWait, TimeProvider.System))
                waits = store.NextKey is not null;
            // A second one would only make it longer: whatever was not copied yet can still be copied.
            if (!waits)
                key = AddressKey.Change(settings.AddressKeyFile, TimeProvider.System.GetUtcNow());
            Console.Out.WriteLine(waits
                ? $"{settings.AddressKeyFile} holds a key of {InWords(key.MadeAt)} that is not in force yet; nothing "
                + $"was changed."
                : $"{settings.AddressKeyFile} holds a new address key, and the ones before it.");
            Console.Out.WriteLine("It comes into force at the next: responder blacklist reset");
            Console.Out.WriteLine(
                "Before that, copy the file to a backup, to all hosts that share the database, and to where new "
                + "hosts get it from. Until then both files work.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "Count what the database holds");
        command.SetAction(result => WithStore(result, (settings, store) =>
        {
            var counts = store.Count();
            var text = Console.Out;
            text.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"blocked:            {counts.Blocked + counts.BlockedByFeedback}"));
            text.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  by feedback:      {counts.BlockedByFeedback}"));
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"allowed:            {counts.Allowed}"));
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"messages on record: {counts.Messages}"));
            foreach (var (used, requesters) in counts.Requesters)
                text.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"requesters with {used} of {settings.DailyLimit} used: {requesters}"));
            text.WriteLine("address key:        "
                + (store.Key.MadeAt is null ? "the first one" : $"of {InWords(store.Key.MadeAt)}")
                + (store.NextKey is { } next ? $"; one of {InWords(next.MadeAt)} comes into force at the next reset"
                : ""));
            text.WriteLine("last reset:         " + (counts.LastReset is null ? "never" : InWords(counts.LastReset)));
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Check()
    {
        var subjects = Subjects();
        const string description = "Tell whether an address, or those at a domain, would be answered";
        var command = new Command("check", description) { subjects };
        command.SetAction(result => WithSubjects(result, subjects, (named, settings, store) =>
        {
            var isAlone = result.GetValue(subjects) is [not "-"];
            foreach (var subject in named)
            {
                var standing = Standing(subject, settings, RequesterOf(store.Key, subject), store);
                Console.Out.WriteLine(isAlone ? standing : $"{subject.Label}: {standing}");
            }

            return ExitCode.Ok;
        }));
        return command;
    }

    private static string Standing(
        NamedSubject subject, ResponderSettings settings, Requester requester, RequesterStore store)
    {
        var verdict = store.VerdictOf(requester);
        return verdict.IsBlocked() ? InWords(verdict)
            : MailDomain.IsWithin(subject.Domain, settings.BlockedDomains) ? "blocked by blocked_domains"
            : verdict == Verdict.Allowed ? "allowed, no quota"
            : MailDomain.IsWithin(subject.Domain, settings.ExemptDomains) ? "exempt_domains, no quota"
            : subject.Address is null ? InWords(verdict)
            : string.Create(CultureInfo.InvariantCulture, $"{store.Used(requester)} of {settings.DailyLimit} used");
    }

    private static Argument<string[]> Subjects() =>
        new("ADDRESS-OR-DOMAIN") { Description = NamedSubject.Meaning, Arity = ArgumentArity.OneOrMore };

    private static int WithSubjects(
        ParseResult result,
        Argument<string[]> subjects,
        Func<List<NamedSubject>, ResponderSettings, RequesterStore, int> work)
    {
        // All are understood before the first one is changed.
        var named = NamedSubject.Read(result.GetValue(subjects)!);
        return WithStore(result, (settings, store) => work(named, settings, store));
    }

    private static int WithStore(ParseResult result, Func<ResponderSettings, RequesterStore, int> work)
    {
        var settings = SettingsPath.LoadForService(result.GetValue(CommandLine.SettingsOption));
        using var store = RequesterStore.Open(settings, MaxWait);
        return work(settings, store);
    }

    private static Requester RequesterOf(AddressKey key, NamedSubject subject) =>
        subject.Address is { } address ? key.Requester(address)! : key.AnybodyAt(subject.Domain);

    private static string InWords(DateTimeOffset? time) =>
        time?.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) ?? "unknown time";

    private static string InWords(Verdict verdict) => verdict switch
    {
        Verdict.Blocked => "blocked",
        Verdict.Allowed => "allowed",
        Verdict.BlockedByFeedback => "blocked, because a reply bounced or was complained about",
        _ => "on no list",
    };
}
