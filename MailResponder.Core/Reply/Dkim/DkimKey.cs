using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Reply.Dkim;

/// <summary>A key that signs replies, with the name of its DNS record.</summary>
/// <param name="Domain">The d= tag.</param>
/// <param name="Selector">The s= tag: that in the file's first line, else that of the settings.</param>
/// <param name="File">Where it was read.</param>
/// <param name="Text">The file: PEM, with a line before it that names the selector, or none.</param>
internal sealed record DkimKey(string Domain, string Selector, string File, string Text)
{
    /// <summary>Stands before the PEM text, where readers of PEM skip it (RFC 7468, section 2).</summary>
    private const string Mark = "Selector: ";

    /// <summary>The name of its record in DNS.</summary>
    public string Record => $"{Selector}._domainkey.{Domain}";

    /// <summary>The key that signs.</summary>
    /// <exception cref="ResponderException">It is missing, open to others, or names no good selector.</exception>
    public static DkimKey Load(DkimSettings dkim) => Load(dkim, dkim.KeyFile);

    /// <summary>The key that waits until DNS shows it; null when none does.</summary>
    /// <exception cref="ResponderException">It cannot be read, or does not name its selector.</exception>
    public static DkimKey? LoadNext(DkimSettings dkim)
    {
        if (!FileStatus.TryRead(dkim.NextKeyFile, out _))
            return null;
        var next = Load(dkim, dkim.NextKeyFile);
        return next.Text.StartsWith(Mark, StringComparison.Ordinal) ? next : throw NoSelector(next.File);
    }

    /// <summary>The key that signed before the last change; null when there was none.</summary>
    /// <exception cref="ResponderException">It cannot be read.</exception>
    public static DkimKey? LoadFormer(DkimSettings dkim) =>
        FileStatus.TryRead(dkim.FormerKeyFile, out _) ? Load(dkim, dkim.FormerKeyFile) : null;

    /// <summary>What a file holds that names the selector itself.</summary>
    public static string TextOf(string selector, string pem) => $"{Mark}{selector}\n{pem.Trim()}\n";

    /// <summary>The same key, in a file that names its selector.</summary>
    public string TextWithSelector => Text.StartsWith(Mark, StringComparison.Ordinal) ? Text : TextOf(Selector, Text);

    /// <summary>What is thrown when the text is not that of an RSA key.</summary>
    public ResponderException NoRsaKey(Exception exception) => new(Cause.DkimKey,
        $"DKIM key {File}: holds no RSA private key in PEM form; make one with: responder dkim keygen", exception);

    private static DkimKey Load(DkimSettings dkim, string file)
    {
        var text = SecretFile.Read(file, Cause.DkimKey, "DKIM key");
        var selector = dkim.Selector;
        if (text.StartsWith(Mark, StringComparison.Ordinal))
        {
            selector = text[Mark.Length..].Split('\n', 2)[0].Trim();
            if (!DkimSettings.IsSelector(selector))
                throw NoSelector(file);
        }

        return new DkimKey(dkim.Domain, selector, file, text);
    }

    private static ResponderException NoSelector(string file) => new(Cause.DkimKey,
        $"DKIM key {file}: its first line is to name the selector, like \"{Mark}mail2\"; see: responder dkim rotate");
}
