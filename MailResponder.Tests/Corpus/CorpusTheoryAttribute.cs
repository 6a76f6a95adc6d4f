namespace MailResponder.Tests.Corpus;

/// <summary>A theory over the mails of others, skipped where they are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusTheoryAttribute : TheoryAttribute
{
    public CorpusTheoryAttribute()
    {
        if (!CorpusMails.Exist)
            Skip = $"no mails in {CorpusMails.Folder}; name their folder in {CorpusMails.FolderVariable}";
    }
}
