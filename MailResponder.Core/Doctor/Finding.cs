using System.Text.Json.Serialization;

namespace MailResponder.Doctor;

/// <summary>What one check found. Never holds a requester's address.</summary>
/// <param name="Name">The check's stable name, as docs/doctor.md lists it.</param>
/// <param name="Text">What was seen.</param>
/// <param name="Remedy">What to do; null for what is in order.</param>
internal sealed record Finding(string Name, FindingState State, string Text, string? Remedy);

/// <summary>How bad a finding is.</summary>
internal enum FindingState
{
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Mail is answered all the same, or it could not be seen whether it is.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Mail is lost, deferred, returned or in danger until this is mended.</summary>
    [JsonStringEnumMemberName("fault")]
    Fault,
}
