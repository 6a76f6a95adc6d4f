using System.Text.RegularExpressions;

namespace MailResponder.Tests.Doctor;

/// <summary>Compares docs/doctor.md with the checks in the code and with the planted faults.</summary>
public sealed class DoctorDocumentation
{
    private const int MostWanted = 60;

    private static readonly string Text = File.ReadAllText(Repository.PathTo("docs", "doctor.md"));

    [Fact]
    public void ChecksOfTheCode_AreDocumentedAndNoOthers()
    {
        var documented = Matches(Text, @"^\| `([a-z0-9-]+)` \|");
        Assert.Equal(documented.Distinct(), documented);
        Assert.Equal(NamesInCode(), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Faults_AreThoseThatTheTestsPlant()
    {
        var documented = Text.Split('\n')
            .SkipWhile(line => !line.StartsWith("| broken |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).ToList();
        var planted = PlantedFault.Files.Select(PlantedFault.Read)
            .Select(fault => $"| {fault.Name} | {string.Join(", ", fault.Expected.Select(InWords))} |").ToList();
        Assert.Equal(planted.Distinct(), planted);
        var (missing, tooMuch) = (planted.Except(documented).ToList(), documented.Except(planted).ToList());
        Assert.True(missing.Count + tooMuch.Count == 0, "docs/doctor.md lacks\n" + string.Join('\n', missing)
            + "\nand should not have\n" + string.Join('\n', tooMuch));
        Assert.True(documented.Count >= MostWanted, $"{documented.Count} rows");
    }

    /// <summary>
    /// Returns the name of each check in the code, given literally where the check is made or in a constant.
    /// </summary>
    private static IEnumerable<string> NamesInCode() =>
        Directory.GetFiles(Repository.PathTo("MailResponder.Core", "Doctor"), "*.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .SelectMany(code => Matches(code, @"new Check\(""([a-z0-9-]+)""")
                .Concat(Matches(code, @"const string (?:\w*N|n)ame = ""([a-z0-9-]+)"""))
                // The checks of SettingsChecks.
                .Concat(Matches(code, @"\bOf\(""([a-z-]+)""\)")))
            .Distinct().Order(StringComparer.Ordinal);

    private static string InWords(string expected) => $"{expected.Split(' ')[0]} `{expected.Split(' ')[1]}`";

    private static List<string> Matches(string text, string pattern) =>
        [.. Regex.Matches(text, pattern, RegexOptions.Multiline).Select(match => match.Groups[1].Value)];
}
