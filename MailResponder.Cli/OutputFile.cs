using System.Text;
using MailResponder.Files;

namespace MailResponder.Cli;

/// <summary>What a command makes, in a file that an option names.</summary>
internal static class OutputFile
{
    /// <summary>Replaces the file whole.</summary>
    /// <exception cref="ResponderException">It cannot be written.</exception>
    public static void Write(string file, string text) =>
        FileTrouble.InWords(Cause.Output, file, () => AtomicFile.Write(file, Encoding.UTF8.GetBytes(text)));
}
