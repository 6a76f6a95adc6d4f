namespace MailResponder.Tests.Mail;

/// <summary>Tests that measure time, and so run while no other does.</summary>
[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;
