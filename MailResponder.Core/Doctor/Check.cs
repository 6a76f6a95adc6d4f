using System.Text.Json.Serialization;

namespace MailResponder.Doctor;

/// <summary>What one check has found so far. Each method adds a finding, and returns the check.</summary>
/// <param name="name">Its name in docs/doctor.md.</param>
internal sealed class Check(string name) : List<Finding>
{
    public Check Ok(string text) => With(FindingState.Ok, text, null);

    public Check Warning(string text, string remedy) => With(FindingState.Warning, text, remedy);

    public Check Fault(string text, string remedy) => With(FindingState.Fault, text, remedy);

    /// <summary>A warning where the condition holds, else nothing.</summary>
    public Check WarningIf(bool holds, string text, string remedy) => holds ? Warning(text, remedy) : this;

    /// <summary>A fault where the condition holds, else nothing.</summary>
    public Check FaultIf(bool holds, string text, string remedy) => holds ? Fault(text, remedy) : this;

    /// <summary>A fault, or only a warning.</summary>
    public Check Bad(bool isFault, string text, string remedy) =>
        isFault ? Fault(text, remedy) : Warning(text, remedy);

    /// <summary>For what cannot be judged because another check has a finding.</summary>
    /// <param name="what">What was left out; empty for all.</param>
    public Check NotLookedAt(string other, string what = "") =>
        Warning($"{(what.Length > 0 ? what + ": " : "")}not looked at, because it rests on {other}",
            $"mend {other} first");

    /// <summary>For what another user cannot see.</summary>
    public Check OnlyRoot(string text) => Warning(text, "run: sudo responder doctor");

    /// <summary>Adds the good news when nothing was found.</summary>
    public Check OrOk(string text) => Count > 0 ? this : Ok(text);

    private Check With(FindingState state, string text, string? remedy)
    {
        Add(new Finding(name, state, text, remedy));
        return this;
    }
}

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
