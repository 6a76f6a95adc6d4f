using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Where the aliases of this host lead in the end: to somebody outside, not to the responder, which would answer or
/// drop what people were to read.
/// </summary>
internal static class ForwardChecks
{
    private const string Name = "forwarding";
    private const int MaxSteps = 10;

    /// <summary>Reads the reports to the bounce address (postfix/aliases); they are for no person.</summary>
    private const string ReaderOfBounces = "mail_responder_feedback";

    public static IEnumerable<Finding> Look(Host host, ResponderSettings? settings, PostfixSettings? postfix)
    {
        if (postfix is null || settings is null)
            return [];
        var aliases = Aliases(host, postfix);
        if (aliases.Count == 0)
            return [Finding.NotLookedAt(Name, "aliases")];
        var forwards = new Dictionary<string, Finding?>();
        return aliases.Keys.Order(StringComparer.Ordinal)
            .Select(name => Problem(host, settings, aliases, forwards, name)).OfType<Finding>().Distinct()
            .OrOk(Name, "every alias leads to somebody, none to the responder");
    }

    /// <summary>Every alias with its targets, of tables that can be listed.</summary>
    private static Dictionary<string, List<string>> Aliases(Host host, PostfixSettings postfix)
    {
        var aliases = new Dictionary<string, List<string>>();
        foreach (var line in postfix.List("alias_maps").SelectMany(table => host.Run("postmap", "-s", table).Lines))
        {
            // newaliases puts entries of its own into the table, for NIS.
            if (line.Split('\t', 2) is [var name, var targets]
                && !name.StartsWith("YP_", StringComparison.OrdinalIgnoreCase))
                aliases.TryAdd(name.Trim().ToLowerInvariant(), Targets(targets));
        }

        return aliases;
    }

    /// <summary>Quoted commands and files stay whole; they are an end of the way.</summary>
    private static List<string> Targets(string text) =>
        text.Contains('"') ? [text.Trim()] : [.. text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries)];

    private static Finding? Problem(
        Host host,
        ResponderSettings settings,
        Dictionary<string, List<string>> aliases,
        Dictionary<string, Finding?> forwards,
        string alias)
    {
        var (waiting, seen) = (new Queue<string>(aliases[alias]), new HashSet<string> { alias });
        for (var step = 0; step < MaxSteps && waiting.TryDequeue(out var target); step++)
        {
            if (LocalPart(settings, target) is not { } name || name == ReaderOfBounces)
                continue;
            if (aliases.TryGetValue(name, out var further))
            {
                // An alias that names itself is the user.
                if (seen.Add(name))
                    further.ForEach(waiting.Enqueue);
            }
            else if (host.PasswdEntry(name) is not [_, _, _, _, _, var home, ..] || name == Host.ResponderUser)
            {
                return Finding.Fault(Name,
                    $"the alias {alias} leads to {target}, which is the responder's: nobody reads it",
                    $"let {alias} lead to an address elsewhere in /etc/aliases; then: newaliases");
            }
            else
            {
                if (!forwards.TryGetValue(name, out var finding))
                    forwards[name] = finding = Forward(host, settings, aliases, name, $"{home}/.forward");
                if (finding is not null)
                    return finding;
            }
        }

        return null;
    }

    /// <summary>What local(8) finds in a user's .forward; a user without one keeps the mail in a mailbox.</summary>
    private static Finding? Forward(
        Host host, ResponderSettings settings, Dictionary<string, List<string>> aliases, string user, string file)
    {
        var remedy = $"write the address of a person into {file} (install.sh --support ADDRESS); "
            + $"what came meanwhile is in /var/mail/{user}";
        var targets = (host.Lines(file) ?? []).Where(line => !line.StartsWith('#')).SelectMany(Targets).ToList();
        if (targets.Count == 0)
        {
            return Finding.Warning(Name,
                $"there is no {file}, or nothing in it: what is mailed to {user}, and to all whose alias leads there, "
                + $"stays on this host in /var/mail/{user}",
                remedy);
        }

        if ((File.GetUnixFileMode(host.PathTo(file)) & UnixFileMode.OtherWrite) != 0)
            return Finding.Fault(Name, $"{file} can be changed by every user: Postfix does not follow it",
                $"run: chmod 0644 {file}");
        if (host.Run("stat", "-c", "%U", host.PathTo(file)) is { Succeeded: true } owner
            && owner.Output.Trim() != "root" && owner.Output.Trim() != user)
            return Finding.Fault(Name, $"{file} belongs to {owner.Output.Trim().OneLine()}: Postfix does not follow it",
                $"run: chown root {file}");
        bool IsOurs(string target) =>
            LocalPart(settings, target) is { } name && name != user && !aliases.ContainsKey(name);
        return targets.Find(IsOurs) is { } own
            ? Finding.Fault(Name,
                $"{file} leads to {own}, which is a name of this host: the responder gets it, and nobody reads it",
                remedy)
            : targets.Find(target => LocalPart(settings, target) is { } name && aliases.ContainsKey(name)) is { } loop
                ? Finding.Fault(Name, $"{file} leads to {loop}, whose alias leads back: mail goes round in a circle",
                    remedy)
                : null;
    }

    /// <summary>The name that local(8) looks for; null for an address elsewhere, a command, a file or a list.</summary>
    private static string? LocalPart(ResponderSettings settings, string target)
    {
        var address = target.TrimStart('\\').Trim().ToLowerInvariant();
        if (address.Length == 0 || address[0] is '|' or '/' or ':' or '"')
            return null;
        var at = address.LastIndexOf('@');
        var domain = address[(at + 1)..];
        if (at >= 0 && domain != "localhost"
            && !(MailDomain.TryNormalize(domain, out var normal) && settings.OwnDomains.Contains(normal)))
        {
            return null;
        }

        return (at < 0 ? address : address[..at]).Split('+')[0];
    }
}
