using System.Globalization;
using MailResponder.Files;

namespace MailResponder.Doctor;

/// <summary>
/// The clock. When it is wrong by minutes, Amazon refuses requests, and quotas start at the wrong midnight.
/// </summary>
internal static class ClockChecks
{
    public static IEnumerable<Finding> Look(Host host)
    {
        var check = new Check("clock");
        var chrony = host.Run("chronyc", "-n", "tracking");
        if (chrony.Succeeded)
            return OfChrony(check, chrony);
        if (host.Run("timedatectl", "show", "-p", "NTPSynchronized", "--value").Output.Trim() == "yes")
            return check.Ok("systemd says that it is synchronised");
        return chrony.IsInstalled
            ? check.Warning("nothing sets it: chronyd does not run (" + chrony.Complaint + ")",
                "run: systemctl enable --now chrony")
            : check.Warning("nothing sets it", "apt-get install chrony");
    }

    private static Check OfChrony(Check check, ProgramResult chrony)
    {
        // System time     : 0.000012345 seconds slow of NTP time
        var values = Host.Values(chrony.Lines, ':');
        if (values.GetValueOrDefault("Leap status", "Not synchronised") == "Not synchronised")
            return check.Warning("chrony has no time server that it trusts",
                "run: chronyc sources; see that UDP port 123 is open to the outside");
        var offset = values.GetValueOrDefault("System time", "");
        double.TryParse(offset.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds);
        var isFault = Math.Abs(seconds) >= 60;
        return Math.Abs(seconds) < 1 ? check.Ok(offset) : check.Bad(isFault,
            $"wrong: {offset}{(isFault ? "; Amazon refuses what it signs" : "")}", "run: chronyc makestep");
    }
}
