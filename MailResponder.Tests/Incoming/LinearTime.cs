using MailResponder.Addresses;
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

    private static void AssertLinear(string shape, int length, Action<byte[]> read) =>
        LinearCost.Assert(bytes => HeaderShapes.Make(shape, bytes), length, read);
}
