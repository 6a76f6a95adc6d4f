using System.Text;
using MailResponder.Incoming;
using MailResponder.Settings;

namespace MailResponder.Reply;

/// <summary>Makes the subject of a reply whose entry has none of its own.</summary>
internal static class ReplySubject
{
    private const int MaxLength = 160;

    /// <summary>
    /// Returns "Re: " and the request's subject, on one line and bounded, if something is proven about its sender.
    /// Otherwise, or if the request has no subject, returns "Re: " and the requested address. A forger could otherwise
    /// make us sign their text and deliver it to their victim.
    /// </summary>
    public static string For(Request request, string requestedAddress)
    {
        var clean = request.Authentication.Proven > Proof.None ? Clean(request.Subject) : "";
        while (clean.StartsWith("Re:", StringComparison.OrdinalIgnoreCase))
            clean = clean[3..].TrimStart();
        return "Re: " + (clean.Length > 0 ? clean : requestedAddress);
    }

    /// <summary>
    /// Returns the subject on one line, bounded. Halves of surrogate pairs, and characters that break a line or mislead
    /// (<see cref="LineText"/>), become spaces.
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

        // Mail programs would decode text that looks like an encoded word.
        return clean.Replace("=?", "= ?").ToString().TrimEnd(' ');
    }
}
