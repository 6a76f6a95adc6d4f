namespace MailResponder.Tests;

/// <summary>Texts that tests expect, as files that a person reads and commits.</summary>
internal static class ExpectedText
{
    /// <summary>
    /// Compares with the file. Where they differ, the actual text is left beside it with the ending .actual.
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
        // Shows the place of the difference.
        Assert.Equal(expected ?? $"(no {expectedFile})", actual);
    }
}
