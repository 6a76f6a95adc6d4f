using System.Globalization;
using System.Text;
using System.Text.Unicode;
using MailResponder.Settings;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace MailResponder.Book;

/// <summary>
/// The signature of a file in the format of minisign. The format has four lines: a comment that is not signed; the
/// algorithm (two letters), the key id and the signature, in base64; the trusted comment; and a second signature, of
/// the first signature and the trusted comment, in base64.
/// </summary>
/// <remarks>
/// The signature must be of the file's BLAKE2b-512 hash (algorithm "ED"). A signature of the file itself ("Ed",
/// minisign -l) is not accepted: the algorithm letters are not signed, and one of the two kinds is enough.
/// </remarks>
/// <param name="Signature">The signature of the file.</param>
/// <param name="Key">The key that signed.</param>
/// <param name="Comment">The trusted comment.</param>
/// <param name="Made">
/// When the file was signed, according to the trusted comment. The time is from the clock of the machine that signed.
/// </param>
/// <param name="File">The name of the signed file. Null if the trusted comment does not contain it.</param>
internal sealed record MinisignSignature(
    byte[] Signature, PublicKey Key, string Comment, DateTimeOffset Made, string? File)
{
    /// <summary>The maximum size of a signature file. Minisign writes less, even with its longest comments.</summary>
    public const int MaxBytes = 1 << 14;

    private const string Untrusted = "untrusted comment: ";
    private const string Trusted = "trusted comment: ";
    private const string TimeField = "timestamp:";
    private const string FileField = "file:";
    private const int HeadBytes = 2 + 8;

    /// <summary>
    /// Reads a signature and verifies that its trusted comment is signed by one of the keys. Does not check the signed
    /// file; see <see cref="IsOf"/>. Null if there is a problem.
    /// </summary>
    /// <param name="text">The content of a .minisig file.</param>
    /// <param name="keys">The keys that may sign.</param>
    /// <param name="problem">What is wrong and what to do, for the operator. Null if the signature is valid.</param>
    public static MinisignSignature? Read(byte[] text, IReadOnlyList<PublicKey> keys, out string? problem)
    {
        problem = "is not a minisign signature, or was changed; sign again, and upload the file as minisign wrote it";
        if (text.Length > MaxBytes || !Utf8.IsValid(text)
            || Encoding.UTF8.GetString(text).Split('\n') is not [var first, var second, var third, var fourth, ""]
            || !first.StartsWith(Untrusted, StringComparison.Ordinal)
            || !third.StartsWith(Trusted, StringComparison.Ordinal)
            || Bytes(second, HeadBytes + Ed25519.SignatureSize) is not { } signed
            || Bytes(fourth, Ed25519.SignatureSize) is not { } overBoth)
        {
            return null;
        }

        var id = PublicKey.IdOf(signed.AsSpan(2));
        var key = keys.FirstOrDefault(key => key.Id == id);
        var (signature, comment) = (signed[HeadBytes..], third[Trusted.Length..]);
        problem = signed.AsSpan().StartsWith("Ed"u8) ? "is a legacy signature; sign without -l"
            : !signed.AsSpan().StartsWith("ED"u8) ? problem
            : key is null ? $"is by the key {id}, but signed_by has {string.Join(" and ", keys.Select(key => key.Id))}"
                + "; sign with one of those, or, if this key may sign, add it to the settings"
            : !Verify(key, overBoth, [.. signature, .. Encoding.UTF8.GetBytes(comment)])
                ? $"was changed after it was signed, or the key {key.Id} in signed_by is wrong; find out who changed "
                    + "it, and sign again"
            : null;
        return problem is null ? WithTime(signature, key!, comment, out problem) : null;
    }

    /// <summary>Whether this is a valid signature of the content.</summary>
    public bool IsOf(byte[] content)
    {
        var digest = new Blake2bDigest(Ed25519.SignatureSize * 8);
        digest.BlockUpdate(content, 0, content.Length);
        var hash = new byte[digest.GetDigestSize()];
        digest.DoFinal(hash, 0);
        return Verify(Key, Signature, hash);
    }

    private static MinisignSignature? WithTime(
        byte[] signature, PublicKey key, string comment, out string? problem)
    {
        var fields = comment.Split('\t');
        var times = Array.FindAll(fields, field => field.StartsWith(TimeField, StringComparison.Ordinal));
        if (times.Length != 1
            || !long.TryParse(times[0].AsSpan(TimeField.Length), NumberStyles.None, CultureInfo.InvariantCulture,
                out var seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            problem = "has no timestamp in its trusted comment; sign without -t, or with a comment that begins with "
                + "timestamp:SECONDS and a tab";
            return null;
        }

        problem = null;
        var file = Array.Find(fields, field => field.StartsWith(FileField, StringComparison.Ordinal));
        return new MinisignSignature(
            signature, key, comment, DateTimeOffset.FromUnixTimeSeconds(seconds), file?[FileField.Length..]);
    }

    /// <summary>
    /// Decodes the given number of bytes from base64. Null if the text is not base64 of that length, or is not exactly
    /// what an encoder writes: otherwise spaces or unused bits could be changed without invalidating the signature.
    /// </summary>
    private static byte[]? Bytes(string base64, int count)
    {
        var bytes = new byte[count];
        return Convert.TryFromBase64String(base64, bytes, out var length) && length == count
            && Convert.ToBase64String(bytes) == base64 ? bytes : null;
    }

    private static bool Verify(PublicKey key, byte[] signature, byte[] message) =>
        Ed25519.Verify(signature, 0, key.Bytes, 0, message, 0, message.Length);
}
