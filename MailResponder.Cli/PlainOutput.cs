using System.Text;

namespace MailResponder.Cli;

/// <summary>
/// Standard output as text, and nothing else: what files, arguments or servers wrote cannot steer the terminal, and is
/// shown as JSON has it (\u001b). Lines and tabs stay.
/// </summary>
internal sealed class PlainOutput(TextWriter output) : TextWriter
{
    public override Encoding Encoding => output.Encoding;

    /// <summary>For the rest of the process. Before the first use of the console.</summary>
    public static void Set()
    {
        // .NET itself writes the keypad's codes of this terminal, on whatever is a terminal.
        Environment.SetEnvironmentVariable("TERM", null);
        Console.SetOut(new PlainOutput(Console.Out));
    }

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) =>
        output.Write(LineText.Visible(new string(buffer, index, count), except: "\n\t"));

    public override void Flush() => output.Flush();
}
