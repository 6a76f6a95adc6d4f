namespace MailResponder.Reporting.Statistics;

/// <summary>A disk by its mount point, or the memory.</summary>
/// <param name="TotalBytes">All of it.</param>
/// <param name="FreeBytes">What programs can still have.</param>
internal sealed record Space(string Name, long TotalBytes, long FreeBytes)
{
    public double UsedShare => TotalBytes == 0 ? 0 : 1 - ((double)FreeBytes / TotalBytes);
}
