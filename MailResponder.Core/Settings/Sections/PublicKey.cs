using System.Buffers.Binary;
using System.Globalization;

namespace MailResponder.Settings;

/// <summary>
/// A public key as minisign writes it: base64 of the letters Ed, the eight bytes of the key id, and the 32 bytes of an
/// Ed25519 key (RFC 8032, section 5.1.5).
/// </summary>
/// <param name="Text">The key as it is written in the settings.</param>
/// <param name="Id">The key id as minisign shows it: sixteen hexadecimal digits.</param>
/// <param name="Bytes">The 32 bytes of the Ed25519 key.</param>
internal sealed record PublicKey(string Text, string Id, byte[] Bytes)
{
    private const int TextLength = 56;
    private const int IdBytes = 8;

    /// <summary>Parses a key. Null if the text is not one.</summary>
    public static PublicKey? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[TextLength / 4 * 3];
        return text.Length == TextLength && Convert.TryFromBase64String(text, bytes, out var length)
            && length == bytes.Length && bytes.StartsWith("Ed"u8)
            ? new PublicKey(text, IdOf(bytes[2..]), bytes[(2 + IdBytes)..].ToArray()) : null;
    }

    /// <summary>Returns the key id from its eight bytes.</summary>
    public static string IdOf(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt64LittleEndian(bytes).ToString("X16", CultureInfo.InvariantCulture);
}
