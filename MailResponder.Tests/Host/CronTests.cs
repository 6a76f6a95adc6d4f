using System.Text.RegularExpressions;

namespace MailResponder.Tests.Host;

/// <summary>
/// Runs system/cron.d/mail_responder in the real cron, in namespaces of its own. Times are replaced by "@reboot", so
/// that cron runs all lines when it starts. The responder and Postfix are test doubles that record how they were
/// called.
/// </summary>
public sealed class CronTests : IDisposable
{
    private static readonly string Source = File.ReadAllText(Repository.PathTo("system", "cron.d", "mail_responder"));

    private readonly TemporaryFolder _folder = new();

    public CronTests()
    {
        Program("bin/responder", """
            echo "$(id -un) $(id -Gn) HOME=$HOME: responder $*" >>"$here/calls"
            case $* in
              "config pull") . "$here/pull" ;;
              *) . "$here/other" ;;
            esac
            """);
        Program("sbin/postfix",
            "echo \"$(id -un): postfix $*\" >>\"$here/calls\"; echo 'postfix/postfix-script: refreshing the Postfix "
            + "mail system' >&2");
        Program("sbin/sendmail", "mail=$(mktemp \"$here/mail/XXXXXX\"); cat >\"$mail\"");
        foreach (var name in (string[])["calls", "pull", "other"]) _folder.Write(name, "");
        Directory.CreateDirectory(_folder.PathTo("mail"));
        // All users of this test write into the folder.
        ToolRun.Of("chmod", "-R", "a+rwX", _folder.Path).AssertDone();
        ToolRun.Of("chmod", "a+x", _folder.PathTo("bin/responder"), _folder.PathTo("sbin/postfix"),
            _folder.PathTo("sbin/sendmail")).AssertDone();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reset_RunsAtMidnight_AsMailResponder()
    {
        _folder.Write("other", "echo 'The quota of 3 requester(s) was reset'");
        Cron("0 0 * * *", calls: 1);
        Assert.Equal(["mail_responder mail_responder HOME=/var/lib/mail_responder: responder blacklist reset"],
            Calls.Select(WithHomeOfAnInstalledHost));
        Assert.Empty(Mails);
    }

    [Fact]
    public void FailedReset_IsMailedToRoot()
    {
        _folder.Write("other", "echo 'database: the disk is full' >&2; exit 69");
        Cron("0 0 * * *", calls: 1, mails: 1);
        Assert.Contains("To: root", Assert.Single(Mails), StringComparison.Ordinal);
        Assert.Contains("the disk is full", Mails[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@reboot")]
    [InlineData("17 * * * *")]
    public void PullThatChangedTheTables_ReloadsPostfix(string time)
    {
        _folder.Write("pull", "echo 'files: 2 fetched, 1 unchanged'; echo 'maps: changed'");
        Cron(time, calls: 2);
        Assert.Equal(
            ["mail_responder mail_responder HOME=/var/lib/mail_responder: responder config pull",
            "root: postfix reload"],
            Calls.Select(WithHomeOfAnInstalledHost));
        Assert.Empty(Mails);
    }

    [Theory]
    [InlineData("echo 'files: 0 fetched, 3 unchanged'; echo 'maps: unchanged'")]
    [InlineData("echo 'files: 0 fetched, 3 unchanged'")]
    public void PullThatChangedNothing_DoesNot(string pull)
    {
        _folder.Write("pull", pull);
        Cron("17 * * * *", calls: 1);
        Assert.Single(Calls);
        Assert.Empty(Mails);
    }

    [Fact]
    public void FailedPull_IsMailedToRoot_AndReloadsNothing()
    {
        _folder.Write(
            "pull",
            "echo 's3://example-config/responses.json: access denied' >&2; echo 'nothing was changed'; exit 69");
        Cron("17 * * * *", calls: 1, mails: 1);
        Assert.Single(Calls);
        Assert.Contains("access denied", Assert.Single(Mails), StringComparison.Ordinal);
    }

    [Fact]
    public void NextDkimKey_IsLookedForHourly_AsRoot()
    {
        _folder.Write("other", "echo 'the next key waits: mail2._domainkey.example.com does not exist yet'; exit 75");
        Cron("23 * * * *", calls: 1);
        var call = Assert.Single(Calls);
        Assert.StartsWith("root root", call, StringComparison.Ordinal);
        Assert.EndsWith(": responder dkim switch", call, StringComparison.Ordinal);
        Assert.Empty(Mails);
    }

    [Fact]
    public void Canary_RunsHourly_AndWhatIsWrongIsMailed()
    {
        _folder.Write("other", "echo 'gmail ok'; echo 'yahoo wrong seconds=-' >&2; exit 1");
        Cron("43 * * * *", calls: 1, mails: 1);
        Assert.Equal(["mail_responder mail_responder HOME=/var/lib/mail_responder: responder canary"],
            Calls.Select(WithHomeOfAnInstalledHost));
        Assert.Contains("yahoo wrong", Assert.Single(Mails), StringComparison.Ordinal);
        Assert.DoesNotContain("gmail", Mails[0], StringComparison.Ordinal);
    }

    [Fact]
    public void MetricsAndLogReader_RunEachMinute_AsRoot()
    {
        _folder.Write("other", "case $* in postfix-log) echo 'lines read: 5' ;; esac");
        Cron("0-6,8-59 * * * *", calls: 2);
        Assert.All(Calls, call => Assert.StartsWith("root root", call, StringComparison.Ordinal));
        Assert.Equal(["metrics put", "postfix-log"], Calls.Select(call => call.Split(": responder ")[1]).Order());
        Assert.Empty(Mails);
    }

    [Fact]
    public void FleetsFigures_ArePutByWhoMayReadTheLogAlone()
    {
        _folder.Write("other", "echo 'sent: 01000'");
        Cron("*/10 * * * *", calls: 1);
        Assert.Equal(["mail_responder mail_responder adm"], Calls.Select(call => call.Split(" HOME=")[0]));
        Assert.Equal(["stats --fleet --email"], Calls.Select(call => call.Split(": responder ")[1]));
        Assert.Empty(Mails);
    }

    [Fact]
    public void FailuresEachMinute_AreMailedToRootOnceAnHour()
    {
        _folder.Write("other", "echo \"responder: $1 failed\" >&2; exit 75");
        Cron("0-6,8-59 * * * *", calls: 2);
        Assert.Empty(Mails);
        File.Delete(_folder.PathTo("over"));
        Cron("7 * * * *", calls: 4, mails: 2);
        Assert.Contains(Mails, mail => mail.Contains("metrics failed", StringComparison.Ordinal));
        Assert.Contains(Mails, mail => mail.Contains("postfix-log failed", StringComparison.Ordinal));
    }

    private string[] Calls => File.ReadAllLines(_folder.PathTo("calls"));

    private string[] Mails => [.. Directory.GetFiles(_folder.PathTo("mail")).Select(File.ReadAllText)];

    /// <summary>
    /// Gives the user the home of an installed host. Here run.sh, or install.sh in another test, has set another one.
    /// </summary>
    private static string WithHomeOfAnInstalledHost(string call) =>
        Regex.Replace(call, "HOME=[^:]*", "HOME=/var/lib/mail_responder");

    /// <summary>
    /// Runs the lines that start with <paramref name="time"/> once, and waits for the given numbers of calls and mails.
    /// </summary>
    private void Cron(string time, int calls, int mails = 0)
    {
        var lines = Source.Split('\n')
            .Where(line => line.Length == 0 || char.IsLetter(line[0])
            || line.StartsWith(time, StringComparison.Ordinal))
            .Select(line => line.StartsWith(time, StringComparison.Ordinal) ? "@reboot" + line[time.Length..] : line);
        _folder.Write("cron.d/mail_responder", string.Join('\n', lines));

        var cron = Task.Run(() => ToolRun.Apart("cron.sh", _folder.Path));
        Patience.Until(
            $"{calls} calls and {mails} mails",
            () => cron.IsCompleted || (Calls.Length >= calls && Mails.Length >= mails
            && Mails.All(mail => mail.Length > 0)),
            () => string.Join('\n', [.. Calls, .. Mails]));
        // Leaves time for calls that should not come.
        Thread.Sleep(300);
        _folder.Write("over", "");
        var run = cron.GetAwaiter().GetResult();
        Assert.True(run.ExitCode == 0 && run.Output.Length == 0, $"exit code {run.ExitCode}\n{run.Output}");
    }

    private void Program(string name, string work) => _folder.Write(name, $"#!/bin/sh\nhere={_folder.Path}\n{work}\n");
}
