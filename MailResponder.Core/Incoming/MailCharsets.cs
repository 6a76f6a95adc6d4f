using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>
/// The charsets beyond Unicode and Latin, for MimeKit. It looks at the start whether eleven of them are known, and never
/// again for those; their tables are costly, and few messages name one. So all are said to be known at that look, and
/// System.Text.Encoding.CodePages is asked only when a message names a charset.
/// </summary>
internal sealed class MailCharsets : EncodingProvider
{
    private bool _isProbed;

    /// <summary>Before any mail is read, whoever reads it.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "MimeKit must not be used before this, not even to read the settings.")]
    internal static void Register()
    {
        var provider = new MailCharsets();
        Encoding.RegisterProvider(provider);
        // The look is a part of MimeKit's first use.
        _ = new ParserOptions();
        provider._isProbed = true;
    }

    public override Encoding? GetEncoding(int codepage)
    {
        if (!_isProbed)
            return Encoding.Latin1;
        // Mail programs label what they write with the smaller charset of which it is a superset.
        return CodePagesEncodingProvider.Instance.GetEncoding(codepage switch
        {
            936 or 51936 => 54936, // GB 2312, GBK: GB 18030
            51949 => 949, // EUC-KR: Unified Hangul Code
            _ => codepage,
        });
    }

    public override Encoding? GetEncoding(string name) => name.ToLowerInvariant() switch
    {
        "windows-31j" or "ms932" => GetEncoding(932),
        "uhc" => GetEncoding(949),
        "tis620" or "iso-8859-11" => GetEncoding(874),
        _ => CodePagesEncodingProvider.Instance.GetEncoding(name),
    };
}
