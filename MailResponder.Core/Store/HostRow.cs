namespace MailResponder.Store;

/// <summary>What a host counted on a day.</summary>
/// <param name="day">As <see cref="HostDays.DayOf"/> has it.</param>
/// <param name="host">Which host, as a hash.</param>
/// <param name="figures">Null when they cannot be opened.</param>
internal sealed class HostRow(long day, byte[] host, byte[]? figures)
{
    public long Day => day;

    public byte[] Host => host;

    public byte[]? Figures => figures;
}
