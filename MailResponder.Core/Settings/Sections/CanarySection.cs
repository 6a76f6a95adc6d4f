using MailResponder.Addresses;
using MimeKit;

namespace MailResponder.Settings;

/// <summary>Reads the setting <c>canary</c>, a list of mailboxes.</summary>
internal static class CanarySection
{
    public const string Name = "canary";
    private const int MaxNameLength = 64;

    private static readonly string[] Names =
        ["name", "address", "submission", "imap", "user", "password_file", "requests", "ssl_ca"];

    /// <param name="values">All settings of the file. Faults are added there.</param>
    /// <param name="ownDomains">The domains whose mail is never answered.</param>
    public static IReadOnlyList<CanaryMailbox> Read(SettingsSection values, IReadOnlyList<string> ownDomains)
    {
        var mailboxes = new List<CanaryMailbox>();
        foreach (var section in values.Sections(Name, Names))
        {
            var name = section.Text("name", required: true);
            if (name.Length > MaxNameLength
                || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
                section.Add("name",
                    $"\"{name}\" is not a valid name; use at most {MaxNameLength} letters, digits, dots, hyphens and "
                    + "underscores, and not the address");
            else if (mailboxes.Exists(other => other.Name == name))
                section.Add("name", $"\"{name}\" is already the name of another mailbox");
            var address = section.Mailbox("address");
            if (MailDomain.TryNormalize(address.Domain, out var domain) && MailDomain.IsWithin(domain, ownDomains))
                section.Add("address",
                    $"\"{domain}\" is within own_domains, which are never answered; use a mailbox at a provider");
            mailboxes.Add(new CanaryMailbox(name, address,
                Server(section, "submission", (465, 587)), Server(section, "imap", (993, 143)),
                section.Text("user", address.Address), section.FilePath("password_file", required: true),
                [.. section.Texts("requests", required: true).Select(request => Request(section, request))],
                section.FilePathOrNull("ssl_ca")));
        }

        return mailboxes;
    }

    private static MailServer Server(SettingsSection section, string name, (int Implicit, int Starttls) ports)
    {
        if (section.Section(name, ["server", "port", "tls"], required: true) is not { } server)
            return new MailServer("", 0, MailTls.Implicit);
        var tls = server.Choice("tls", MailTls.Implicit);
        return new MailServer(server.Text("server", required: true),
            (int)server.Number("port", tls == MailTls.Implicit ? ports.Implicit : ports.Starttls, 1, 65535), tls);
    }

    private static string Request(SettingsSection section, (string Text, int Line) request)
    {
        if (MailboxAddress.TryParse(request.Text, out var address)
            && MailDomain.TryNormalize(address.Domain, out var domain))
            return $"{address.LocalPart}@{domain}".ToLowerInvariant();
        section.Add(request.Line, "requests",
            $"\"{request.Text}\" is not an address of the response book; write it like \"get@example.com\"");
        return request.Text;
    }
}

/// <summary>A mailbox of the operator at a provider, from which `responder canary` sends requests.</summary>
/// <param name="Name">The name in reports and metrics. They never contain the address.</param>
/// <param name="Address">The From of its requests.</param>
/// <param name="Submission">The server that accepts its requests (RFC 6409).</param>
/// <param name="Imap">The server from which its replies are read.</param>
/// <param name="User">The user name for both servers.</param>
/// <param name="PasswordFile">The file with the password in its first line.</param>
/// <param name="Requests">The addresses of the response book to which it sends requests.</param>
/// <param name="Authorities">
/// The file of the certificate authorities that are trusted for both servers. Null: those of the operating system.
/// </param>
internal sealed record CanaryMailbox(
    string Name, MailboxAddress Address, MailServer Submission, MailServer Imap, string User, string PasswordFile,
    IReadOnlyList<string> Requests, string? Authorities);

/// <summary>A mail server of a provider. It is used only with TLS.</summary>
internal sealed record MailServer(string Host, int Port, MailTls Tls)
{
    public override string ToString() => $"{Host}:{Port}";
}

internal enum MailTls
{
    /// <summary>TLS from the first byte (RFC 8314).</summary>
    Implicit,

    /// <summary>TLS after STARTTLS. The connection is given up if the server does not offer it.</summary>
    Starttls,
}
