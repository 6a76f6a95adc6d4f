using System.Text.Json.Serialization;
using MailResponder.Store;

namespace MailResponder.Doctor;

/// <summary>The findings of one check so far. Each method adds a finding and returns the check.</summary>
/// <param name="name">The check's name, as docs/doctor.md lists it.</param>
internal sealed class Check(string name) : List<Finding>
{
    public Check Ok(string text) => With(FindingState.Ok, text, null);

    public Check Warning(string text, string remedy) => With(FindingState.Warning, text, remedy);

    public Check Fault(string text, string remedy) => With(FindingState.Fault, text, remedy);

    /// <summary>Adds a warning if the condition holds.</summary>
    public Check WarningIf(bool holds, string text, string remedy) => holds ? Warning(text, remedy) : this;

    /// <summary>Adds a fault if the condition holds.</summary>
    public Check FaultIf(bool holds, string text, string remedy) => holds ? Fault(text, remedy) : this;

    /// <summary>Adds a fault, or a warning if <paramref name="isFault"/> is false.</summary>
    public Check Bad(bool isFault, string text, string remedy) =>
        isFault ? Fault(text, remedy) : Warning(text, remedy);

    /// <summary>
    /// Adds a warning that something was not checked, because it depends on another check that has a finding.
    /// </summary>
    /// <param name="what">What was not checked. Empty if the whole check was left out.</param>
    public Check NotLookedAt(string other, string what = "") =>
        Warning($"{(what.Length > 0 ? what + ": " : "")}not checked, because it depends on {other}",
            $"fix {other} first");

    /// <summary>Adds a warning for something that only root can see.</summary>
    public Check OnlyRoot(string text) => Warning(text, "run: sudo responder doctor");

    /// <summary>Runs the work. Adds a fault if it throws a <see cref="ResponderException"/>.</summary>
    /// <returns>What the work returns, or this check with the fault.</returns>
    public IEnumerable<Finding> OrFault(string remedy, Func<IEnumerable<Finding>> work)
    {
        try
        {
            return work();
        }
        catch (ResponderException exception)
        {
            // A server's text may be in the message, such as an account that MySQL names.
            return Fault(LineText.Visible(exception.Message.ReplaceLineEndings(" ")), remedy);
        }
    }

    /// <summary>
    /// Adds a warning if a time lies in the future. Null if it does not, so that the thing's age can be judged.
    /// </summary>
    /// <param name="what">What happened then: the beginning of the sentence.</param>
    public Check? NotYet(Host host, DateTimeOffset time, string what = "") =>
        time <= host.Now.AddMinutes(HostDays.MostSkewMinutes) ? null
            : Warning(what + "at a time that has not come yet: the clock was wrong then, or is wrong now",
                "check the clock: timedatectl");

    /// <summary>Adds an ok finding if the check has no finding yet.</summary>
    public Check OrOk(string text) => Count > 0 ? this : Ok(text);

    private Check With(FindingState state, string text, string? remedy)
    {
        Add(new Finding(name, state, text, remedy));
        return this;
    }
}

/// <summary>One finding of a check. It never contains a requester's address.</summary>
/// <param name="Name">The check's stable name, as docs/doctor.md lists it.</param>
/// <param name="Text">What the check saw.</param>
/// <param name="Remedy">What to do about it. Null if all is in order.</param>
internal sealed record Finding(string Name, FindingState State, string Text, string? Remedy);

/// <summary>The severity of a finding.</summary>
internal enum FindingState
{
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Mail is still answered, or the check could not see whether it is.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Mail is lost, deferred, returned or at risk until this is fixed.</summary>
    [JsonStringEnumMemberName("fault")]
    Fault,
}
