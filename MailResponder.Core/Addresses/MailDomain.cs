using System.Buffers;

namespace MailResponder.Addresses;

/// <summary>
/// Domain names in the form in which they are compared: lower case, ASCII (RFC 5890 A-labels), no final dot.
/// </summary>
internal static class MailDomain
{
    private const int MaxLength = 253;
    private static readonly SearchValues<char> Characters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>
    /// Normalizes a domain name. False if the text is not a fully qualified domain name: at least two labels of
    /// letters, digits, hyphens and underscores, of which the last begins with a letter (RFC 3696, section 2). Without
    /// that rule, some programs would read 127.0.0.1 or 127.1 as an IP address.
    /// </summary>
    public static bool TryNormalize(string? text, out string domain)
    {
        domain = "";
        if (string.IsNullOrEmpty(text) || text.Length > 4 * MaxLength)
            return false;
        var name = text[^1] == '.' ? text[..^1] : text;
        // Capital letters that different versions of UTS 46 map differently: capital ß, and the Georgian ones.
        if (name.AsSpan().ContainsAnyInRange('\u10A0', '\u10CD') || name.Contains('\u1E9E'))
            return false;
        name = name.ToLowerInvariant();
        if (!System.Text.Ascii.IsValid(name) && !TryEncode(ref name))
            return false;
        if (name.Length > MaxLength || !name.Contains('.') || name.AsSpan().ContainsAnyExcept(Characters)
            || Array.Exists(name.Split('.'), label => label is "" or ['-', ..] or [.., '-'] || label.Length > 63)
            || !char.IsAsciiLetter(name[name.LastIndexOf('.') + 1]))
            return false;
        domain = name;
        return true;
    }

    /// <summary>
    /// Returns the text after the last @ of an address, as it is written; the whole text if it has no @.
    /// </summary>
    public static string Of(string address) => address[(address.LastIndexOf('@') + 1)..];

    /// <summary>Splits an address. False if it has no local part or no domain.</summary>
    /// <param name="address">An address in any spelling.</param>
    /// <param name="local">The local part as it is written.</param>
    /// <param name="domain">The domain as <see cref="TryNormalize"/> returns it.</param>
    public static bool TrySplit(string address, out string local, out string domain)
    {
        local = address[..Math.Max(0, address.LastIndexOf('@'))];
        domain = "";
        return local.Length > 0 && TryNormalize(Of(address), out domain);
    }

    private static bool TryEncode(ref string name)
    {
        var labels = name.Split('.');
        // If one label is written from right to left, there is a rule for the others too (RFC 5893, section 2). It is
        // checked for plain ASCII labels; all other labels must be written from right to left.
        var isBothWays = Array.Exists(labels, InternationalLabel.IsRightToLeft);
        for (var i = 0; i < labels.Length; i++)
        {
            var isPlain = System.Text.Ascii.IsValid(labels[i]);
            if (isBothWays && (isPlain ? labels[i] is [>= '0' and <= '9', ..]
                : !InternationalLabel.IsRightToLeft(labels[i])))
                return false;
            if (!isPlain && !InternationalLabel.TryEncode(labels[i], out labels[i]))
                return false;
        }

        name = string.Join('.', labels);
        return true;
    }

    /// <summary>Whether the domain is one of the listed ones or is below one.</summary>
    public static bool IsWithin(string domain, IReadOnlyList<string> listed) => Above(domain, listed) is not null;

    /// <summary>Returns the listed domain that this one is or is below; null if there is none.</summary>
    public static string? Above(string domain, IReadOnlyList<string> listed)
    {
        foreach (var candidate in listed)
        {
            if (domain.EndsWith(candidate, StringComparison.Ordinal)
                && (domain.Length == candidate.Length || domain[^(candidate.Length + 1)] == '.'))
            {
                return candidate;
            }
        }

        return null;
    }
}
