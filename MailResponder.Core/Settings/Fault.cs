using System.Globalization;
using System.Text;

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

    public override string ToString()
    {
        var line = Line > 0 ? ":" + Line.ToString(CultureInfo.InvariantCulture) : "";
        var place = Place.Length > 0 ? Place + ": " : "";
        return $"{Visible(File)}{line}: {(IsWarning ? "warning: " : "")}{Visible(place)}{Visible(Problem)}";
    }

    /// <summary>What is quoted of the file may hold line ends and terminal escapes; here they are shown as JSON has them.</summary>
    private static string Visible(string text)
    {
        if (!text.Any(IsHidden))
            return text;
        var visible = new StringBuilder();
        foreach (var c in text)
        {
            if (IsHidden(c))
                visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                visible.Append(c);
        }

        return visible.ToString();
    }

    private static bool IsHidden(char c) => LineText.Breaks(c) || LineText.Misleads(c);
}
