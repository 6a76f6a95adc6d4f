using System.Text;
using MailResponder.Reply;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Tests.Reply;

public sealed class EncodedWordsTests
{
    /// <summary>RFC 2047, section 2: a word has at most 75 characters, and does not end within one.</summary>
    [Theory]
    [InlineData("ÓáÇã ÈÑäÇãå ÑÇ ÈÑÇí ãä ÈÝÑÓÊíÏ áØÝÇ ÎæÇåÔ ãíßäã")]
    [InlineData("Åå Ää Öö Åå Ää Öö Åå Ää Öö Åå Ää Öö Åå Ää Öö")]
    [InlineData("سلام لطفا برنامه را برای من بفرستید خیلی ممنون از کمک شما")]
    [InlineData("请把软件发给我，谢谢！请把软件发给我，谢谢！请把软件发给我，谢谢！")]
    [InlineData("a😀b😀c😀d😀e😀f😀g😀h😀i😀j😀k😀l😀m😀n😀")]
    [InlineData("é")]
    [InlineData("Re: https://play.example/store/apps/details?id=com.example.client.android.release.candidate&hl=fa")]
    public void OfASubject_HaveTheLengthAllowed(string subject)
    {
        var lines = Encoding.ASCII.GetString(EncodedWords.Subject(subject).RawValue).TrimEnd('\n').Split('\n');

        Assert.All(lines, line => Assert.InRange(line.Length, 1, 76 - "Subject:".Length));
        Assert.All(lines, line => Assert.DoesNotContain('\ufffd', Rfc2047.DecodeText(Encoding.ASCII.GetBytes(line))));
        Assert.Equal(subject, EncodedWords.Subject(subject).Value);
    }

    [Theory]
    [InlineData("Outils d'accès à l'Internet libre et sécurisé pour élèves", "=?utf-8?B?")]
    [InlineData("ابزارهای رایگان برای دسترسی آزاد به اینترنت", "=?utf-8?B?")]
    [InlineData("Example Tools", "Example Tools <help@xn--bcher-kva.example>")]
    [InlineData("", "help@xn--bcher-kva.example")]
    public void OfFrom_HaveTheLengthAllowed(string name, string start)
    {
        var message = new MimeMessage(new HeaderList());
        EncodedWords.AddFrom(message, new MailboxAddress(name, "help@b\u00fccher.example"));

        var raw = Encoding.ASCII.GetString(message.Headers[message.Headers.IndexOf(HeaderId.From)].RawValue);
        Assert.StartsWith(" " + start, raw, StringComparison.Ordinal);
        Assert.All(raw.TrimEnd('\n').Split('\n'), line => Assert.InRange(line.Length, 1, 76 - "From:".Length));
        var read = Assert.IsType<MailboxAddress>(Assert.Single(message.From));
        Assert.Equal((name, "help@xn--bcher-kva.example"), (read.Name ?? "", read.GetAddress(idnEncode: true)));
    }
}
