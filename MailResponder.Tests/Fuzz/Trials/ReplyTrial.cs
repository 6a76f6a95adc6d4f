using System.Buffers;
using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Incoming;
using MailResponder.Incoming.Authentication;
using MailResponder.Reply;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Tests.Fuzz;

/// <summary>
/// The reply to any request is a mail to its requester and nobody else, with the fields that we chose.
/// </summary>
internal static class ReplyTrial
{
    private static readonly string[] Fields =
    [
        "From", "To", "Reply-To", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "Auto-Submitted",
        "X-Auto-Response-Suppress", "X-Loop", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
        "Content-Disposition",
    ];

    private static readonly SearchValues<byte> Printable =
        SearchValues.Create([(byte)'\t', (byte)'\n', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c)]);

    private static readonly ResponderSettings Settings = TestSettings.In("/nowhere") with { MaxMessageBytes = 1 << 20 };

    private static readonly Guard Guard = new(Settings);

    public static ResponseEntry Entry { get; } = TestBook.Entry();

    public static void Run(byte[] input)
    {
        if (RequestIn(input) is not { } request)
            return;
        var mail = Compose(request);
        AssertSafeOnTheWire(mail);
        var headers = HeaderList.Load(new MemoryStream(mail));
        foreach (var header in headers)
            Assert.True(Fields.Contains(header.Field, StringComparer.OrdinalIgnoreCase), "only our fields");
        Assert.True(headers.Select(header => header.Field).Distinct(StringComparer.OrdinalIgnoreCase)
            .Count() == headers.Count, "each once");
        Assert.True(InternetAddressList.TryParse(
            headers[headers.IndexOf(HeaderId.To)].RawValue, out InternetAddressList? to) && to.Count == 1, "to one");
        Assert.True(((MailboxAddress)to[0]).GetAddress(idnEncode: true) == Recipient(request), "and to the requester");
        Assert.True(headers[HeaderId.Subject] == ReplySubject.For(request, Entry.Address),
            "the subject is read as it was meant");
    }

    /// <summary>Returns the request in an input. Null if the guard has a reason not to reply.</summary>
    public static Request? RequestIn(byte[] input)
    {
        Guard.ReasonNotToReply(IncomingMessage.Read(new MemoryStream(input)), new Envelope(), out var request);
        // With weak proof the reply repeats the request's subject.
        return request is null ? null : request with { Authentication = AuthenticationVerdict.Sure(Proof.Weak) };
    }

    public static byte[] Compose(Request request)
    {
        using var reply = Reply.TestReply.Compose(Settings, request, Entry);
        Assert.True(reply.Recipient == Recipient(request), "the envelope names the requester");
        using var output = new MemoryStream();
        reply.WriteTo(output);
        return output.ToArray();
    }

    public static string Recipient(Request request) =>
        MailDomain.TryNormalize(request.From.Domain, out var domain) ? $"{request.From.LocalPart}@{domain}" : "";

    private static void AssertSafeOnTheWire(ReadOnlySpan<byte> mail)
    {
        Assert.True(mail.IndexOfAnyExcept(Printable) < 0, "printable ASCII");
        foreach (var line in mail.Split((byte)'\n'))
            Assert.True(line.End.Value - line.Start.Value <= 998, "no line over 998");
    }
}
