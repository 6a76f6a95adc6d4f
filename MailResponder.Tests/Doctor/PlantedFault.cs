namespace MailResponder.Tests.Doctor;

/// <summary>A script of the folder Faults: what it breaks, and who finds that.</summary>
/// <param name="Name">What is broken, as its file is called.</param>
/// <param name="Expected">State and name of each finding.</param>
/// <param name="IsAlone">Whether there must be no other finding that is not ok.</param>
/// <param name="Script">Shell text for plant.sh.</param>
internal sealed record PlantedFault(string Name, IReadOnlyList<string> Expected, bool IsAlone, string Script)
{
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
        // The number at the beginning only keeps the files in order.
        var name = string.Join(' ', Path.GetFileNameWithoutExtension(file).Split('-').Skip(1));
        return new PlantedFault(name, (isAlone ? expected[..^Alone.Length] : expected).Split(", "), isAlone, script);
    }
}
