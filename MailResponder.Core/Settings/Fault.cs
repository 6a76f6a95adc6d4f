using System.Globalization;

namespace MailResponder.Settings;

/// <summary>One fault in a file that the operator wrote.</summary>
/// <param name="File">The path of the file, as the operator named it.</param>
/// <param name="Line">The line, counted from 1. 0 if the fault is not in one line.</param>
/// <param name="Place">The setting, or the entry and field. Empty for the file as a whole.</param>
/// <param name="Problem">What is wrong, and what to do about it.</param>
/// <param name="IsWarning">Whether the file can still be used.</param>
internal sealed record Fault(string File, int Line, string Place, string Problem, bool IsWarning = false)
{
    /// <summary>
    /// The number of errors after which the rest of a file is not checked. Such a file is probably the wrong one.
    /// </summary>
    public const int MostOfAFile = 1000;

    /// <summary>
    /// Returns the fault as one line. Makes line ends and terminal escapes visible, because texts quoted from the file
    /// may contain them.
    /// </summary>
    public override string ToString()
    {
        var line = Line > 0 ? ":" + Line.ToString(CultureInfo.InvariantCulture) : "";
        var place = Place.Length > 0 ? Place + ": " : "";
        return LineText.Visible($"{File}{line}: {(IsWarning ? "warning: " : "")}{place}{Problem}");
    }

    /// <summary>Returns what was read if there are no errors.</summary>
    /// <param name="read">What was read. Null if nothing can be used.</param>
    /// <param name="faults">The faults that were found.</param>
    /// <param name="cause">The cause that names the kind of file.</param>
    /// <exception cref="ResponderException">There are errors. The message names the first one.</exception>
    public static T Require<T>(T? read, List<Fault> faults, Cause cause) where T : class
    {
        var errors = faults.FindAll(fault => !fault.IsWarning);
        if (read is not null && errors.Count == 0)
            return read;
        var more = errors.Count > 1 ? $" (and {errors.Count - 1} more)" : "";
        throw new ResponderException(cause, errors[0] + more + "; see: responder config check");
    }
}
