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

/// <summary>Logs in at the servers of a mailbox's provider, and puts their failures into words.</summary>
/// <param name="mailbox">Whose.</param>
internal sealed class ProviderConnection(CanaryMailbox mailbox)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    /// <summary>Connects with TLS, verifies the server, and only then sends user and password.</summary>
    /// <exception cref="ResponderException">
    /// A file cannot be used; or <see cref="Cause.Send"/>: that is not possible now.
    /// </exception>
    public void Open(MailService client, MailServer server)
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
            // Within TLS no other way to log in is safer, and MailKit's choice of eight weighs on each message's start.
            client.Authenticate(client.AuthenticationMechanisms.Contains("PLAIN")
                ? new SaslMechanismPlain(mailbox.User, password) : new SaslMechanismLogin(mailbox.User, password));
        }, () => fault);
        foreach (var authority in authorities ?? [])
            authority.Dispose();
    }

    /// <summary>
    /// Runs what asks the server. Its own words are left out: they may hold the address.
    /// </summary>
    /// <exception cref="ResponderException">It fails (<see cref="Cause.Send"/>).</exception>
    public static void InWords(MailServer server, Action ask, Func<string?>? fault = null)
    {
        string problem;
        try
        {
            ask();
            return;
        }
        catch (SslHandshakeException)
        {
            problem = fault?.Invoke() ?? "does not speak TLS there; look at port and tls";
        }
        catch (AuthenticationException)
        {
            problem = "does not take user and password";
        }
        catch (NotSupportedException)
        {
            problem = "offers no TLS, or no way to log in";
        }
        catch (SmtpCommandException exception)
        {
            problem = $"refused the request with {(int)exception.StatusCode}";
        }
        catch (ImapCommandException exception)
        {
            problem = $"answered {exception.Response.ToString().ToUpperInvariant()} to an IMAP command";
        }
        catch (SocketException exception)
        {
            problem = exception.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain
                ? "has no address in DNS" : "cannot be reached";
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            problem = "did not answer in time";
        }
        catch (Exception exception) when (exception is IOException or ProtocolException
            or ServiceNotConnectedException or ServiceNotAuthenticatedException)
        {
            problem = "ended the connection";
        }

        throw new ResponderException(Cause.Send, $"{server} {problem}");
    }
}
