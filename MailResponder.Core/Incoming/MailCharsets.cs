using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using MailResponder.Addresses;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>
/// The charsets beyond Unicode and Latin, for MimeKit. At its first use it looks whether eleven of them are known,
/// and loads their tables, which few messages need. So all are said to be known at that look, and
/// System.Text.Encoding.CodePages is asked only when a message names a charset.
/// </summary>
internal sealed class MailCharsets : EncodingProvider
{
    private bool _isProbed;

    /// <summary>Must run before the first mail is read.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Nothing of MimeKit may be used before, by whatever program.")]
    internal static void Register()
    {
        var provider = new MailCharsets();
        Encoding.RegisterProvider(provider);
        // MimeKit probes the charsets at its first use.
        _ = new ParserOptions();
        provider._isProbed = true;
        // Set before any address is read, for the same reason.
        MailboxAddress.IdnMapping = new MailIdn();
    }

    public override Encoding? GetEncoding(int codepage) => codepage switch
    {
        // .NET's own.
        1200 or 1201 or 12000 or 12001 or 20127 or 28591 or 65000 or 65001 => null,
        _ when !_isProbed => Encoding.Latin1,
        // Mail programs name the smaller charset for what they write in a larger one: GB 18030, Unified Hangul Code.
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
        // Windows' own names: cp1251.
        ['c', 'p', .. var page]
            when int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) =>
                GetEncoding(number),
        "windows-31j" or "ms932" => GetEncoding(932),
        "uhc" => GetEncoding(949),
        "tis620" or "iso-8859-11" => GetEncoding(874),
        _ => CodePagesEncodingProvider.Instance.GetEncoding(name),
    };
}
