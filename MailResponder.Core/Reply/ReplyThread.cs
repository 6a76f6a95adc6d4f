using System.Text;
using MailResponder.Incoming;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Reply;

/// <summary>
/// Writes In-Reply-To and References (RFC 5322, section 3.6.4), so that mail programs show the reply below its request.
/// </summary>
internal static class ReplyThread
{
    /// <summary>
    /// The most ids that are repeated: the first and the latest ones. A forged chain may have any length.
    /// </summary>
    private const int MaxReferences = 10;

    /// <summary>Keeps an id with its brackets well within a line of 998 characters.</summary>
    private const int MaxIdLength = 250;

    public static void Continue(MimeMessage reply, Request request)
    {
        var seen = new HashSet<string>();
        var chain = new List<string>();
        foreach (var id in request.References)
        {
            if (IsPlain(id) && seen.Add(id))
                chain.Add(id);
        }

        if (chain.Count > MaxReferences - 1)
            chain.RemoveRange(1, chain.Count - (MaxReferences - 1));
        if (MimeUtils.EnumerateReferences(request.MessageId ?? "").FirstOrDefault() is { } messageId
            && IsPlain(messageId))
        {
            reply.InReplyTo = messageId;
            chain.Remove(messageId);
            chain.Add(messageId);
        }

        if (chain.Count == 0)
            return;
        // One id per line: MimeKit would fold the ids without counting the name of the field.
        var references = new Header(HeaderId.References, "");
        references.SetRawValue(Encoding.ASCII.GetBytes($" <{string.Join(">\n <", chain)}>\n"));
        reply.Headers.Add(references);
    }

    /// <summary>
    /// Whether the id can be repeated: it has the form of an id with an "@" (RFC 5322, section 3.6.4). MimeKit throws
    /// if it would not read the same id again. An encoded word is not allowed in an id (RFC 2047, section 5): a reader
    /// that decodes it nevertheless could find a line end.
    /// </summary>
    private static bool IsPlain(string id) =>
        id.Length is > 0 and <= MaxIdLength && !id.AsSpan().ContainsAnyExceptInRange('!', '~')
        && id.IndexOf('@') is > 0 and var at && at < id.Length - 1
        && !id.AsSpan().ContainsAny('<', '>') && id.AsSpan().IndexOf("=?") < 0 && MimeUtils.ParseMessageId(id) == id;
}
