namespace MailResponder.Store;

/// <summary>What a host counted on a day.</summary>
/// <param name="Day">As <see cref="HostDays.DayOf"/> has it.</param>
/// <param name="Host">Which host, as a hash.</param>
/// <param name="Figures">Null when they cannot be opened.</param>
internal sealed record HostRow(long Day, byte[] Host, byte[]? Figures);
