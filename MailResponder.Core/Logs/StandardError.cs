using System.Text;
using MailResponder.Native;

namespace MailResponder.Logs;

/// <summary>
/// Standard error as the filter needs it: where it is closed or full, the line is lost and nothing else; the exit code
/// says enough. What a line quotes cannot steer the terminal. Not by way of <see cref="Console"/>, which first looks at
/// the terminal and starts a thread for its signals: where descriptors, memory or processes are short, the program
/// would end with a stack trace there.
/// </summary>
internal static class StandardError
{
    private const int Descriptor = 2;

    public static void WriteLine(string line)
    {
        var plain = string.Concat(line.Select(
            c => c != '\n' && (LineText.Breaks(c) || LineText.Misleads(c)) ? ' ' : c));
        Write(Encoding.UTF8.GetBytes(plain + "\n"));
    }

    /// <summary>Writes a text of ours as it is, and needs no memory for it.</summary>
    public static void Write(ReadOnlySpan<byte> text) => Descriptors.Write(Descriptor, text);
}
