using MimeKit.Encodings;

namespace MailResponder.Addresses;

/// <summary>
/// Encodes the domains of addresses that MimeKit reads and writes. An A-label stays as it is written, because not every
/// A-label can be recovered from the text that it stands for. Other letters become A-labels as everywhere in this
/// program (<see cref="MailDomain"/>).
/// </summary>
internal sealed class MailIdn : IPunycode
{
    /// <summary>Returns the text unchanged if it is not a domain; such an address is never answered.</summary>
    public string Encode(string unicode) => MailDomain.TryNormalize(unicode, out var domain) ? domain : unicode;

    public string Encode(string unicode, int index) => Encode(unicode[index..]);

    public string Encode(string unicode, int index, int count) => Encode(unicode.Substring(index, count));

    public string Decode(string ascii) => ascii;

    public string Decode(string ascii, int index) => ascii[index..];

    public string Decode(string ascii, int index, int count) => ascii.Substring(index, count);
}
