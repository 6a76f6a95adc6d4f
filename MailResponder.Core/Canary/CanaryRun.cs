using MailKit.Net.Smtp;
using MailResponder.Addresses;
using MailResponder.Incoming;
using MailResponder.Settings;
using MailResponder.Store;
using MimeKit;

namespace MailResponder.Canary;

/// <summary>Sends requests from one mailbox, waits for the replies, and compares them with the expected ones.</summary>
/// <param name="expected">The expected replies to each request, in the order of the mailbox's requests.</param>
/// <param name="signatures">Verifies the signatures of the replies.</param>
/// <param name="key">The key that marks the requests as ours.</param>
/// <param name="wait">How long to wait for the last reply.</param>
internal sealed class CanaryRun(
    CanaryMailbox mailbox, ExpectedReply[][] expected, SignatureCheck signatures,
    AddressKey key, TimeSpan wait, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly CanaryTag _tag = CanaryTag.New(key, clock.GetUtcNow(), mailbox.Address.Address);
    private readonly List<CanaryReply> _replies = [];

    public CanaryReport Look()
    {
        try
        {
            using var folders = new CanaryFolders(mailbox, key);
            CanaryReport? report = null;
            ProviderConnection.InWords(mailbox.Imap, () =>
                // Later runs may still be active on another host.
                folders.Delete(tag => tag.Made < clock.GetUtcNow() - wait));
            var ids = Ask();
            ProviderConnection.InWords(mailbox.Imap, () =>
            {
                var seconds = Await(folders, ids);
                report = Compare(ids, seconds, folders);
                folders.Delete(tag => tag == _tag);
            });
            return report!;
        }
        catch (Exception exception)
        {
            // The check of the other mailboxes continues. The message of any other exception may contain the address.
            var problem = exception is ResponderException ? exception.Message
                : "unexpected: " + exception.GetType().Name;
            return new CanaryReport(mailbox.Name) { IsReachable = false, Problems = [problem] };
        }
        finally
        {
            foreach (var reply in _replies)
                reply.Message.Dispose();
        }
    }

    private List<string> Ask()
    {
        var ids = new List<string>();
        using var client = new SmtpClient();
        ProviderConnection.Open(client, mailbox, mailbox.Submission);
        ProviderConnection.InWords(mailbox.Submission, () =>
        {
            foreach (var requested in mailbox.Requests)
            {
                var address = mailbox.Address.GetAddress(idnEncode: true);
                ids.Add(_tag.On(ids.Count + 1, MailDomain.Of(address)));
                using var request = Request(requested, ids[^1]);
                client.Send(request, mailbox.Address, [new MailboxAddress("", requested)]);
            }

            client.Disconnect(quit: true);
        });
        return ids;
    }

    /// <summary>Makes a request like a person's, so that filters on the way treat it like any other request.</summary>
    private MimeMessage Request(string requested, string id)
    {
        var now = clock.GetUtcNow();
        var request = new MimeMessage
        {
            Date = now,
            MessageId = id,
            Subject = $"Request of {now:yyyy-MM-dd HH:mm:ss}",
            Body = new TextPart("plain") { Text = "Please send me the links.\r\n" },
        };
        request.From.Add(mailbox.Address);
        request.To.Add(new MailboxAddress("", requested));
        return request;
    }

    /// <returns>The seconds until the last reply arrived; null if one is still missing after the wait.</returns>
    private double? Await(CanaryFolders folders, List<string> ids)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            folders.AddReplies(_tag, _replies);
            var passed = clock.GetElapsedTime(start);
            if (ids.TrueForAll(id => RepliesTo(id).Count >= expected[ids.IndexOf(id)].Length))
                return Math.Round(passed.TotalSeconds, 1);
            var left = wait - passed;
            if (left <= TimeSpan.Zero)
                return null;
            folders.WaitForMail(left < Pause ? left : Pause);
        }
    }

    private List<CanaryReply> RepliesTo(string id) => _replies.FindAll(reply => reply.Request == id);

    private CanaryReport Compare(List<string> ids, double? seconds, CanaryFolders folders)
    {
        string? Worst(string method) => ProviderVerdict.Worst(
            _replies.Select(reply => ProviderVerdict.Of(reply.Message.Headers, method)));
        var report = new CanaryReport(mailbox.Name)
        {
            Seconds = seconds,
            Expected = expected.Sum(replies => replies.Length),
            Spf = Worst("spf"),
            Dkim = Worst("dkim"),
            Dmarc = Worst("dmarc"),
            Signature = _replies.Count == 0 ? null : _replies.Max(reply => signatures.Of(reply.Message)),
            ExpectedAttachments = expected.Sum(replies => replies.Sum(reply => reply.Content.Attachments.Count)),
        };
        for (var i = 0; i < ids.Count; i++)
            report.Add(mailbox.Requests[i], expected[i], RepliesTo(ids[i]));
        report.Problems.InsertRange(0, ProblemsOf(report, folders));
        return report;
    }

    private IEnumerable<string> ProblemsOf(CanaryReport report, CanaryFolders folders)
    {
        if (report.Replies < report.Expected)
        {
            yield return $"{report.Expected - report.Replies} of {report.Expected} replies missing after "
                + $"{wait.TotalSeconds:0} s{(folders.IsFull() ? ", and the mailbox is full" : "")}";
        }

        if (folders.HasReturned)
            yield return "a bounce, or other mail that is not a reply, answered a request; read it before the next run";
        if (report.InJunk > 0)
            yield return $"{report.InJunk} of {report.Replies} replies taken for spam";
        foreach (var result in (string[])[$"spf={report.Spf}", $"dkim={report.Dkim}", $"dmarc={report.Dmarc}"])
        {
            if (ProviderVerdict.IsBad(result.Split('=')[1]))
                yield return "the provider reports " + result;
        }

        if (signatures.ProblemOf(report.Signature) is { } problem)
            yield return problem;
    }
}
