using MailResponder.Standins.AwsQuery;

namespace MailResponder.Tests.Ses;

/// <summary>The message in the form, which is encoded while it is written.</summary>
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
        using (var base64 = new EscapedBase64(written))
        {
            foreach (var some in message.Chunk(piece)) base64.Write(some);
        }
        Assert.Equal(Uri.EscapeDataString(Convert.ToBase64String(message)), System.Text.Encoding.ASCII.GetString(written.ToArray()));
    }
}
