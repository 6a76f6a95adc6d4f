using System.Buffers.Text;
using System.Text;

namespace MailResponder.Logs;

/// <summary>
/// One line of the log for people as rsyslogd keeps it: "TIME HOST mail_responder[PID]: " and what
/// <see cref="MessageLog.Line"/> made. Receipts and problem are not read.
/// </summary>
/// <param name="Time">When the line was received.</param>
/// <param name="Result">What became of the message.</param>
/// <param name="Reason">As <see cref="Outcome.Reason"/>.</param>
/// <param name="Address">The requested address when it is a public one, else "unknown".</param>
/// <param name="Replies">
/// How many replies went out; for a skipped message 0, but for a notice that the quota is used up.
/// </param>
/// <param name="Ms">How long answering took, in milliseconds.</param>
/// <param name="QueueId">Postfix's name of the message; "-" when it is not known.</param>
internal readonly record struct LogLine(
    DateTimeOffset Time, Result Result, string? Reason, string Address, int Replies, long Ms, string QueueId)
{
    /// <summary>Null for every line that is not the whole line of one message.</summary>
    public static DateTimeOffset? TimeOf(ReadOnlySpan<byte> line) =>
        TryParse(line, out var message) ? message.Time : null;

    /// <summary>False for every line that is not the whole line of one message.</summary>
    /// <param name="line">UTF-8, without the line end.</param>
    /// <param name="parsed">To be used only after true.</param>
    public static bool TryParse(ReadOnlySpan<byte> line, out LogLine parsed)
    {
        parsed = default;
        var rest = line;
        if (!TryTime(Word(ref rest), out var time)
            || Word(ref rest).IsEmpty
            || !IsTag(Word(ref rest))
            || !TryResult(Word(ref rest), out var result))
        {
            return false;
        }

        var reason = Value(ref rest, "reason="u8);
        var address = Value(ref rest, "address="u8);
        var replies = Value(ref rest, "replies="u8);
        var milliseconds = Value(ref rest, "ms="u8);
        var queueId = Value(ref rest, "queue_id="u8);
        var count = 0;
        var ms = 0L;
        var isReasonRight = result switch
        {
            Result.Probe => true,
            Result.Replied => reason.IsEmpty || reason.SequenceEqual("unknown-address"u8),
            _ => !reason.IsEmpty,
        };
        if (!isReasonRight || address.IsEmpty || queueId.IsEmpty
            || (replies.IsEmpty && result != Result.Skipped)
            || (!replies.IsEmpty && !TryNumber(replies, out count)) || !TryNumber(milliseconds, out ms))
        {
            return false;
        }

        parsed = new LogLine(
            time, result, reason.IsEmpty ? null : Encoding.UTF8.GetString(reason), Encoding.UTF8.GetString(address),
            count, ms, Encoding.UTF8.GetString(queueId));
        return true;
    }

    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)' ');
        var word = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return word;
    }

    /// <summary>The value of the next word if that is its name; else empty, and the word stays.</summary>
    private static ReadOnlySpan<byte> Value(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name) =>
        rest.StartsWith(name) ? Word(ref rest)[name.Length..] : [];

    private static bool IsTag(ReadOnlySpan<byte> word) =>
        word.StartsWith("mail_responder["u8) && word.EndsWith("]:"u8);

    private static bool TryResult(ReadOnlySpan<byte> word, out Result result)
    {
        (var known, result) = word switch
        {
            _ when word.SequenceEqual("replied"u8) => (true, Result.Replied),
            _ when word.SequenceEqual("skipped"u8) => (true, Result.Skipped),
            _ when word.SequenceEqual("deferred"u8) => (true, Result.Deferred),
            _ when word.SequenceEqual("failed"u8) => (true, Result.Failed),
            _ when word.SequenceEqual("probe"u8) => (true, Result.Probe),
            _ => (false, default),
        };
        return known;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out long number) =>
        Utf8Parser.TryParse(digits, out number, out var used) && used == digits.Length && number >= 0;

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int number) =>
        Utf8Parser.TryParse(digits, out number, out var used) && used == digits.Length && number >= 0;

    /// <summary>RFC 3339, section 5.6, as rsyslogd writes it: with any number of digits after the second.</summary>
    private static bool TryTime(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':'
            || text[16] != ':'
            || !TryNumber(text[..4], out int year) || !TryNumber(text[5..7], out int month)
            || !TryNumber(text[8..10], out int day)
            || !TryNumber(text[11..13], out int hour) || !TryNumber(text[14..16], out int minute)
            || !TryNumber(text[17..19], out int second)
            || year < 2 || year > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        var rest = text[19..];
        var ticks = 0L;
        if (rest[0] == '.')
        {
            var unit = TimeSpan.TicksPerSecond;
            for (rest = rest[1..]; !rest.IsEmpty && char.IsAsciiDigit((char)rest[0]); rest = rest[1..])
                ticks += (rest[0] - '0') * (unit /= 10);
        }

        if (!TryOffset(rest, out var offset))
            return false;
        // A leap second counts as the one before it.
        time = new DateTimeOffset(year, month, day, hour, minute, Math.Min(second, 59), offset).AddTicks(ticks);
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (text.SequenceEqual("Z"u8))
            return true;
        if (text.Length != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':'
            || !TryNumber(text[1..3], out int hours) || !TryNumber(text[4..6], out int minutes) || hours > 13
                || minutes > 59)
        {
            return false;
        }

        offset = new TimeSpan(text[0] == '-' ? -hours : hours, text[0] == '-' ? -minutes : minutes, 0);
        return true;
    }
}
