namespace MailResponder.Tests.Mail;

/// <summary>Tests that measure time, and therefore run while no other test runs.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;
