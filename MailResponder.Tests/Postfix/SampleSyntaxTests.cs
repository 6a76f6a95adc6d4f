using System.Diagnostics;

namespace MailResponder.Tests.Postfix;

/// <summary>Tests that Postfix has no complaint about any file of postfix/.</summary>
public sealed class SampleSyntaxTests
{
    /// <summary>Sets the values as install.sh does: one file after the other, on top of the package's own.</summary>
    [Theory]
    [InlineData("main.cf")]
    [InlineData("main.cf main-strict.cf")]
    [InlineData("main.cf main-relay-domains.cf")]
    [InlineData("main.cf milters.cf")]
    [InlineData("main.cf main-strict.cf milters.cf")]
    public void Samples_AreAcceptedWithoutAWord(string samples)
    {
        using var folder = new TemporaryFolder();
        var alone = Directory.CreateDirectory(Path.Combine(folder.Path, "alone")).FullName;
        var etc = Directory.CreateDirectory(Path.Combine(folder.Path, "etc")).FullName;
        File.WriteAllText(Path.Combine(etc, "main.cf"), "compatibility_level = 3.6\n");
        File.Copy("/usr/share/postfix/master.cf.dist", Path.Combine(etc, "master.cf"));
        File.Copy(Repository.PathTo("postfix/master.cf"), Path.Combine(alone, "master.cf"));
        File.Copy(Repository.PathTo("postfix/main.cf"), Path.Combine(alone, "main.cf"));
        var said = Run(
            $"postconf -M -c {alone} | sed 's/^\\([^ ]*\\) *\\([^ ]*\\) .*/\\1 \\2/' | while read -r name type; do "
            + $"postconf -c {etc} -M \"$name/$type=$(postconf -M -c {alone} \"$name/$type\")\"; done");
        foreach (var sample in samples.Split(' '))
        {
            File.Copy(Repository.PathTo("postfix", sample), Path.Combine(alone, "main.cf"), overwrite: true);
            // All parameters are set at once; between two of them the file would be inconsistent.
            said += Run($"postconf -n -c {alone} 2>/dev/null | grep -v ^config_directory | "
                + $"{{ set --; while IFS= read -r line; do set -- \"$@\" \"$line\"; done; postconf -c {etc} -e "
                + $"\"$@\"; }}");
        }
        // Nothing is unused, undefined or set twice, and every value is one that the daemons accept.
        said += Run(
            $"postconf -n -c {etc} >/dev/null; postconf -M -c {etc} >/dev/null; postconf -P -c {etc} >/dev/null");
        said += Run($"postfix -c {etc} check");
        Assert.Equal("", said);
    }

    /// <summary>Every parameter in the samples is Postfix's own, except for the three that are ours.</summary>
    [Theory]
    [InlineData("main.cf")]
    [InlineData("main-strict.cf")]
    [InlineData("main-relay-domains.cf")]
    [InlineData("milters.cf")]
    public void EveryParameter_IsOneOfPostfix(string sample)
    {
        string[] builtIn = [.. Run("postconf -d").Split('\n').Select(line => line.Split(" =")[0])];
        var named = File.ReadLines(Repository.PathTo("postfix", sample))
            .Where(line => line.Length > 0 && char.IsAsciiLetterLower(line[0]))
            .Select(line => line.Split('=')[0].Trim());
        Assert.Empty(named.Except(builtIn).Except(
            ["extradomains", "responder_destination_recipient_limit", "responder_destination_concurrency_limit"]));
    }

    [Theory]
    [InlineData("main.cf")]
    [InlineData("main-strict.cf")]
    [InlineData("main-relay-domains.cf")]
    [InlineData("milters.cf")]
    public void NoParameter_StandsTwice(string sample)
    {
        var names = File.ReadLines(Repository.PathTo("postfix", sample))
            .Where(line => line.Length > 0 && char.IsAsciiLetterLower(line[0]))
            .Select(line => line.Split('=')[0].Trim())
            .ToArray();
        Assert.Equal(names.Distinct(), names);
    }

    private static string Run(string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec 2>&1; {script}"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
