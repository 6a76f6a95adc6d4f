namespace MailResponder.Doctor;

/// <summary>What one check has to say. Never holds a requester's address.</summary>
/// <param name="Name">The check's stable name, as docs/doctor.md lists it.</param>
/// <param name="Text">What was seen.</param>
/// <param name="Remedy">What to do; null for what is in order.</param>
internal sealed record Finding(string Name, FindingState State, string Text, string? Remedy)
{
    public static Finding Ok(string name, string text) => new(name, FindingState.Ok, text, null);

    public static Finding Warning(string name, string text, string remedy) =>
        new(name, FindingState.Warning, text, remedy);

    /// <summary>For a check that rests on another one, which has something against it.</summary>
    /// <param name="name">The check that was left out.</param>
    /// <param name="other">The one that it rests on.</param>
    /// <param name="what">What of it was left out; empty for all.</param>
    public static Finding NotLookedAt(string name, string other, string what = "") =>
        Warning(name, $"{(what.Length > 0 ? what + ": " : "")}not looked at, because it rests on {other}",
            $"mend {other} first");

    public static Finding Fault(string name, string text, string remedy) => new(name, FindingState.Fault, text, remedy);
}

/// <summary>What a check thinks of what it saw.</summary>
internal enum FindingState
{
    Ok,

    /// <summary>Mail is answered all the same, or it could not be seen whether it is.</summary>
    Warning,

    /// <summary>Mail is lost, deferred, returned or in danger until this is mended.</summary>
    Fault,
}
