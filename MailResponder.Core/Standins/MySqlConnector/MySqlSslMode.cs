namespace MySqlConnector;

/// <summary>Whether a connection over TCP uses TLS, and what of the certificate is verified.</summary>
public enum MySqlSslMode
{
    Preferred = 0,
    None = 1,
    Required = 2,
    VerifyCA = 3,
    VerifyFull = 4,
}
