namespace MailResponder.Doctor;

/// <summary>What a check thinks of what it saw.</summary>
internal enum FindingState
{
    Ok,

    /// <summary>Mail is answered all the same, or it could not be seen whether it is.</summary>
    Warning,

    /// <summary>Mail is lost, deferred, returned or in danger until this is mended.</summary>
    Fault,
}
