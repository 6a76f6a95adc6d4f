using System.Globalization;

namespace MailResponder.Doctor;

/// <summary>
/// Amazon refuses requests of clocks that are wrong by minutes, and quotas start at the wrong midnight.
/// </summary>
internal static class ClockChecks
{
    private const string Name = "clock";

    public static IEnumerable<Finding> Look(Host host)
    {
        var chrony = host.Run("chronyc", "-n", "tracking");
        if (chrony.Succeeded)
            return [OfChrony(chrony)];
        var systemd = host.Run("timedatectl", "show", "-p", "NTPSynchronized", "--value");
        return [systemd.Succeeded && systemd.Output.Trim() == "yes"
            ? Finding.Ok(Name, "systemd says that it is synchronised")
            : chrony.IsInstalled
                ? Finding.Warning(Name, "nobody sets it: chronyd does not run (" + chrony.Complaint + ")",
                "run: systemctl enable --now chrony")
                : Finding.Warning(Name, "nobody sets it", "apt-get install chrony")];
    }

    private static Finding OfChrony(ProgramResult chrony)
    {
        // System time     : 0.000012345 seconds slow of NTP time
        var values = chrony.Lines.Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0].Trim()).ToDictionary(group => group.Key, group => group.First()[1].Trim());
        if (values.GetValueOrDefault("Leap status") is not { } leap || leap == "Not synchronised")
            return Finding.Warning(Name, "chrony has no time server that it trusts",
                "run: chronyc sources; see that UDP port 123 is open to the outside");
        var offset = values.GetValueOrDefault("System time", "");
        var wrong = double.TryParse(offset.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture,
            out var seconds) ? Math.Abs(seconds) : 0;
        return wrong >= 60 ? Finding.Fault(
            Name, $"wrong: {offset}; Amazon refuses what it signs", "run: chronyc makestep")
            : wrong >= 1 ? Finding.Warning(Name, $"wrong: {offset}", "run: chronyc makestep")
            : Finding.Ok(Name, offset);
    }
}
