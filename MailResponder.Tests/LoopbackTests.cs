namespace MailResponder.Tests;

public class LoopbackTests
{
    /// <summary>
    /// Ports chosen by the kernel were not unique: among some 14,000 requests, one port was returned twice.
    /// </summary>
    [Fact]
    public void FreePort_IsGivenOnce()
    {
        int[] ports = [.. Enumerable.Range(0, 500).AsParallel().Select(_ => Loopback.FreePort())];
        Assert.Equal(500, ports.Distinct().Count());
        Assert.DoesNotContain(ports, Loopback.Listens);
    }
}
