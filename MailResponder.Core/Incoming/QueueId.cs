using MimeKit;

namespace MailResponder.Incoming;

/// <summary>Postfix's name for a message, by which a log line is found again in the mail log.</summary>
internal static class QueueId
{
    private const int MaxLength = 32;

    /// <summary>
    /// As told, else from the topmost Received header ("by host (Postfix) with ESMTP id 4bX…"); "-" when unknown.
    /// </summary>
    public static string Of(Envelope envelope, HeaderList headers)
    {
        var received = headers["Received"]?.Split(" id ", 2);
        var id = envelope.QueueId
            ?? (received is [_, var rest] ? rest.TrimStart().Split(' ', '\t', '\r', '\n', ';')[0] : "");
        return id.Length is > 0 and <= MaxLength && id.All(char.IsAsciiLetterOrDigit) ? id : "-";
    }
}
