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
}
