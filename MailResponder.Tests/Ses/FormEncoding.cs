using System.Security.Cryptography;
using System.Text;
using MailResponder.Reply;
using MailResponder.Standins.AwsQuery;

namespace MailResponder.Tests.Ses;

/// <summary>The message in the request form, which is encoded while it is written.</summary>
public class FormEncoding
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5000, 1)]
    [InlineData(5000, 7)]
    [InlineData(100_001, 6144)]
    [InlineData(100_001, 6145)]
    [InlineData(100_001, 200_000)]
    public void Base64_IsThatOfTheWhole_HoweverItIsWritten(int bytes, int piece)
    {
        var message = new byte[bytes];
        new Random(bytes).NextBytes(message);
        using var written = new MemoryStream();
        using (var base64 = new EscapedBase64(written.Write))
        {
            foreach (var some in message.Chunk(piece)) base64.Write(some);
        }
        var expected = Uri.EscapeDataString(Convert.ToBase64String(message));
        Assert.Equal(expected, Encoding.ASCII.GetString(written.ToArray()));
    }

    /// <summary>An attachment is written by a different method than the texts around it.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(57)]
    [InlineData(58)]
    [InlineData(57 * 1024)]
    [InlineData(300_001)]
    public void AttachmentBetweenTexts_IsWrittenAsTheSameBytesAre(int bytes)
    {
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        using var attachment = new AttachedFile(new MemoryStream(content));
        using var plain = new MemoryStream();
        using var form = new MemoryStream();
        foreach (var around in new[] { "", "~", "?>", "???\n>>>\n" })
        {
            foreach (var target in new Stream[] { plain, new EscapedBase64(form.Write) })
            {
                using var wire = new WireLineEnds(target);
                wire.Write(Encoding.ASCII.GetBytes(around));
                attachment.WriteTo(wire);
                wire.Write(Encoding.ASCII.GetBytes(around));
                attachment.WriteTo(wire);
                wire.Write(Encoding.ASCII.GetBytes(around));
                wire.Flush();
                if (target != plain) target.Dispose();
            }

            var lines = Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks)
                + (bytes > 0 ? "\r\n" : "");
            var text = around.ReplaceLineEndings("\r\n");
            var expected = text + lines + text + lines + text;
            Assert.Equal(expected, Encoding.ASCII.GetString(plain.ToArray()));
            var escaped = Uri.EscapeDataString(Convert.ToBase64String(Encoding.ASCII.GetBytes(expected)));
            Assert.Equal(escaped, Encoding.ASCII.GetString(form.ToArray()));
            plain.SetLength(0);
            form.SetLength(0);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("?")]
    [InlineData("a?")]
    [InlineData("~~~")]
    [InlineData("??~")]
    [InlineData("??>?")]
    [InlineData("plain, and then ?>?>?>?>?~~~~~")]
    public void Form_IsWrittenToTheWireAsItWasHashed(string message)
    {
        var content = new QueryContent(
            "Action=A&Data="u8.ToArray(), new MemoryStream(Encoding.ASCII.GetBytes(message)));
        var (hash, length) = (content.Hash, content.Length);
        using var written = new MemoryStream();
        content.WriteTo(written);
        Assert.Equal(
            "Action=A&Data=" + Uri.EscapeDataString(Convert.ToBase64String(Encoding.ASCII.GetBytes(message))),
            Encoding.ASCII.GetString(written.ToArray()));
        Assert.Equal(written.Length, length);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(written.ToArray())), hash);
    }
}
