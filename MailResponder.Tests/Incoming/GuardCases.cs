using System.Text;

namespace MailResponder.Tests.Incoming;

/// <summary>The mails of the Guard folder, with one subfolder per reason; see <see cref="GuardReasons"/>.</summary>
internal static class GuardCases
{
    public static string Folder { get; } = Repository.PathTo("MailResponder.Tests", "Incoming", "Guard");

    /// <summary>The forms in which the same mail may arrive.</summary>
    public static string[] Forms { get; } = ["LF", "CRLF", "CR", "mbox"];

    /// <summary>Returns each mail in each form, as a path below <see cref="Folder"/>.</summary>
    public static TheoryData<string, string> Mails(bool benign)
    {
        var mails = new TheoryData<string, string>();
        foreach (var path in Directory.EnumerateFiles(Folder, "*.eml", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            if (path.EndsWith(".benign.eml", StringComparison.Ordinal) != benign)
                continue;
            foreach (var form in Forms)
                mails.Add(Path.GetRelativePath(Folder, path), form);
        }

        return mails;
    }

    public static byte[] Read(string mail, string form)
    {
        // Latin-1 maps every byte to one character and back.
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(Path.Join(Folder, mail)));
        return Encoding.Latin1.GetBytes(form switch
        {
            "CRLF" => text.Replace("\n", "\r\n", StringComparison.Ordinal),
            "CR" => text.Replace('\n', '\r'),
            "mbox" => "From joe@example.net Mon Mar  2 08:15:00 2026\n" + text,
            _ => text,
        });
    }

    /// <summary>Returns the envelope sender from a file next to the mail. Null if there is none.</summary>
    public static string? SenderOf(string mail)
    {
        var path = Path.ChangeExtension(Path.Join(Folder, mail), ".sender");
        return File.Exists(path) ? File.ReadAllText(path).TrimEnd('\n') : null;
    }
}
