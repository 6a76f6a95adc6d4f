using System.Text;
using System.Text.RegularExpressions;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Install;

/// <summary>Changes the signing key of an installed host, with name servers outside the host.</summary>
[Collection(ServerRoots.SecondCollection)]
public sealed partial class ChangedKeyTests
{
    [Fact]
    public void NextKey_SignsAfterCronsLine_WhenDnsShowsIt()
    {
        using var server = InstalledServer.Restarted();
        var root = server.Root;
        var now = $"txt-record=mail._domainkey.example.com,{Strings(root.Run("responder dkim record").Good().Output)}";
        root.Outside.AnswerNames(now);
        var next = Strings(root.Run("responder dkim rotate").Good().Output);
        Assert.Equal("640 root:mail_responder", Stat(root, "dkim.key.next"));

        LookAsCronDoes(root);
        Assert.Contains("s=mail;", Reply(root), StringComparison.Ordinal);
        root.Outside.AnswerNames(now, $"txt-record=mail2._domainkey.example.com,{next}");
        LookAsCronDoes(root);

        Assert.Contains("s=mail2;", Reply(root), StringComparison.Ordinal);
        Assert.Equal("640 root:mail_responder", Stat(root, "dkim.key"));
        var said = root.Run("responder doctor").Output;
        Assert.Matches("ok +dkim-dns +mail2._domainkey", said);
        Assert.Matches("ok +dkim-former +mail._domainkey.example.com must stay in DNS until ", said);
        Assert.Equal("nothing to do\n", server.Install().Good().Output);
    }

    /// <summary>Runs cron's line as it is. It prints nothing, and its exit code is ignored.</summary>
    private static void LookAsCronDoes(ServerRoot root)
    {
        var line = root.Read("/etc/cron.d/mail_responder").Split('\n')
            .Single(text => text.Contains("dkim switch", StringComparison.Ordinal));
        var run = root.Run(line.Split(" root ")[1]);
        Assert.Equal(("", ""), (run.Output, run.Errors));
    }

    private static string Stat(ServerRoot root, string file) =>
        root.Run($"stat -c '%a %U:%G' /etc/mail_responder/{file}").Good().Output.Trim();

    private static string Reply(ServerRoot root)
    {
        var request = RequestMail.FromSomebodyNew();
        root.Write("/root/request", Encoding.UTF8.GetString(request.ToBytes()));
        root.Run("setpriv --reuid=mail_responder --regid=mail_responder --init-groups "
            + "responder --recipient get@example.com --log-to stderr </root/request").Good();
        Patience.Until("the reply", () => root.Outside.MailFilesTo(request.From).Count == 1);
        return File.ReadAllText(root.Outside.MailFilesTo(request.From)[0]);
    }

    /// <summary>Returns the strings of a record in zone-file form.</summary>
    private static string Strings(string zone) =>
        string.Join(',', QuotedText().Matches(zone).Select(match => match.Value));

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex QuotedText();
}
