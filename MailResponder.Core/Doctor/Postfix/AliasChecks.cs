using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Verifies that mail for people of this host reaches a person, by following each alias to its end. Where an alias
/// leads to the responder, it answers or drops their mail.
/// </summary>
internal sealed class AliasChecks(Host host, ResponderSettings? settings, PostfixSettings postfix)
{
    /// <summary>The user that install.sh creates to forward mail to people.</summary>
    private const string Forwarder = "forwarder";

    /// <summary>
    /// The local name that gets the reports to the bounce address (postfix/aliases). They are not for a person.
    /// </summary>
    private const string ReaderOfBounces = "mail_responder_feedback";
    private const int MaxSteps = 10;

    /// <summary>The targets of each alias, without the entries that newaliases adds for NIS.</summary>
    private readonly Dictionary<string, List<string>> _aliases = postfix.List("alias_maps")
        .SelectMany(table => host.Run("postmap", "-s", table).Lines).Select(line => line.Split('\t', 2))
        .Where(parts => parts.Length == 2 && !parts[0].StartsWith("YP_", StringComparison.OrdinalIgnoreCase))
        .GroupBy(parts => parts[0].Trim().ToLowerInvariant(), parts => Targets(parts[1]))
        .ToDictionary(of => of.Key, of => of.First());

    public static IEnumerable<Finding> Look(Host host, ResponderSettings? settings, PostfixSettings postfix)
    {
        var checks = new AliasChecks(host, settings, postfix);
        return [.. checks.Aliases(), .. checks.Mailboxes(), .. checks.Forwarding()];
    }

    /// <summary>
    /// Returns the users whose mail local(8) puts into a mailbox if they have neither an alias nor a .forward.
    /// </summary>
    public static HashSet<string> UsersWithMailbox(Host host, PostfixSettings postfix)
    {
        var users = host.Users().Select(fields => fields[0]).ToHashSet();
        foreach (var table in postfix.List("mailbox_transport_maps"))
        {
            users.ExceptWith(postfix.LookUpAll(table, users)
                .Where(found => found.Value.Split(':')[0] is "responder" or "discard").Select(found => found.Key));
        }

        return users;
    }

    /// <summary>
    /// Checks that no user of the host but the forwarder has a mailbox. Mail from strangers to names like nobody would
    /// stay in /var/mail, with their addresses.
    /// </summary>
    private Check Mailboxes()
    {
        var check = new Check("local-mail");
        var users = UsersWithMailbox(host, postfix).Where(user => user != Forwarder).Order(StringComparer.Ordinal);
        return users.Some() is not { } some ? check.Ok($"no user of the host except {Forwarder} has a mailbox")
            : check.Fault($"mail to {some} is kept in a mailbox of this host, with the sender's address",
                "copy mailbox_transport_maps from postfix/main.cf" + PostfixSettings.Reload);
    }

    private Check Aliases()
    {
        var (check, tables) = (new Check("aliases"), postfix.List("alias_maps"));
        if (tables.Count == 0)
            return check.Fault("alias_maps is empty: nobody reads mail to postmaster",
                "run: postconf -X alias_maps; then: newaliases && postfix reload");
        // A table of an indexed type must exist, and must not be older than its text file.
        foreach (var (type, path) in tables.Select(table => table.Split(':', 2)).Where(
            parts => parts is ["hash" or "btree" or "lmdb" or "cdb", _]).Select(parts => (parts[0], parts[1])))
        {
            var (text, index) = (host.PathTo(path), host.PathTo(path + (type is "lmdb" or "cdb" ? "." + type : ".db")));
            if (!File.Exists(text))
                check.Fault(path + " does not exist", "run install.sh");
            else if (!File.Exists(index))
                check.Fault($"{path} was never compiled into a table: local mail is deferred", "run: newaliases");
            else if (File.GetLastWriteTimeUtc(text) > File.GetLastWriteTimeUtc(index))
                check.Warning(path + " was changed after newaliases ran: the change is not in force",
                    "run: newaliases");
        }

        List<string> wanted = ["postmaster", "root"];
        // People reply to this address. Check it only if its domain is in mydestination.
        if (settings is not null && MailDomain.TryNormalize(settings.ResponseFrom.Domain, out var domain)
            && postfix.ListHas("mydestination", domain))
            wanted.Add(settings.ResponseAddress[..settings.ResponseAddress.LastIndexOf('@')].ToLowerInvariant());
        foreach (var name in wanted.Distinct().Where(name => postfix.LookUpIn("alias_maps", name) is null
            && (name is "postmaster" or "root" || host.PasswdEntry(name) is null)))
            check.Warning(name + " has no alias: its mail reaches no person",
                $"add \"{name}: YOUR-ADDRESS\" to /etc/aliases, and run: newaliases");
        return check.OrOk("somebody reads the mail of postmaster and root");
    }

    private Check Forwarding()
    {
        var check = new Check("forwarding");
        if (settings is null)
            return check;
        if (_aliases.Count == 0)
            return check.NotLookedAt("aliases");
        // The users whose .forward was checked.
        var users = new HashSet<string>();
        foreach (var alias in _aliases.Keys.Order(StringComparer.Ordinal))
        {
            var (waiting, seen) = (new Queue<string>(_aliases[alias]), new HashSet<string> { alias });
            for (var step = 0; step < MaxSteps && waiting.TryDequeue(out var target); step++)
            {
                if (LocalPart(target) is not { } name || name == ReaderOfBounces)
                    continue;
                if (_aliases.TryGetValue(name, out var further))
                {
                    // An alias that names itself means the user of the same name.
                    if (seen.Add(name))
                        further.ForEach(waiting.Enqueue);
                }
                else if (host.PasswdEntry(name) is not [_, _, _, _, _, var home, ..] || name == Host.ResponderUser)
                {
                    check.Fault($"the alias {alias} leads to {target}, which is the responder's: nobody reads it",
                        $"change {alias} in /etc/aliases to an address elsewhere; then: newaliases");
                    break;
                }
                else if (users.Add(name))
                {
                    LookAtForward(check, name, $"{home}/.forward");
                }
            }
        }

        return check.OrOk("every alias leads to somebody, none to the responder");
    }

    /// <summary>
    /// Checks what local(8) finds in a user's .forward. Without that file, the mail stays in a mailbox.
    /// </summary>
    private void LookAtForward(Check check, string user, string file)
    {
        var remedy = $"write the address of a person into {file} (install.sh --support ADDRESS); "
            + $"mail that arrived meanwhile is in /var/mail/{user}";
        var targets = (host.Lines(file) ?? []).Where(line => !line.StartsWith('#')).SelectMany(Targets).ToList();
        var local = targets.Where(target => LocalPart(target) is not null).ToLookup(
            target => _aliases.ContainsKey(LocalPart(target)!) ? "alias" : LocalPart(target) == user ? "user" : "ours");
        if (targets.Count == 0)
            check.Warning($"{file} is missing or empty: mail to {user}, and to every alias that leads there, stays on "
                + $"this host in /var/mail/{user}", remedy);
        else if (Host.IsOpen(host.PathTo(file), UnixFileMode.OtherWrite))
            check.Fault($"{file} can be changed by every user: Postfix does not follow it",
                $"run: chmod 0644 {file}");
        else if (host.Stat("%U", host.PathTo(file)) is var owner && owner is not ("" or "root") && owner != user)
            check.Fault($"{file} belongs to {owner}: Postfix does not follow it", $"run: chown root {file}");
        else if (local["ours"].FirstOrDefault() is { } own)
            check.Fault($"{file} leads to {own}, which is a name of this host: the responder gets the mail, and "
                + "nobody reads it", remedy);
        else if (local["alias"].FirstOrDefault() is { } loop)
            check.Fault($"{file} leads to {loop}, whose alias leads back: mail goes in a loop", remedy);
    }

    /// <summary>Splits a list of targets. A quoted command or file stays whole.</summary>
    private static List<string> Targets(string text) =>
        text.Contains('"') ? [text.Trim()] : [.. text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>
    /// Returns the name that local(8) looks up. Null for an address elsewhere, a command, a file or a list.
    /// </summary>
    private string? LocalPart(string target)
    {
        var address = target.TrimStart('\\').Trim().ToLowerInvariant();
        if (address.Length == 0 || address[0] is '|' or '/' or ':' or '"')
            return null;
        var at = address.LastIndexOf('@');
        var domain = address[(at + 1)..];
        return at < 0 || domain == "localhost"
            || (MailDomain.TryNormalize(domain, out var normal) && settings!.OwnDomains.Contains(normal))
            ? address[..(at < 0 ? address.Length : at)].Split('+')[0] : null;
    }
}
