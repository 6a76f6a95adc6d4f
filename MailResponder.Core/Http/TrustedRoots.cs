using System.Net;
using System.Runtime.InteropServices;
using System.Security.Authentication;

namespace MailResponder.Http;

/// <summary>
/// The certificates that the host trusts, as every OpenSSL program finds them: the hashed folder, and the file. The
/// folder gives one certificate by name; the file is read whole, which costs more than all the rest of a message, and so
/// only when the folder was not enough.
/// </summary>
internal static class TrustedRoots
{
    private const string Server = "ssl_server";

    /// <summary>Whether somebody whom the host trusts says that the other side is this server.</summary>
    /// <param name="tls">A connection whose handshake is done.</param>
    /// <param name="host">A name or an IP address.</param>
    /// <exception cref="AuthenticationException">Nobody does; says why, in OpenSSL's words.</exception>
    public static void Vouch(nint tls, string host)
    {
        var certificate = LibSsl.SSL_get1_peer_certificate(tls);
        if (certificate == 0)
            throw new AuthenticationException("no certificate");
        var store = LibX509.X509_STORE_new();
        try
        {
            Add(store, LibX509.X509_LOOKUP_hash_dir(), LibX509.AddFolder);
            if (Fault(store, tls, certificate, host) is null)
                return;
            Add(store, LibX509.X509_LOOKUP_file(), LibX509.LoadFile);
            if (Fault(store, tls, certificate, host) is { } fault)
                throw new AuthenticationException(fault);
        }
        finally
        {
            LibX509.X509_STORE_free(store);
            LibX509.X509_free(certificate);
            LibX509.ERR_clear_error();
        }
    }

    /// <summary>A place that does not exist holds no certificates: then the verification fails, not this.</summary>
    private static void Add(nint store, nint method, int command) =>
        _ = LibX509.X509_LOOKUP_ctrl(LibX509.X509_STORE_add_lookup(store, method), command, 0, LibX509.DefaultPlace, 0);

    private static string? Fault(nint store, nint tls, nint certificate, string host)
    {
        var context = LibX509.X509_STORE_CTX_new();
        try
        {
            // Each of them returns 1, or has not done what the verification relies on.
            if (LibX509.X509_STORE_CTX_init(context, store, certificate, LibSsl.SSL_get_peer_cert_chain(tls)) != 1
                || LibX509.X509_STORE_CTX_set_default(context, Server) != 1
                || !Expect(LibX509.X509_STORE_CTX_get0_param(context), tls, host))
            {
                return "it cannot be verified";
            }

            if (LibX509.X509_verify_cert(context) == 1)
                return null;
            return Marshal.PtrToStringUTF8(LibX509.X509_verify_cert_error_string(LibX509.X509_STORE_CTX_get_error(context)));
        }
        finally
        {
            LibX509.X509_STORE_CTX_free(context);
        }
    }

    private static bool Expect(nint parameters, nint tls, string host)
    {
        LibX509.X509_VERIFY_PARAM_set_auth_level(parameters, LibSsl.SSL_get_security_level(tls));
        LibX509.X509_VERIFY_PARAM_set_hostflags(parameters, LibX509.NoPartialWildcards);
        return (IPAddress.TryParse(host, out _)
            ? LibX509.X509_VERIFY_PARAM_set1_ip_asc(parameters, host)
            : LibX509.X509_VERIFY_PARAM_set1_host(parameters, host, 0)) == 1;
    }
}
