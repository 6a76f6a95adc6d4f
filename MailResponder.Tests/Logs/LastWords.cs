using MailResponder.Logs;

namespace MailResponder.Tests.Logs;

public sealed class LastWords
{
    /// <summary>The filter prints this even when no memory is left.</summary>
    [Fact]
    public void Notice_TakesNoMemory()
    {
        Say();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Say();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal("4.3.0 The responder cannot answer now; the message is kept and tried again.\n"u8,
            ExitCode.FilterNotice(Cause.Unexpected));
    }

    private static void Say() => StandardError.Write(ExitCode.FilterNotice(Cause.Unexpected));
}
