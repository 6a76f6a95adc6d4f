namespace MailResponder.Tests.Faults;

/// <summary>
/// Every part of the responder's world, broken in every way that makes sense, under Postfix: the message is deferred or
/// answered, never lost, returned or answered twice; one line says what is wrong; and nobody has to do more than bring
/// the part back. Which cells there are not, and why: docs/faults.md.
/// </summary>
[Collection("Postfix")]
public sealed class FaultMatrixTests(FaultMatrix matrix) : IClassFixture<FaultMatrix>
{
    public static TheoryData<string> Names => [.. FaultCells.All.Select(cell => cell.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task Message_IsKeptUntilThePartIsBack(string cell) => matrix.Outcome(cell);
}
