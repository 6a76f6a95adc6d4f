namespace MailResponder.Store;

/// <summary>Identifies a message; see <see cref="AddressKey.Message"/>.</summary>
/// <param name="Value">As the ledger has it now.</param>
/// <param name="Earlier">
/// As it would have been recorded before each change of the address key, the latest first.
/// </param>
internal sealed record MessageKey(byte[] Value, params IReadOnlyList<byte[]> Earlier)
{
    /// <summary>The same whatever address key is in force.</summary>
    public byte[] Original => Earlier.Count > 0 ? Earlier[^1] : Value;
}
