namespace MailResponder.Reply;

/// <summary>Hands on all that is written but its beginning.</summary>
/// <param name="output">Where the rest goes; not disposed.</param>
/// <param name="skipped">How many bytes are left out.</param>
internal sealed class Tail(Stream output, long skipped) : WriteOnlyStream
{
    private long _skipped = skipped;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var left = (int)Math.Min(_skipped, buffer.Length);
        _skipped -= left;
        output.Write(buffer[left..]);
    }
}
