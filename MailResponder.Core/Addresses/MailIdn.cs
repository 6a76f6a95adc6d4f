using MimeKit.Encodings;

namespace MailResponder.Addresses;

/// <summary>
/// Domains in the addresses that MimeKit reads and writes. An A-label stays as it is written: not every one can be had
/// back from the text that it stands for. Other letters become A-labels as everywhere here (<see cref="MailDomain"/>).
/// </summary>
internal sealed class MailIdn : IPunycode
{
    /// <summary>Unchanged when it is no domain; nobody answers such an address.</summary>
    public string Encode(string unicode) => MailDomain.TryNormalize(unicode, out var domain) ? domain : unicode;

    public string Encode(string unicode, int index) => Encode(unicode[index..]);

    public string Encode(string unicode, int index, int count) => Encode(unicode.Substring(index, count));

    public string Decode(string ascii) => ascii;

    public string Decode(string ascii, int index) => ascii[index..];

    public string Decode(string ascii, int index, int count) => ascii.Substring(index, count);
}
