namespace MimeKit;

/// <summary>An element of an address list: a mailbox or a group (RFC 5322 3.4). Never changes once made.</summary>
public abstract class InternetAddress
{
    private protected InternetAddress(string? name) => Name = name is null ? null : HeaderText.Clean(name);

    /// <summary>The decoded display name without control characters; null where there is none.</summary>
    public string? Name { get; }

    /// <summary>Appends the element to a header value, and the suffix right after it.</summary>
    internal abstract void AppendTo(HeaderFolder folder, string suffix);

    /// <summary>A display name as RFC 5322 phrase: as it is, quoted, or as encoded words.</summary>
    private protected static void AppendPhrase(HeaderFolder folder, string name)
    {
        const int longestPlainWord = 200;
        if (!HeaderValueEncoder.IsPlain(name) || HasLongWord(name, longestPlainWord))
            EncodedWordWriter.Append(folder, " ", name);
        else
            HeaderValueEncoder.AppendText(folder, IsAtoms(name) ? name : HeaderText.Quote(name));
    }

    internal static bool IsAtomCharacter(char c) => c > ' ' && !char.IsControl(c) && !"()<>[]:;@\\,.\"".Contains(c);

    static bool IsAtoms(string name)
    {
        for (var i = 0; i < name.Length; i++)
            if (!IsAtomCharacter(name[i]) && (name[i] != ' ' || name[i - 1] == ' '))
                return false;
        return true;
    }

    static bool HasLongWord(string name, int limit)
    {
        foreach (var word in name.AsSpan().Split(' '))
            if (word.End.Value - word.Start.Value > limit)
                return true;
        return false;
    }
}
