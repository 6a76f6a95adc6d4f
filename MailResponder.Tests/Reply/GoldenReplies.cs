using System.Text;
using MailResponder.Book;
using MailResponder.Incoming;
using MailResponder.Reply.Dkim;
using MailResponder.Settings;
using MailResponder.Tests.Mail;
using MimeKit;

namespace MailResponder.Tests.Reply;

/// <summary>
/// Whole replies as exact text: <c>Golden/NN-name.eml</c>. <c>NN-name.read</c> holds what Debian's Python reads in
/// each.
/// </summary>
public sealed class GoldenReplies : IDisposable
{
    private const string Links =
        "English: https://example.com/en.html\nفارسی: https://example.com/fa.html\n中文: https://example.com/zh.html";
    private const string Html =
        "<p><a href=\"https://example.com/en.html\">English</a></p>\n<p dir=\"rtl\" lang=\"fa\">فارسی</p>";
    private readonly TemporaryFolder _folder = new();

    public GoldenReplies()
    {
        Directory.CreateDirectory(_folder.PathTo("files/tools"));
        File.WriteAllBytes(_folder.PathTo("files/tools/tool.zip"), [.. Enumerable.Range(0, 256).Select(i => (byte)i)]);
        File.WriteAllBytes(_folder.PathTo("files/tools/empty.txt"), []);
        File.WriteAllText(_folder.PathTo("files/tools/guide.txt"), Links);
    }

    public static TheoryData<string> Names => new(Cases.Keys);

    private static Dictionary<string, (Request Request, ResponseEntry Entry, bool Signed)> Cases { get; } = new()
    {
        ["01-ascii-text"] = (TestReply.Request(), TestBook.Entry(), false),
        ["02-persian-text"] = (TestReply.Request("دریافت برنامه می\u200cخواهم"), Entry(Plain(Links)), false),
        ["03-chinese-subject"] = (TestReply.Request("请把翻墙软件发给我，谢谢。请把翻墙软件发给我，谢谢。请把翻墙软件发给我，谢谢。"), TestBook.Entry(),
        false),
        ["04-alternative"] = (TestReply.Request(), Entry(Plain(Links), new ResponseBody("html", Html)), false),
        ["05-attachment"] = (TestReply.Request(),
        Entry(Plain("attached")) with { Attachments = [Tool("tool.zip.example")] }, false),
        ["06-alternative-and-attachments"] = (TestReply.Request("Re: Hilfe für mich"),
            Entry(Plain(Links), new ResponseBody("html", Html)) with
            {
                Attachments = [Tool("برنامه \"نسخه\" ۱.zip"),
                    new ResponseAttachment("tools", "empty.txt", "empty.txt", 1)],
            }, false),
        ["07-fixed-subject-and-thread"] =
            (TestReply.Request("ignored", "<3@example.net>", "1@example.net", "2@example.net"),
            TestBook.Entry() with { Subject = "نشانی‌های دریافت" }, false),
        ["08-long-lines"] = (TestReply.Request(new string('s', 10_000)),
            Entry(Plain(new string('w', 3000) + "\n\nFrom the start.\n.\n trailing \t\n\n\n")), false),
        ["09-no-message-id-idn-requester"] =
            (TestReply.Request("", null) with { From = new MailboxAddress("Jö", "joe@bücher.example") },
            TestBook.Entry("fa@example.org"), false),
        ["10-signed-ascii"] = (TestReply.Request(), TestBook.Entry(), true),
        ["11-signed-persian-alternative"] = (TestReply.Request("دریافت برنامه", "<3@example.net>", "1@example.net"),
            Entry(Plain(Links), new ResponseBody("html", Html)), true),
        ["12-signed-attachment"] = (TestReply.Request("下载"),
            Entry(Plain(Links + "\n\n\n")) with { Attachments = [Tool("工具.zip")] }, true),
        ["13-names-of-many-scripts"] = (TestReply.Request(), Entry(Plain("attached")) with
        {
            Attachments =
            [
                Tool("ابزار.zip"), Tool("工具.exe"), new ResponseAttachment("tools", "guide.txt", "راهنما.txt", 1),
                Tool("attachment-4.png"), Tool("снимок.png"), Tool("без расширения"), Tool("ابزار.زیپ"),
            ],
        }, false),
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryByte_IsAsExpected(string name) => ExpectedText.Equal(Expected(name, ".eml"), Compose(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Python_ReadsThemWithoutDefects(string name)
    {
        var mail = Encoding.Latin1.GetBytes(Compose(name));
        var key = TestReply.TestOnlyKey(_folder);
        var record = Cases[name].Signed
            ? string.Concat(DkimRecord.ZoneFileText(DkimKey.Load(key)).Split('"').Where((_, i) => i % 2 == 1))
            : null;

        var read = ReadMail.Facts(mail, record);

        Assert.DoesNotContain("defect", read, StringComparison.Ordinal);
        Assert.DoesNotContain("valid with", read, StringComparison.Ordinal);
        if (record is not null)
            Assert.Contains("signature valid: True", read, StringComparison.Ordinal);
        ExpectedText.Equal(Expected(name, ".read"), read);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Lines_AreShortSevenBitText(string name)
    {
        foreach (var line in Compose(name).Split('\n'))
        {
            Assert.InRange(line.Length, 0, 78);
            Assert.All(line, c => Assert.True(c is >= ' ' and <= '~' or '\t', $"U+{(int)c:X4} in {line}"));
        }
    }

    [Theory]
    [InlineData("😀")]
    [InlineData("你好，世界。这是一个测试邮件，")]
    [InlineData("café ")]
    [InlineData("😀س中é")]
    [InlineData("سلام دنیا ")]
    [InlineData("plain words سلام then ")]
    [InlineData("one two three four ")]
    public void LongSubjectOfAnyScript_StandsInShortLinesAndWords(string repeated)
    {
        var subject = string.Concat(Enumerable.Repeat(repeated, 160 / repeated.Length)).Trim();

        var mail = TestReply.Text(TestSettings.In(_folder.Path), TestReply.Request(subject), TestBook.Entry());

        Assert.All(mail.Split('\n'), line => Assert.InRange(line.Length, 0, 78));
        foreach (var word in mail.Split(' ', '\n').Where(word => word.StartsWith("=?", StringComparison.Ordinal)))
            Assert.InRange(word.Length, 0, 75);
        var read = ReadMail.Facts(Encoding.Latin1.GetBytes(mail), null);
        Assert.Contains($"Subject: Re: {subject}\n", read, StringComparison.Ordinal);
    }

    [Fact]
    public void HostileRequest_KeepsLinesWithinTheLimit()
    {
        var ids = Enumerable.Range(0, 40).Select(i => $"{i}{new string('i', 230)}@example.net").ToArray();
        var request = TestReply.Request(
            string.Concat(Enumerable.Repeat("\u202e😀\r\n", 5000)), $"<{new string('m', 240)}@a>", ids) with
        {
            From = new MailboxAddress("", new string('j', 64) + "@" + string.Concat(Enumerable.Repeat("abcdefg.", 23))
                + "example"),
        };

        var text = TestReply.Text(TestSettings.In(_folder.Path) with { Dkim = TestReply.TestOnlyKey(_folder) }, request,
            TestBook.Entry());

        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 998));
        Assert.DoesNotContain(text, c => c is not (>= ' ' and <= '~' or '\t' or '\n'));
        Assert.InRange(text.Length, 1000, 8000);
    }

    private static ResponseEntry Entry(params ResponseBody[] bodies) => TestBook.Entry() with { Bodies = bodies };

    private static ResponseBody Plain(string text) => new("plain", text);

    private static ResponseAttachment Tool(string shownName) => new("tools", "tool.zip", shownName, 1);

    private static string Expected(string name, string ending) =>
        Repository.PathTo("MailResponder.Tests", "Reply", "Golden", name + ending);

    private string Compose(string name)
    {
        var (request, entry, signed) = Cases[name];
        ResponderSettings settings = TestSettings.In(_folder.Path);
        return TestReply.Text(signed ? settings with { Dkim = TestReply.TestOnlyKey(_folder) } : settings, request,
            entry);
    }
}
