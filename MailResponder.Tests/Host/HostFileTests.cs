namespace MailResponder.Tests.Host;

/// <summary>
/// Every file of rsyslog/ and system/ is accepted by the program it is for, and every script by shellcheck.
/// </summary>
public sealed class HostFileTests
{
    /// <summary>The check of each file. A new file must get its check here.</summary>
    private static readonly Dictionary<string, Func<string, ToolRun>> Checks = new()
    {
        ["rsyslog/20-mail_responder.conf"] = path => ToolRun.Of("rsyslogd", "-N1", "-f", path),
        ["system/chrony/conf.d/mail_responder.conf"] = path => ToolRun.Of("chronyd", "-p", "-f", path),
        // Each line runs in CronTests. This checks what cron does not report: cron ignores a last line without a line
        // end, and treats % as a newline.
        ["system/cron.d/mail_responder"] = path =>
            ToolRun.Of("sh", "-c", $"[ -z \"$(tail -c 1 '{path}')\" ] && ! grep '^[^#].*%' '{path}'"),
        ["system/cron.d/mail_responder-feedback"] = path =>
            ToolRun.Of("sh", "-c", $"[ -z \"$(tail -c 1 '{path}')\" ] && ! grep '^[^#].*%' '{path}'"),
        ["system/cron.d/mail_responder-prometheus"] = path =>
            ToolRun.Of("sh", "-c", $"[ -z \"$(tail -c 1 '{path}')\" ] && ! grep '^[^#].*%' '{path}'"),
        ["system/fail2ban/jail.d/mail_responder.conf"] = path =>
            ToolRun.Of(
            "sh", "-c",
            $"set -e; d=$(mktemp -d); trap 'rm -rf \"$d\"' EXIT; cp -r /etc/fail2ban/. \"$d\"; cp '{path}' "
            + $"\"$d/jail.d\"; fail2ban-client -c \"$d\" -t"),
        ["system/logrotate.d/mail_responder"] = path => ToolRun.Of("logrotate", "--debug", path),
        ["system/logrotate.d/mail_responder-mail"] = path => ToolRun.Of("logrotate", "--debug", path),
        ["system/logwatch/conf/logfiles/mail_responder.conf"] = LogwatchReads,
        ["system/logwatch/conf/services/mail_responder.conf"] = LogwatchReads,
        ["system/logwatch/scripts/services/mail_responder"] = path => ToolRun.Of("perl", "-wc", path),
        ["system/logwatch/scripts/services/postfix"] = path => ToolRun.Of("perl", "-wc", path),
        ["system/opendkim.conf"] = path => ToolRun.Of("opendkim", "-n", "-x", path),
        ["system/opendmarc.conf"] = path => ToolRun.Of("opendmarc", "-n", "-c", path),
        ["system/prometheus/dashboard.json"] = path => ToolRun.Of("python3", "-m", "json.tool", path),
        ["system/prometheus/mail_responder.rules.yml"] = path => ToolRun.Of("promtool", "check", "rules", path),
        ["system/systemd/journald.conf.d/mail_responder.conf"] = JournaldReads,
        ["system/systemd/system/postfix.service.d/mail_responder.conf"] = SystemdReads,
        ["system/systemd/system/postfix@.service.d/mail_responder.conf"] = SystemdReads,
    };

    public static TheoryData<string> Files => [.. Below("rsyslog").Concat(Below("system"))];

    public static TheoryData<string> Scripts => [.. Repository.Files.Where(IsShellScript)];

    [Theory]
    [MemberData(nameof(Files))]
    public void File_IsAcceptedByItsProgram(string name)
    {
        Assert.True(Checks.TryGetValue(name, out var check),
            $"no check knows {name}: add one to {nameof(HostFileTests)}");
        var output = check(Repository.PathTo(name)).AssertDone();
        Assert.DoesNotMatch("(?im)^.*(?<!for )\\berror\\b.*$", output);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Script_IsAcceptedByShellcheck(string name) =>
        ToolRun.Of("shellcheck", "--external-sources", Repository.PathTo(name)).AssertDone();

    /// <summary>Shows that rsyslogd -N1 refuses something; otherwise the tests above prove nothing.</summary>
    [Fact]
    public void BrokenRules_AreRefused()
    {
        using var folder = new TemporaryFolder();
        var broken = folder.Write("broken.conf",
            File.ReadAllText(Repository.PathTo("rsyslog", "20-mail_responder.conf"))
            .Replace("omfile", "omfiles", StringComparison.Ordinal));
        Assert.NotEqual(0, ToolRun.Of("rsyslogd", "-N1", "-f", broken).ExitCode);
    }

    private static IEnumerable<string> Below(string folder) =>
        Directory.GetFiles(Repository.PathTo(folder), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path));

    private static bool IsShellScript(string name)
    {
        if (name.EndsWith(".sh", StringComparison.Ordinal)) return true;
        using var reader = new StreamReader(Repository.PathTo(name));
        return reader.ReadLine() is "#!/bin/sh" or "#!/bin/bash" or "#!/usr/bin/env bash" or "#!/usr/bin/env sh";
    }

    /// <summary>Logwatch does not report unknown settings, so its debug output must show what it read.</summary>
    private static ToolRun LogwatchReads(string path)
    {
        var run = ToolRun.Of("unshare", "--mount", "sh", "-c",
            "mount --bind \"$1\" /etc/logwatch && exec logwatch --debug 8 --service mail_responder --output stdout",
            "sh", Repository.PathTo("system", "logwatch"));
        foreach (var line in File.ReadAllLines(path)
            .Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#'))
            Assert.Contains(line.Split('=')[1].Trim(' ', '"'), run.Output, StringComparison.Ordinal);
        return run with { Output = "" };
    }

    /// <summary>Runs the real journald for a moment, isolated from the host. It only reports what it ignores.</summary>
    private static ToolRun JournaldReads(string path)
    {
        const string script = """
            mount -t tmpfs none /run && mkdir -p /run/systemd/journald.conf.d
            cp "$1" /run/systemd/journald.conf.d
            echo 'MaxRetention=1' >/run/systemd/journald.conf.d/zz.conf
            SYSTEMD_LOG_TARGET=console timeout 5 /lib/systemd/systemd-journald
            """;
        var run = ToolRun.Of("unshare",
            "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, "sh", path);
        Assert.Contains("zz.conf:1: Assignment outside of section", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetFileName(path) + ":", run.Output, StringComparison.Ordinal);
        return new ToolRun(0, "");
    }

    /// <summary>Checks the file in a unit. Systemd only warns about a line that it does not know.</summary>
    private static ToolRun SystemdReads(string path)
    {
        using var folder = new TemporaryFolder();
        var unit = folder.Write("postfix.service",
            "[Service]\nExecStart=/bin/true\n"
            + File.ReadAllText(path).Replace("[Service]", "", StringComparison.Ordinal));
        var run = ToolRun.Of("systemd-analyze", "verify", "--man=no", unit);
        Assert.DoesNotContain("postfix.service:", run.Output, StringComparison.Ordinal);
        return run with { Output = "" };
    }
}
