using System.Buffers;

namespace MimeKit;

/// <summary>Content over a seekable stream, which belongs to it and is never held in memory as a whole.</summary>
public sealed class MimeContent : IMimeContent
{
    const int BlockBytes = 32 * 1024;

    /// <exception cref="ArgumentException">The stream cannot be read, or cannot seek to be read again.</exception>
    public MimeContent(Stream stream, ContentEncoding encoding = ContentEncoding.Default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
            throw new ArgumentException("The content stream is read more than once.", nameof(stream));
        Stream = stream;
        Encoding = encoding;
    }

    public ContentEncoding Encoding { get; }

    public Stream Stream { get; }

    public void WriteTo(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Stream.Position = 0;
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            for (int count; (count = Stream.Read(block, 0, BlockBytes)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                stream.Write(block, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    public void Dispose() => Stream.Dispose();
}
