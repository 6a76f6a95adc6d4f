using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Reply.Dkim;

/// <summary>A key that signs replies, with the name of its DNS record.</summary>
/// <param name="Domain">The d= tag.</param>
/// <param name="Selector">
/// The s= tag: the selector in the first line of the file, or else the one in the settings.
/// </param>
/// <param name="File">The file that the key was read from.</param>
/// <param name="Text">The text of the file: PEM, with or without a line before it that names the selector.</param>
internal sealed record DkimKey(string Domain, string Selector, string File, string Text)
{
    /// <summary>
    /// The start of the line that names the selector, before the PEM text. Readers of PEM skip it (RFC 7468, section
    /// 2).
    /// </summary>
    private const string Mark = "Selector: ";

    /// <summary>The name of the key's DNS record.</summary>
    public string Record => $"{Selector}._domainkey.{Domain}";

    /// <summary>Loads the key that signs.</summary>
    /// <exception cref="ResponderException">
    /// The key is missing, accessible to others, or names an invalid selector.
    /// </exception>
    public static DkimKey Load(DkimSettings dkim) => Load(dkim, dkim.KeyFile);

    /// <summary>Loads the key that waits until DNS shows its record; null if there is none.</summary>
    /// <exception cref="ResponderException">The key cannot be read, or does not name its selector.</exception>
    public static DkimKey? LoadNext(DkimSettings dkim)
    {
        if (!FileStatus.TryRead(dkim.NextKeyFile, out _))
            return null;
        var next = Load(dkim, dkim.NextKeyFile);
        return next.Text.StartsWith(Mark, StringComparison.Ordinal) ? next : throw NoSelector(next.File);
    }

    /// <summary>Loads the key that signed before the last change; null if there is none.</summary>
    /// <exception cref="ResponderException">The key cannot be read.</exception>
    public static DkimKey? LoadFormer(DkimSettings dkim) =>
        FileStatus.TryRead(dkim.FormerKeyFile, out _) ? Load(dkim, dkim.FormerKeyFile) : null;

    /// <summary>Returns the text of a key file that names its selector.</summary>
    public static string TextOf(string selector, string pem) => $"{Mark}{selector}\n{pem.Trim()}\n";

    /// <summary>The text of this key in a file that names its selector.</summary>
    public string TextWithSelector => Text.StartsWith(Mark, StringComparison.Ordinal) ? Text : TextOf(Selector, Text);

    /// <summary>Returns the exception for a text that does not hold an RSA key.</summary>
    public ResponderException NoRsaKey(Exception exception) => new(Cause.DkimKey,
        $"DKIM key {File}: holds no RSA private key in PEM form; restore it from a backup, or move it away, run "
        + $"responder dkim keygen {File}, and publish its record", exception);

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
        $"DKIM key {file}: its first line must name the selector, like \"{Mark}mail2\"; see: responder dkim rotate");
}
