using MimeKit;

namespace MailResponder.Incoming;

/// <summary>Postfix's queue id of a message. With it, a line of our log can be found in the mail log.</summary>
internal static class QueueId
{
    private const int MaxLength = 32;

    /// <summary>
    /// Returns the queue id of the envelope or, if it has none, the one in the topmost Received field ("by host
    /// (Postfix) with ESMTP id 4bX…"); "-" if unknown.
    /// </summary>
    public static string Of(Envelope envelope, HeaderList headers)
    {
        var received = headers["Received"]?.Split(" id ", 2);
        var id = envelope.QueueId
            ?? (received is [_, var rest] ? rest.TrimStart().Split(' ', '\t', '\r', '\n', ';')[0] : "");
        return id.Length is > 0 and <= MaxLength && id.All(char.IsAsciiLetterOrDigit) ? id : "-";
    }
}
