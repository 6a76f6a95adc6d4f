using MimeKit;

namespace MailResponder.Settings;

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
