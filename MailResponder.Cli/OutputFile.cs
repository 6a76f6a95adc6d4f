using System.Text;
using MailResponder.Files;

namespace MailResponder.Cli;

/// <summary>What a command makes, in a file that an option names, or on standard output.</summary>
internal static class OutputFile
{
    /// <summary>Replaces the file whole; null: standard output.</summary>
    /// <exception cref="ResponderException">It cannot be written.</exception>
    public static void Write(string? file, string text)
    {
        if (file is not null)
        {
            FileTrouble.InWords(Cause.Output, file, () => AtomicFile.Write(file, Encoding.UTF8.GetBytes(text)));
            return;
        }

        Console.Out.Write(text);
        // So that a reader who is gone, or a full disk, is known before the caller goes on.
        Console.Out.Flush();
    }
}
