using MailResponder.Incoming;
using MailResponder.Reply;

namespace MailResponder.Tests.Corpus;

/// <summary>
/// Mails modeled on public bug reports of other programs, in the folder "field" next to the corpus, and the outcome for
/// each.
/// </summary>
public sealed class FieldMails
{
    private const string Zahra = "zahra@mail.example.net";

    private static readonly string Folder = Path.Join(Path.GetDirectoryName(CorpusMails.Folder), "field");

    [CorpusTheory]
    [InlineData("01-feedback-id-proton", Zahra)]
    [InlineData("04-feedback-id-zoho", Zahra)]
    [InlineData("06-feedback-id-newsletter-control", null)]
    [InlineData("07-suppress-none", Zahra)]
    [InlineData("09-suppress-oof-only", Zahra)]
    [InlineData("10-x-autoresponder", null)]
    [InlineData("12-noreply-suffix", null)]
    [InlineData("20-mdn-bare", null)]
    [InlineData("23-idn-nfd", null)]
    [InlineData("25-zwsp-in-domain", null)]
    [InlineData("29-numeric-domain", null)]
    [InlineData("30-comma-unquoted", Zahra)]
    [InlineData("35-address-as-name", Zahra)]
    [InlineData("41-idn-soft-hyphen", null)]
    [InlineData("42-hide-my-email", "zahra_at_mail_example_net_abc123@privaterelay.example.net")]
    [InlineData("43-subject-zero-width", Zahra)]
    [InlineData("45-subject-circled-letters", Zahra)]
    [InlineData("49-subject-ip-address", Zahra)]
    [InlineData("57-in-reply-to-of-two", Zahra)]
    [InlineData("59-message-id-quoted", Zahra)]
    [InlineData("60-no-message-id", Zahra)]
    [InlineData("61-recipient-plus-tag", Zahra, "get+fa@example.com")]
    [InlineData("62-recipient-trailing-dot", Zahra, "get@example.com.")]
    [InlineData("63-recipient-u-label", Zahra, "get@b\u00fccher.example")]
    public void AreAnsweredToWhomTheyAreFrom(string mail, string? to, string recipient = "get@example.com")
    {
        using var input = File.OpenRead(Path.Join(Folder, mail + ".eml"));
        var message = IncomingMessage.Read(input);
        var envelope = new Envelope(recipient, Zahra);

        new Guard(TestSettings.In("/nowhere")).ReasonNotToReply(message, envelope, out var request);

        Assert.Equal(to, request?.From.GetAddress(idnEncode: true));
        if (request is null)
            return;
        var book = TestBook.Of("get@example.com", "get@xn--bcher-kva.example");
        var expected = recipient.Contains('\u00fc') ? "get@xn--bcher-kva.example" : "get@example.com";
        Assert.Equal(expected, RequestedAddress.Find(
            RequestedAddress.Told(envelope, message.Headers), message.Headers, book, TestSettings.In("/nowhere")));
        Assert.Equal("Re: " + expected, ReplySubject.For(request, expected));
        if (mail.StartsWith("57", StringComparison.Ordinal))
            Assert.Empty(request.References);
    }
}
