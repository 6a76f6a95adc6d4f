namespace MailResponder.Tests.Faults;

/// <summary>All cells of the matrix.</summary>
internal static class FaultCells
{
    public static IReadOnlyList<FaultCell> All { get; } =
    [
        .. SetUpCells.All, .. DatabaseCells.All, .. CacheCells.All, .. RenderedCells.All, .. SendingCells.All,
        .. HostCells.All,
        .. KilledCells.All, .. ConfinedCells.All,
    ];
}
