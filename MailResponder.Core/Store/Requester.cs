namespace MailResponder.Store;

/// <summary>A requester in the form that the database stores.</summary>
/// <param name="Address">The keyed hash of the canonical address.</param>
/// <param name="Spelling">
/// The keyed hash of the address as it was written. Another spelling of the mailbox may not exist at all.
/// </param>
/// <param name="Domains">
/// The keyed hashes of its domain and then of each parent domain, without the top-level domain.
/// </param>
/// <param name="DomainName">The domain itself, to compare with lists in the settings. Never stored or logged.</param>
internal sealed record Requester(
    byte[] Address, byte[] Spelling, IReadOnlyList<byte[]> Domains, string DomainName);
