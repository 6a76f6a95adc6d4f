using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Standins.AwsQuery;

/// <summary>Takes a form for what a request's head tells of it.</summary>
internal sealed class FormMeasure : WriteOnlyStream
{
    private readonly Sha256 _hash = new();

    public long Bytes { get; private set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _hash.Append(buffer);
        Bytes += buffer.Length;
    }

    /// <summary>SHA-256 in hexadecimal; nothing may follow.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.Finish());
}
