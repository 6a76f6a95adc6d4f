using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Checks what install.sh set up (user, program and cron jobs), and what it left to the operator.</summary>
internal static class InstallChecks
{
    /// <summary>Where install.sh records what it did.</summary>
    private const string Records = "/var/backups/mail_responder";
    private const string Table = "/etc/cron.d/mail_responder";

    /// <summary>The timer of docs/hardening.md, which pulls the book in place of cron.</summary>
    private const string PullTimer = "mail_responder-pull.timer";

    /// <summary>
    /// Returns the remedy for a file of install.sh that somebody edited: install.sh keeps it while it is there.
    /// </summary>
    public static string Restore(string file) => $"move {file} to /root and run install.sh";

    /// <summary>Whether install.sh set the host up.</summary>
    public static bool WasInstalled(Host host) => Directory.Exists(host.PathTo(Records));

    public static Check User(Host host)
    {
        var (check, user) = (new Check("user"), host.PasswdEntry(Host.ResponderUser));
        if (user is null)
            return check.Fault($"there is no user {Host.ResponderUser}: Postfix cannot run the responder",
                "run install.sh");
        if (user is [_, _, "0", ..])
            return check.Fault($"{Host.ResponderUser} is another name of root; pipe(8) refuses it",
                "delete the user and run install.sh");
        return user is [.., var home, var shell] && Path.GetFileName(shell) is not ("nologin" or "false")
            ? check.Warning($"{Host.ResponderUser} can log in (shell {shell}, home {home})",
                $"run: usermod --shell /usr/sbin/nologin {Host.ResponderUser}")
            : check.Ok(Host.ResponderUser + ", without a login");
    }

    public static Check Program(Host host)
    {
        const string path = Host.InstalledProgram;
        var (check, file) = (new Check("program"), host.PathTo(path));
        if (!File.Exists(file))
            return check.Fault(path + " is not installed", "run install.sh");
        FileModeChecks.Folders(check, file);
        FileModeChecks.OfRoot(check, host, file);
        check.FaultIf(Host.IsOpen(file, UnixFileMode.OtherWrite), $"every user can change {path}, which others run",
            $"run install.sh again, and: chmod 755 {path}");
        if (check.Count > 0 || !host.MayActAsResponder)
            return check.OrOk(path + " is installed");
        var installed = host.RunAsResponder(path, "--version");
        if (!installed.Succeeded)
            return check.Fault($"{Host.ResponderUser} cannot run {path}: {installed.Complaint}",
                $"run install.sh again, or: chmod 755 {path}");
        return installed.Output.OneLine() == host.Program.Version
            ? check.Ok($"{path}: {host.Program.Version}")
            : check.Warning($"{path} is {installed.Output.OneLine()}, but this is {host.Program.Version}",
                "run install.sh of the version that you want");
    }

    /// <summary>Checks the libraries that the program loads from the host.</summary>
    public static Check Libraries(Host host)
    {
        var (check, known) = (new Check("libraries"), host.Run("ldconfig", "-p"));
        if (!known.Succeeded)
            return check.Warning($"ldconfig {known.Complaint}: the libraries were not checked",
                "apt-get install libc-bin");
        return known.Output.Contains("libssl.so.3", StringComparison.Ordinal)
            && known.Output.Contains("libcrypto.so.3", StringComparison.Ordinal)
            ? check.Ok("all there")
            : check.Fault("OpenSSL 3 (libssl.so.3, libcrypto.so.3) is missing: replies can neither be signed nor "
                + "sent to Amazon", "apt-get install libssl3");
    }

    /// <summary>Reports new versions next to edited files, and an interrupted run of install.sh.</summary>
    public static Check Pending(Host host)
    {
        var (check, records) = (new Check("install"), host.PathTo(Records));
        if (!Directory.Exists(records))
            return check.Warning($"not checked: there is no {Records}, which install.sh creates",
                "run install.sh, as root");
        try
        {
            // A file that was edited before the first run was only offered a new version.
            foreach (var file in FilesIn("put").Union(FilesIn("offered")))
            {
                foreach (var newer in ((string[])[file + ".new", file + ".dpkg-dist"]).Where(
                    newer => File.Exists(host.PathTo(newer))))
                    check.Warning(
                        $"{newer} is waiting: {file} was edited, and the last install.sh had a newer version",
                        $"compare: diff -u {file} {newer}; copy what you want, and delete {newer}");
            }

            if (FilesIn("pending").Select(path => path[1..]).Some() is { } pending)
                check.Warning($"the last install.sh was interrupted before {pending} noticed its changes",
                    "run install.sh again");
            return check.OrOk("complete; no new version of an edited file is waiting");
        }
        catch (UnauthorizedAccessException)
        {
            return check.OnlyRoot("not checked: only root can");
        }

        // Returns the files below a folder of the records, as paths relative to it with a leading slash.
        IEnumerable<string> FilesIn(string name) => !Directory.Exists(Path.Join(records, name)) ? []
            : Directory.EnumerateFiles(Path.Join(records, name), "*", SearchOption.AllDirectories)
                .Select(path => path[Path.Join(records, name).Length..]).Order(StringComparer.Ordinal);
    }

    /// <summary>Checks the cron jobs, and that cron runs.</summary>
    public static IEnumerable<Finding> Cron(Host host, ResponderSettings? settings) =>
    [
        .. Jobs(host, settings),
        .. host.IsRunning("cron") || host.IsRunning("crond") ? new Check("cron-running").Ok("yes")
            : new Check("cron-running").Fault("cron does not run: quotas are never reset, nothing is pulled",
                "run: systemctl enable --now cron (package cron)"),
    ];

    private static Check Jobs(Host host, ResponderSettings? settings)
    {
        var (check, file) = (new Check("cron-file"), host.PathTo(Table));
        if (host.Lines(Table) is not { } lines)
            return check.Fault(Table + " is missing", "run install.sh");
        var jobs = lines.Where(line => !line.TrimStart().StartsWith('#')).ToList();
        var strangers = jobs.Select(UserOf).OfType<string>().Distinct().Where(user => host.PasswdEntry(user) is null);
        check.FaultIf(Host.IsOpen(file, UnixFileMode.GroupWrite | UnixFileMode.OtherWrite),
                Table + " can be changed by users other than its owner: cron ignores it",
                $"run: chown root:root {Table}; chmod 0644 {Table}")
            .FaultIf(host.Stat("%U", file) is not ("" or "root"),
                Table + " does not belong to root: cron ignores it", $"run: chown root:root {Table}")
            .FaultIf(!File.ReadAllText(file).EndsWith('\n'),
                Table + " has no line end after its last line: cron ignores that line", $"run: echo >> {Table}")
            .WarningIf(!jobs.Exists(line => line.Contains("blacklist reset", StringComparison.Ordinal)),
                Table + " does not reset the quotas",
                "on one host of a fleet it must: copy the line from system/cron.d/mail_responder")
            .FaultIf(settings?.S3 is not null
                && !jobs.Exists(line => line.Contains("config pull", StringComparison.Ordinal))
                && !host.Run("systemctl", "is-enabled", PullTimer).Succeeded,
                $"neither {Table} nor {PullTimer} pulls the response book from S3",
                "copy the lines from system/cron.d/mail_responder");
        if (strangers.Some() is { } unknown)
            check.Fault($"{Table} has jobs of {unknown}, which is not a user: cron ignores the file",
                "correct the line, or " + Restore(Table));
        return check.OrOk(Table);
    }

    /// <summary>Returns the user of a job (crontab(5)). Null for any other line, like MAILTO=root.</summary>
    private static string? UserOf(string line) =>
        line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) switch
        {
            [['@', ..], var user, ..] => user,
            [[(>= '0' and <= '9') or '*', ..], _, _, _, _, var user, _, ..] => user,
            _ => null,
        };
}
