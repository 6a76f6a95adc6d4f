using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Net.Smtp;
using MailKit.Security;
using MailResponder.Aws;
using MailResponder.Files;
using MailResponder.Settings;
using ProtocolException = MailKit.ProtocolException;

namespace MailResponder.Canary;

/// <summary>Logs in to the mail servers of a mailbox's provider, and puts their failures into words.</summary>
internal static class ProviderConnection
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    /// <summary>Connects with TLS, verifies the server, and only then sends the user name and password.</summary>
    /// <exception cref="ResponderException">
    /// A file cannot be used; or the login fails (<see cref="Cause.Send"/>).
    /// </exception>
    public static void Open(MailService client, CanaryMailbox mailbox, MailServer server)
    {
        var password = SecretFile.ReadPassword(mailbox.PasswordFile);
        var authorities = mailbox.Authorities is { } file ? TlsTrust.Read("ssl_ca", file) : null;
        string? fault = null;
        client.Timeout = (int)MaxWait.TotalMilliseconds;
        client.CheckCertificateRevocation = false;
        client.ServerCertificateValidationCallback = (_, certificate, chain, errors) => (fault = TlsTrust.FaultOf(
            certificate, chain, errors, authorities, mailbox.Authorities, server.Host)) is null;
        InWords(server, () =>
        {
            client.Connect(server.Host, server.Port, server.Tls == MailTls.Implicit
                ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls);
            // Within TLS no other login method is safer, and MailKit's choice among eight would slow the start for
            // every message.
            client.Authenticate(client.AuthenticationMechanisms.Contains("PLAIN")
                ? new SaslMechanismPlain(mailbox.User, password) : new SaslMechanismLogin(mailbox.User, password));
        }, () => fault);
        foreach (var authority in authorities ?? [])
            authority.Dispose();
    }

    /// <summary>
    /// Runs a conversation with the server. Leaves the server's own words out of the error, because they may contain
    /// the address.
    /// </summary>
    /// <exception cref="ResponderException">The conversation fails (<see cref="Cause.Send"/>).</exception>
    public static void InWords(MailServer server, Action ask, Func<string?>? fault = null)
    {
        try
        {
            ask();
        }
        catch (Exception exception) when (Problem(exception, fault) is { } problem)
        {
            throw new ResponderException(Cause.Send, $"{server} {problem}");
        }
    }

    /// <summary>
    /// Returns what failed, as a phrase after the server's name. Null for an exception that no server causes.
    /// </summary>
    private static string? Problem(Exception exception, Func<string?>? fault) => exception switch
    {
        SslHandshakeException => fault?.Invoke() ?? "does not speak TLS on this port; check port and tls",
        AuthenticationException => "does not accept user and password",
        NotSupportedException => "offers no TLS, or no usable login method",
        SmtpCommandException refused => $"refused the request with {(int)refused.StatusCode}",
        ImapCommandException refused =>
            $"answered {refused.Response.ToString().ToUpperInvariant()} to an IMAP command",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain } =>
            "has no address in DNS",
        SocketException => "cannot be reached",
        TimeoutException or OperationCanceledException => "did not answer in time",
        IOException or ProtocolException or ServiceNotConnectedException or ServiceNotAuthenticatedException =>
            "closed the connection",
        _ => null,
    };
}
