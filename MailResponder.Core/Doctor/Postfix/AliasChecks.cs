using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// That mail for those who look after the host reaches a person, and that no other user of the host has a mailbox.
/// </summary>
internal static class AliasChecks
{
    private const string Name = "aliases";

    /// <summary>The user of install.sh who passes people's mail on.</summary>
    private const string Forwarder = "forwarder";

    public static IEnumerable<Finding> Look(Host host, ResponderSettings? settings, PostfixSettings? postfix) =>
        postfix is null ? [] :
        [
            .. Problems(host, settings, postfix).OrOk(Name, "postmaster and root are read by somebody"),
            .. Mailboxes(host, postfix).OrOk("local-mail", $"no user of the host has a mailbox but {Forwarder}"),
        ];

    /// <summary>The users whose mail local(8) puts into a mailbox when they have neither alias nor .forward.</summary>
    public static HashSet<string> UsersWithMailbox(Host host, PostfixSettings postfix)
    {
        var users = host.Run("getent", "passwd").Lines.Select(line => line.Split(':')[0]).ToHashSet();
        foreach (var table in postfix.List("mailbox_transport_maps"))
        {
            users.ExceptWith(postfix.LookUpAll(table, users)
                .Where(found => found.Value.Split(':')[0] is "responder" or "discard").Select(found => found.Key));
        }

        return users;
    }

    /// <summary>What strangers send to names like nobody would stay in /var/mail, with who they are.</summary>
    private static IEnumerable<Finding> Mailboxes(Host host, PostfixSettings postfix)
    {
        var others = UsersWithMailbox(host, postfix).Where(user => user != Forwarder).Order(StringComparer.Ordinal);
        if (others.ToList() is { Count: > 0 } users)
        {
            yield return Finding.Fault("local-mail",
                $"mail to {users.Some()} is kept in a mailbox of this host, with the address of whoever wrote it",
                "take mailbox_transport_maps of postfix/main.cf; then: postfix reload");
        }
    }

    private static IEnumerable<Finding> Problems(Host host, ResponderSettings? settings, PostfixSettings postfix)
    {
        var tables = postfix.List("alias_maps");
        if (tables.Count == 0)
        {
            yield return Finding.Fault(Name, "alias_maps is empty: nobody reads what is mailed to postmaster",
                "run: postconf -X alias_maps; then: newaliases && postfix reload");
            yield break;
        }

        foreach (var table in tables)
        {
            if (StateOf(host, table) is { } finding)
                yield return finding;
        }

        List<string> wanted = ["postmaster", "root"];
        // The address that people answer to, where it is one of this host.
        if (settings is not null && MailDomain.TryNormalize(settings.ResponseFrom.Domain, out var domain)
            && postfix.ListHas("mydestination", domain))
            wanted.Add(settings.ResponseAddress[..settings.ResponseAddress.LastIndexOf('@')].ToLowerInvariant());
        foreach (var name in wanted.Distinct())
        {
            if (tables.All(table => postfix.LookUp(table, name) is null)
                && (name is "postmaster" or "root" || host.PasswdEntry(name) is null))
                yield return Finding.Warning(Name, name + " has no alias: its mail reaches no person",
                $"add \"{name}: YOUR-ADDRESS\" to /etc/aliases, and run: newaliases");
        }
    }

    /// <summary>A table of an indexed type that is missing or older than its text.</summary>
    private static Finding? StateOf(Host host, string table)
    {
        if (table.Split(':', 2) is not [var type, var path] || type is not ("hash" or "btree" or "lmdb" or "cdb"))
            return null;
        var (text, index) = (host.PathTo(path), host.PathTo(path + (type is "lmdb" or "cdb" ? "." + type : ".db")));
        if (!File.Exists(text))
            return Finding.Fault(Name, path + " does not exist", "run install.sh");
        if (!File.Exists(index))
            return Finding.Fault(Name, $"{path} was never made into a table: local mail is deferred",
                "run: newaliases");
        return File.GetLastWriteTimeUtc(text) > File.GetLastWriteTimeUtc(index)
            ? Finding.Warning(Name, path + " was changed after newaliases ran: the change is not in force",
            "run: newaliases")
            : null;
    }
}
