namespace MailResponder.Tests;

/// <summary>Expected texts, kept in files that a person reads and commits.</summary>
internal static class ExpectedText
{
    /// <summary>
    /// Compares a text with the file. If they differ, the actual text is written next to it, with the ending .actual.
    /// </summary>
    public static void Equal(string expectedFile, string actual)
    {
        var expected = File.Exists(expectedFile) ? File.ReadAllText(expectedFile) : null;
        var actualFile = expectedFile + ".actual";
        if (expected == actual)
        {
            File.Delete(actualFile);
            return;
        }

        File.WriteAllText(actualFile, actual);
        // Shows where the texts differ.
        Assert.Equal(expected ?? $"(no {expectedFile})", actual);
    }
}
