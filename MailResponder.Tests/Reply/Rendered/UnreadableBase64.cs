using MailResponder.Files;
using MailResponder.Reply;

namespace MailResponder.Tests.Reply.Rendered;

/// <summary>
/// Rendered base64 that is readable only up to some byte. The message waits, and the next attempt no longer finds the
/// file.
/// </summary>
public sealed class UnreadableBase64
{
    private static readonly byte[] Plain = [.. Enumerable.Range(0, 300_001).Select(i => (byte)(i * 31 + i / 512))];
    private static readonly byte[] Encoded = Written(new AttachedFile(new MemoryStream(Plain)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_072)]
    [InlineData(200_003)]
    public void Unreadable_IsAnError_AndDiscarded(int good)
    {
        var discarded = 0;
        Assert.Throws<IOException>(
            () => Written(new AttachedFile(new Unreadable(Encoded, good), () => discarded++)));
        Assert.Equal(1, discarded);
    }

    [Fact]
    public void UnreadableAttachment_IsAnError() =>
        Assert.Throws<IOException>(() => Written(new AttachedFile(new Unreadable(Plain, 100_000))));

    [Fact]
    public void ReadableBase64_IsKept() =>
        Assert.Equal(Encoded, Written(new AttachedFile(new MemoryStream(Encoded), () => Assert.Fail("discarded"))));

    /// <summary>
    /// The file is replaced meanwhile, so the bytes sent may not be those that were verified and hashed.
    /// </summary>
    [Fact]
    public void AttachmentThatIsChangedMeanwhile_IsAnError()
    {
        var thrown = Assert.Throws<ChangedFileException>(
            () => Written(new AttachedFile(new MemoryStream(Plain), isSame: () => false)));
        Assert.Equal("an attachment was changed while it was read", FileTrouble.Describe(thrown));
        Assert.Equal(Encoded, Written(new AttachedFile(new MemoryStream(Plain), isSame: () => true)));
    }

    private static byte[] Written(AttachedFile file)
    {
        using (file)
        {
            using var output = new MemoryStream();
            file.WriteTo(output);
            return output.ToArray();
        }
    }

    private sealed class Unreadable(byte[] content, int good) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            Position < good ? base.Read(buffer, offset, (int)Math.Min(count, good - Position))
                : throw new IOException("input/output error", 5);

        public override int Read(Span<byte> buffer) =>
            Position < good ? base.Read(buffer[..(int)Math.Min(buffer.Length, good - Position)])
                : throw new IOException("input/output error", 5);
    }
}
