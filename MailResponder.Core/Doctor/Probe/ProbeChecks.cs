using MailResponder.Book;
using MailResponder.Incoming;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Doctor;

/// <summary>
/// Tests the whole chain. Sends a request to port 25 as a stranger would, and the reply goes to a place that drops it.
/// This finds faults that no other check can see.
/// </summary>
internal static class ProbeChecks
{
    public const string Name = "probe";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <param name="settings">The settings that name the response book.</param>
    /// <param name="maxTime">Time limit from the connection to the reply.</param>
    public static IEnumerable<Finding> Look(
        Host host, ResponderSettings settings, PostfixSettings postfix, TimeSpan maxTime)
    {
        var check = new Check(Name);
        if (!host.IsRoot)
            return check.OnlyRoot("not sent: only root can read the address key and Postfix's log");
        if (settings.LogTo == LogTarget.Stderr
            || (postfix["maillog_file"].Length == 0 && !host.IsRunning("rsyslogd")))
            return check.Warning("not sent: nothing is logged, and only the logs show what happens to it",
                "fix the log first");
        // The probe adds a tag to the address. An address with a tag of its own cannot hold a second one, and the entry
        // for unknown addresses has no address.
        if (ResponseBookFile.Check(settings.ResponseBook, [])?.Entries.FirstOrDefault(
            entry => !entry.IsForUnknown && !entry.Address.Contains('+')) is not { } entry)
            return check.Warning("not sent: the response book has a fault, or no address",
                "fix it; see: responder config check");
        var method = entry.SendMethod ?? settings.SendMethod;
        if (method == SendMethod.Sendmail && postfix.LookUpIn("transport_maps", ProbeTag.SinkDomain)
            ?.StartsWith("discard:", StringComparison.Ordinal) != true)
        {
            return check.Fault($"not sent: transport_maps does not route {ProbeTag.SinkDomain} to discard, where the "
                + "reply should end", postfix.AddTransports);
        }

        var mailLog = postfix["maillog_file"] is { Length: > 0 } file ? file : LogChecks.MailLogFile;
        var tag = new ProbeTag(AddressKey.Load(settings.AddressKeyFile).ProbeToken(host.Now));
        var watch = new ProbeWatch(host, tag, mailLog);
        using var deadline = new CancellationTokenSource(maxTime);
        var dialogue = ProbeDialogue.HandOver(tag.On(entry.Address), tag, host.Now, deadline.Token);
        var asked = $"{entry.Address} at port 25{(dialogue.At is null ? "" : $" of {dialogue.At}")}";
        var (taken, problem) = (watch.Elapsed, dialogue.Problem);
        if (problem is null)
        {
            problem = Wait(watch, method, deadline.Token);
            if (problem is null)
                return check.Ok(InWords(asked, taken, watch, method));
            RemoveFromQueue(host, tag, watch.QueueIds.Append(dialogue.QueueId));
        }

        var outcome = dialogue.Problem is null
            ? "accepted the request, but the probe failed" : "could not be given the request";
        return check.Fault($"{asked} {outcome}: {problem}",
            $"fix what it names, and other faults first; then look at {mailLog} and {LogChecks.Log}");
    }

    /// <returns>What went wrong. Null if the probe was answered.</returns>
    private static string? Wait(ProbeWatch watch, SendMethod method, CancellationToken deadline)
    {
        for (; !deadline.IsCancellationRequested; Thread.Sleep(BetweenLooks))
        {
            watch.Look();
            if (watch.Problem is { } problem)
                return problem;
            if (watch.Answer is not null && (method != SendMethod.Sendmail || watch.Replied is not null))
                return null;
        }

        return watch.Unfinished;
    }

    private static string InWords(string asked, TimeSpan taken, ProbeWatch watch, SendMethod method)
    {
        static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.00}";

        var handed = watch.Handed?.Seen ?? watch.Elapsed;
        // pipe(8) logs only after the responder has ended. The reply may have left before that.
        var end = watch.Replied is { } reply && reply.Seen > handed ? reply.Seen : handed;
        var wayOut = method switch
        {
            SendMethod.Ses => "Amazon SES, which was told to drop it",
            SendMethod.Sendmail => "Postfix's discard",
            _ => "the outbox, where nothing was stored",
        };
        return $"{asked} answered in {Seconds(end)} s (port 25 {Seconds(taken)}, responder {Seconds(handed - taken)}"
            + (watch.Replied is null ? "" : $", reply {Seconds(end - handed)}")
            + $"): followed the first reply, without attachments, to {wayOut}";
    }

    /// <summary>
    /// Deletes the unanswered probe from the queue. The responder would only drop it on a later delivery attempt. A
    /// queue id may belong to another message by now, so the content of each message is checked first.
    /// </summary>
    private static void RemoveFromQueue(Host host, ProbeTag tag, IEnumerable<string?> queueIds)
    {
        foreach (var id in queueIds.OfType<string>().Distinct().Where(id => PostfixText.IsQueueId(id)))
        {
            if (host.Run("postcat", "-q", id).Output.Contains(tag.Text, StringComparison.Ordinal))
                host.Run("postsuper", "-d", id);
        }
    }
}
