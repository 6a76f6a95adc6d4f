using MailResponder.Addresses;

namespace MailResponder.Doctor;

/// <summary>
/// The names under which the host knows itself: they stand in HELO, Message-ID and in the mail that cron sends.
/// </summary>
internal static class HostNameChecks
{
    private const string Name = "host-name";

    public static IEnumerable<Finding> Look(Host host, PostfixSettings? postfix) =>
        postfix is null ? Problems(host, postfix)
            : Problems(host, postfix).OrOk(Name, postfix["myhostname"] + ", also in /etc/mailname");

    private static IEnumerable<Finding> Problems(Host host, PostfixSettings? postfix)
    {
        var mailName = host.Lines("/etc/mailname") is [var first, ..] ? first.Trim() : null;
        if (mailName is null)
            yield return Finding.Warning(Name, "/etc/mailname is missing", "write the host's mail domain into it");
        else if (!MailDomain.TryNormalize(mailName, out _))
            yield return Finding.Warning(Name, $"/etc/mailname holds \"{mailName.OneLine()}\", which is no domain",
                "write the host's mail domain into it");
        if (postfix is null)
            yield break;
        var name = postfix["myhostname"];
        if (!MailDomain.TryNormalize(name, out var normal) || normal is "localhost.localdomain"
            || normal.EndsWith(".localdomain", StringComparison.Ordinal))
        {
            yield return Finding.Fault(Name, $"myhostname is \"{name}\", which no other mail system accepts in HELO",
                "run: postconf -e myhostname=mail.YOUR-DOMAIN && postfix reload");
            yield break;
        }

        if (mailName is not null && MailDomain.TryNormalize(mailName, out var mail)
            && !MailDomain.IsWithin(normal, [mail]))
            yield return Finding.Warning(Name,
            $"/etc/mailname says {mailName}, and myhostname is {name}, which is not below it",
            "let both name the same host or domain");
        var system = host.Run("hostname", "-f");
        var systemName = (system.Succeeded ? system.Output : host.Lines("/etc/hostname")?.FirstOrDefault() ?? "")
            .Trim();
        if (!systemName.Equals(name, StringComparison.OrdinalIgnoreCase))
            yield return Finding.Warning(Name,
                $"the host calls itself {(systemName.Length > 0 ? systemName : "nothing that it can resolve")}, "
                + $"Postfix calls itself {name}", $"run: hostnamectl set-hostname {name}, and put the name into "
                + $"/etc/hosts");
    }
}
