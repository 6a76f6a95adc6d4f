using System.Text;

namespace MimeKit;

/// <summary>Makes the bytes of a field that was given as text.</summary>
static class HeaderValueEncoder
{
    // A longer word could not be kept under the 998 octets of RFC 5322 2.1.1, so it is cut into encoded words.
    const int MaxPlainWord = 900;
    const int MaxBlanks = 60;

    internal static byte[] Encode(string field, HeaderId id, string value)
    {
        if (HoldsAddresses(id) && InternetAddressList.TryParse(value, out var addresses))
            return addresses.Encode(field);
        var folder = new HeaderFolder(field);
        AppendText(folder, value);
        return folder.ToBytes();
    }

    static bool HoldsAddresses(HeaderId id) => id is HeaderId.From or HeaderId.To or HeaderId.Cc or HeaderId.Bcc
        or HeaderId.ReplyTo or HeaderId.Sender or HeaderId.ResentFrom or HeaderId.ResentTo or HeaderId.ResentCc
        or HeaderId.ResentBcc or HeaderId.ResentReplyTo or HeaderId.ResentSender or HeaderId.DispositionNotificationTo;

    /// <summary>Plain words stay; neighbours that are not plain become one run of encoded words.</summary>
    internal static void AppendText(HeaderFolder folder, string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var word = SkipBlanks(text, at);
            var blanks = at == 0 || word - at > MaxBlanks ? " " : text[at..word];
            var end = EndOfWord(text, word);
            if (IsPlain(text.AsSpan(word, end - word)))
            {
                folder.AppendWord(blanks, text.AsSpan(word, end - word));
                at = end;
                continue;
            }
            end = EndOfRun(text, end);
            EncodedWordWriter.Append(folder, blanks, text.AsSpan(word, end - word));
            at = end;
        }
    }

    internal static bool IsPlain(ReadOnlySpan<char> word) =>
        word.Length <= MaxPlainWord && Ascii.IsValid(word) && word.IndexOf("=?") < 0;

    static int EndOfRun(string text, int end)
    {
        while (end < text.Length)
        {
            var next = SkipBlanks(text, end);
            var nextEnd = EndOfWord(text, next);
            if (IsPlain(text.AsSpan(next, nextEnd - next)))
                break;
            end = nextEnd;
        }
        return end;
    }

    static int SkipBlanks(string text, int at)
    {
        while (at < text.Length && text[at] == ' ')
            at++;
        return at;
    }

    static int EndOfWord(string text, int at)
    {
        var length = text.AsSpan(at).IndexOf(' ');
        return length < 0 ? text.Length : at + length;
    }
}
