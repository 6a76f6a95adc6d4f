using System.Text;

namespace MimeKit.Utils;

/// <summary>Decodes and encodes the words by which RFC 2047 carries other scripts in header fields.</summary>
public static class Rfc2047
{
    /// <summary>The text with its encoded words decoded; whatever is no lawful encoded word stays as it is.</summary>
    public static string DecodeText(byte[] text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Decode(Charsets.DecodeUnlabelled(text));
    }

    /// <summary>The same for a display name.</summary>
    public static string DecodePhrase(byte[] phrase) => DecodeText(phrase);

    internal static string Decode(string text) =>
        text.Contains("=?", StringComparison.Ordinal) ? new EncodedWordReader(text).Read() : text;
}
