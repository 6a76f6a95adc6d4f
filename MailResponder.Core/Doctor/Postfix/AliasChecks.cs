using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Verifies that mail for the host's administrators reaches a person, and that no other user has a mailbox.
/// </summary>
internal static class AliasChecks
{
    /// <summary>The user of install.sh who passes people's mail on.</summary>
    private const string Forwarder = "forwarder";

    public static IEnumerable<Finding> Look(Host host, ResponderSettings? settings, PostfixSettings postfix) =>
        [.. Aliases(host, settings, postfix), .. Mailboxes(host, postfix)];

    /// <summary>The users whose mail local(8) puts into a mailbox when they have neither alias nor .forward.</summary>
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

    /// <summary>What strangers send to names like nobody would stay in /var/mail, with who they are.</summary>
    private static Check Mailboxes(Host host, PostfixSettings postfix)
    {
        var check = new Check("local-mail");
        var users = UsersWithMailbox(host, postfix).Where(user => user != Forwarder).Order(StringComparer.Ordinal);
        return users.Some() is not { } some ? check.Ok($"no user of the host has a mailbox but {Forwarder}")
            : check.Fault($"mail to {some} is kept in a mailbox of this host, with the address of whoever wrote it",
                "take mailbox_transport_maps of postfix/main.cf" + PostfixSettings.Reload);
    }

    private static Check Aliases(Host host, ResponderSettings? settings, PostfixSettings postfix)
    {
        var (check, tables) = (new Check("aliases"), postfix.List("alias_maps"));
        if (tables.Count == 0)
            return check.Fault("alias_maps is empty: nobody reads what is mailed to postmaster",
                "run: postconf -X alias_maps; then: newaliases && postfix reload");
        tables.ForEach(table => LookAtIndex(check, host, table));
        List<string> wanted = ["postmaster", "root"];
        // People answer to this address; here it counts when its domain is one of this host.
        if (settings is not null && MailDomain.TryNormalize(settings.ResponseFrom.Domain, out var domain)
            && postfix.ListHas("mydestination", domain))
            wanted.Add(settings.ResponseAddress[..settings.ResponseAddress.LastIndexOf('@')].ToLowerInvariant());
        foreach (var name in wanted.Distinct())
        {
            if (postfix.LookUpIn("alias_maps", name) is null
                && (name is "postmaster" or "root" || host.PasswdEntry(name) is null))
                check.Warning(name + " has no alias: its mail reaches no person",
                    $"add \"{name}: YOUR-ADDRESS\" to /etc/aliases, and run: newaliases");
        }

        return check.OrOk("postmaster and root are read by somebody");
    }

    /// <summary>A table of an indexed type must be there, and not older than its text.</summary>
    private static void LookAtIndex(Check check, Host host, string table)
    {
        if (table.Split(':', 2) is not [var type, var path] || type is not ("hash" or "btree" or "lmdb" or "cdb"))
            return;
        var (text, index) = (host.PathTo(path), host.PathTo(path + (type is "lmdb" or "cdb" ? "." + type : ".db")));
        if (!File.Exists(text))
            check.Fault(path + " does not exist", "run install.sh");
        else if (!File.Exists(index))
            check.Fault($"{path} was never made into a table: local mail is deferred", "run: newaliases");
        else if (File.GetLastWriteTimeUtc(text) > File.GetLastWriteTimeUtc(index))
            check.Warning(path + " was changed after newaliases ran: the change is not in force", "run: newaliases");
    }
}
