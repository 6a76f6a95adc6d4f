using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Whether Postfix takes mail for each of our domains and addresses, and only in one way.</summary>
internal static class DomainChecks
{
    private const string Mailboxes = "mydestination";
    private const string Relayed = "relay_domains";
    private static readonly string[] Classes = [Mailboxes, Relayed, "virtual_alias_domains", "virtual_mailbox_domains"];

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings? postfix)
    {
        if (postfix is null)
            return [];
        var book = ResponseBookFile.Check(settings.ResponseBook, []);
        var classes = settings.OwnDomains.Concat(book?.Addresses.Select(DomainOf) ?? []).Distinct()
            .ToDictionary(domain => domain, domain => Classes.Where(name => postfix.ListHas(name, domain)).ToList());
        return
        [
            .. Domains(settings, classes).OrOk("postfix-domains", settings.OwnDomains.ToList().Some() + ": taken"),
            .. book is null ? []
                : BookDomains(classes, book).OrOk("book-domains", "Postfix takes mail for every domain of the book"),
            .. OwnNames(postfix, settings).OrOk("postfix-own-names", "own_domains has all that Postfix takes mail for"),
            .. CatchAll(settings, postfix, classes),
            .. book is null ? [] : Addresses(postfix, classes, book)
            .OrOk("postfix-recipients", "every address of the book is taken"),
            .. book is null ? [] : Shadowed(host, postfix, classes, book)
            .OrOk("book-addresses", "no address of the book is also a user or an alias of this host"),
        ];
    }

    private static IEnumerable<Finding> Domains(ResponderSettings settings, Dictionary<string, List<string>> classes)
    {
        const string name = "postfix-domains";
        foreach (var (domain, of) in settings.OwnDomains.Distinct().Select(domain => (domain, classes[domain])))
        {
            if (of.Count == 0)
                yield return Finding.Fault(name,
                    $"Postfix refuses mail for {domain}: it is in none of {string.Join(", ", Classes)}",
                    "add it to extradomains (postconf -e 'extradomains=…'); then: postfix reload");
            else if (of.Count > 1)
                yield return Finding.Fault(name,
                    $"{domain} is in {string.Join(" and in ", of)}: which one counts is not defined",
                    "take it out of all but one; then: postfix reload");
            else if (of[0] is not (Mailboxes or Relayed))
                yield return Finding.Fault(name,
                    $"{domain} is in {of[0]}: luser_relay and relay_transport do not work there",
                    $"put it into {Mailboxes} or {Relayed} instead; then: postfix reload");
        }
    }

    /// <summary>
    /// Domains of the book's addresses for which strangers are told that we do not relay: nobody is answered.
    /// </summary>
    private static IEnumerable<Finding> BookDomains(Dictionary<string, List<string>> classes, ResponseBook book)
    {
        var domains = book.Addresses.Select(DomainOf).Distinct().Order();
        foreach (var domain in domains.Where(domain => classes[domain].Count == 0))
        {
            yield return Finding.Fault("book-domains",
                $"{domain} has addresses in the response book, and Postfix refuses mail for it",
                $"run: install.sh --add-domain {domain}; or correct the addresses in the book");
        }
    }

    /// <summary>
    /// Domains that Postfix takes as its own and the guard does not know. A reply to a request forged in their name
    /// comes back in, and goes wherever aliases and rewriting take it.
    /// </summary>
    private static IEnumerable<Finding> OwnNames(PostfixSettings postfix, ResponderSettings settings)
    {
        const string name = "postfix-own-names";
        const string remedy = "add it to own_domains in the settings";
        foreach (var parameter in Classes)
        {
            var domains = postfix.Domains(parameter, out var unlisted);
            var unknown = domains.Where(domain =>
                !MailDomain.IsWithin(domain, settings.OwnDomains) && !HostName.Covers(domain, LocalHost.Name()))
                .Distinct().Order().ToList();
            if (unknown.Count > 0)
                yield return Finding.Fault(name,
                    $"{unknown.Some()}: in {parameter}, but not in own_domains; a request forged in that name is "
                    + $"answered", remedy);
            if (unlisted.Count > 0)
                yield return Finding.Warning(name,
                    $"the domains of {unlisted.Some()} in {parameter} cannot be listed (postmap -s)",
                    "see that own_domains in the settings has all of them");
        }
    }

    private static List<Finding> CatchAll(
        ResponderSettings settings, PostfixSettings postfix, Dictionary<string, List<string>> classes)
    {
        const string name = "postfix-catch-all";
        List<Finding> findings = [.. NotTaken(name, settings.OwnDomains.Where(domain => !IsTaken(classes[domain])))];
        if (classes.Values.Any(of => of.Contains(Mailboxes)))
            findings.AddRange(CatchAll(postfix));
        return findings.Count > 0 ? findings : [Finding.Ok(name, classes.Values.Any(of => of.Contains(Mailboxes))
            ? "every address leads to the responder" : "none is needed: no domain is in mydestination")];
    }

    private static IEnumerable<Finding> CatchAll(PostfixSettings postfix)
    {
        const string name = "postfix-catch-all";
        var (relay, recipients) = (postfix["luser_relay"], postfix["local_recipient_maps"]);
        if (relay.Length == 0)
        {
            yield return Finding.Fault(name,
                "luser_relay is not set: mail to addresses of mydestination does not reach the responder",
                $"run: postconf -e 'luser_relay={Host.ResponderUser}+$local@localhost'; then: postfix reload");
            yield break;
        }

        // The standard value knows users and aliases only; with a table of ours it is the strict way.
        if (recipients.Length > 0 && postfix.List("local_recipient_maps")
            .TrueForAll(table => table.EndsWith("unix:passwd.byname", StringComparison.Ordinal)
            || postfix.List("alias_maps").Contains(table)))
            yield return Finding.Fault(name,
            "luser_relay is set, but local_recipient_maps knows users and aliases only: every request is rejected",
            "run: postconf -e local_recipient_maps= ; then: postfix reload");
        if (relay.Contains('+') && !postfix["recipient_delimiter"].Contains('+'))
            yield return Finding.Fault(name,
                $"luser_relay = {relay} needs recipient_delimiter = +; without it there is no such user",
                "run: postconf -e recipient_delimiter=+ ; then: postfix reload");
        if (relay.EndsWith("@localhost", StringComparison.Ordinal) && !postfix.ListHas(Mailboxes, "localhost"))
            yield return Finding.Fault(name, $"luser_relay = {relay}, but localhost is not in mydestination",
                "add localhost to mydestination; then: postfix reload");
    }

    /// <summary>Addresses that Postfix would reject before the responder sees them.</summary>
    private static IEnumerable<Finding> Addresses(
        PostfixSettings postfix, Dictionary<string, List<string>> classes, ResponseBook book)
    {
        const string name = "postfix-recipients";
        foreach (var finding in NotTaken(name, Refused(classes, book)))
            yield return finding;
        foreach (var (of, parameter) in (
            (string, string)[])[(Mailboxes, "local_recipient_maps"), (Relayed, "relay_recipient_maps")])
        {
            var addresses = book.Addresses.Where(address => classes[DomainOf(address)].Contains(of)).ToList();
            if (postfix[parameter].Length == 0 || addresses.Count == 0)
                continue;
            var keys = addresses.Concat(addresses.Select(LocalPartOf))
                .Concat(addresses.Select(address => "@" + DomainOf(address))).Distinct().ToList();
            HashSet<string> known = [.. postfix.List(parameter)
                .SelectMany(table => postfix.LookUpAll(table, keys).Keys)];
            var refused = addresses.Where(
                address => !known.Contains(address) && !known.Contains(LocalPartOf(address))
                && !known.Contains("@" + DomainOf(address))).Order().ToList();
            if (refused.Count > 0)
                yield return Finding.Fault(name,
                    $"{refused.Some()}: in the response book, but not in {parameter}; requests are rejected",
                    $"run: sudo -u {Host.ResponderUser} responder config pull; then: postfix reload");
        }
    }

    /// <summary>Addresses that local(8) hands to somebody else: an alias, or a user with a mailbox.</summary>
    private static IEnumerable<Finding> Shadowed(
        Host host, PostfixSettings postfix, Dictionary<string, List<string>> classes, ResponseBook book)
    {
        const string name = "book-addresses";
        foreach (var finding in NotTaken(name, Refused(classes, book)))
            yield return finding;
        var local = book.Addresses.Where(address => classes[DomainOf(address)].Contains(Mailboxes)).ToList();
        if (local.Count == 0)
            yield break;
        var users = AliasChecks.UsersWithMailbox(host, postfix);
        HashSet<string> aliases = [.. postfix.List("alias_maps")
            .SelectMany(table => postfix.LookUpAll(table, [.. local.Select(LocalPartOf).Distinct()]).Keys)];
        foreach (var address in local.Order())
        {
            var part = LocalPartOf(address);
            if (aliases.Contains(part))
                yield return Finding.Fault(name,
                    $"{address} is an alias of this host: requests never reach the responder",
                    $"take {part} out of /etc/aliases, and run newaliases; or give the entry another address");
            else if (users.Contains(part))
                yield return Finding.Fault(name,
                    $"{address} is also a user of this host: requests go to the user's mailbox",
                    "give the entry another address, or rename the user");
        }
    }

    /// <summary>Whether Postfix takes mail for a domain of these classes in a way that is known here.</summary>
    private static bool IsTaken(List<string> classes) => classes.Contains(Mailboxes) || classes.Contains(Relayed);

    private static IEnumerable<Finding> NotTaken(string name, IEnumerable<string> refused) =>
        refused.Order().ToList() is { Count: > 0 } all
            ? [Finding.NotLookedAt(name, "postfix-domains", all.Some())] : [];

    private static IEnumerable<string> Refused(Dictionary<string, List<string>> classes, ResponseBook book) =>
        book.Addresses.Where(address => !IsTaken(classes[DomainOf(address)]));

    private static string DomainOf(string address) => address[(address.LastIndexOf('@') + 1)..];

    private static string LocalPartOf(string address) => address[..address.LastIndexOf('@')];
}
