using System.Buffers;
using System.Text;
using MailResponder.Addresses;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>
/// Reads the one mailbox of a From field, provided that every mail program reads the same one. If programs read a field
/// differently, our reply could go to someone whom the sender did not name.
/// </summary>
internal static class FromField
{
    private static readonly char[] BesideAddresses = [' ', '\t', '\r', '\n', '<', '>', '(', ')', ',', ':', ';'];
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create("\"@()<>[]:;, ");

    /// <summary>Returns null and the mailbox, or the reason why there is none and a null mailbox.</summary>
    public static SkipReason? Read(Header from, out MailboxAddress? mailbox)
    {
        mailbox = null;
        // The raw value is read. In the decoded value, the text of an encoded word could pass for an address.
        // A comma or semicolon at the end makes a list of one mailbox, but hides no other address.
        var value = WithoutControls(from.RawValue).AsSpan().TrimEnd(" \t\r\n,;"u8).ToArray();
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
    /// Returns the address in angle brackets, including the brackets, if nothing else in the field can be an address;
    /// otherwise null. A comma, semicolon or colon makes the field a list or a group if it is in a display name without
    /// quotation marks, or in an encoded word, where it is not allowed (RFC 2047, section 5). A program that reads such
    /// a list or group finds no other address either.
    /// </summary>
    private static byte[]? OnlyInAngles(byte[] value)
    {
        var (open, close, isHandle) = (-1, -1, false);
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
                // An @ at the start of the field belongs to a handle, like @joe. With a separator after it, it may be a
                // source route or a mailbox without a local part: OpenDMARC then checks the domain after it.
                case (byte)'@' when open < 0 && value.AsSpan(0, i).Trim(" \t\r\n"u8).IsEmpty:
                    isHandle = true;
                    break;
                case (byte)',' or (byte)';' or (byte)':' when open < 0 && isHandle:
                case (byte)'@' when open < 0:
                case (byte)'<' or (byte)'>':
                // Only the end of a group may follow the closing bracket.
                case not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)';') when close >= 0:
                    return null;
            }
        }

        return close > 0 ? value[open..(close + 1)] : null;
    }

    /// <summary>
    /// Replaces NUL and other control characters with spaces. MimeKit would reject the whole field because of one of
    /// them.
    /// </summary>
    private static byte[] WithoutControls(byte[] value) =>
        Array.ConvertAll(value, b => b is 0x7F or < (byte)' ' and not (9 or 10 or 13) ? (byte)' ' : b);

    /// <summary>
    /// Whether the field has an @ inside quotation marks, and a comma, semicolon or colon outside them. Some programs
    /// read such a field as a list, with the quoted text as the first address.
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
    /// Whether the field has an encoded word, and a backslash outside quotation marks. Some readers then take the
    /// decoded word for the address. Without an encoded word, the backslash may be half of a character in a GBK or
    /// Shift JIS name.
    /// </summary>
    private static bool HasBackslashBesideAWord(byte[] field) =>
        field.AsSpan().IndexOf("=?"u8) >= 0 && Unquoted(field).Any(i => field[i] == '\\');

    /// <summary>
    /// Whether a quotation mark is not closed (RFC 5322, section 3.2.4). MimeKit reads it as part of the display name.
    /// Another reader, such as a mail filter of this host, may read it as the start of a quoted string.
    /// </summary>
    private static bool HasOpenQuote(byte[] field) => Unquoted(field).Count(i => field[i] == '"') % 2 != 0;

    /// <summary>
    /// Returns the positions of the quotation marks, and of all characters outside comments and quoted strings.
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
    /// Removes quotation marks that are not needed. "joe"@ and joe@ are the same mailbox (RFC 5321, section 4.1.2):
    /// both have the same quota, and both are the same robot. A backslash would allow more spellings, so an address
    /// with one was rejected before; nobody has such an address.
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
    /// Whether the address is in the field in one piece, without comments or spaces inside, and its domain has exactly
    /// one A-label form. A field with a closing angle bracket but no opening one is rejected.
    /// </summary>
    private static bool IsVisible(MailboxAddress mailbox, ReadOnlySpan<byte> value)
    {
        // Computed once: a quoted local part can be as long as the field, and the field can have many words.
        var start = mailbox.LocalPart + "@";
        return MailDomain.TryNormalize(mailbox.Domain, out var domain)
            && (!value.Contains((byte)'>') || value.Contains((byte)'<'))
            && Array.Exists(Encoding.UTF8.GetString(value).Split(BesideAddresses), word =>
                word.StartsWith(start, StringComparison.Ordinal)
                && MailDomain.TrySplit(word, out var local, out var visible)
                && local == mailbox.LocalPart && visible == domain);
    }
}
