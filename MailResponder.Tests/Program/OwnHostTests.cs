namespace MailResponder.Tests.Program;

/// <summary>
/// Requests from a name of the host itself. The host name in the kernel decides, whatever the settings say.
/// </summary>
public sealed class OwnHostTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("mx.freemail.test", "skipped reason=own-address")]
    [InlineData("MX.Freemail.Test", "skipped reason=own-address")]
    [InlineData("freemail.test", "skipped reason=own-address")]
    [InlineData("mx2.freemail.test", "replied")]
    [InlineData("mx", "replied")]
    public void Name_IsTheKernels(string hostName, string expected)
    {
        var request = RequestMail.FromSomebodyNew() with { FromField = "From: root@mx.freemail.test\r\n" };
        _place.FilterUnder(
            $"""exec unshare --uts sh -c 'hostname {hostName}; exec "$@"' sh "$@" """, request.ToBytes())
            .AssertDone();
        Assert.Contains(expected, _place.Log.Reports[^1], StringComparison.Ordinal);
    }
}
