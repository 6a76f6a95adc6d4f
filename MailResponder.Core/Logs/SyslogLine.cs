using System.Globalization;
using System.Text;

namespace MailResponder.Logs;

/// <summary>
/// One line of a log file: "TIME HOST PROGRAM[PID]: TEXT". TIME has the form of RFC 3339, or that of RFC 3164
/// ("Nov 22 10:00:00"), which is local time without a year.
/// </summary>
internal readonly ref struct SyslogLine(DateTimeOffset time, ReadOnlySpan<char> program, ReadOnlySpan<char> text)
{
    private const int Rfc3164TimeLength = 15;

    public DateTimeOffset Time { get; } = time;

    /// <summary>The name of the program, such as "postfix/smtpd".</summary>
    public ReadOnlySpan<char> Program { get; } = program;

    public ReadOnlySpan<char> Text { get; } = text;

    /// <summary>Returns the time of a line. Null if the line has another form.</summary>
    /// <param name="line">The line without its line end, in any bytes.</param>
    /// <param name="now">The current time, as for <see cref="TryParse"/>.</param>
    public static DateTimeOffset? TimeOf(ReadOnlySpan<byte> line, DateTimeOffset now) =>
        TryParse(Encoding.Latin1.GetString(line), now, out var parsed) ? parsed.Time : null;

    /// <summary>Splits a line into its parts.</summary>
    /// <param name="line">The line without its line end.</param>
    /// <param name="now">
    /// The current time. A time without a year gets the latest year that makes it at most a day after this.
    /// </param>
    /// <param name="result">The parts.</param>
    /// <returns>False if the line has another form.</returns>
    public static bool TryParse(ReadOnlySpan<char> line, DateTimeOffset now, out SyslogLine result)
    {
        result = default;
        if (!TryTime(ref line, now, out var time))
            return false;
        var host = line.IndexOf(' ');
        if (host <= 0)
            return false;
        line = line[(host + 1)..];
        var mark = line.IndexOf(": ");
        if (mark <= 0)
            return false;
        var program = line[..mark];
        var bracket = program.IndexOf('[');
        if (bracket > 0 && program[^1] == ']')
        {
            if (!int.TryParse(program[(bracket + 1)..^1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return false;
            program = program[..bracket];
        }

        if (program.Contains(' '))
            return false;
        result = new SyslogLine(time, program, line[(mark + 2)..].Trim());
        return true;
    }

    /// <summary>Removes the time and the space after it from the line. False if the line has no time.</summary>
    private static bool TryTime(ref ReadOnlySpan<char> line, DateTimeOffset now, out DateTimeOffset time)
    {
        time = default;
        if (line.Length > Rfc3164TimeLength && char.IsAsciiLetter(line[0]) && line[Rfc3164TimeLength] == ' ')
        {
            var written = line[..Rfc3164TimeLength];
            line = line[(Rfc3164TimeLength + 1)..];
            for (var year = now.Year + 1; year >= now.Year - 1; year--)
            {
                if (DateTimeOffset.TryParseExact(
                    $"{year} {written}", "yyyy MMM d HH:mm:ss", CultureInfo.InvariantCulture,
                    DateTimeStyles.AllowInnerWhite | DateTimeStyles.AssumeLocal, out time) && time <= now.AddDays(1))
                {
                    return true;
                }
            }

            return false;
        }

        var space = line.IndexOf(' ');
        if (space < 20 || line[10] != 'T'
            || !DateTimeOffset.TryParse(line[..space], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal,
                out time))
        {
            return false;
        }

        line = line[(space + 1)..];
        return true;
    }
}
