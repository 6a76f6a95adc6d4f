namespace MailResponder.Tests.Corpus;

/// <summary>A test over other systems' mails. It is skipped if they are not available.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusFactAttribute : FactAttribute
{
    public CorpusFactAttribute() => Skip = CorpusMails.Missing;
}
