using System.Buffers;
using System.Text;
using MailResponder.Addresses;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>
/// The one mailbox of a From field, if every mail program reads the same one. A field that programs read differently
/// would send our reply to somebody whom the sender did not name.
/// </summary>
internal static class FromField
{
    private static readonly char[] BesideAddresses = [' ', '\t', '\r', '\n', '<', '>', '(', ')', ',', ':', ';'];
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create("\"@()<>[]:;, ");

    /// <summary>Null and the mailbox; or why there is none, and null.</summary>
    public static SkipReason? Read(Header from, out MailboxAddress? mailbox)
    {
        mailbox = null;
        // Reads the raw value. In a decoded value, the text of an encoded word could pass for an address.
        var value = WithoutControls(from.RawValue);
        if (HasOpenQuote(value) || HasQuotedAddress(value) || HasBackslashBesideAWord(value))
            return SkipReason.UnparsableFrom;
        var isList = AddressList.TryParse(value, out var list);
        if (list is not [MailboxAddress] && OnlyInAngles(value) is { } only)
            isList = AddressList.TryParse(only, out list);
        if (!isList || list!.Count == 0)
            return SkipReason.UnparsableFrom;
        if (list.Count > 1)
            return SkipReason.SeveralFrom;
        // Some mail systems may follow a source route (RFC 5321, appendix F.2).
        if (list[0] is not MailboxAddress { Route.Count: 0 } one || one.LocalPart.Contains('\\')
            || !IsVisible(one, value))
        {
            return SkipReason.UnparsableFrom;
        }

        mailbox = WithoutNeedlessQuotes(one);
        return null;
    }

    /// <summary>
    /// The address in angle brackets, with these, when nothing else in the field can be one. A comma, semicolon or
    /// colon of a display name without quotation marks, or in an encoded word where it has no place (RFC 2047, section
    /// 5), makes a list or a group of it; whoever reads it so finds this address alone, too.
    /// </summary>
    private static byte[]? OnlyInAngles(byte[] value)
    {
        int open = -1, close = -1;
        foreach (var i in Unquoted(value))
        {
            switch (value[i])
            {
                case (byte)'<' when open < 0:
                    open = i;
                    break;
                case (byte)'>' when open >= 0 && close < 0:
                    close = i;
                    break;
                case (byte)'<' or (byte)'>':
                // A word that begins with @ is a handle, like @joe, and no address.
                case (byte)'@' when open < 0 && !value.AsSpan(0, i).Trim(" \t\r\n"u8).IsEmpty:
                // Only the end of a group may follow it.
                case not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)';') when close >= 0:
                    return null;
            }
        }

        return close > 0 ? value[open..(close + 1)] : null;
    }

    /// <summary>
    /// Replaces NUL and other control characters by blanks. MimeKit would reject the whole field for one.
    /// </summary>
    private static byte[] WithoutControls(byte[] value) =>
        Array.ConvertAll(value, b => b is 0x7F or < (byte)' ' and not (9 or 10 or 13) ? (byte)' ' : b);

    /// <summary>
    /// An @ within quotation marks, and a comma, semicolon or colon outside of them: to some it is a list, of which the
    /// quoted text is the first address.
    /// </summary>
    private static bool HasQuotedAddress(byte[] field)
    {
        var (opened, isHidden, isList) = (-1, false, false);
        foreach (var i in Unquoted(field))
        {
            isList |= field[i] is (byte)',' or (byte)';' or (byte)':';
            if (field[i] != '"')
                continue;
            isHidden |= opened >= 0 && field.AsSpan(opened, i - opened).Contains((byte)'@');
            opened = opened < 0 ? i : -1;
        }

        return isHidden && isList;
    }

    /// <summary>
    /// A backslash outside of quotation marks and an encoded word: some readers take what the word stands for as the
    /// address. Alone it is a half of a character, in a name in GBK or Shift JIS.
    /// </summary>
    private static bool HasBackslashBesideAWord(byte[] field) =>
        field.AsSpan().IndexOf("=?"u8) >= 0 && Unquoted(field).Any(i => field[i] == '\\');

    /// <summary>
    /// A quotation mark without its second (RFC 5322, section 3.2.4): MimeKit takes it for a part of the display name,
    /// another reader, such as a filter at the border, for the beginning of something else.
    /// </summary>
    private static bool HasOpenQuote(byte[] field) => Unquoted(field).Count(i => field[i] == '"') % 2 != 0;

    /// <summary>
    /// The positions of characters outside of comments and quoted strings, and of the quotation marks.
    /// </summary>
    private static IEnumerable<int> Unquoted(byte[] field)
    {
        var isQuoted = false;
        var comments = 0;
        for (var i = 0; i < field.Length; i++)
        {
            switch (field[i])
            {
                case (byte)'\\' when isQuoted || comments > 0:
                    i++;
                    break;
                case (byte)'"' when comments == 0:
                    isQuoted = !isQuoted;
                    yield return i;
                    break;
                case (byte)'(' when !isQuoted:
                    comments++;
                    break;
                case (byte)')' when !isQuoted && comments > 0:
                    comments--;
                    break;
                case var _ when !isQuoted && comments == 0:
                    yield return i;
                    break;
            }
        }
    }

    /// <summary>
    /// "joe"@ and joe@ are one mailbox (RFC 5321, section 4.1.2), which has one quota and is one robot. A backslash
    /// would make more spellings of it; nobody has such an address.
    /// </summary>
    private static MailboxAddress WithoutNeedlessQuotes(MailboxAddress mailbox)
    {
        if (mailbox.LocalPart is not ['"', .. var content, '"'] || content.AsSpan().ContainsAny(NeedQuotes)
            || Array.Exists(content.Split('.'), string.IsNullOrEmpty))
        {
            return mailbox;
        }

        return new MailboxAddress(mailbox.Name, content + "@" + mailbox.Domain);
    }

    /// <summary>
    /// Whether the address stands in the field in one piece, without comments and blanks inside, and with a domain that
    /// has one A-label. An angle bracket that only closes belongs to no address.
    /// </summary>
    private static bool IsVisible(MailboxAddress mailbox, ReadOnlySpan<byte> value) =>
        MailDomain.TryNormalize(mailbox.Domain, out var domain)
        && (!value.Contains((byte)'>') || value.Contains((byte)'<'))
        && Array.Exists(Encoding.UTF8.GetString(value).Split(BesideAddresses), word =>
            word.StartsWith(mailbox.LocalPart + "@", StringComparison.Ordinal)
            && MailDomain.TrySplit(word, out var local, out var visible)
            && local == mailbox.LocalPart && visible == domain);
}
