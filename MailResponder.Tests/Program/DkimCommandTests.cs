using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MailResponder.Tests.Program;

/// <summary>The key that `dkim keygen` makes, and the DNS record that `dkim record` prints for it.</summary>
public sealed partial class DkimCommandTests
{
    [Fact]
    public void RecordOfANewKey_VerifiesTheReplies()
    {
        using var place = new Workplace();
        File.Delete(place.PathTo("dkim.key"));
        var made = place.Command("dkim", "keygen", place.PathTo("dkim.key"));
        Assert.True(made.ExitCode == 0, made.Errors);
        Assert.Equal(Convert.ToInt32("0640", 8), (int)File.GetUnixFileMode(place.PathTo("dkim.key")));

        var record = place.Command("dkim", "record").OutputText;
        var strings = QuotedText().Matches(record).Select(match => match.Groups[1].Value).ToList();
        Assert.All(strings, text => Assert.InRange(text.Length, 1, 255));
        Assert.Contains("mail._domainkey", record, StringComparison.Ordinal);

        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        File.WriteAllText(place.PathTo("record"), string.Concat(strings));
        Assert.Equal("True", DkimVerify(place.PathTo("record"), place.Outbox[0]));
    }

    [Fact]
    public void Keygen_DoesNotOverwriteAKey()
    {
        using var place = new Workplace();
        var before = File.ReadAllText(place.PathTo("dkim.key"));
        Assert.NotEqual(0, place.Command("dkim", "keygen", place.PathTo("dkim.key")).ExitCode);
        Assert.Equal(before, File.ReadAllText(place.PathTo("dkim.key")));
    }

    static string DkimVerify(string record, string reply)
    {
        const string script = """
            import sys, dkim
            record = open(sys.argv[1], "rb").read()
            print(dkim.verify(open(sys.argv[2], "rb").read(), dnsfunc=lambda name, timeout=5: record))
            """;
        using var python = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", ["-c", script, record, reply]) { RedirectStandardOutput = true })!;
        return python.StandardOutput.ReadToEnd().Trim();
    }

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex QuotedText();
}
