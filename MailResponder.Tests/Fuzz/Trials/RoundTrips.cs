using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.Reply;
using MailResponder.Settings;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Reply;
using MimeKit;

namespace MailResponder.Tests.Fuzz;

/// <summary>Everything we write we read back unchanged, for all texts that FsCheck generates.</summary>
public sealed class RoundTrips
{
    [Fact]
    public void Requester_IsTheAddressInFromWhateverTheName() =>
        Prop.ForAll(HostileText.Any, HostileText.Address, (name, address) =>
    {
        var message = new MimeMessage();
        message.From.Add(new MailboxAddress(name, address));
        var mail = IncomingMessage.Read(new MemoryStream(Written.Bytes(message)));

        var reason = new Guard(TestSettings.In("/nowhere")).ReasonNotToReply(mail, new Envelope(), out var request);

        Assert.Null(reason);
        var at = address.LastIndexOf('@');
        Assert.True(MailDomain.TryNormalize(address[(at + 1)..], out var domain));
        Assert.Equal($"{address[..at]}@{domain}", ReplyTrial.Recipient(request!));
    }).Holds();

    [Fact]
    public void Fields_AreReadWhateverEndsTheLines() => Prop.ForAll(
        HostileText.Any.Generator.Select(OneLine).ArrayOf().ToArbitrary(),
        Gen.Elements("\n", "\r\n", "\r", "\r\r\n").ToArbitrary(), (values, lineEnd) =>
    {
        var fields = string.Concat(values.Select((value, i) => $"X-{i}: {value}{lineEnd}"));

        var message = IncomingMessage.Read(
            new MemoryStream(Encoding.UTF8.GetBytes($"{fields}{lineEnd}X: body{lineEnd}{lineEnd}")));

        Assert.Equal(values.Length, message.Headers.Count);
        Assert.Equal(Encoding.UTF8.GetBytes(fields), message.HeaderBlock);
    }).Holds();

    [Fact]
    public void ReplySubject_OfAReplySubjectIsTheSame() => Prop.ForAll(HostileText.Any, text =>
    {
        var subject = ReplySubject.For(TestReply.Request(text), "get@example.com");
        Assert.True(subject.Length > 160 || subject == ReplySubject.For(TestReply.Request(subject), "get@example.com"),
            subject);
    }).Holds();

    [Fact]
    public void Event_IsReadAsItWasWritten() =>
        Prop.ForAll(HostileText.Any, Gen.Choose(0, int.MaxValue).ToArbitrary(), (problem, ms) =>
    {
        var outcome = Outcome.Deferred(Cause.Database, problem) with
        {
            Address = "get@example.com",
            QueueId = "4CXyz12345z9",
        };
        var text = MessageLog.Event(outcome, ms, FixedClock.Start);

        Assert.DoesNotContain(text, char.IsControl);
        Assert.DoesNotContain(MessageLog.Line(outcome, ms), char.IsControl);
        var read = MessageEvent.Read(Encoding.UTF8.GetBytes(text))!;
        Assert.Equal(new MessageEvent(FixedClock.Start, Result.Deferred, "database", "get@example.com", 0, ms,
            "4CXyz12345z9", read.Receipts, read.Problem), read);
        Assert.Empty(read.Receipts);
        Assert.Contains($"problem=\"{read.Problem}\"", MessageLog.Line(outcome, ms), StringComparison.Ordinal);
    }).Holds();

    [Fact]
    public void ResponseBook_IsReadAsItWasWritten() =>
        Prop.ForAll(HostileText.Any.Generator.Select(WholeCharacters).ArrayOf().ToArbitrary(), texts =>
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(
            texts.Select(text => new
            {
                email_addr = "get@example.com",
                body = text + ".",
                attachments = (object?)null
            }));
        var faults = new List<Fault>();

        var book = ResponseBookFile.Check(json, "book", faults);

        Assert.Equal(texts.Select(text => text + "."), book!.Entries.Select(entry => Assert.Single(entry.Bodies).Text));
        Assert.Equal(texts.Length is 0 or > 60, faults.Exists(fault => !fault.IsWarning));
    }).Holds(500);

    private static string OneLine(string text) =>
        text.ReplaceLineEndings("").Replace("\r", "", StringComparison.Ordinal)
        .Replace("\n", "", StringComparison.Ordinal);

    /// <summary>Replaces halves of surrogate pairs, which UTF-8 cannot encode.</summary>
    private static string WholeCharacters(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
