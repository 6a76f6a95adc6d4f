using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Checks that Postfix accepts mail for each of our domains and addresses, and in only one way.</summary>
/// <param name="addresses">The addresses of the response book. Empty if it cannot be read.</param>
internal sealed class DomainChecks(
    Host host, ResponderSettings settings, PostfixSettings postfix, List<string> addresses)
{
    private const string Mailboxes = "mydestination", Relayed = "relay_domains", Reload = PostfixSettings.Reload;
    private static string[] Classes => [Mailboxes, Relayed, "virtual_alias_domains", "virtual_mailbox_domains"];

    /// <summary>The address classes of each domain that the settings or the book name.</summary>
    private readonly Dictionary<string, List<string>> _classes =
        settings.OwnDomains.Concat(addresses.Select(MailDomain.Of)).Distinct()
            .ToDictionary(domain => domain, domain => Classes.Where(name => postfix.ListHas(name, domain)).ToList());

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings postfix)
    {
        var book = ResponseBookFile.Check(settings.ResponseBook, [])?.Addresses.Order().ToList();
        var checks = new DomainChecks(host, settings, postfix, book ?? []);
        IEnumerable<Finding> findings = [.. checks.OwnDomains(), .. checks.OwnNames(), .. checks.CatchAll()];
        return book is null ? findings
            : [.. findings, .. checks.BookDomains(), .. checks.Recipients(), .. checks.Shadowed()];
    }

    private Check OwnDomains()
    {
        var check = new Check("postfix-domains");
        foreach (var domain in settings.OwnDomains.Distinct())
        {
            var of = _classes[domain];
            if (of.Count == 0)
                check.Fault($"Postfix refuses mail for {domain}: it is in none of {string.Join(", ", Classes)}",
                    AddDomain(domain) + "; or remove it from own_domains in the settings");
            else if (of.Count > 1)
                check.Fault($"{domain} is in {string.Join(" and in ", of)}: which one counts is not defined",
                    "remove it from all but one" + Reload);
            else if (!IsTaken(domain))
                check.Fault($"{domain} is in {of[0]}: luser_relay and relay_transport do not work there",
                    $"put it into {Mailboxes} or {Relayed} instead" + Reload);
        }

        return check.OrOk(settings.OwnDomains.Some() + ": accepted");
    }

    /// <summary>
    /// Reports the domains of the book that Postfix does not accept. It rejects requests to them with "relay access
    /// denied".
    /// </summary>
    private Check BookDomains()
    {
        var check = new Check("book-domains");
        var domains = addresses.Select(MailDomain.Of).Distinct().Order();
        foreach (var domain in domains.Where(domain => _classes[domain].Count == 0))
            check.Fault($"{domain} has addresses in the response book, but Postfix refuses mail for it",
                AddDomain(domain) + "; or correct the addresses in the book");
        return check.OrOk("Postfix accepts mail for every domain of the book");
    }

    /// <summary>
    /// Reports the domains that Postfix accepts as its own but that are not in own_domains, where the guard looks. A
    /// reply to a request forged in their name comes back in, and goes wherever aliases and rewriting lead it.
    /// </summary>
    private Check OwnNames()
    {
        var check = new Check("postfix-own-names");
        foreach (var parameter in Classes)
        {
            var unknown = postfix.Domains(parameter, out var unlisted).Where(domain =>
                !MailDomain.IsWithin(domain, settings.OwnDomains) && !HostName.Covers(domain, LocalHost.Name()))
                .Distinct().Order().Some();
            if (unknown is not null)
                check.Fault($"{unknown}: in {parameter}, but not in own_domains; a request forged in that name "
                    + "is answered", "add it to own_domains in the settings");
            if (unlisted.Count > 0)
                check.Warning($"the domains of {unlisted.Some()} in {parameter} cannot be listed (postmap -s)",
                    "make sure that own_domains in the settings has all of them");
        }

        return check.OrOk("own_domains has every domain that Postfix accepts mail for");
    }

    private Check CatchAll()
    {
        var relay = postfix["luser_relay"];
        var check = NotTaken(new Check("postfix-catch-all"), settings.OwnDomains.Where(domain => !IsTaken(domain)));
        if (!_classes.Values.Any(of => of.Contains(Mailboxes)))
            return check.OrOk("none is needed: no domain is in mydestination");
        if (relay.Length == 0)
            return check.Fault(
                "luser_relay is not set: mail to addresses of mydestination does not reach the responder",
                $"run: postconf -e 'luser_relay={Host.ResponderUser}+$local@localhost'" + Reload);
        // The default value lists only users and aliases. A table of ours means that unknown recipients are to be
        // rejected.
        var tables = postfix.List("local_recipient_maps");
        if (postfix["local_recipient_maps"].Length > 0 && tables.TrueForAll(table =>
            table.EndsWith("unix:passwd.byname", StringComparison.Ordinal)
            || postfix.List("alias_maps").Contains(table)))
            check.Fault(
                "luser_relay is set, but local_recipient_maps knows users and aliases only: every request is rejected",
                "run: postconf -e local_recipient_maps= " + Reload);
        return check
            .FaultIf(relay.Contains('+') && !postfix["recipient_delimiter"].Contains('+'),
                $"luser_relay = {relay} needs recipient_delimiter = +; without it there is no such user",
                "run: postconf -e recipient_delimiter=+ " + Reload)
            .FaultIf(relay.EndsWith("@localhost", StringComparison.Ordinal)
                && !postfix.ListHas(Mailboxes, "localhost"),
                $"luser_relay = {relay}, but localhost is not in mydestination",
                "add localhost to mydestination" + Reload)
            .OrOk("every address leads to the responder");
    }

    /// <summary>Reports addresses that Postfix would reject before the responder sees them.</summary>
    private Check Recipients()
    {
        var check = NotTaken(
            new Check("postfix-recipients"), addresses.Where(address => !IsTaken(MailDomain.Of(address))));
        (string, string)[] tables = [(Mailboxes, "local_recipient_maps"), (Relayed, "relay_recipient_maps")];
        foreach (var (of, parameter) in tables)
        {
            string[] Keys(string address) => [address, LocalPartOf(address), "@" + MailDomain.Of(address)];
            var ofClass = addresses.FindAll(address => _classes[MailDomain.Of(address)].Contains(of));
            if (postfix[parameter].Length == 0 || ofClass.Count == 0)
                continue;
            var keys = ofClass.SelectMany(Keys).Distinct().ToList();
            var known = postfix.List(parameter).SelectMany(table => postfix.LookUpAll(table, keys).Keys).ToHashSet();
            if (ofClass.Where(address => !Keys(address).Any(known.Contains)).Some() is { } refused)
                check.Fault($"{refused}: in the response book, but not in {parameter}; requests are rejected",
                    "run: responder config pull" + Reload);
        }

        return check.OrOk("every address of the book is accepted");
    }

    /// <summary>Reports addresses whose mail local(8) delivers to an alias, or to a user with a mailbox.</summary>
    private Check Shadowed()
    {
        var check = NotTaken(new Check("book-addresses"), addresses.Where(address => !IsTaken(MailDomain.Of(address))));
        var local = addresses.FindAll(address => _classes[MailDomain.Of(address)].Contains(Mailboxes));
        var parts = local.Select(LocalPartOf).Distinct().ToList();
        var users = parts.Count == 0 ? [] : AliasChecks.UsersWithMailbox(host, postfix);
        HashSet<string> aliases =
            [.. postfix.List("alias_maps").SelectMany(table => postfix.LookUpAll(table, parts).Keys)];
        foreach (var address in local)
        {
            var part = LocalPartOf(address);
            if (aliases.Contains(part))
                check.Fault($"{address} is an alias of this host: requests never reach the responder",
                    $"remove {part} from /etc/aliases, and run newaliases; or give the entry another address");
            else if (users.Contains(part))
                check.Fault($"{address} is also a user of this host: requests go to the user's mailbox",
                    "give the entry another address, or rename the user");
        }

        return check.OrOk("no address of the book is also a user or an alias of this host");
    }

    /// <summary>Whether Postfix accepts mail for the domain in a class that can lead to the responder.</summary>
    private bool IsTaken(string domain) => _classes[domain].Contains(Mailboxes) || _classes[domain].Contains(Relayed);

    /// <summary>
    /// Not with postconf: install.sh would take that for an edit, and no longer change the list of domains.
    /// </summary>
    private static string AddDomain(string domain) => $"run: install.sh --add-domain {domain}";

    private static Check NotTaken(Check check, IEnumerable<string> refused) =>
        refused.Order().Some() is { } some ? check.NotLookedAt("postfix-domains", some) : check;

    private static string LocalPartOf(string address) => address[..address.LastIndexOf('@')];
}
