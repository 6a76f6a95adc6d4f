namespace MailResponder.Tests.Doctor;

/// <summary>A script of the folder Faults: what it breaks, and which checks find that.</summary>
/// <param name="Name">The fault, named as its file.</param>
/// <param name="Expected">The state and name of each finding.</param>
/// <param name="IsAlone">Whether all other findings must be ok.</param>
/// <param name="Script">The shell text for plant.sh.</param>
internal sealed record PlantedFault(string Name, IReadOnlyList<string> Expected, bool IsAlone, string Script)
{
    /// <summary>Whether nothing more than the commands of the remedies is needed to mend it.</summary>
    public bool IsMendedByRemedies => Script.Contains("\n# mended by its remedies\n", StringComparison.Ordinal);

    private const string Expectation = "# expect: ";
    private const string Alone = " alone";

    public static IEnumerable<string> Files =>
        Directory.GetFiles(Repository.PathTo("MailResponder.Tests", "Doctor", "Faults"))
            .Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal);

    public static PlantedFault Read(string file)
    {
        var script = File.ReadAllText(Repository.PathTo("MailResponder.Tests", "Doctor", "Faults", file));
        var expected = string.Join(", ", script.Split('\n').Skip(1)
            .TakeWhile(line => line.StartsWith(Expectation, StringComparison.Ordinal))
            .Select(line => line[Expectation.Length..]));
        Assert.NotEmpty(expected);
        var isAlone = expected.EndsWith(Alone, StringComparison.Ordinal);
        // The number at the start only keeps the files in order.
        var name = string.Join(' ', Path.GetFileNameWithoutExtension(file).Split('-').Skip(1));
        return new PlantedFault(name, (isAlone ? expected[..^Alone.Length] : expected).Split(", "), isAlone, script);
    }
}
