using MailResponder.Aws;
using MailResponder.Book;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>What keeps replies from going out through Amazon SES, as far as it shows without asking SES.</summary>
internal static class SesCheck
{
    /// <summary>Attachments that SES refuses (Amazon SES Developer Guide, "Unsupported attachment types").</summary>
    private static readonly HashSet<string> RefusedExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".ade", ".adp", ".app", ".asp", ".bas", ".bat", ".cer", ".chm", ".cmd", ".com", ".cpl", ".crt", ".csh", ".der",
        ".exe", ".fxp", ".gadget", ".hlp", ".hta", ".inf", ".ins", ".isp", ".its", ".js", ".jse", ".ksh", ".lib",
        ".lnk",
        ".mad", ".maf", ".mag", ".mam", ".maq", ".mar", ".mas", ".mat", ".mau", ".mav", ".maw", ".mda", ".mdb", ".mde",
        ".mdt", ".mdw", ".mdz", ".msc", ".msh", ".msh1", ".msh2", ".mshxml", ".msh1xml", ".msh2xml", ".msi", ".msp",
        ".mst", ".ops", ".pcd", ".pif", ".plg", ".prf", ".prg", ".ps1", ".ps1xml", ".ps2", ".ps2xml", ".psc1", ".psc2",
        ".reg", ".scf", ".scr", ".sct", ".shb", ".shs", ".sys", ".tmp", ".url", ".vb", ".vbe", ".vbs", ".vps",
        ".vsmacros", ".vss", ".vst", ".vsw", ".vxd", ".ws", ".wsc", ".wsf", ".wsh", ".xnk",
    };

    public static void CheckCredentials(ResponderSettings settings, List<Fault> faults)
    {
        if (settings.Ses?.CredentialsFile is not { } file)
            return;
        try
        {
            CredentialsFile.Read(file, settings.Ses.Profile);
        }
        catch (ResponderException exception)
        {
            faults.Add(new Fault(settings.File, 0, "ses.credentials_file", exception.Message));
        }
    }

    /// <summary>An entry that is sent by SES.</summary>
    public static void CheckEntry(ResponseEntry entry, ResponderSettings settings, string book, List<Fault> faults)
    {
        var place = $"entry {entry.Number}";
        if (settings.Ses is null && entry.SendMethod == SendMethod.Ses)
        {
            faults.Add(new Fault(book, entry.Line, place + ", send_method",
                $"ses is not set in {settings.File}; add \"ses\": {{ \"region\": \"…\" }}"));
        }

        foreach (var attachment in entry.Attachments)
        {
            var extension = Path.GetExtension(attachment.ShownName);
            if (RefusedExtensions.Contains(extension))
            {
                faults.Add(new Fault(book, attachment.Line, place + ", attachments",
                    $"Amazon SES refuses {extension} files: the entry would go out without its attachments; "
                    + $"show the file under another name, like \"{attachment.ShownName}_\""));
            }
        }
    }
}
