using MailResponder.Addresses;
using MailResponder.Feedback;
using MailResponder.Incoming;
using MailResponder.Incoming.Authentication;
using MailResponder.Logs;
using MailResponder.Tests.Mail;
using MimeKit;

namespace MailResponder.Tests.Incoming;

/// <summary>Reading a header takes time in proportion to its length, whatever it contains.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class LinearTime
{
    private static readonly Guard Guard = new(TestSettings.In("/nowhere") with { MaxMessageBytes = int.MaxValue });

    public static TheoryData<string> Shapes => new(HeaderShapes.Names);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void HeaderList_TakesItsLength(string shape) => AssertLinear(shape, 1_000_000, header =>
    {
        foreach (var field in HeaderFields.Of(header))
            _ = field.Value;
    });

    /// <summary>Bypasses the bound of 100 KiB.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Guard_TakesTheLengthOfTheHeader(string shape) => AssertLinear(shape, 100_000, header =>
    {
        var message = new IncomingMessage(header, HeaderFields.Of(header), header.Length);
        Guard.ReasonNotToReply(message, new Envelope(), out _);
        AuthenticationEvidence.Weigh(message.Headers, "example.net", "mx.example.com");
        RequestedAddress.Find(RequestedAddress.Told(new Envelope(), message.Headers), message.Headers,
            TestBook.Of("get@example.com", "*@other.example"), TestSettings.In("/nowhere"));
        QueueId.Of(new Envelope(), message.Headers);
        foreach (var field in message.Headers)
        {
            _ = AddressList.TryParse(field.RawValue, out _);
            _ = ContentType.TryParse(field.Value, out _);
            _ = MimeKit.Utils.MimeUtils.EnumerateReferences(field.Value).Count();
        }
    });

    /// <summary>
    /// Anybody can write to the bounce address. MimeKit's cost of a folded field grows faster with larger inputs: 20 ms
    /// for all that `responder feedback --bounce` reads of a mail.
    /// </summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Report_TakesTheLengthOfItsHeaders(string shape) => AssertLinear(shape, 10_000, header =>
        DeliveryReport.Read(new MemoryStream([
            .. "Content-Type: multipart/report; boundary=b\n"u8, .. header,
            .. "\n\n--b\nContent-Type: message/delivery-status\n\nA: b\n\nAction: failed\nStatus: 5.1.1\n"u8,
            .. "\n--b\nContent-Type: message/rfc822\n\nMessage-ID: <a@b>\nDate: Mon, 2 Mar 2026 08:00:00 +0000\n"u8,
            .. "X-Reply-Token: 0\n"u8, .. header, .. "\n\n--b--\n"u8,
        ])));

    private static void AssertLinear(string shape, int length, Action<byte[]> read) =>
        LinearCost.Assert(bytes => HeaderShapes.Make(shape, bytes), length, read);
}
