using System.Text;
using MailResponder.Native;

namespace MailResponder.Logs;

/// <summary>
/// Standard error for the filter. If it is closed or full, only the line is lost; the exit code says enough. Control
/// characters in a line are replaced, so that they cannot control the terminal. <see cref="Console"/> is not used: it
/// first inspects the terminal and starts a thread for signals, and when descriptors, memory or processes are short,
/// that would end the program with a stack trace.
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

    /// <summary>Writes the text unchanged, without allocating memory.</summary>
    public static void Write(ReadOnlySpan<byte> text) => Descriptors.Write(Descriptor, text);
}
