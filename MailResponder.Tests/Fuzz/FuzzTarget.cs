namespace MailResponder.Tests.Fuzz;

/// <summary>A reader of text from strangers or tired operators, and what it promises.</summary>
/// <param name="Name">The name, also of its folder in the corpus.</param>
/// <param name="Grammar">The grammar that makes inputs.</param>
/// <param name="Rule">The start rule of the grammar.</param>
/// <param name="NewTrial">
/// Makes the function that is run on each input, once per thread. An exception is a finding, and so is a broken
/// promise.
/// </param>
internal sealed record FuzzTarget(string Name, Grammar Grammar, string Rule, Func<Action<byte[]>> NewTrial)
{
    /// <summary>Makes a target whose trial keeps no state between inputs.</summary>
    public FuzzTarget(string name, Grammar grammar, string rule, Action<byte[]> trial) : this(
        name, grammar, rule, () => trial)
    {
    }

    public string CorpusFolder => Repository.PathTo("MailResponder.Tests", "Fuzz", "Corpus", Name);

    /// <summary>The folder of inputs found to break a promise. It is not in the repository.</summary>
    public string FoundFolder => Repository.PathTo("MailResponder.Tests", "Fuzz", "Found", Name);

    /// <summary>Returns small inputs to start from, and every input that ever broke a promise.</summary>
    public byte[][] Corpus() => [.. FilesIn(CorpusFolder).Select(File.ReadAllBytes)];

    public static IEnumerable<string> FilesIn(string folder) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal) : [];
}
