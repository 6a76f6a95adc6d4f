using System.Text;
using MailResponder.Incoming;
using MailResponder.Responses;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Tests.Fuzz;

/// <summary>What the readers of mail promise of any bytes.</summary>
internal static class MailTrials
{
    private static readonly Guard Guard = new(TestSettings.In("/nowhere") with { MaxMessageBytes = 1 << 20 });

    private static readonly ResponseBook Book = TestBook.Of("get@example.com", "get@example.org", "fa@example.com");

    public static void Message(byte[] input)
    {
        var message = IncomingMessage.Read(new MemoryStream(input));
        Assert.True(message.Bytes == input.Length, "reads to the end");
        Assert.True(input.AsSpan().IndexOf(message.HeaderBlock) >= 0, "the block is a part of the input");
        foreach (var header in message.Headers)
            AssertReadable(header);
        _ = QueueId.Of(new Envelope(), message.Headers);
    }

    public static void Headers(byte[] input)
    {
        var headers = HeaderList.Load(new MemoryStream(input));
        using var again = new MemoryStream();
        foreach (var header in headers)
        {
            AssertReadable(header);
            again.Write(Encoding.ASCII.GetBytes(header.Field + ":"));
            again.Write(header.RawValue);
        }

        again.Position = 0;
        var same = HeaderList.Load(again);
        Assert.True(headers.Count == same.Count, "what was read is written and read again");
        for (var i = 0; i < same.Count; i++)
            Assert.True(headers[i].Field == same[i].Field && headers[i].Value == same[i].Value, "the same fields");
    }

    public static void Addresses(byte[] input)
    {
        if (MailboxAddress.TryParse(input, out MailboxAddress? only))
            AssertAddress(only);
        if (!InternetAddressList.TryParse(input, out InternetAddressList? list))
            return;
        foreach (var mailbox in list.Mailboxes)
            AssertAddress(mailbox);
    }

    public static void EncodedWords(byte[] input)
    {
        var text = Rfc2047.DecodeText(input);
        Assert.True(text.Length <= input.Length * 3, "text does not grow");
        Assert.True(input.AsSpan().IndexOf("=?"u8) >= 0 || text == Rfc2047.DecodeText(Encoding.UTF8.GetBytes(text)), "plain text stays");
    }

    public static void ContentTypes(byte[] input)
    {
        if (ContentType.TryParse(Encoding.UTF8.GetString(input), out ContentType? type))
            AssertParameters(type.Parameters);
    }

    public static void ContentDispositions(byte[] input)
    {
        if (ContentDisposition.TryParse(Encoding.UTF8.GetString(input), out ContentDisposition? disposition))
            AssertParameters(disposition.Parameters);
    }

    public static void References(byte[] input)
    {
        var ids = new MessageIdList();
        var found = MimeUtils.EnumerateReferences(Encoding.Latin1.GetString(input)).ToList();
        ids.AddRange(found);
        Assert.True(found.SequenceEqual(MimeUtils.EnumerateReferences(string.Concat(found.Select(id => $"<{id}>")))), "the same ids");
    }

    public static void Domains(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (MailDomain.TryNormalize(text, out var domain))
            Assert.True(MailDomain.TryNormalize(domain, out var again) && again == domain, "a normal domain is normal");
        _ = RobotLocalPart.Matches(text);
    }

    /// <summary>Nothing that does not bear the name of our mail system proves anything.</summary>
    public static void AuthenticationResults(byte[] input)
    {
        const string ours = "mx.example.com";
        _ = MailResponder.Incoming.AuthenticationResults.Read(input);
        byte[] field = [.. "Authentication-Results: "u8, .. input, .. "\n\n"u8];
        var verdict = AuthenticationEvidence.Weigh(HeaderList.Load(new MemoryStream(field)), "example.net", ours);
        Assert.True(verdict.Proven <= verdict.Possible, "no more is proven than is possible");
        Assert.True(Encoding.Latin1.GetString(input).Contains(ours, StringComparison.OrdinalIgnoreCase) || verdict == default, "others prove nothing");
    }

    public static void Dates(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        if (DateUtils.TryParse(text, out var date))
            Assert.True(DateUtils.TryParse(DateUtils.FormatDate(date), out var again) && again == date.AddTicks(-(date.Ticks % TimeSpan.TicksPerSecond)), "what is written is read again");
        var message = $"Received: from a by b; {text}\nDate: {text}\nReceived: x; {text}\n\n";
        var times = MessageTimes.Of(HeaderList.Load(new MemoryStream(Encoding.Latin1.GetBytes(message))));
        _ = times.WasOlder(TimeSpan.FromHours(1), FixedClock.Start);
        _ = times.CameWithin(TimeSpan.FromHours(1), FixedClock.Start);
    }

    public static void Guarded(byte[] input)
    {
        var message = IncomingMessage.Read(new MemoryStream(input));
        var reason = Guard.ReasonNotToReply(message, new Envelope(), out var request);
        Assert.True(reason is null != request is null, "a reason or a request");
        if (request is not null)
            AssertAddress(request.From);
        var asked = RequestedAddress.Find(new Envelope(), message.Headers, Book);
        Assert.True(asked is null || !asked.Any(char.IsAsciiLetterUpper), "an address in lower case");
    }

    private static void AssertReadable(Header header)
    {
        var value = header.Value;
        Assert.True(value.AsSpan().IndexOfAny('\r', '\n') < 0, "a value is one line");
        Assert.True(value == value.Trim(), "a value is trimmed");
        Assert.True(header.Field.Length > 0 && !header.Field.AsSpan().ContainsAnyExceptInRange('!', '~'), "a name is printable ASCII");
    }

    /// <summary>What one reader takes for an address must be the same address to the next one.</summary>
    private static void AssertAddress(MailboxAddress mailbox)
    {
        Assert.False(mailbox.Address.Any(char.IsControl), "no control character in an address");
        Assert.False(mailbox.Name?.Any(c => c is < ' ' or '\u007f') ?? false, "no control character in a name");
        if (mailbox.Domain.Length > 0)
        {
            Assert.True(MailboxAddress.TryParse(mailbox.Address, out MailboxAddress? again), "an address can be read again");
            Assert.True(again.Address == mailbox.Address, "and is the same");
        }
    }

    private static void AssertParameters(ParameterList parameters)
    {
        foreach (var parameter in parameters)
            Assert.False(parameter.Value.Any(c => c is < ' ' or '\u007f'), "no control character in a parameter");
    }
}
