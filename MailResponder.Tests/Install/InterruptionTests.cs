using System.Globalization;

namespace MailResponder.Tests.Install;

/// <summary>Runs of install.sh that are killed, or cannot continue, half way.</summary>
[Collection(ServerRoots.Collection)]
public sealed class InterruptionTests
{
    /// <summary>The programs that change something. Each is replaced by a script that counts and kills.</summary>
    private static readonly string[] Changers =
        ["mv", "install", "postconf", "newaliases", "groupadd", "useradd", "userdel", "mkdir", "ln", "chown", "postfix",
        "rm", "cp", "rmdir"];

    /// <summary>
    /// Each run is killed with all its children after a number of these programs, until one run completes. The result
    /// is then the same as after an undisturbed run.
    /// </summary>
    [Fact]
    public void KilledRuns_EndWhereAnUndisturbedOneDoes()
    {
        using var undisturbed = InstalledServer.Restarted();
        using var root = new ServerRoot(ServerRoots.Debian);
        var release = root.Unpack();
        Trap(root, calls: 37);

        Assert.InRange(RunsUntilDone(root, $"{release}/install.sh {InstalledServer.Options}"), 4, 100);
        Assert.Equal("nothing to do\n", root.Run($"{release}/install.sh").Good().Output);
        Assert.Equal(Result(undisturbed.Root), Result(root));

        Assert.InRange(RunsUntilDone(root, $"{release}/install.sh --uninstall"), 2, 100);
        undisturbed.Install("--uninstall").Good();
        Assert.Equal(Result(undisturbed.Root), Result(root));
        Assert.DoesNotContain("luser_relay", root.Run("postconf -n").Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// Starts from a bare root, where install.sh installed the packages. Each run is killed after a number of programs.
    /// </summary>
    [Fact]
    public void KilledRemovals_EndWithAPostfixThatRuns()
    {
        using var undisturbed = InstalledServer.Restarted(kind: "bare", options: InstalledServers.Options);
        undisturbed.Install("--uninstall").Good();
        using var server = InstalledServer.Restarted(kind: "bare", options: InstalledServers.Options);
        Trap(server.Root, calls: 17);

        Assert.InRange(RunsUntilDone(server.Root,
            $"{Path.GetDirectoryName(server.ReleaseFile("install.sh"))}/install.sh --uninstall"), 4, 100);
        server.Root.Run("rm -r /root/trap /usr/local/sbin/*; postfix check && postfix status").Good();
        Assert.Equal(Result(undisturbed.Root), Result(server.Root));
    }

    [Fact]
    public void PostfixThatRefuses_IsPutBackAsItWas()
    {
        using var root = new ServerRoot(ServerRoots.Debian);
        var release = root.Unpack();
        var before = PostfixFiles(root);
        root.Run(
            $"cp {release}/postfix/main.cf /root/good && echo 'daemon_directory = /nonexistent' "
            + $">>{release}/postfix/main.cf").Good();
        var run = root.Run($"{release}/install.sh {InstalledServer.Options}");
        Assert.Equal(78, run.ExitCode);
        Assert.Contains("Postfix rejects the new configuration, so the old one was restored: ", run.Errors,
            StringComparison.Ordinal);
        Assert.Equal(before, PostfixFiles(root));

        root.Run($"cp /root/good {release}/postfix/main.cf && {release}/install.sh").Good();
        Assert.Equal("nothing to do\n", root.Run($"{release}/install.sh").Good().Output);
        root.Run("postfix check && postfix status").Good();
    }

    /// <summary>
    /// Kills the first run just before the last of its programs, the second just after it, and so on in turn.
    /// </summary>
    private static int RunsUntilDone(ServerRoot root, string command)
    {
        for (var runs = 1; runs <= 100; runs++)
        {
            var run = root.Run(
                $"echo 0 >/run/calls; echo {runs % 2} >/run/before; "
                + $"setsid sh -c 'echo $$ >/run/victim; PATH=/root/trap:$PATH; exec {command}'");
            if (run.ExitCode == 0)
            {
                // From here on nothing is killed. The script also counts the programs that run next.
                root.Run("echo -1000000 >/run/calls").Good();
                return runs;
            }
            Assert.True(run.ExitCode == 137, run.Said);
        }
        return int.MaxValue;
    }

    private static void Trap(ServerRoot root, int calls)
    {
        var number = calls.ToString(CultureInfo.InvariantCulture);
        var run = "PATH=/usr/sbin:/usr/bin:/sbin:/bin; export PATH; \"${0##*/}\" \"$@\"";
        root.Run("mkdir /root/trap").Good();
        root.Write("/root/trap/mv", $$"""
            #!/bin/sh
            read -r n </run/calls
            echo $((n + 1)) >/run/calls
            if [ "$n" -ge {{number}} ]; then
              read -r before </run/before
              if [ "$before" = 0 ]; then {{run}}; fi
              kill -s KILL -- "-$(cat /run/victim)"
            fi
            {{run}}
            """);
        // install.sh puts the system's folders at the start of PATH, but /usr/local/sbin before all of them.
        root.Run(
            $"chmod 755 /root/trap/mv; for name in {string.Join(' ', Changers)}; do cp /root/trap/mv "
            + $"/usr/local/sbin/$name; done").Good();
    }

    /// <summary>
    /// Returns what is equal after every installation. This leaves out the keys, times, the order of lines in main.cf,
    /// SQLite's files next to an open database, and the doctor's files, because a run with nothing to do does not call
    /// the doctor.
    /// </summary>
    private static string Result(ServerRoot root) => root.Run("""
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        postconf -n 2>/dev/null; postconf -M
        find /etc /usr/local/bin /usr/local/share /var/lib/mail_responder /var/lib/forwarder \
          /var/backups/mail_responder ! -name 'responder.db[-.]*' ! -path '*.rendered/*' ! -path '*/postfix-log*' \
          -printf '%p %y %m %U:%G %l\n' 2>/dev/null | sort
        find /etc /var/backups/mail_responder -type f ! -name '*.key' ! -path /etc/postfix/main.cf \
          ! -name '*shadow*' ! -path '*/ssl/*' ! -name aliases.db | sort | xargs -d '\n' sha256sum
        """).Good().Output;

    private static string PostfixFiles(ServerRoot root) =>
        root.Run("find /etc/postfix -type f | sort | xargs sha256sum").Good().Output;
}
