namespace MailResponder.Tests.Fuzz;

/// <summary>Something that reads what strangers or tired operators wrote, and what it promises about it.</summary>
/// <param name="Name">Also that of its folder in the corpus.</param>
/// <param name="Grammar">Makes inputs.</param>
/// <param name="Rule">With which the grammar begins.</param>
/// <param name="NewTrial">
/// Makes, once for each thread, what is run on each input. An exception is a finding, and so is a promise not kept.
/// </param>
internal sealed record FuzzTarget(string Name, Grammar Grammar, string Rule, Func<Action<byte[]>> NewTrial)
{
    /// <summary>For a trial that keeps nothing between inputs.</summary>
    public FuzzTarget(string name, Grammar grammar, string rule, Action<byte[]> trial) : this(
        name, grammar, rule, () => trial)
    {
    }

    public string CorpusFolder => Repository.PathTo("MailResponder.Tests", "Fuzz", "Corpus", Name);

    /// <summary>Where inputs go that were found to break a promise; not in the repository.</summary>
    public string FoundFolder => Repository.PathTo("MailResponder.Tests", "Fuzz", "Found", Name);

    /// <summary>Small inputs to begin with, and every one that ever broke a promise.</summary>
    public byte[][] Corpus() => [.. FilesIn(CorpusFolder).Select(File.ReadAllBytes)];

    public static IEnumerable<string> FilesIn(string folder) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal) : [];
}
