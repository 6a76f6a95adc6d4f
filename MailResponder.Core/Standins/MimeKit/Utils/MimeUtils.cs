namespace MimeKit.Utils;

/// <summary>Makes and reads message identifiers.</summary>
public static class MimeUtils
{
    // RFC 5322 2.1.1 bounds a line, and an identifier cannot be folded.
    const int MaxIdentifier = 900;

    /// <summary>A random identifier, without angle brackets, under the name of this host.</summary>
    public static string GenerateMessageId() =>
        GenerateMessageId(Environment.MachineName is { Length: > 0 } host ? host : "localhost.localdomain");

    /// <summary>A random identifier, without angle brackets, under the domain.</summary>
    public static string GenerateMessageId(string domain)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        var name = MailboxAddress.EncodeAddrspec("@" + domain);
        // Random from the kernel; RandomNumberGenerator would load OpenSSL, which takes milliseconds.
        return Guid.NewGuid().ToString("N") + name;
    }

    /// <summary>
    /// The identifiers in a References or In-Reply-To value, without angle brackets, in order. What is not
    /// printable ASCII, or too long for a line, is passed over: it could not be quoted in an answer.
    /// </summary>
    public static IEnumerable<string> EnumerateReferences(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var at = text.IndexOf('<', StringComparison.Ordinal); at >= 0;)
        {
            var end = text.AsSpan(at + 1).IndexOfAny('<', '>');
            if (end < 0)
                yield break;
            var next = at + 1 + end;
            if (text[next] == '>' && end is > 0 and <= MaxIdentifier
                && WithoutBlanks(text.AsSpan(at + 1, end)) is { } id)
                yield return id;
            at = text.IndexOf('<', next);
        }
    }

    // Some programs fold inside an identifier.
    static string? WithoutBlanks(ReadOnlySpan<char> id)
    {
        Span<char> bare = stackalloc char[id.Length];
        var length = 0;
        foreach (var c in id)
            if (c is not (' ' or '\t' or '\r' or '\n'))
                bare[length++] = c;
        bare = bare[..length];
        return bare.IsEmpty || bare.ContainsAnyExceptInRange('!', '~') ? null : bare.ToString();
    }
}
