using System.Text;
using MailResponder.Incoming;
using MailResponder.Settings;

namespace MailResponder.Reply;

/// <summary>The subject of a reply whose entry has none of its own.</summary>
internal static class ReplySubject
{
    private const int MaxLength = 160;

    /// <summary>
    /// "Re: " and the request's subject on one line, bounded, when something is proven about its sender; else, and
    /// where there is no subject, "Re: " and the requested address. A forger would otherwise have us sign his text and
    /// bring it to his victim.
    /// </summary>
    public static string For(Request request, string requestedAddress)
    {
        var clean = request.Authentication.Proven > Proof.None ? Clean(request.Subject) : "";
        while (clean.StartsWith("Re:", StringComparison.OrdinalIgnoreCase))
            clean = clean[3..].TrimStart();
        return "Re: " + (clean.Length > 0 ? clean : requestedAddress);
    }

    /// <summary>
    /// Without what breaks a line or misleads (<see cref="LineText"/>), and without halves of surrogate pairs.
    /// </summary>
    private static string Clean(string subject)
    {
        var clean = new StringBuilder();
        foreach (var rune in subject.EnumerateRunes())
        {
            if (rune.IsBmp && (LineText.Breaks((char)rune.Value) || LineText.Misleads((char)rune.Value))
                || rune == Rune.ReplacementChar || Rune.IsWhiteSpace(rune))
            {
                if (clean.Length > 0 && clean[^1] != ' ')
                    clean.Append(' ');
            }
            else if (clean.Length + rune.Utf16SequenceLength > MaxLength)
            {
                clean.Append('…');
                break;
            }
            else
            {
                clean.Append(rune.ToString());
            }
        }

        // What looks like an encoded word would be decoded by whoever reads the reply.
        return clean.Replace("=?", "= ?").ToString().TrimEnd(' ');
    }
}
