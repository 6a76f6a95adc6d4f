using System.Security.Cryptography;

namespace MailResponder.Tests.Fuzz;

/// <summary>An input that breaks a promise, shortened as far as cutting can.</summary>
internal sealed record Finding(FuzzTarget Target, byte[] Input, string Breaks)
{
    private const int MaxTries = 2000;

    public static Finding Of(FuzzTarget target, FuzzWorker worker, byte[] input, string breaks)
    {
        var tries = 0;
        for (var size = input.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= input.Length && tries < MaxTries; tries++)
            {
                byte[] shorter = [.. input[..at], .. input[(at + size)..]];
                if (worker.Run(shorter) is { } still && Kind(still) == Kind(breaks))
                    (input, breaks) = (shorter, still);
                else
                    at += size;
            }
        }

        return new Finding(target, input, breaks);
    }

    /// <summary>
    /// Writes the input to the folder that the next run reads, and returns a text that says how to go on.
    /// </summary>
    public string Keep()
    {
        Directory.CreateDirectory(Target.FoundFolder);
        var file = Path.Join(Target.FoundFolder, Convert.ToHexStringLower(SHA256.HashData(Input))[..12]);
        File.WriteAllBytes(file, Input);
        return $"""
            {Target.Name} breaks on {file}: {Breaks}
            Again: MailResponder.Tests/run.sh --filter FullyQualifiedName~KeptInputs
            Once mended, move the file to {Target.CorpusFolder} under a name that says what it shows.
            """;
    }

    /// <summary>
    /// Returns what inputs that fail alike have in common: the words, without numbers, and the place.
    /// </summary>
    public static string Kind(string breaks)
    {
        var lines = breaks.Split('\n');
        var place = Array.Find(lines, line =>
            line.Contains(" at MimeKit", StringComparison.Ordinal)
            || line.Contains(" at MailResponder", StringComparison.Ordinal));
        return string.Concat(lines[0].Where(c => !char.IsDigit(c))) + place;
    }
}
