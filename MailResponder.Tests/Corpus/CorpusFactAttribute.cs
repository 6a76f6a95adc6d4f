namespace MailResponder.Tests.Program;

/// <summary>A test of mails written by others, which are not part of the project and may be missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute()
    {
        if (!Directory.Exists(CorpusFolder)) Skip = $"{CorpusFolder} is not there";
    }

    internal static string CorpusFolder => Path.GetFullPath(Repository.PathTo("..", "shared", "corpus"));
}
