namespace MailResponder.Tests.Corpus;

/// <summary>A theory over other systems' mails. It is skipped if they are not available.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusTheoryAttribute : TheoryAttribute
{
    public CorpusTheoryAttribute() => Skip = CorpusMails.Missing;
}
