using System.Text;

namespace MailResponder.Cli;

/// <summary>The output of a command: a file that an option names, or standard output.</summary>
internal static class OutputFile
{
    /// <summary>Writes the text and replaces an existing file atomically.</summary>
    /// <param name="file">The file; null for standard output.</param>
    /// <param name="text">The whole output.</param>
    /// <exception cref="ResponderException">The file cannot be written.</exception>
    /// <exception cref="IOException">Standard output cannot be written.</exception>
    public static void Write(string? file, string text)
    {
        if (file is not null)
        {
            FileTrouble.InWords(Cause.Output, file, () => AtomicFile.Write(file, Encoding.UTF8.GetBytes(text)));
            return;
        }

        Console.Out.Write(text);
        // Flushed now, so that a closed pipe or a full disk fails here, before the caller continues.
        Console.Out.Flush();
    }
}
