using System.Text;
using MailResponder.Reply;

namespace MailResponder.Tests.Reply;

/// <summary>Tests which Content-Type an attachment gets for its displayed name and content.</summary>
public sealed class AttachmentTypes
{
    private const string Unknown = "application/octet-stream";

    /// <summary>
    /// File types blocked by Gmail ("File types blocked in Gmail") and Outlook ("Blocked attachments in Outlook").
    /// </summary>
    private static readonly string[] Blocked = """
        ade adp apk appcontent-ms application appref-ms appx appxbundle app asp aspx asx bas bat bgi cab cdxml cer
        chm cmd cnt com cpl crt csh der diagcab diagcfg diagpkg dll dmg ex ex_ exe fxp gadget grp hlp hpj hta htc
        img inf ins iso isp its jar jnlp js jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mcf mda mdb
        mde mdt mdw mdz mjs mml msc msh msh1 msh2 mshxml msh1xml msh2xml msi msix msixbundle msp mst msu nsh ops osd
        pcd pif pl plg prf prg printerexport ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 pssc pst py pyc pyo pyw pyz
        pyzw reg scf scr sct settingcontent-ms shb shs sys theme tmp udl url vb vbe vbp vbs vhd vhdx vsmacros vsw
        vxd webpnp website ws wsb wsc wsf wsh xbap xll xnk
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// Other file types that a browser or a desktop runs or installs, or an office program with its macros.
    /// </summary>
    private static readonly string[] Risky = """
        htm html xhtml mht mhtml svg svgz xml xsl xslt rss swf desktop sh bash zsh run bin bundle appimage deb rpm
        pkg snap flatpakref elf so dylib class php rb lua tcl wasm ipa xpi crx doc docx docm dot dotm rtf xls xlsx
        xlsm xlsb xlam csv iqy slk ppt pptx pptm ppsm odt ods ps eps eml msg ics vcf p7m p7s p12 pfx pem key asc sig
        ovpn mobileconfig torrent
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    public static TheoryData<string> Runnable => new(Blocked.Concat(Risky).Distinct());

    [Theory]
    [InlineData("guide.pdf", "application/pdf")]
    [InlineData("GUIDE.PDF", "application/pdf")]
    [InlineData("tool.zip", "application/zip")]
    [InlineData("tool.exe.zip", "application/zip")]
    [InlineData("tool.7z", "application/x-7z-compressed")]
    [InlineData("tool.tar.gz", "application/x-gzip")]
    [InlineData("tool.tar", "application/x-tar")]
    [InlineData("tool.tar.bz2", "application/x-bzip2")]
    [InlineData("book.epub", "application/epub+zip")]
    [InlineData("step-1.png", "image/png")]
    [InlineData("step-2.jpg", "image/jpeg")]
    [InlineData("step-2.jpeg", "image/jpeg")]
    [InlineData("step-3.gif", "image/gif")]
    [InlineData("step-4.webp", "image/webp")]
    [InlineData("step-5.avif", "image/avif")]
    [InlineData("talk.mp3", "audio/mpeg")]
    [InlineData("talk.m4a", "audio/mp4")]
    [InlineData("talk.ogg", "audio/ogg")]
    [InlineData("talk.opus", "audio/opus")]
    [InlineData("talk.flac", "audio/x-flac")]
    [InlineData("film.mp4", "video/mp4")]
    [InlineData("film.webm", "video/webm")]
    public void HarmlessExtension_HasItsType(string name, string type) => Assert.Equal(type, Of(name, [0xff]));

    [Theory]
    [MemberData(nameof(Runnable))]
    public void WhatMayBeRun_IsNoTypeOfItsOwn(string extension)
    {
        Assert.Equal(Unknown, Of("tool." + extension));
        Assert.Equal(Unknown, Of("tool.zip." + extension.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("tool")]
    [InlineData("zip")]
    [InlineData("tool.")]
    [InlineData("tool.zip.example")]
    [InlineData("tool.ap_")]
    [InlineData("tool.zip_")]
    [InlineData("ابزار.زیپ")]
    public void MadeUpExtension_IsNoTypeOfItsOwn(string name) => Assert.Equal(Unknown, Of(name));

    [Fact]
    public void TextInUtf8_SaysSo()
    {
        Assert.Equal("text/plain; charset=utf-8", Of("empty.txt"));
        Assert.Equal("text/plain; charset=utf-8", Of("guide.txt", Encoding.ASCII.GetBytes("https://example.com\n")));
        var longText = "a" + string.Concat(Enumerable.Repeat("راهنما 😀", 50_000));
        Assert.Equal("text/plain; charset=utf-8", Of("راهنما.TXT", Encoding.UTF8.GetBytes(longText)));
    }

    [Theory]
    [InlineData("windows-1256")]
    [InlineData("gb18030")]
    [InlineData("utf-16")]
    public void TextInAnotherEncoding_IsNotTakenForText(string charset)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var text = new string(' ', 100_000) + "راهنما 你好";
        Assert.Equal(Unknown, Of("guide.txt", Encoding.GetEncoding(charset).GetBytes(text)));
    }

    [Fact]
    public void ProgramThatIsCalledText_IsNotTakenForText() =>
        Assert.Equal(Unknown, Of("tool.txt", [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]));

    private static string Of(string name, params byte[] content)
    {
        var type = AttachmentType.Of(name, new MemoryStream(content));
        return type.Charset is { } charset ? $"{type.MimeType}; charset={charset}" : type.MimeType;
    }
}
