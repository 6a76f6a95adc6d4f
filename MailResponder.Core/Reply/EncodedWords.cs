using System.Text;
using MimeKit;

namespace MailResponder.Reply;

/// <summary>
/// Header fields whose text has characters beyond ASCII (RFC 2047). MimeKit makes encoded words of up to 108 characters
/// out of text that mixes scripts or accents; section 2 allows 75.
/// </summary>
internal static class EncodedWords
{
    /// <summary>The most bytes in a word. With "Subject: " before it, the line has at most 73 characters.</summary>
    private const int MaxBytes = 39;

    /// <summary>MimeKit makes an encoded word of an ASCII word of this length, however long that is.</summary>
    private const int LongWord = 76;

    /// <summary>Returns a Subject field.</summary>
    public static Header Subject(string text) =>
        Ascii.IsValid(text) && (text.Length < LongWord || text.Split(' ').All(word => word.Length < LongWord))
            ? new Header(HeaderId.Subject, text) : Field(HeaderId.Subject, text, "");

    /// <summary>Sets the From field of a message that has none yet.</summary>
    public static void AddFrom(MimeMessage message, MailboxAddress from)
    {
        if (from.Name is null || Ascii.IsValid(from.Name))
            message.From.Add(from);
        else
            message.Headers.Add(Field(HeaderId.From, from.Name, $" <{from.GetAddress(idnEncode: true)}>\n"));
    }

    private static Header Field(HeaderId id, string text, string lastLine)
    {
        var words = new StringBuilder();
        var word = new List<byte>();
        foreach (var rune in text.EnumerateRunes())
        {
            if (word.Count + rune.Utf8SequenceLength > MaxBytes)
                AppendWord(words, word);
            word.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
        }

        AppendWord(words, word);
        var field = new Header(id, "");
        field.SetRawValue(Encoding.ASCII.GetBytes(words.Append(lastLine).ToString()));
        return field;
    }

    private static void AppendWord(StringBuilder words, List<byte> word)
    {
        words.Append(" =?utf-8?B?").Append(Convert.ToBase64String([.. word])).Append("?=\n");
        word.Clear();
    }
}
