using System.Globalization;
using MailResponder.Incoming;
using MailResponder.Limits;
using MailResponder.Reporting.PostfixLog;
using MailResponder.Responses;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// The whole chain at once: a request that comes in at port 25 as a stranger's, and its reply, which leaves towards a
/// place where it is dropped. It finds what no other check looks at. What becomes of it is read in the logs.
/// </summary>
internal static class ProbeChecks
{
    public const string Name = "probe";

    private const string MailLog = "/var/log/mail.log";
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>rsyslogd writes the responder's line within a second (rsyslog/20-mail_responder.conf).</summary>
    private static readonly TimeSpan MaxDelayOfLog = TimeSpan.FromSeconds(3);

    /// <param name="maxTime">How long the request may take.</param>
    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings? postfix, TimeSpan maxTime) =>
        postfix is null ? [] : [ReasonNotToLook(host, settings, postfix) ?? Send(host, settings, postfix, maxTime)];

    private static Finding? ReasonNotToLook(Host host, ResponderSettings settings, PostfixSettings postfix)
    {
        if (!host.IsRoot)
            return Finding.Warning(Name, "not sent: only root can read the address key and Postfix's log", "run: sudo responder doctor");
        if (settings.LogTo == LogTarget.Stderr || (postfix["maillog_file"].Length == 0 && !host.IsRunning("rsyslogd")))
            return Finding.Warning(Name, "not sent: nothing is logged, and only the logs tell what becomes of it", "mend the log first");
        if (Asked(settings) is not { } entry)
            return Finding.Warning(Name, "not sent: the response book has a fault, or no address", "mend it first; see: responder config check");
        var leadsToDiscard = postfix.List("transport_maps").Exists(table =>
            postfix.LookUp(table, ProbeTag.SinkDomain)?.StartsWith("discard:", StringComparison.Ordinal) == true);
        var maps = string.Join(", ", postfix.List("transport_maps").Append($"inline:{{ {ProbeTag.SinkDomain}=discard: }}"));
        return leadsToDiscard || MethodOf(entry, settings) != SendMethod.Sendmail ? null : Finding.Fault(Name,
            $"not sent: transport_maps does not lead {ProbeTag.SinkDomain} to discard, where the reply is to end",
            $"run: postconf -e 'transport_maps={maps}'; then: postfix reload");
    }

    private static Finding Send(Host host, ResponderSettings settings, PostfixSettings postfix, TimeSpan maxTime)
    {
        var entry = Asked(settings)!;
        var tag = new ProbeTag(AddressKey.Load(settings.AddressKeyFile).ProbeToken(host.Now));
        var mailLog = postfix["maillog_file"] is { Length: > 0 } file ? file : MailLog;
        var begin = host.Clock.GetTimestamp();
        var (postfixLines, ownLines) = (new GrowingLog(host.PathTo(mailLog)), new GrowingLog(host.PathTo(LogChecks.Log)));
        using var deadline = new CancellationTokenSource(maxTime);
        var dialogue = ProbeDialogue.HandOver(tag.On(entry.Address), tag, host.Now, deadline.Token).GetAwaiter().GetResult();
        if (dialogue.Problem is { } refusal)
            return Fault($"{entry.Address} cannot be asked at port 25{(dialogue.At is null ? "" : $" of {dialogue.At}")}: {refusal}", mailLog);

        var taken = host.Clock.GetElapsedTime(begin);
        var (steps, own) = (new List<ProbeStep>(), new List<string>());
        string? problem;
        while ((problem = Problem()) is null && !IsDone())
        {
            if (deadline.IsCancellationRequested)
            {
                problem = steps.Count == 0 ? $"it was taken into the queue, and {mailLog} said nothing more of it in time"
                    : $"{(Handed() is null ? "the responder was not done with it" : "its reply did not reach discard")} in time; last: {InWords(steps[^1])}";
                break;
            }

            Thread.Sleep(BetweenLooks);
            var now = host.Clock.GetElapsedTime(begin);
            steps.AddRange(postfixLines.NewLines().Select(line => ProbeStep.Of(line, tag, now, host.Now)).OfType<ProbeStep>());
            own.AddRange(ownLines.NewLines());
        }

        if (problem is not null)
        {
            RemoveFromQueue(host, tag, steps.SelectMany(step => new[] { step.QueueId, step.NextQueueId }).Append(dialogue.QueueId));
            return Fault($"{entry.Address} was asked at {dialogue.At}, and not answered: {problem}", mailLog);
        }

        var (handed, replied) = (Handed()!.Seen, Replied()?.Seen);
        var end = replied ?? handed;
        return Finding.Ok(Name, string.Create(CultureInfo.InvariantCulture,
            $"{entry.Address} at {dialogue.At} answered in {end.TotalSeconds:0.00} s (port 25 {taken.TotalSeconds:0.00}, responder {(handed - taken).TotalSeconds:0.00}") +
            (replied is { } at ? string.Create(CultureInfo.InvariantCulture, $", reply {(at - handed).TotalSeconds:0.00}") : "") +
            $"): the first reply, without attachments, as far as {WayOut(MethodOf(entry, settings))}");

        ProbeStep? Handed() => steps.Find(step => step is { IsOfReply: false, NextQueueId: null, Status: "sent" });

        ProbeStep? Replied() => steps.Find(step => step is { IsOfReply: true, Status: "sent" });

        string? OwnLine() => own.Find(line => steps.Exists(step =>
            line.Contains($" queue_id={step.QueueId} ", StringComparison.Ordinal) || line.EndsWith($" queue_id={step.QueueId}", StringComparison.Ordinal)));

        bool IsDone() => OwnLine() is not null && (MethodOf(entry, settings) != SendMethod.Sendmail || Replied() is not null);

        string? Problem()
        {
            var line = OwnLine();
            var isLate = steps.Count > 0 && host.Clock.GetElapsedTime(begin) - steps[^1].Seen > MaxDelayOfLog;
            if (line?.Contains(" reason=", StringComparison.Ordinal) == true)
                return line[(line.IndexOf("]: ", StringComparison.Ordinal) + 3)..].OneLine();
            if (steps.Find(step => step.Status != "sent") is { } failed)
                return failed.Service != "pipe" || isLate ? InWords(failed) : null;
            return line is null && isLate && Handed() is { } handed
                ? $"{LogChecks.Log} has no line of it from the responder; {InWords(handed)}" : null;
        }
    }

    private static string InWords(ProbeStep step) => $"{step.Service} of Postfix: {step.Status} {step.Words}".OneLine();

    private static Finding Fault(string text, string mailLog) =>
        Finding.Fault(Name, text, $"mend what it names, and other faults first; then look at {mailLog} and {LogChecks.Log}");

    private static string WayOut(SendMethod method) => method switch
    {
        SendMethod.Ses => "Amazon SES, which was told to drop it",
        SendMethod.Sendmail => "discard of Postfix",
        _ => "the outbox, into which nothing was put",
    };

    /// <summary>An entry of the address that is asked: the first one that has no tag itself.</summary>
    private static ResponseEntry? Asked(ResponderSettings settings) =>
        ResponseBookFile.Check(settings.ResponseBook, [])?.Entries.FirstOrDefault(entry => !entry.Address.Contains('+'));

    private static SendMethod MethodOf(ResponseEntry entry, ResponderSettings settings) => entry.SendMethod ?? settings.SendMethod;

    /// <summary>
    /// A probe that nobody waits for any more would only be dropped when its turn comes. A queue id may have been given to
    /// another message meanwhile.
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
