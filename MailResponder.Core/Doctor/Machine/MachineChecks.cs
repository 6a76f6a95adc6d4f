using System.Globalization;
using MailResponder.Addresses;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Checks the host itself: its names, clock and disks, and who can read its command lines.</summary>
internal static class MachineChecks
{
    private const long LowKibibytes = 1024 * 1024, FullKibibytes = 100 * 1024, FewInodes = 10_000;
    private const int FirstPerson = 1000, Nobody = 65534;

    /// <summary>
    /// Checks the names of the host, which appear in HELO, in Message-ID and in the mail that cron sends.
    /// </summary>
    public static Check Names(Host host, PostfixSettings? postfix)
    {
        var check = new Check("host-name");
        var mailName = host.Lines("/etc/mailname") is [var first, ..] ? first.Trim() : null;
        if (!MailDomain.TryNormalize(mailName, out var mailDomain))
            check.Warning(mailName is null ? "/etc/mailname is missing"
                : $"/etc/mailname holds \"{mailName.OneLine()}\", which is not a domain",
                "write the host's mail domain into it");
        if (postfix is null)
            return check;
        var name = postfix["myhostname"];
        if (!MailDomain.TryNormalize(name, out var normal) || $".{normal}".EndsWith(".localdomain",
            StringComparison.Ordinal))
            return check.Fault($"myhostname is \"{name}\", which no other mail system accepts in HELO",
                // install.sh also makes the name known to the mail filters and to mydestination.
                InstallChecks.WasInstalled(host) ? "run: install.sh --hostname mail.YOUR-DOMAIN"
                    : "run: postconf -e myhostname=mail.YOUR-DOMAIN" + PostfixSettings.Reload);
        var system = host.Run("hostname", "-f");
        var own = (system.Succeeded ? system.Output : host.Lines("/etc/hostname")?.FirstOrDefault() ?? "").Trim();
        return check
            .WarningIf(mailDomain.Length > 0 && !MailDomain.IsWithin(normal, [mailDomain]),
                $"/etc/mailname says {mailName}, but myhostname is {name}, which is not within it",
                "make both name the same host or domain")
            .WarningIf(!own.Equals(name, StringComparison.OrdinalIgnoreCase),
                $"the host's own name is {(own.Length > 0 ? own : "unknown")}, but Postfix's is {name}",
                $"run: hostnamectl set-hostname {name}, and put the name into /etc/hosts")
            .OrOk(name + ", also in /etc/mailname");
    }

    /// <summary>
    /// Checks the clock. If it is wrong by minutes, Amazon refuses requests, and quotas start at the wrong midnight.
    /// </summary>
    public static Check Clock(Host host)
    {
        var (check, chrony) = (new Check("clock"), host.Run("chronyc", "-n", "tracking"));
        if (!chrony.Succeeded)
            return host.Run("timedatectl", "show", "-p", "NTPSynchronized", "--value").Output.Trim() == "yes"
                ? check.Ok("systemd says that it is synchronized")
                : chrony.IsInstalled
                ? check.Warning($"nothing sets it: chronyd does not run ({chrony.Complaint})",
                    "run: systemctl enable --now chrony")
                : check.Warning("nothing sets it", "apt-get install chrony");
        // System time     : 0.000012345 seconds slow of NTP time
        var values = Host.Values(chrony.Lines, ':');
        if (values.GetValueOrDefault("Leap status", "Not synchronised") == "Not synchronised")
            return check.Warning("chrony has no time server that it trusts",
                "run: chronyc sources; make sure that UDP port 123 is open to the outside");
        var offset = values.GetValueOrDefault("System time", "");
        double.TryParse(offset.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds);
        var isFault = Math.Abs(seconds) >= 60;
        return Math.Abs(seconds) < 1 ? check.Ok(offset) : check.Bad(isFault,
            $"wrong: {offset}{(isFault ? "; Amazon refuses signed requests" : "")}", "run: chronyc makestep");
    }

    /// <summary>Checks the space and inodes for the queue, the logs, the database, replies and attachments.</summary>
    public static Check Disks(Host host, ResponderSettings? settings, PostfixSettings? postfix)
    {
        var check = new Check("disk");
        string?[] folders = [postfix?["queue_directory"] ?? "/var/spool/postfix", OwnPlaces.Data, "/var/log",
            Path.GetDirectoryName(settings?.Database.SqliteFile), settings?.Outbox, settings?.FilesRoot];
        var df = host.Run("df", ["--output=target,avail,iavail,itotal", "-k",
            .. folders.OfType<string>().Select(host.PathTo).Where(Directory.Exists)]);
        check.WarningIf(!df.Succeeded, "df " + df.Complaint, "check the file systems");
        foreach (var line in df.Lines.Skip(1).Distinct())
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields is not [var place, var space, var inodes, var all] || space.AsNumber() is not { } kibibytes)
                continue;
            var isFull = kibibytes < FullKibibytes;
            if (kibibytes < LowKibibytes)
                check.Bad(isFull,
                    $"{place}: {kibibytes / 1024} MB left{(isFull ? "; mail is deferred or refused" : "")}",
                    $"find what fills it with: du -xh {place} | sort -h | tail");
            // df prints 0 or no number for a file system without a fixed number of inodes.
            check.FaultIf(inodes.AsNumber() < FewInodes && all.AsNumber() > 0,
                $"{place}: {inodes} inodes left; soon no more files can be created",
                "find the folder with the many small files");
        }

        return check.OrOk("enough room");
    }

    /// <summary>Checks who on the host can read the command lines of other users (proc(5), hidepid).</summary>
    /// <remarks>
    /// The command lines of the responder, sendmail and Postfix name no requester. A command that a person types may:
    /// <c>blacklist block ADDRESS</c>.
    /// </remarks>
    public static Check CommandLines(Host host)
    {
        var check = new Check("command-lines");
        var options = host.Lines("/proc/mounts")?.Select(line => line.Split(' '))
            .FirstOrDefault(fields => fields is [_, "/proc", "proc", _, ..])?[3].Split(',');
        if (options is null)
            return check.Warning(
                "cannot tell who sees them: /proc/mounts does not name /proc", "check with: findmnt /proc");
        if (Array.Exists(options, option =>
            option.StartsWith("hidepid=", StringComparison.Ordinal) && option is not ("hidepid=0" or "hidepid=off")))
            return check.Ok("are shown only to their owners");
        // Regular users with a login shell; root is not among them.
        var people = host.Users().Where(fields => fields is [_, _, var id, _, _, _, var shell]
            && id.AsNumber() is >= FirstPerson and not Nobody
            && Path.GetFileName(shell) is not ("" or "nologin" or "false")).Select(fields => fields[0]).Some();
        return people is null ? check.Ok("are shown to everybody, but only root can log in")
            : check.Warning($"are shown to everybody, including {people}: the commands of other users can "
                + "name requesters",
                "run: mount -o remount,hidepid=invisible /proc; and for the next boot in /etc/fstab: proc /proc proc "
                + "defaults,hidepid=invisible 0 0");
    }
}
