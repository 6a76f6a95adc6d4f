using System.Diagnostics;

namespace MailResponder.Tests;

/// <summary>Waits for another process by polling, with a bound that even a busy machine does not reach.</summary>
internal static class Patience
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    /// <summary>
    /// Returns when <paramref name="isSo"/> holds. After the bound, fails the test with <paramref name="what"/>.
    /// </summary>
    public static void Until(string what, Func<bool> isSo, Func<string>? evidence = null)
    {
        var waited = Stopwatch.StartNew();
        while (!isSo())
        {
            if (waited.Elapsed > Bound) Assert.Fail($"waited {Bound} for: {what}\n{evidence?.Invoke()}");
            Thread.Sleep(20);
        }
    }

    /// <summary>Returns when the process has ended, whether or not its parent has reaped it.</summary>
    public static void UntilEnded(string what, int processId) =>
        Until($"the end of {what}", () =>
        {
            try
            {
                // A dead process that has not been reaped has no command line.
                return File.ReadAllText($"/proc/{processId}/cmdline").Length == 0;
            }
            catch (IOException)
            {
                return true;
            }
        });
}
