using System.Globalization;
using MailResponder.Book;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Doctor;

/// <summary>
/// The whole chain at once: a request that comes in at port 25 as a stranger's, and its reply, which leaves towards a
/// place where it is dropped. It finds what no other check looks at.
/// </summary>
internal static class ProbeChecks
{
    public const string Name = "probe";

    private const string MailLog = "/var/log/mail.log";
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <param name="host">Where it is sent, and what runs there.</param>
    /// <param name="settings">Whose book is asked.</param>
    /// <param name="postfix">Null: nothing is looked at.</param>
    /// <param name="maxTime">How long the request may take.</param>
    public static IEnumerable<Finding> Look(
        Host host, ResponderSettings settings, PostfixSettings? postfix, TimeSpan maxTime)
    {
        if (postfix is null)
            return [];
        if (!host.IsRoot)
            return [NotSent("only root can read the address key and Postfix's log", "run: sudo responder doctor")];
        var isLogged = postfix["maillog_file"].Length > 0 || host.IsRunning("rsyslogd");
        if (settings.LogTo == LogTarget.Stderr || !isLogged)
            return [NotSent("nothing is logged, and only the logs tell what becomes of it", "mend the log first")];
        if (Asked(settings) is not { } entry)
            return [NotSent("the response book has a fault, or no address", "mend it; see: responder config check")];
        var method = entry.SendMethod ?? settings.SendMethod;
        if (method == SendMethod.Sendmail && !HasSink(postfix))
        {
            const string sink = $"inline:{{ {ProbeTag.SinkDomain}=discard: }}";
            var maps = string.Join(", ", postfix.List("transport_maps").Append(sink));
            return [Finding.Fault(Name,
                $"not sent: transport_maps does not lead {ProbeTag.SinkDomain} to discard, where the reply is to end",
                $"run: postconf -e 'transport_maps={maps}'; then: postfix reload")];
        }

        var mailLog = postfix["maillog_file"] is { Length: > 0 } file ? file : MailLog;
        return [Send(host, settings, entry.Address, method, mailLog, maxTime)];
    }

    private static Finding NotSent(string reason, string remedy) =>
        Finding.Warning(Name, "not sent: " + reason, remedy);

    private static bool HasSink(PostfixSettings postfix) => postfix.List("transport_maps").Exists(table =>
        postfix.LookUp(table, ProbeTag.SinkDomain)?.StartsWith("discard:", StringComparison.Ordinal) == true);

    private static Finding Send(
        Host host, ResponderSettings settings, string address, SendMethod method, string mailLog, TimeSpan maxTime)
    {
        var tag = new ProbeTag(AddressKey.Load(settings.AddressKeyFile).ProbeToken(host.Now));
        var watch = new ProbeWatch(host, tag, mailLog);
        using var deadline = new CancellationTokenSource(maxTime);
        var dialogue = ProbeDialogue.HandOver(tag.On(address), tag, host.Now, deadline.Token).GetAwaiter().GetResult();
        var at = dialogue.At is null ? "" : $" of {dialogue.At}";
        if (dialogue.Problem is { } refusal)
            return Fault($"{address} cannot be asked at port 25{at}: {refusal}", mailLog);

        var taken = watch.Elapsed;
        string? problem;
        while ((problem = watch.Problem) is null && !IsDone(watch, method))
        {
            if (deadline.IsCancellationRequested)
            {
                problem = watch.Unfinished;
                break;
            }

            Thread.Sleep(BetweenLooks);
            watch.Look();
        }

        if (problem is null)
            return Finding.Ok(Name, InWords(address, at, taken, watch, method));
        RemoveFromQueue(host, tag, dialogue.QueueId is { } id ? watch.QueueIds.Append(id) : watch.QueueIds);
        return Fault($"{address} was asked at port 25{at}, and not answered: {problem}", mailLog);
    }

    private static bool IsDone(ProbeWatch watch, SendMethod method) =>
        watch.Answer is not null && (method != SendMethod.Sendmail || watch.Replied is not null);

    private static string InWords(string address, string at, TimeSpan taken, ProbeWatch watch, SendMethod method)
    {
        var handed = watch.Handed?.Seen ?? watch.Elapsed;
        // pipe(8) says only when the responder has ended that it has; the reply may be out before.
        var end = watch.Replied is { } reply && reply.Seen > handed ? reply.Seen : handed;
        var times = string.Create(CultureInfo.InvariantCulture,
            $"port 25 {taken.TotalSeconds:0.00}, responder {(handed - taken).TotalSeconds:0.00}");
        if (watch.Replied is not null)
            times += string.Create(CultureInfo.InvariantCulture, $", reply {(end - handed).TotalSeconds:0.00}");
        var wayOut = method switch
        {
            SendMethod.Ses => "Amazon SES, which was told to drop it",
            SendMethod.Sendmail => "discard of Postfix",
            _ => "the outbox, into which nothing was put",
        };
        var whole = string.Create(CultureInfo.InvariantCulture, $"{end.TotalSeconds:0.00}");
        return $"{address} at port 25{at} answered in {whole} s ({times}): "
            + $"the first reply, without attachments, as far as {wayOut}";
    }

    private static Finding Fault(string text, string mailLog) => Finding.Fault(Name, text,
        $"mend what it names, and other faults first; then look at {mailLog} and {LogChecks.Log}");

    /// <summary>
    /// The first entry of the book for one address, which has no tag of its own; null when there is none.
    /// </summary>
    private static ResponseEntry? Asked(ResponderSettings settings) =>
        ResponseBookFile.Check(settings.ResponseBook, [])?
            .Entries.FirstOrDefault(entry => !entry.IsForUnknown && !entry.Address.Contains('+'));

    /// <summary>
    /// A probe that nobody waits for any more would only be dropped when its turn comes. A queue id may have been given
    /// to another message meanwhile.
    /// </summary>
    private static void RemoveFromQueue(Host host, ProbeTag tag, IEnumerable<string> queueIds)
    {
        foreach (var id in queueIds.Distinct().Where(id => PostfixText.IsQueueId(id)))
        {
            if (host.Run("postcat", "-q", id).Output.Contains(tag.Text, StringComparison.Ordinal))
                host.Run("postsuper", "-d", id);
        }
    }
}
