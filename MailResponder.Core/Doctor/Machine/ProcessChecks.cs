namespace MailResponder.Doctor;

/// <summary>Who on the host can read the command lines of others (proc(5), hidepid).</summary>
/// <remarks>
/// The responder, sendmail and Postfix name no requester there. A person at a shell may:
/// <c>blacklist block ADDRESS</c>.
/// </remarks>
internal static class ProcessChecks
{
    private const int FirstPerson = 1000, Nobody = 65534;

    public static IEnumerable<Finding> Look(Host host)
    {
        var check = new Check("command-lines");
        var options = host.Lines("/proc/mounts")?.Select(line => line.Split(' '))
            .FirstOrDefault(fields => fields is [_, "/proc", "proc", _, ..])?[3].Split(',');
        if (options is null)
            return check.Warning("cannot be seen: /proc/mounts does not name /proc", "look with: findmnt /proc");
        if (Array.Exists(options, option =>
            option.StartsWith("hidepid=", StringComparison.Ordinal) && option is not ("hidepid=0" or "hidepid=off")))
            return check.Ok("are shown to their owners alone");
        var people = host.Users().Where(IsPerson).Select(fields => fields[0]).Some();
        return people is null ? check.Ok("are shown to everybody, and nobody but root can log in")
            : check.Warning($"are shown to everybody, so to {people}: those of other people's commands can "
                + "name requesters",
                "run: mount -o remount,hidepid=invisible /proc; and for the next boot in /etc/fstab: proc /proc proc "
                + "defaults,hidepid=invisible 0 0");
    }

    /// <summary>A user with a login shell, but for root.</summary>
    private static bool IsPerson(string[] fields) => fields is [_, _, var id, _, _, _, var shell]
        && id.AsNumber() is >= FirstPerson and not Nobody
        && Path.GetFileName(shell) is not ("" or "nologin" or "false");
}
