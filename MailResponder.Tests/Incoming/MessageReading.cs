using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Tests.Incoming;

public sealed class MessageReading
{
    [Theory]
    [InlineData("A: 1\nB: 2\n\nbody", "A: 1\nB: 2\n")]
    [InlineData("A: 1\r\nB: 2\r\n\r\nbody\n\nC: 3", "A: 1\r\nB: 2\r\n")]
    [InlineData("A: 1\rB: 2\r\rbody", "A: 1\rB: 2\r")]
    [InlineData("A: 1\r\r\nB: 2\r\r\n\r\r\nbody", "A: 1\r\r\nB: 2\r\r\n")]
    [InlineData("A: 1\r\rB: 2\nC: 3\n\nbody", "A: 1\r\rB: 2\nC: 3\n")]
    [InlineData("A: 1\nB: 2", "A: 1\nB: 2")]
    [InlineData("\nbody", "")]
    [InlineData("", "")]
    [InlineData("From joe@example.net Mon Mar  2 08:15:00 2026\nA: 1\n\n", "A: 1\n")]
    [InlineData("From joe@example.net Mon Mar  2 08:15:00 2026\r\nA: 1\r\n\r\n", "A: 1\r\n")]
    [InlineData("From joe@example.net Mon Mar  2 08:15:00 2026\rA: 1\r\r", "A: 1\r")]
    [InlineData(">From joe@example.net Mon Mar  2 08:15:00 2026\nA: 1\n\n", "A: 1\n")]
    [InlineData("From joe@example.net", "")]
    [InlineData("From : joe@example.net\n\n", "From : joe@example.net\n")]
    [InlineData("From \t: joe@example.net\n\n", "From \t: joe@example.net\n")]
    public void HeaderBlock_EndsAtTheEmptyLine(string mail, string expected)
    {
        var message = Read(mail);

        Assert.Equal(expected, Encoding.Latin1.GetString(message.HeaderBlock));
        Assert.Equal(mail.Length, message.Bytes);
    }

    [Theory]
    [InlineData("A: 1\r\r\nB: 2\r\r\n\r\r\nC: 3\n\n")]
    [InlineData("A: 1\rB: 2\r\rC: 3")]
    [InlineData("A:\n 1\nB: 2\n\nC: 3\n")]
    public void Headers_AreThoseOfTheBlock(string mail)
    {
        var headers = Read(mail).Headers;

        Assert.Equal([("A", "1"), ("B", "2")], headers.Select(header => (header.Field, header.Value)));
    }

    [Fact]
    public void Body_IsReadToItsEndWithoutBeingHeld()
    {
        const long length = 30_000_000;
        using var input = new LargeInput("From: joe@example.net\n\n"u8.ToArray(), length);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var message = IncomingMessage.Read(input);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Equal(length, input.Position);
        Assert.Equal(length, message.Bytes);
        Assert.Equal("From: joe@example.net\n", Encoding.Latin1.GetString(message.HeaderBlock));
    }

    [Fact]
    public void HeaderBlockOverItsBound_IsCutThere()
    {
        var mail = "From: joe@example.net\nX-Long: " + new string('x', 150_000) + "\nSubject: help\n\nbody";

        var message = Read(mail);

        Assert.Equal(102_400, message.HeaderBlock.Length);
        Assert.Equal(mail.Length, message.Bytes);
        Assert.Equal(["From", "X-Long"], message.Headers.Select(header => header.Field));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("A: 1\n", false)]
    [InlineData("A: 1\r", false)]
    [InlineData("A: 1\n\n", false)]
    [InlineData("\nbody", false)]
    [InlineData("A: 1\n\nbody", false)]
    [InlineData("A: 1", true)]
    [InlineData("A: 1\nB", true)]
    [InlineData("A: 1\n ", true)]
    public void HeaderWithoutTheEndOfALine_IsCutOff(string mail, bool expected) =>
        Assert.Equal(expected, Read(mail).IsCutOff);

    [Theory]
    [InlineData(102_399, false)]
    [InlineData(102_400, true)]
    [InlineData(150_000, true)]
    public void HeaderThatReachesTheBound_IsCutOff(int length, bool expected)
    {
        var header = "From: joe@example.net\nX: " + new string('x', length - 26) + "\n";

        Assert.Equal(length, header.Length);
        Assert.Equal(expected, Read(header + "\nbody").IsCutOff);
    }

    /// <summary>A cut-off joe@example.com must not be answered as joe@example.co.</summary>
    [Theory]
    [InlineData("From: joe@example.co")]
    [InlineData("Subject: help\nFrom: Joe <joe@example.co")]
    public void HeaderThatIsCutOff_IsNotAnswered(string mail) =>
        Assert.Equal(SkipReason.UnreadableMessage,
            new Guard(TestSettings.In("/nowhere")).ReasonNotToReply(Read(mail), new Envelope(), out _));

    [Theory]
    [InlineData(16_384, null)]
    [InlineData(16_385, SkipReason.MessageTooLarge)]
    [InlineData(200_000, SkipReason.MessageTooLarge)]
    public void MessageOverTheBound_IsNotAnswered(long bytes, object? expected)
    {
        using var input = new LargeInput("From: joe@example.net\n\n"u8.ToArray(), bytes);
        var guard = new Guard(TestSettings.In("/nowhere") with { MaxMessageBytes = 16_384 });

        Assert.Equal(expected, guard.ReasonNotToReply(IncomingMessage.Read(input), new Envelope(), out _));
    }

    [Fact]
    public void AnyBytes_AreAMessage()
    {
        var random = new Random(20260302);
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[random.Next(600)];
            random.NextBytes(bytes);
            byte[] mail = i % 2 == 0 ? bytes : [.. "From: "u8, .. bytes];

            var message = IncomingMessage.Read(new MemoryStream(mail));
            new Guard(TestSettings.In("/nowhere")).ReasonNotToReply(message, new Envelope(), out _);

            Assert.Equal(mail.Length, message.Bytes);
        }
    }

    private static IncomingMessage Read(string mail) =>
        IncomingMessage.Read(new MemoryStream(Encoding.Latin1.GetBytes(mail)));
}
