using System.Globalization;
using MailResponder.Incoming;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder;

/// <summary>What becomes of a message over a limit: a quiet line for each, and a loud one for all of them.</summary>
internal static class LimitReached
{
    public static Outcome Tell(Limit limit, ResponderSettings settings, RequesterStore store)
    {
        var reason = limit is Limit.DomainPerMinute or Limit.DomainPerDay ? SkipReason.DomainLimit
            : SkipReason.ServiceLimit;
        var name = "limits." + limit.Hyphenated().Replace('-', '_');
        var outcome = settings.Limits.WhenReached == WhenReached.Drop
            ? Outcome.Skipped(reason)
            : Outcome.Deferred(Cause.Limit, name + " is reached") with { Reason = reason.Hyphenated() };
        return store.Counters.TakeReport(limit)
            ? outcome with { Alarm = Alarm(limit, name, settings, store.Counters.EndOf(limit)) } : outcome;
    }

    private static string Alarm(Limit limit, string name, ResponderSettings settings, DateTimeOffset end)
    {
        var (number, whose) = limit switch
        {
            Limit.DomainPerMinute => (settings.Limits.DomainPerMinute, "from one domain or more"),
            Limit.DomainPerDay => (settings.Limits.DomainPerDay, "from one domain or more"),
            Limit.ServicePerMinute => (settings.Limits.ServicePerMinute, "from everybody"),
            _ => (settings.Limits.ServicePerDay, "from everybody"),
        };
        var fate = settings.Limits.WhenReached == WhenReached.Drop ? "are not answered" : "wait in Postfix's queue";
        return string.Create(CultureInfo.InvariantCulture,
            $"limit {name}={number} reached: messages {whose} {fate} until {end.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'} "
            + $"at least; " +
            $"if they come from people, raise it in {settings.File}; more is in docs/postfix.md, When a limit is "
            + $"reached");
    }
}
