using MailResponder.Reply;

namespace MailResponder.Http;

/// <summary>Where the body of a request is written to.</summary>
internal sealed class RequestStream(Connection connection) : WriteOnlyStream
{
    public override void Write(ReadOnlySpan<byte> buffer) => connection.Write(buffer);

    public override void Flush() => connection.Flush();
}
