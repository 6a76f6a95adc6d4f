using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MailResponder.Tests.Program;

/// <summary>The key that `dkim keygen` creates, and the DNS record that `dkim record` prints for it.</summary>
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

    /// <summary>Only root and the service's user can read the key.</summary>
    [Fact]
    public void KeyMadeByRoot_IsForTheService()
    {
        using var place = new Workplace();
        var key = place.PathTo("etc/dkim.key");
        place.Settings["dkim"]!["key_file"] = key;
        place.Write();
        place.GiveTo("mail_responder");
        // Root makes no key in another user's folder.
        Directory.CreateDirectory(place.PathTo("etc"));
        string[] command = ["dkim", "keygen", key, "--settings", place.SettingsFile];
        // A strict umask does not take away the service's access.
        var made = ResponderProcess.Run("umask 077; exec \"$@\"", [], command);
        Assert.True(made.ExitCode == 0, made.Errors);
        Assert.Equal("0640", Convert.ToString((int)File.GetUnixFileMode(key), 8).PadLeft(4, '0'));
        Assert.Equal("yes\n", As("mail_responder", $"test -r {key} && echo yes"));
        File.SetUnixFileMode(place.Folder, (UnixFileMode)0x1ED);
        Assert.Equal("no\n", As("nobody", $"test -r {key} || echo no"));
        var check = place.Command("config", "check");
        Assert.True(check.ExitCode == 0, check.OutputText);
    }

    [Fact]
    public void Keygen_MakesNoFolder()
    {
        using var place = new Workplace();
        var run = place.Command("dkim", "keygen", place.PathTo("none/dkim.key"));
        Assert.Equal(73, run.ExitCode);
        Assert.Contains(
            $"there is no folder {place.PathTo("none")}; correct the path, or create it: "
                + $"mkdir -p {place.PathTo("none")}",
            run.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.PathTo("none")));
    }

    [Theory]
    [InlineData("--domain", "exa mple.com")]
    [InlineData("--domain", "example")]
    [InlineData("--domain", "-x.example")]
    [InlineData("--selector", "a b")]
    [InlineData("--selector", "a.")]
    [InlineData("--selector", "چند")]
    public void RecordOfWhatIsNoName_IsRefused(string option, string value)
    {
        using var place = new Workplace();
        var run = place.Command("dkim", "record", option, value);
        Assert.Equal((64, ""), (run.ExitCode, run.OutputText));
        Assert.Contains($"{option}: \"{value}\" is not ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void RecordOfADomain_IsThatOfItsALabel()
    {
        using var place = new Workplace();
        var record = place.Command("dkim", "record", "--domain", "Bücher.example.", "--selector", "mail2").OutputText;
        Assert.StartsWith("mail2._domainkey.xn--bcher-kva.example. 3600 IN TXT (", record, StringComparison.Ordinal);
    }

    private static string As(string user, string script)
    {
        var group = user is "nobody" ? "nogroup" : user;
        string[] arguments = ["--reuid", user, "--clear-groups", "--regid", group, "sh", "-c", script];
        var start = new ProcessStartInfo("setpriv", arguments)
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        return process.StandardOutput.ReadToEnd();
    }

    [Fact]
    public void Keygen_DoesNotOverwriteAKey()
    {
        using var place = new Workplace();
        var before = File.ReadAllText(place.PathTo("dkim.key"));
        Assert.NotEqual(0, place.Command("dkim", "keygen", place.PathTo("dkim.key")).ExitCode);
        Assert.Equal(before, File.ReadAllText(place.PathTo("dkim.key")));
    }

    private static string DkimVerify(string record, string reply)
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
