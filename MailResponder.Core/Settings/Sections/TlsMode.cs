namespace MailResponder.Settings;

/// <summary>How a connection to a server is protected.</summary>
internal enum TlsMode
{
    /// <summary>
    /// TLS. The certificate must be for this server's name, and signed by an authority that we trust.
    /// </summary>
    VerifyFull,

    /// <summary>TLS. The certificate must be signed by an authority that we trust, but may be for any name.</summary>
    VerifyCa,

    /// <summary>
    /// TLS with any certificate. This stops eavesdroppers, but not an attacker who poses as the server.
    /// </summary>
    Required,

    /// <summary>TLS with any certificate if the server offers it, otherwise no TLS.</summary>
    Preferred,

    None,
}
