using MailResponder.Addresses;

namespace MailResponder.Doctor;

/// <summary>
/// The names of the host. HELO, Message-ID and the mail that cron sends have them.
/// </summary>
internal static class HostNameChecks
{
    public static IEnumerable<Finding> Look(Host host, PostfixSettings? postfix)
    {
        var check = new Check("host-name");
        var mailName = host.Lines("/etc/mailname") is [var first, ..] ? first.Trim() : null;
        if (!MailDomain.TryNormalize(mailName, out var mailDomain))
            check.Warning(mailName is null ? "/etc/mailname is missing"
                : $"/etc/mailname holds \"{mailName.OneLine()}\", which is no domain",
                "write the host's mail domain into it");
        if (postfix is null)
            return check;
        var name = postfix["myhostname"];
        if (!MailDomain.TryNormalize(name, out var normal) || $".{normal}".EndsWith(".localdomain",
            StringComparison.Ordinal))
            return check.Fault($"myhostname is \"{name}\", which no other mail system accepts in HELO",
                "run: postconf -e myhostname=mail.YOUR-DOMAIN" + PostfixSettings.Reload);
        if (mailDomain.Length > 0 && !MailDomain.IsWithin(normal, [mailDomain]))
            check.Warning($"/etc/mailname says {mailName}, and myhostname is {name}, which is not below it",
                "let both name the same host or domain");
        var system = host.Run("hostname", "-f");
        var own = (system.Succeeded ? system.Output : host.Lines("/etc/hostname")?.FirstOrDefault() ?? "").Trim();
        if (!own.Equals(name, StringComparison.OrdinalIgnoreCase))
            check.Warning($"the host calls itself {(own.Length > 0 ? own : "nothing that it can resolve")}, "
                + $"Postfix calls itself {name}",
                $"run: hostnamectl set-hostname {name}, and put the name into /etc/hosts");
        return check.OrOk(name + ", also in /etc/mailname");
    }
}
