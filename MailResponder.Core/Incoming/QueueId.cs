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
        if (envelope.QueueId is { } told)
            return IsPlain(told) ? told : "-";
        var received = headers["Received"] ?? "";
        var mark = received.IndexOf(" id ", StringComparison.Ordinal);
        if (mark < 0)
            return "-";
        var id = received[(mark + 4)..].TrimStart();
        var end = id.AsSpan().IndexOfAny(" \t\r\n;");
        id = end < 0 ? id : id[..end];
        return IsPlain(id) ? id : "-";
    }

    private static bool IsPlain(string id) =>
        id.Length is > 0 and <= MaxLength && id.All(char.IsAsciiLetterOrDigit);
}
