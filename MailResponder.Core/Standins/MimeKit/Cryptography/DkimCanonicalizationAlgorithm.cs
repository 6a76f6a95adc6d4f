namespace MimeKit.Cryptography;

/// <summary>How much change on the way a signature forgives (RFC 6376 3.4).</summary>
public enum DkimCanonicalizationAlgorithm
{
    Simple,
    Relaxed,
}
