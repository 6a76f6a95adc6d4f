namespace MimeKit;

/// <summary>The bytes of a part, read anew at each writing.</summary>
public interface IMimeContent : IDisposable
{
    /// <summary>How the bytes in <see cref="Stream"/> are encoded already.</summary>
    ContentEncoding Encoding { get; }

    Stream Stream { get; }

    /// <summary>Writes the bytes as they stand, from the beginning.</summary>
    void WriteTo(Stream stream, CancellationToken cancellationToken = default);
}
