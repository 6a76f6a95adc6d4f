namespace MailResponder.Settings;

/// <summary>How a connection to a server is protected.</summary>
internal enum TlsMode
{
    /// <summary>TLS; the certificate is for this server's name and signed by an authority that we trust.</summary>
    VerifyFull,

    /// <summary>TLS; signed by an authority that we trust, whatever name it is for.</summary>
    VerifyCa,

    /// <summary>TLS with any certificate: stops eavesdroppers, but not an attacker who poses as the server.</summary>
    Required,

    /// <summary>TLS with any certificate if the server has it, otherwise none.</summary>
    Preferred,

    None,
}
