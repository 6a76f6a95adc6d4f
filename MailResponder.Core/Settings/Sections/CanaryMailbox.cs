using MimeKit;

namespace MailResponder.Settings;

/// <summary>A mailbox of the operator's at a provider, from which `responder canary` asks.</summary>
/// <param name="Name">What reports and metrics call it; the address stands in none of them.</param>
/// <param name="Address">From of its requests.</param>
/// <param name="Submission">Where its requests are handed over (RFC 6409).</param>
/// <param name="Imap">Where its replies are read.</param>
/// <param name="User">Logs in at both.</param>
/// <param name="PasswordFile">Holds the password in its first line.</param>
/// <param name="Requests">The addresses of the response book that it asks.</param>
/// <param name="Authorities">
/// File of the authorities that may vouch for both servers; null: those of the operating system.
/// </param>
internal sealed record CanaryMailbox(
    string Name, MailboxAddress Address, MailServer Submission, MailServer Imap, string User, string PasswordFile,
    IReadOnlyList<string> Requests, string? Authorities);

/// <summary>A mail server of a provider. Nothing is said to it without TLS.</summary>
internal sealed record MailServer(string Host, int Port, MailTls Tls)
{
    public override string ToString() => $"{Host}:{Port}";
}

internal enum MailTls
{
    /// <summary>From the first byte (RFC 8314).</summary>
    Implicit,

    /// <summary>The connection begins without, and is given up when the server does not offer it.</summary>
    Starttls,
}
