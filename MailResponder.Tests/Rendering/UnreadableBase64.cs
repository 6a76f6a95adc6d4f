using MailResponder.Reply;

namespace MailResponder.Tests.Rendering;

/// <summary>Rendered base64 that can be read up to some byte: the rest is made of the attachment.</summary>
public sealed class UnreadableBase64
{
    static readonly byte[] plain = [.. Enumerable.Range(0, 300_001).Select(i => (byte)(i * 31 + i / 512))];
    static readonly byte[] encoded = Written(new AttachedFile(new MemoryStream(plain), isEncoded: false));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(76)]
    [InlineData(77)]
    [InlineData(131_072)]
    [InlineData(200_003)]
    public void RestIsMadeOfTheAttachment(int good)
    {
        var opened = 0;
        Assert.Equal(encoded, Written(new AttachedFile(new Unreadable(encoded, good), isEncoded: true, () =>
        {
            opened++;
            return new MemoryStream(plain);
        })));
        Assert.Equal(1, opened);
    }

    [Fact]
    public void AttachmentOfAnotherLength_IsAnError() =>
        Assert.Throws<EndOfStreamException>(() => Written(new AttachedFile(new Unreadable(encoded, 100), isEncoded: true, () => new MemoryStream(plain, 0, 1000))));

    [Fact]
    public void ReadableBase64_IsEnough() =>
        Assert.Equal(encoded, Written(new AttachedFile(new MemoryStream(encoded), isEncoded: true, () => throw new InvalidOperationException())));

    static byte[] Written(AttachedFile file)
    {
        using (file)
        {
            using var output = new MemoryStream();
            file.WriteTo(output);
            return output.ToArray();
        }
    }

    sealed class Unreadable(byte[] content, int good) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            Position < good ? base.Read(buffer, offset, (int)Math.Min(count, good - Position)) : throw new IOException("input/output error", 5);

        public override int Read(Span<byte> buffer) =>
            Position < good ? base.Read(buffer[..(int)Math.Min(buffer.Length, good - Position)]) : throw new IOException("input/output error", 5);
    }
}
