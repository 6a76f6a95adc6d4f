namespace MailResponder.Http;

/// <summary>What a socket is waited for: the events of poll(2).</summary>
internal enum Awaited : short
{
    Readable = 1,
    Writable = 4,
}
