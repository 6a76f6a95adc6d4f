using System.Globalization;

namespace MailResponder.Settings;

/// <summary>One thing wrong in a file that the operator wrote.</summary>
/// <param name="File">The file, as the operator named it.</param>
/// <param name="Line">Counted from 1; 0 when the fault is not in one line.</param>
/// <param name="Place">The setting, or the entry and field; empty for the file as a whole.</param>
/// <param name="Problem">What is wrong and what to do.</param>
/// <param name="IsWarning">Whether the file can be used all the same.</param>
internal sealed record Fault(string File, int Line, string Place, string Problem, bool IsWarning = false)
{
    /// <summary>A file with more of them is something else: it need not be read to its end.</summary>
    public const int MostOfAFile = 1000;

    /// <summary>One line. What is quoted of the file may hold line ends and terminal escapes.</summary>
    public override string ToString()
    {
        var line = Line > 0 ? ":" + Line.ToString(CultureInfo.InvariantCulture) : "";
        var place = Place.Length > 0 ? Place + ": " : "";
        return LineText.Visible($"{File}{line}: {(IsWarning ? "warning: " : "")}{place}{Problem}");
    }

    /// <summary>What was read, when nothing is wrong with it.</summary>
    /// <param name="read">Null: nothing can be used.</param>
    /// <param name="faults">What was found.</param>
    /// <param name="cause">What kind of file it is.</param>
    /// <exception cref="ResponderException">Something is wrong; the first error is named.</exception>
    public static T Require<T>(T? read, List<Fault> faults, Cause cause) where T : class
    {
        var errors = faults.FindAll(fault => !fault.IsWarning);
        if (read is not null && errors.Count == 0)
            return read;
        var more = errors.Count > 1 ? $" (and {errors.Count - 1} more)" : "";
        throw new ResponderException(cause, errors[0] + more + "; see: responder config check");
    }
}
