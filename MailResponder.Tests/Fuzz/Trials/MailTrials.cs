using System.Text;
using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Incoming;
using MailResponder.Incoming.Authentication;
using MailResponder.Logs;
using MimeKit;

namespace MailResponder.Tests.Fuzz;

/// <summary>What the readers of mail promise for any bytes.</summary>
internal static class MailTrials
{
    private static readonly Guard Guard = new(TestSettings.In("/nowhere") with { MaxMessageBytes = 1 << 20 });

    private static readonly ResponseBook Book = TestBook.Of("get@example.com", "get@example.org", "fa@example.com");

    /// <summary>Lines that are not header fields, each for another reason.</summary>
    private static readonly byte[][] Broken =
    [
        .. new[]
        {
            "no colon\n", ": no name\n", "two words: x\n", "\0: x\n", "\u00e9: x\n", "\u001b[31m x: y\n",
                "\u00a0 : x\r\n", "\rFrom: x@example.org\n",
        }.Select(Encoding.Latin1.GetBytes),
    ];

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
        var headers = HeaderFields.Of(input);
        using var again = new MemoryStream();
        foreach (var header in headers)
        {
            AssertReadable(header);
            again.Write(Encoding.ASCII.GetBytes(header.Field + ":"));
            again.Write(header.RawValue);
        }

        var same = HeaderFields.Of(again.ToArray());
        Assert.True(headers.Count == same.Count, "what was read is written and read again");
        for (var i = 0; i < same.Count; i++)
            Assert.True(headers[i].Field == same[i].Field && headers[i].Value == same[i].Value, "the same fields");
    }

    /// <summary>
    /// A line that is not a header field hides nothing and changes nothing, wherever it stands among the fields.
    /// </summary>
    public static void BrokenLines(byte[] input)
    {
        var message = IncomingMessage.Read(new MemoryStream(input));
        var whole = IncomingMessage.Read(new MemoryStream([.. message.HeaderBlock, (byte)'\n']));
        // On its own, the block may begin with a line that then is an mbox line, or have other line ends.
        if (message.IsCutOff || !whole.HeaderBlock.AsSpan().SequenceEqual(message.HeaderBlock)
            || !message.HeaderBlock.AsSpan().Contains((byte)'\n'))
        {
            return;
        }

        var broken = new MemoryStream();
        var number = 0;
        foreach (var line in message.HeaderBlock.AsSpan().Split((byte)'\n'))
        {
            var bytes = message.HeaderBlock.AsSpan(line);
            if (bytes.IsEmpty)
                continue;
            if (bytes[0] is not ((byte)' ' or (byte)'\t'))
                broken.Write(Broken[number++ % Broken.Length]);
            broken.Write(bytes);
            broken.WriteByte((byte)'\n');
        }

        if (broken.Length > 100_000)
            return;
        broken.WriteByte((byte)'\n');
        broken.Position = 0;
        var expected = Guard.ReasonNotToReply(whole, new Envelope(), out var request);
        var reason = Guard.ReasonNotToReply(IncomingMessage.Read(broken), new Envelope(), out var same);
        Assert.True(reason == expected, "the same verdict");
        Assert.True(same?.From.Address == request?.From.Address, "the same requester");
        Assert.True(same?.Subject == request?.Subject && same?.MessageId == request?.MessageId, "the same fields");
    }

    /// <summary>
    /// The requester is an address that a person sees in From, and the same address for any other reader.
    /// </summary>
    public static void From(byte[] input)
    {
        byte[] field = [.. "From: "u8, .. input, (byte)'\n'];
        if (!Header.TryParse(field, out var header) || FromField.Read(header, out var mailbox) is not null)
            return;
        AssertAddress(mailbox!);
        Assert.True(input.AsSpan().IndexOf(Encoding.UTF8.GetBytes(mailbox!.LocalPart)) >= 0, "it stands there");
    }

    public static void Domains(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (MailDomain.TryNormalize(text, out var domain))
            Assert.True(MailDomain.TryNormalize(domain, out var again) && again == domain, "a normal domain is normal");
        _ = RobotLocalPart.Matches(text);
    }

    /// <summary>A field without our mail system's name proves nothing.</summary>
    public static void AuthenticationResults(byte[] input)
    {
        const string ours = "mx.example.com";
        _ = MailResponder.Incoming.Authentication.AuthenticationResults.Read(input);
        byte[] field = [.. "Authentication-Results: "u8, .. input, .. "\n\n"u8];
        var verdict = AuthenticationEvidence.Weigh(HeaderFields.Of(field), "example.net", ours);
        Assert.True(verdict.Proven <= verdict.Possible, "no more is proven than is possible");
        Assert.True(Encoding.Latin1.GetString(input).Contains(ours, StringComparison.OrdinalIgnoreCase)
            || verdict == default, "others prove nothing");
    }

    public static void Dates(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        var message = $"Received: from a by b; {text}\nDate: {text}\nReceived: x; {text}\n\n";
        var times = MessageTimes.Of(HeaderFields.Of(Encoding.Latin1.GetBytes(message)), FixedClock.Start);
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
        var asked = RequestedAddress.Find(
            RequestedAddress.Told(new Envelope(), message.Headers), message.Headers, Book, TestSettings.In("/nowhere"));
        Assert.True(asked is null || !asked.Any(char.IsAsciiLetterUpper), "an address in lower case");
    }

    private static void AssertReadable(Header header)
    {
        _ = header.Value;
        Assert.True(header.Field.Length > 0 && !header.Field.AsSpan().ContainsAnyExceptInRange('!', '~'),
            "a name is printable ASCII");
    }

    /// <summary>Asserts that the requester is one address, which is the same when it is read again.</summary>
    private static void AssertAddress(MailboxAddress mailbox)
    {
        Assert.True(MailDomain.TryNormalize(mailbox.Domain, out var domain), "a domain of the DNS");
        var address = $"{mailbox.LocalPart}@{domain}";
        Assert.False(address.Any(char.IsControl), "no control character in an address");
        Assert.True(Header.TryParse(Encoding.UTF8.GetBytes($"From: {address}\n"), out var header),
            "an address is a From");
        if (FromField.Read(header, out var again) is null)
        {
            Assert.True(MailDomain.TryNormalize(again!.Domain, out var same) && same == domain, "the same domain");
            Assert.True(again.LocalPart == mailbox.LocalPart, "the same local part");
        }
    }
}
