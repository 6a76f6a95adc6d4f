namespace MailResponder.Tests;

public class LoopbackTests
{
    /// <summary>The kernel gave one of its ports twice to some 14,000 who asked.</summary>
    [Fact]
    public void FreePort_IsGivenOnce()
    {
        int[] ports = [.. Enumerable.Range(0, 500).AsParallel().Select(_ => Loopback.FreePort())];
        Assert.Equal(500, ports.Distinct().Count());
        Assert.DoesNotContain(ports, Loopback.Listens);
    }
}
