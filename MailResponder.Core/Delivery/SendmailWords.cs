using System.Text;
using MailResponder.Addresses;

namespace MailResponder.Delivery;

/// <summary>
/// Makes what a sendmail program writes to standard error fit for the log: one line of bounded length that neither
/// names a requester nor quotes a mail.
/// </summary>
internal static class SendmailWords
{
    private const string Masked = "(masked)";

    /// <summary>
    /// An at sign as it is, in a URL, and in xtext (RFC 3461, section 4); and the beginning of an encoded word (RFC
    /// 2047), in which the subject may be.
    /// </summary>
    private static readonly string[] Signs = ["@", "%40", "+40", "=?"];

    /// <summary>
    /// The shortest piece of a name or subject that is masked. Shorter ones occur in too many other words.
    /// </summary>
    private const int ShortestPiece = 3;

    /// <summary>The most characters that are kept, from the end: programs state last why they gave up.</summary>
    private const int MaxLength = 300;

    /// <param name="said">The output of the program. It need not be text.</param>
    /// <param name="recipient">The address that must not appear, in whatever form the program writes it.</param>
    /// <param name="subject">The subject of the reply, which may repeat that of the request.</param>
    /// <returns>
    /// The words, with semicolons between lines. A word is masked if it is not plain ASCII, or if it contains an at
    /// sign in any usual encoding, an encoded word, the recipient's domain, or a piece of the recipient's local part or
    /// of the subject. Empty if the program wrote nothing.
    /// </returns>
    public static string Of(ReadOnlySpan<byte> said, string recipient, string subject)
    {
        var secrets = Secrets(recipient, subject);
        var lines = Encoding.Latin1.GetString(said).Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Select(line => InWords(line, secrets)).Where(line => line.Length > 0);
        var text = string.Join("; ", lines);
        return text.Length <= MaxLength ? text : "… " + text[^MaxLength..];
    }

    private static string InWords(string line, List<string> secrets)
    {
        var words = new List<string>();
        foreach (var word in line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var shown = MayBeShown(word, secrets) ? word : Masked;
            // Masked words in a row, such as a person's full name, are shown as one.
            if (shown != Masked || words.Count == 0 || words[^1] != Masked)
                words.Add(shown);
        }

        return string.Join(' ', words);
    }

    private static bool MayBeShown(string word, List<string> secrets) =>
        !word.AsSpan().ContainsAnyExceptInRange('!', '~')
        && !Signs.Any(sign => word.Contains(sign, StringComparison.Ordinal))
        && !secrets.Exists(secret => word.Contains(secret, StringComparison.OrdinalIgnoreCase));

    private static List<string> Secrets(string recipient, string subject)
    {
        var domain = MailDomain.Of(recipient);
        var local = recipient[..^(domain.Length + 1)];
        return [local, domain, .. Pieces(local), .. Pieces(subject)];
    }

    private static IEnumerable<string> Pieces(string text) =>
        string.Concat(text.Select(c => char.IsLetterOrDigit(c) ? c : ' ')).Split(' ')
            .Where(piece => piece.Length >= ShortestPiece);
}
