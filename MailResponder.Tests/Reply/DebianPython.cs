using System.Diagnostics;

namespace MailResponder.Tests.Reply;

/// <summary>What Debian's Python, with its email package and python3-dkim, makes of a mail.</summary>
internal static class DebianPython
{
    private const string Program = "/usr/bin/python3";
    private static readonly string Script = Repository.PathTo("MailResponder.Tests", "Reply", "read-mail.py");

    /// <summary>The mail as read: a line a fact, defects among them. See the script for the order.</summary>
    /// <param name="mail">The whole mail.</param>
    /// <param name="dnsRecord">The TXT record of its signature; null for an unsigned mail.</param>
    public static string Read(byte[] mail, string? dnsRecord)
    {
        var start = new ProcessStartInfo(Program, [Script, .. dnsRecord is null ? Array.Empty<string>() : [dnsRecord]])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        using (var input = process.StandardInput.BaseStream)
            input.Write(mail);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{Script}: {error.Result} (run.sh installs what is missing)");
        return output.Result;
    }
}
