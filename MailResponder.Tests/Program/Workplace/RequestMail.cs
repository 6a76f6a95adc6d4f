using System.Text;

namespace MailResponder.Tests.Program;

/// <summary>A request as a person's mail program writes it, and what a test wants to be different about it.</summary>
internal sealed record RequestMail(string From)
{
    private static int _count;

    private readonly int _number = Interlocked.Increment(ref _count);

    /// <summary>Headers beyond the usual ones, each line ended by CRLF.</summary>
    public string MoreHeaders { get; init; } = "";

    /// <summary>The From field in place of the usual one, ended by CRLF; empty: there is none.</summary>
    public string? FromField { get; init; }

    public string To { get; init; } = "get@example.com";

    public string Subject { get; init; } = "please";

    public string Body { get; init; } = "hello\r\n";

    /// <summary>
    /// A requester whom no other test knows, so that the quota is untouched and traces are unmistakable.
    /// </summary>
    public static RequestMail FromSomebodyNew() => new($"zahra.{Guid.NewGuid():N}@freemail.test");

    /// <summary>The same person's next message: other bytes in the header block.</summary>
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
