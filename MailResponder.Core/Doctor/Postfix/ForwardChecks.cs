using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Follows each alias of this host to its end, which must be a person. The responder would answer or drop what is meant
/// for people.
/// </summary>
internal sealed class ForwardChecks(Host host, ResponderSettings settings, PostfixSettings postfix)
{
    private const int MaxSteps = 10;

    /// <summary>Reads the reports to the bounce address (postfix/aliases); they are for no person.</summary>
    private const string ReaderOfBounces = "mail_responder_feedback";

    private readonly Check _check = new Check("forwarding");

    /// <summary>Without the entries that newaliases puts into the table for NIS.</summary>
    private readonly Dictionary<string, List<string>> _aliases = postfix.List("alias_maps")
        .SelectMany(table => host.Run("postmap", "-s", table).Lines).Select(line => line.Split('\t', 2))
        .Where(parts => parts.Length == 2 && !parts[0].StartsWith("YP_", StringComparison.OrdinalIgnoreCase))
        .GroupBy(parts => parts[0].Trim().ToLowerInvariant(), parts => Targets(parts[1]))
        .ToDictionary(of => of.Key, of => of.First());

    /// <summary>Users whose .forward was looked at.</summary>
    private readonly HashSet<string> _users = [];

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings postfix)
    {
        var checks = new ForwardChecks(host, settings, postfix);
        if (checks._aliases.Count == 0)
            return checks._check.NotLookedAt("aliases");
        foreach (var alias in checks._aliases.Keys.Order(StringComparer.Ordinal))
            checks.Follow(alias);
        return checks._check.OrOk("every alias leads to somebody, none to the responder");
    }

    /// <summary>A quoted command or file stays whole.</summary>
    private static List<string> Targets(string text) =>
        text.Contains('"') ? [text.Trim()] : [.. text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries)];

    private void Follow(string alias)
    {
        var (waiting, seen) = (new Queue<string>(_aliases[alias]), new HashSet<string> { alias });
        for (var step = 0; step < MaxSteps && waiting.TryDequeue(out var target); step++)
        {
            if (LocalPart(target) is not { } name || name == ReaderOfBounces)
                continue;
            if (_aliases.TryGetValue(name, out var further))
            {
                // An alias that names itself means the user of that name.
                if (seen.Add(name))
                    further.ForEach(waiting.Enqueue);
            }
            else if (host.PasswdEntry(name) is not [_, _, _, _, _, var home, ..] || name == Host.ResponderUser)
            {
                _check.Fault($"the alias {alias} leads to {target}, which is the responder's: nobody reads it",
                    $"let {alias} lead to an address elsewhere in /etc/aliases; then: newaliases");
                return;
            }
            else if (_users.Add(name))
            {
                LookAtForward(name, $"{home}/.forward");
            }
        }
    }

    /// <summary>What local(8) finds in a user's .forward; a user without one keeps the mail in a mailbox.</summary>
    private void LookAtForward(string user, string file)
    {
        var remedy = $"write the address of a person into {file} (install.sh --support ADDRESS); "
            + $"what came meanwhile is in /var/mail/{user}";
        var targets = (host.Lines(file) ?? []).Where(line => !line.StartsWith('#')).SelectMany(Targets).ToList();
        var local = targets.Where(target => LocalPart(target) is not null).ToLookup(
            target => _aliases.ContainsKey(LocalPart(target)!) ? "alias" : LocalPart(target) == user ? "user" : "ours");
        if (targets.Count == 0)
            _check.Warning($"there is no {file}, or nothing in it: what is mailed to {user}, and to all whose alias "
                + $"leads there, stays on this host in /var/mail/{user}", remedy);
        else if (Host.IsOpen(host.PathTo(file), UnixFileMode.OtherWrite))
            _check.Fault($"{file} can be changed by every user: Postfix does not follow it",
                $"run: chmod 0644 {file}");
        else if (host.Stat("%U", host.PathTo(file)) is var owner && owner is not ("" or "root") && owner != user)
            _check.Fault($"{file} belongs to {owner}: Postfix does not follow it", $"run: chown root {file}");
        else if (local["ours"].FirstOrDefault() is { } own)
            _check.Fault($"{file} leads to {own}, which is a name of this host: the responder gets it, and nobody "
                + "reads it", remedy);
        else if (local["alias"].FirstOrDefault() is { } loop)
            _check.Fault($"{file} leads to {loop}, whose alias leads back: mail goes round in a circle", remedy);
    }

    /// <summary>The name that local(8) looks for; null for an address elsewhere, a command, a file or a list.</summary>
    private string? LocalPart(string target)
    {
        var address = target.TrimStart('\\').Trim().ToLowerInvariant();
        if (address.Length == 0 || address[0] is '|' or '/' or ':' or '"')
            return null;
        var at = address.LastIndexOf('@');
        var domain = address[(at + 1)..];
        var isHere = at < 0 || domain == "localhost"
            || (MailDomain.TryNormalize(domain, out var normal) && settings.OwnDomains.Contains(normal));
        return isHere ? (at < 0 ? address : address[..at]).Split('+')[0] : null;
    }
}
