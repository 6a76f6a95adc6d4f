namespace MailResponder.Store;

/// <summary>Who asked, as the database may know it.</summary>
/// <param name="Address">Keyed hash of the canonical address.</param>
/// <param name="Domains">Keyed hashes of its domain and of the domains above it.</param>
/// <param name="DomainName">The domain itself, for the lists in the settings; never stored or logged.</param>
internal sealed record Requester(byte[] Address, IReadOnlyList<byte[]> Domains, string DomainName);
