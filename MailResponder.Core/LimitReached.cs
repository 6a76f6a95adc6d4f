using MailResponder.Incoming;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder;

/// <summary>
/// Turns a reached limit into an outcome. Each message gets an ordinary log line. One host of the fleet raises an alarm
/// for all of them, at most once an hour.
/// </summary>
internal static class LimitReached
{
    public static Outcome Tell(Limit limit, ResponderSettings settings, RequesterStore store)
    {
        var limits = settings.Limits;
        var isOfDomain = limit is Limit.DomainPerMinute or Limit.DomainPerDay;
        var reason = isOfDomain ? SkipReason.DomainLimit : SkipReason.ServiceLimit;
        var whose = isOfDomain ? "from one domain or more" : "from everybody";
        var number = limit switch
        {
            Limit.DomainPerMinute => limits.DomainPerMinute,
            Limit.DomainPerDay => limits.DomainPerDay,
            Limit.ServicePerMinute => limits.ServicePerMinute,
            _ => limits.ServicePerDay,
        };
        var name = "limits." + limit.Hyphenated().Replace('-', '_');
        var (outcome, fate) = limits.WhenReached == WhenReached.Drop
            ? (Outcome.Skipped(reason), "are not answered")
            : (Outcome.Deferred(Cause.Limit, name + " is reached") with { Reason = reason.Hyphenated() },
                "wait in Postfix's queue");
        return !store.Counters.TakeReport(limit) ? outcome : outcome with
        {
            Alarm = $"limit {name}={number} reached: messages {whose} {fate} until "
                + $"{store.Counters.EndOf(limit).UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'} at least; if they come from "
                + $"people, raise the limit in {settings.File}; see docs/postfix.md, When a limit is reached",
        };
    }
}
