using System.Security.Cryptography;
using System.Text;
using MimeKit;

namespace MailResponder.Tests.Mail;

public sealed class BodyWriting
{
    [Theory]
    [InlineData("Hello\n", "7bit")]
    [InlineData("Hello\r\nWorld", "7bit")]
    [InlineData("", "7bit")]
    [InlineData("Mostly plain, with one café among many words of English.\n", "quoted-printable")]
    [InlineData(SampleReply.Persian, "base64")]
    [InlineData(SampleReply.Chinese, "base64")]
    [InlineData("é trailing blank \nand tab\t\n.\n.dot\nFrom here\nFrom there, few beyond ASCII\n", "quoted-printable")]
    public void Text_IsReadBack(string text, string encoding)
    {
        foreach (var newLine in new[] { NewLineFormat.Unix, NewLineFormat.Dos })
        {
            var seen = Python.Parse(SampleReply.WithText(text), Written.Options(newLine));
            var part = seen.GetProperty("parts")[0];
            Assert.Equal(encoding, part.GetProperty("encoding").GetString());
            Assert.Equal("utf-8", part.GetProperty("charset").GetString());
            Assert.Equal(Lines(text), Lines(part.GetProperty("text").GetString()!));
            Assert.True(seen.GetProperty("isAscii").GetBoolean());
            Assert.InRange(seen.GetProperty("longestLine").GetInt32(), 1, 78);
            Assert.Empty(seen.GetProperty("defects").EnumerateArray());
        }
    }

    [Fact]
    public void LongLines_AreNotWrittenPlain()
    {
        var text = string.Concat(Enumerable.Repeat("https://example.com/a=b ", 100));
        var seen = Python.Parse(SampleReply.WithText(text));
        Assert.Equal("quoted-printable", seen.GetProperty("parts")[0].GetProperty("encoding").GetString());
        Assert.Equal(Lines(text), Lines(seen.GetProperty("parts")[0].GetProperty("text").GetString()!));
        Assert.InRange(seen.GetProperty("longestLine").GetInt32(), 1, 78);
    }

    [Fact]
    public void RandomText_SurvivesQuotedPrintable()
    {
        var random = new Random(7);
        const string alphabet = "aF.rom =\t\n xyz_é-";
        for (var round = 0; round < 20; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 800).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var part = new TextPart("plain") { Text = text, ContentTransferEncoding = ContentEncoding.QuotedPrintable };
            var message = SampleReply.WithBody(part);
            var body = Written.Text(message).Split("\n\n", 2)[1];
            Assert.All(body.Split('\n'), line => Assert.InRange(line.Length, 0, 76));
            Assert.All(body.Split('\n'), line => Assert.False(line.StartsWith('.') || line.EndsWith(' ') || line.EndsWith('\t')));
            Assert.DoesNotContain("\nFrom ", body, StringComparison.Ordinal);
            var seen = Python.Parse(message).GetProperty("parts")[0];
            Assert.Equal(Lines(text), Lines(seen.GetProperty("text").GetString()!));
        }
    }

    [Fact]
    public void Alternative_KeepsItsOrder()
    {
        var seen = Python.Parse(SampleReply.WithEverything());
        Assert.Equal(
            ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/octet-stream"],
            seen.GetProperty("structure").EnumerateArray().Select(type => type.GetString()));
        Assert.Empty(seen.GetProperty("defects").EnumerateArray());
        var html = seen.GetProperty("parts")[1].GetProperty("text").GetString();
        Assert.Contains(SampleReply.Persian, html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tool.zip")]
    [InlineData("with space; and \"quotes\".zip")]
    [InlineData("راهنما.pdf")]
    [InlineData("راهنمای کامل نصب و راه‌اندازی برنامه برای همه‌ی سیستم‌عامل‌های موجود نسخه‌ی دوم.pdf")]
    [InlineData("使用说明.pdf")]
    public void FileName_IsReadBack(string fileName)
    {
        var message = SampleReply.WithBody(SampleReply.Attachment(fileName, new MemoryStream([1, 2, 3])));
        var seen = Python.Parse(message);
        Assert.Equal(fileName, seen.GetProperty("parts")[0].GetProperty("fileName").GetString());
        Assert.True(seen.GetProperty("isAscii").GetBoolean());
        Assert.InRange(seen.GetProperty("longestHeaderLine").GetInt32(), 1, 78);
        var contentType = Encoding.ASCII.GetString(message.Body!.Headers[0].RawValue);
        Assert.True(ContentType.TryParse(contentType, out ContentType? type));
        Assert.Equal(fileName, type.Name);
    }

    [Fact]
    public void LargeAttachment_ArrivesByteForByte()
    {
        var bytes = new byte[7_000_000];
        new Random(1).NextBytes(bytes);
        var file = Path.GetTempFileName();
        File.WriteAllBytes(file, bytes);
        try
        {
            using var message = SampleReply.WithBody(SampleReply.Attachment("tool.zip", File.OpenRead(file)));
            var seen = Python.Parse(message).GetProperty("parts")[0];
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), seen.GetProperty("sha256").GetString());
            // A second writing begins anew.
            Assert.Equal(Written.Bytes(message), Written.Bytes(message));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void LargeAttachment_IsNotHeldInMemory()
    {
        var file = Path.GetTempFileName();
        File.WriteAllBytes(file, new byte[7_000_000]);
        try
        {
            using var message = SampleReply.WithBody(SampleReply.Attachment("tool.zip", File.OpenRead(file)));
            message.WriteTo(Stream.Null);
            var before = GC.GetAllocatedBytesForCurrentThread();
            message.WriteTo(Stream.Null);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // A transport may add or drop the last line end.
    static string[] Lines(string text) =>
        text.TrimEnd('\r', '\n').Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
}
