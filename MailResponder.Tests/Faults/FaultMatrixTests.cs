namespace MailResponder.Tests.Faults;

/// <summary>
/// Every part of the responder's environment, broken in every sensible way, under Postfix. The message is deferred or
/// answered, never lost, returned or answered twice. One line says what is wrong, and restoring the part is all the
/// operator has to do. docs/faults.md lists the cells that are left out, and why.
/// </summary>
[Collection("Postfix")]
public sealed class FaultMatrixTests(FaultMatrix matrix) : IClassFixture<FaultMatrix>
{
    public static TheoryData<string> Names => [.. FaultCells.All.Select(cell => cell.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Message_IsKeptUntilThePartIsBack(string cell) => matrix.Outcome(cell);
}
