using System.Text;

namespace MailResponder.Cli;

/// <summary>
/// Standard output as plain text. Text from files, arguments or servers cannot control the terminal: control characters
/// are written as JSON escapes (\u001b). Line ends and tabs are kept.
/// </summary>
internal sealed class PlainOutput(TextWriter output) : TextWriter
{
    public override Encoding Encoding => output.Encoding;

    /// <summary>
    /// Makes this the standard output for the rest of the process. Call it before the first use of the console.
    /// </summary>
    public static void Set()
    {
        // If TERM is set, .NET itself writes that terminal's keypad codes to any terminal.
        Environment.SetEnvironmentVariable("TERM", null);
        Console.SetOut(new PlainOutput(Console.Out));
    }

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) =>
        output.Write(LineText.Visible(new string(buffer, index, count), except: "\n\t"));

    public override void Flush() => output.Flush();
}
