namespace MailResponder.Incoming;

/// <summary>Local parts behind which nobody reads a reply.</summary>
internal static class RobotLocalPart
{
    private static readonly string[] Whole =
        ["mailerdaemon", "postmaster", "bounce", "bounces", "complaints", "listserv", "majordomo"];

    private static readonly string[] Beginnings = ["noreply", "donotreply"];

    private static readonly string[] VerpMarks = ["-bounce", "-bounces", "-return"];

    /// <summary>Case and the punctuation inside of no-reply, do_not.reply and the like do not matter.</summary>
    public static bool Matches(string localPart)
    {
        var local = localPart.Trim('"').ToLowerInvariant();
        if (local.StartsWith("owner-", StringComparison.Ordinal) || local.EndsWith("-owner", StringComparison.Ordinal)
            || local.EndsWith("-request", StringComparison.Ordinal) || local.EndsWith("-bounces", StringComparison.Ordinal))
        {
            return true;
        }

        var plus = local.IndexOf('+');
        var name = (plus > 0 ? local[..plus] : local)
            .Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
        if (Whole.Contains(name) || Array.Exists(Beginnings, name.StartsWith))
            return true;
        return IsVerp(local);
    }

    /// <summary>Variable envelope return paths: bounce+tag, bounces-123, list-bounces+user=host, list-return-1-user=host.</summary>
    private static bool IsVerp(string local)
    {
        if (local.StartsWith("bounce", StringComparison.Ordinal))
        {
            var rest = local["bounce".Length..].TrimStart('s');
            return rest.Length == 0 || !char.IsAsciiLetter(rest[0]);
        }

        foreach (var mark in VerpMarks)
        {
            var at = local.IndexOf(mark, StringComparison.Ordinal);
            var after = at + mark.Length;
            if (at > 0 && after < local.Length && local[after] is '+' or '-' or '=')
                return true;
        }

        return false;
    }
}
