using System.Diagnostics;

namespace MailResponder.Tests.Mail;

/// <summary>Asks Debian's Python what it makes of a message, as an opinion that shares no code with ours.</summary>
static class Python
{
    /// <summary>What dkimpy and OpenDKIM say; they must agree.</summary>
    internal static bool Verifies(byte[] message, TestKey key)
    {
        var verdicts = Run("verify-dkim.py", message, key.PublicKeyBase64).Trim().Split(' ');
        Assert.Equal(verdicts[0], verdicts[1]);
        return verdicts[0] == "valid";
    }

    static string Run(string script, byte[] message, params string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, message);
            var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true };
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Mail", script));
            start.ArgumentList.Add(file);
            foreach (var argument in arguments)
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return output;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
