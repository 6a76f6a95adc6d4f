using System.Diagnostics;
using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Tests.Mail;

/// <summary>Anyone can send anything: nothing may throw, overflow the stack or cost more than its length.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class HostileInput
{
    [Fact]
    public void RandomBytes_NeverThrow()
    {
        var random = new Random(42);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            Read(bytes);
        }
    }

    [Fact]
    public void RandomSyntax_NeverThrows()
    {
        const string alphabet = "a.@<>()[]:;,\"\\ \r\n\t=?utf-8?Q?B=C3Subject:From: \0é";
        var random = new Random(43);
        for (var round = 0; round < 5000; round++)
        {
            var text = new StringBuilder();
            for (var i = random.Next(120); i > 0; i--)
                text.Append(alphabet[random.Next(alphabet.Length)]);
            Read(Encoding.UTF8.GetBytes(text.ToString()));
        }
    }

    [Fact]
    public void DeepComments_AreNoStackOverflow()
    {
        var text = new string('(', 10_000) + new string(')', 10_000) + " a@b.example";
        Assert.True(MailboxAddress.TryParse(text, out MailboxAddress? mailbox));
        Assert.Equal("a@b.example", mailbox.Address);
    }

    [Fact]
    public void DeepGroups_AreNoStackOverflow() =>
        Assert.True(InternetAddressList.TryParse(string.Concat(Enumerable.Repeat("g:", 10_000)) + "a@b.example", out _));

    [Fact]
    public void FiftyThousandRecipients_AreRead()
    {
        var text = string.Join(", ", Enumerable.Range(0, 50_000).Select(i => $"User {i} <u{i}@example.com>"));
        Assert.True(InternetAddressList.TryParse(text, out InternetAddressList? list));
        Assert.Equal(50_000, list.Mailboxes.Count());
    }

    [Fact]
    public void LongLine_IsRead()
    {
        var text = new string('x', 1_000_000);
        Assert.Equal(text, Written.Headers("Subject: " + text + "\n\n")[HeaderId.Subject]);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("\"")]
    [InlineData("\"\\\"")]
    [InlineData("<@")]
    [InlineData("a@[")]
    [InlineData("a:")]
    [InlineData("a@b,")]
    [InlineData("a ")]
    [InlineData("<")]
    [InlineData("()")]
    [InlineData("a.")]
    [InlineData("=?u?q?")]
    [InlineData("=?utf-8?b?!")]
    [InlineData("\"\" ")]
    [InlineData("; ")]
    public void Addresses_CostTheirLength(string piece)
    {
        var small = Seconds(() => _ = InternetAddressList.TryParse(Repeat(piece, 20_000), out _));
        var large = Seconds(() => _ = InternetAddressList.TryParse(Repeat(piece, 200_000), out _));
        AssertLinear(small, large);
    }

    [Theory]
    [InlineData("=?utf-8?q?")]
    [InlineData("=?utf-8?b?!")]
    [InlineData("=?utf-8?q?a?= ")]
    [InlineData("=?utf-8?q?a?= =?utf-7?q?a?= ")]
    [InlineData("=?")]
    [InlineData("?=")]
    [InlineData("=?a?q?=")]
    public void EncodedWords_CostTheirLength(string piece)
    {
        var small = Encoding.ASCII.GetBytes(Repeat(piece, 20_000));
        var large = Encoding.ASCII.GetBytes(Repeat(piece, 200_000));
        AssertLinear(Seconds(() => Rfc2047.DecodeText(small)), Seconds(() => Rfc2047.DecodeText(large)));
    }

    [Theory]
    [InlineData("A: b\n")]
    [InlineData("A: b\n c\n")]
    [InlineData("no colon\n")]
    [InlineData("\r")]
    [InlineData(" \n")]
    [InlineData("x")]
    public void HeaderBlocks_CostTheirLength(string piece)
    {
        var small = Encoding.ASCII.GetBytes("A:" + Repeat(piece, 20_000));
        var large = Encoding.ASCII.GetBytes("A:" + Repeat(piece, 200_000));
        AssertLinear(Seconds(() => Touch(small)), Seconds(() => Touch(large)));
    }

    [Theory]
    [InlineData("<")]
    [InlineData("<a> ")]
    [InlineData("< ")]
    public void References_CostTheirLength(string piece) => AssertLinear(
        Seconds(() => _ = MimeUtils.EnumerateReferences(Repeat(piece, 20_000)).Count()),
        Seconds(() => _ = MimeUtils.EnumerateReferences(Repeat(piece, 200_000)).Count()));

    static void Touch(byte[] block)
    {
        foreach (var header in Written.Headers(block))
            _ = header.Value;
    }

    static void Read(byte[] bytes)
    {
        Touch(bytes);
        var text = Rfc2047.DecodeText(bytes);
        _ = MailboxAddress.TryParse(text, out MailboxAddress? _);
        _ = ContentType.TryParse(text, out ContentType? _);
        _ = MimeUtils.EnumerateReferences(text).Count();
        if (!InternetAddressList.TryParse(bytes, out InternetAddressList? list))
            return;
        foreach (var mailbox in list.Mailboxes)
            Assert.DoesNotContain('\n', mailbox.Address + mailbox.Name);
    }

    static string Repeat(string piece, int length) => string.Concat(Enumerable.Repeat(piece, length / piece.Length));

    /// <summary>The best of five, so that a busy machine does not decide.</summary>
    static double Seconds(Action work)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    // Ten times the input costs ten times as much where the cost is linear, and a hundred times where it is quadratic.
    // Between the two lies what a busy machine and larger arrays add; below a few milliseconds the ratio is noise.
    static void AssertLinear(double small, double large) =>
        Assert.True(
            large < Math.Max(small, 0.002) * 50,
            $"{small * 1000:F1} ms became {large * 1000:F1} ms for ten times the length");
}
