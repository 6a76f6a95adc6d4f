namespace MailResponder.Store;

/// <summary>Identifies a message; see <see cref="AddressKey.Message"/>.</summary>
/// <param name="Value">The hash under the current address key, as a new claim records it.</param>
/// <param name="Earlier">
/// The hashes under the earlier address keys, the latest first. Older claims may be recorded under them.
/// </param>
internal sealed record MessageKey(byte[] Value, params IReadOnlyList<byte[]> Earlier)
{
    /// <summary>The hash under the first address key. It does not depend on which key is in force.</summary>
    public byte[] Original => Earlier.Count > 0 ? Earlier[^1] : Value;
}
