using System.Text;

namespace MailResponder.Reply;

/// <summary>The value of a DKIM-Signature field (RFC 6376, section 3.5), folded into lines of at most 78 characters.</summary>
internal sealed class DkimField
{
    private const int MaxColumns = 78;
    private const int SignatureColumns = 72;

    private readonly StringBuilder _text = new();
    private int _column = "DKIM-Signature:".Length;

    /// <summary>The value so far, without a line end.</summary>
    public string Text => _text.ToString();

    public void AppendTags(ReadOnlySpan<string> tags)
    {
        foreach (var tag in tags)
            AppendTag(tag);
    }

    /// <summary>The tag h=, which may be broken after each colon.</summary>
    public void AppendNames(string[] names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            var piece = (i == 0 ? "h=" : "") + names[i] + (i + 1 < names.Length ? ":" : ";");
            if (i == 0 || _column + piece.Length > MaxColumns)
                AppendTag(piece);
            else
                Append(piece);
        }
    }

    /// <summary>The tag b=, empty yet.</summary>
    public void BeginSignature() => Break("b=");

    public void AppendSignature(ReadOnlySpan<char> base64)
    {
        while (base64.Length > SignatureColumns - _column)
        {
            var taken = SignatureColumns - _column;
            Append(base64[..taken]);
            base64 = base64[taken..];
            Break("");
        }

        Append(base64);
    }

    private void AppendTag(string tag)
    {
        if (_column + 1 + tag.Length > MaxColumns)
            Break(tag);
        else
            Append(" " + tag);
    }

    private void Break(string text)
    {
        _text.Append('\n');
        _column = 0;
        Append("\t" + text);
    }

    private void Append(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        _column += text.Length;
    }
}
