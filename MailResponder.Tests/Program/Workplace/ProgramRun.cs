using System.Text;

namespace MailResponder.Tests.Program;

/// <summary>
/// The result of one run of the published program. <c>ExitCode</c> is 128 plus the signal number if a signal ended it.
/// </summary>
internal sealed record ProgramRun(int ExitCode, byte[] Output, string Errors)
{
    public string OutputText => Encoding.UTF8.GetString(Output);

    /// <summary>Fails unless the filter answered or decided not to, and printed nothing.</summary>
    public void AssertDone()
    {
        Assert.True(ExitCode == 0, $"exit {ExitCode}: {Errors}");
        Assert.Equal("", Errors);
        Assert.Equal("", OutputText);
    }

    /// <summary>
    /// Fails unless Postfix would defer the message, and a delivery report could reveal nothing: one line that starts
    /// with <paramref name="status"/> and contains no address, path or stack frame.
    /// </summary>
    public void AssertDeferred(string status = "4.3.0 ")
    {
        Assert.True(ExitCode == 75, $"exit {ExitCode}: {Errors}");
        Assert.Equal("", OutputText);
        Assert.StartsWith(status, Errors, StringComparison.Ordinal);
        Assert.Equal(Errors.Length - 1, Errors.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain("@", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("/", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", Errors, StringComparison.Ordinal);
    }
}
