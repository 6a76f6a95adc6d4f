using System.Text;
using MailResponder.Addresses;

namespace MailResponder.Delivery;

/// <summary>
/// What a sendmail program says on standard error, made fit for the log: one line of bounded length, in which nothing
/// names a requester or quotes a mail.
/// </summary>
internal static class SendmailWords
{
    private const string Masked = "(masked)";

    /// <summary>As it is, in a URL, and in xtext (RFC 3461, section 4).</summary>
    private static readonly string[] AtSigns = ["@", "%40", "+40"];

    /// <summary>Shorter pieces of a name or subject occur in too many other words.</summary>
    private const int ShortestPiece = 3;

    /// <summary>Keeps the end: programs say last why they gave up.</summary>
    private const int MaxLength = 300;

    /// <param name="said">As it came; need not be text.</param>
    /// <param name="recipient">The address that must not appear, in whatever form the program writes it.</param>
    /// <param name="subject">The reply's, which may repeat the request's.</param>
    /// <returns>
    /// The words, lines separated by semicolons. A word is masked when it is not plain ASCII, or holds an at sign in
    /// any usual encoding, the recipient's domain, or a piece of its local part or of the subject. Empty when nothing
    /// was said.
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
            // A name of several words is masked as one.
            if (shown != Masked || words.Count == 0 || words[^1] != Masked)
                words.Add(shown);
        }

        return string.Join(' ', words);
    }

    private static bool MayBeShown(string word, List<string> secrets) =>
        !word.AsSpan().ContainsAnyExceptInRange('!', '~')
        && !AtSigns.Any(sign => word.Contains(sign, StringComparison.Ordinal))
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
