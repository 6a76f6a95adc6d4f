using System.Security.Cryptography;
using System.Text;
using MailResponder.Reply;

namespace MailResponder.Tests.Mail;

/// <summary>The relaxed canonicalization of a body (RFC 6376, section 3.4.4).</summary>
public sealed class BodyHashes
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\n\n", "")]
    [InlineData(" \t\n\t\n ", "")]
    [InlineData("a", "a\r\n")]
    [InlineData("a\n", "a\r\n")]
    [InlineData("a\n\n \n", "a\r\n")]
    [InlineData(" a  b\t \t\n", " a b\r\n")]
    [InlineData("\t\ta\n\n \nb\n", " a\r\n\r\n\r\nb\r\n")]
    [InlineData("\n a", "\r\n a\r\n")]
    [InlineData("a =\nb=3D ", "a =\r\nb=3D\r\n")]
    public void Hash_IsOfTheRelaxedForm(string body, string relaxed)
    {
        var bytes = Encoding.ASCII.GetBytes(body);
        // The hash is the same wherever the pieces end.
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            using var pieces = new ReplyBody(
                new BodyFrame([], [bytes[..cut], bytes[cut..]]), [new AttachedFile(new MemoryStream())]);
            Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes(relaxed)), pieces.Hash);
        }
    }

    [Theory]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(8193)]
    [InlineData(100_000)]
    public void LongLine_IsHashedToItsEnd(int length)
    {
        var line = new string('x', length);
        using var body = new ReplyBody(new BodyFrame([], [Encoding.ASCII.GetBytes($"a\n{line} {line}\n")]), []);
        Assert.Equal(SHA256.HashData(Encoding.ASCII.GetBytes($"a\r\n{line} {line}\r\n")), body.Hash);
    }
}
