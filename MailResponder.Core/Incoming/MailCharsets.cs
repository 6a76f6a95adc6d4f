using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using MailResponder.Addresses;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>
/// Gives MimeKit the charsets beyond Unicode and Latin. When MimeKit is first used, it checks whether eleven of them
/// are known, which would load their tables, although few messages need them. This provider therefore claims to know
/// every charset during that check. It asks System.Text.Encoding.CodePages only when a message names a charset.
/// </summary>
internal sealed class MailCharsets : EncodingProvider
{
    private bool _isProbed;

    /// <summary>Must run before the first mail is read.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "No program may use MimeKit before this has run.")]
    internal static void Register()
    {
        var provider = new MailCharsets();
        Encoding.RegisterProvider(provider);
        // The first use of MimeKit, at which it checks the charsets.
        _ = new ParserOptions();
        provider._isProbed = true;
        // This must also be set before any address is read.
        MailboxAddress.IdnMapping = new MailIdn();
    }

    public override Encoding? GetEncoding(int codepage) => codepage switch
    {
        // Built into .NET.
        1200 or 1201 or 12000 or 12001 or 20127 or 28591 or 65000 or 65001 => null,
        _ when !_isProbed => Encoding.Latin1,
        // Mail programs name a smaller charset for text that they write in a larger one: GB 18030, Unified Hangul Code.
        936 or 51936 => CodePagesEncodingProvider.Instance.GetEncoding(54936),
        51949 => CodePagesEncodingProvider.Instance.GetEncoding(949),
        _ => CodePagesEncodingProvider.Instance.GetEncoding(codepage),
    };

    public override Encoding? GetEncoding(string name) => name.ToLowerInvariant() switch
    {
        "us-ascii" or "utf-8" or "iso-8859-1" => null,
        "utf8" => Encoding.UTF8,
        "x-gbk" or "x-gb2312" => GetEncoding(936),
        "euckr" => GetEncoding(51949),
        "eucjp" => GetEncoding(51932),
        // Windows names, like cp1251.
        ['c', 'p', .. var page]
            when int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) =>
                GetEncoding(number),
        "windows-31j" or "ms932" => GetEncoding(932),
        "uhc" => GetEncoding(949),
        "tis620" or "iso-8859-11" => GetEncoding(874),
        _ => CodePagesEncodingProvider.Instance.GetEncoding(name) is { } found ? GetEncoding(found.CodePage) : null,
    };
}
