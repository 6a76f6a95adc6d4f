using System.Text;

namespace MailResponder.Tests.Program;

/// <summary>A request as a person's mail program writes it, with the differences that a test needs.</summary>
internal sealed record RequestMail(string From)
{
    private static int _count;

    private readonly int _number = Interlocked.Increment(ref _count);

    /// <summary>Additional header fields, each line ended by CRLF.</summary>
    public string MoreHeaders { get; init; } = "";

    /// <summary>The From field in place of the usual one, ended by CRLF; empty for no From field.</summary>
    public string? FromField { get; init; }

    public string To { get; init; } = "get@example.com";

    public string Subject { get; init; } = "please";

    public string Body { get; init; } = "hello\r\n";

    /// <summary>
    /// Returns a request of a person whom no other test uses, so that the quota is unused and traces are unique.
    /// </summary>
    public static RequestMail FromSomebodyNew() => new($"zahra.{Guid.NewGuid():N}@freemail.test");

    /// <summary>Returns the same person's next message, whose header block has other bytes.</summary>
    public RequestMail Again() => new(From)
    {
        MoreHeaders = MoreHeaders,
        FromField = FromField,
        To = To,
        Subject = Subject,
        Body = Body,
    };

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(
        $"{FromField ?? $"From: Zahra <{From}>\r\n"}To: {To}\r\nSubject: {Subject}\r\n" +
        $"Message-ID: <{_number}.{Environment.ProcessId}@freemail.test>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n" +
        $"{MoreHeaders}\r\n{Body}");
}
