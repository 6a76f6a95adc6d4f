using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Incoming;
using MailResponder.Reply;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Checks one entry of a response book: whether requests reach it, and whether its reply can be sent whole.
/// </summary>
/// <param name="book">The path of the response book.</param>
/// <param name="settings">The settings that use the book.</param>
/// <param name="measure">
/// Returns the length of an attachment, null if it is not known, or throws a <see cref="ResponderException"/>.
/// </param>
/// <param name="faults">The list that receives the faults.</param>
internal sealed class EntryCheck(
    ResponseEntry entry, string book, ResponderSettings settings, Func<ResponseAttachment, long?> measure,
    List<Fault> faults)
{
    /// <summary>The bytes to leave for the header and the boundaries.</summary>
    private const int RoomForHeader = 16_384;

    /// <summary>
    /// The extensions of attachments that SES refuses (Amazon SES Developer Guide, "Unsupported attachment types").
    /// </summary>
    private static readonly HashSet<string> RefusedBySes = new(StringComparer.OrdinalIgnoreCase)
    {
        ".ade", ".adp", ".app", ".asp", ".bas", ".bat", ".cer", ".chm", ".cmd", ".com", ".cpl", ".crt", ".csh", ".der",
        ".exe", ".fxp", ".gadget", ".hlp", ".hta", ".inf", ".ins", ".isp", ".its", ".js", ".jse", ".ksh", ".lib",
        ".lnk", ".mad", ".maf", ".mag", ".mam", ".maq", ".mar", ".mas", ".mat", ".mau", ".mav", ".maw", ".mda", ".mdb",
        ".mde", ".mdt", ".mdw", ".mdz", ".msc", ".msh", ".msh1", ".msh2", ".mshxml", ".msh1xml", ".msh2xml", ".msi",
        ".msp", ".mst", ".ops", ".pcd", ".pif", ".plg", ".prf", ".prg", ".ps1", ".ps1xml", ".ps2", ".ps2xml", ".psc1",
        ".psc2", ".reg", ".scf", ".scr", ".sct", ".shb", ".shs", ".sys", ".tmp", ".url", ".vb", ".vbe", ".vbs", ".vps",
        ".vsmacros", ".vss", ".vst", ".vsw", ".vxd", ".ws", ".wsc", ".wsf", ".wsh", ".xnk",
    };

    private const string Attachments = "attachments";

    private SendMethod Method => entry.SendMethod ?? settings.SendMethod;

    /// <param name="postfixLimit">
    /// Postfix's message_size_limit in bytes, or 0 for no limit. Null if sendmail is not Postfix's.
    /// </param>
    public void Look(long? postfixLimit)
    {
        var domain = MailDomain.Of(entry.Address);
        if (domain.Length > 0 && !settings.OwnDomains.Contains(domain))
            Add("email_addr", $"{domain} is not in own_domains of {settings.File}", isWarning: true);
        if (settings.AuthservId is null && entry.Requirement.Most != Proof.None)
            Add(AuthenticationRequirement.Name,
                $"authserv_id is not set in {settings.File}: no sender can be verified, and nobody gets it",
                isWarning: true);
        if (entry is { IsForUnknown: true, Requirement.Links: null }
            && new AuthenticationRule(settings).RequiredBy(entry).Links == Proof.None)
        {
            Add(AuthenticationRequirement.Name,
                "is not set: spam to any address of the domain sends a reply to the forged sender; add "
                + "\"require_authentication\": { \"links\": \"weak\" } (or \"none\", if that is meant)",
                isWarning: true);
        }

        // The send_method of the settings is checked once, elsewhere.
        Add("send_method", entry.SendMethod == settings.SendMethod ? null : entry.SendMethod switch
        {
            SendMethod.Sendmail => PlaceCheck.Program(settings.Sendmail),
            SendMethod.Outbox => PlaceCheck.Folder(settings.Outbox),
            _ => null,
        });
        if (Owner() is { } owner)
            Add("email_addr", $"{entry.Address} {owner}; use another one");
        if (Method == SendMethod.Ses)
            LookAtExtensions();
        var attached = 0L;
        foreach (var attachment in entry.Attachments)
        {
            Add(Attachments, ConfigurationCheck.ProblemOf(() =>
            {
                if (measure(attachment) is not { } length)
                    return;
                // The size in base64: each 57 bytes make a line of 76 characters and a line end.
                attached += (length + 56) / 57 * 78;
                if (length == 0)
                    Add(Attachments, $"attachment {attachment.Path}: is empty, and is sent as an empty file",
                        attachment.Line, isWarning: true);
            }), attachment.Line, entry.HoldsBackAttachments);
        }

        if (LongestText() is > SendmailSender.MaxMessageBytes and var text)
            Add("body", $"with the longest links it has {Megabytes(text)} MB, more than any provider accepts; list "
                + "fewer links, or shorter ones");
        else
            Add(Attachments, TooLarge(attached, postfixLimit), isWarning: entry.HoldsBackAttachments);
    }

    /// <remarks>
    /// A fault of attachments that the book holds back is only a warning. It may be the reason why they are switched
    /// off, and must not keep that book from coming into force.
    /// </remarks>
    private void Add(string field, string? problem, int? line = null, bool isWarning = false)
    {
        if (problem is not null)
            faults.Add(new Fault(book, line ?? entry.Line, $"entry {entry.Number}, {field}", problem, isWarning));
    }

    /// <summary>Returns who else needs the address: people, or the replies themselves. Null if nobody does.</summary>
    private string? Owner()
    {
        bool Is(string address) => string.Equals(entry.Address, address, StringComparison.OrdinalIgnoreCase);
        return Is(settings.ResponseAddress)
                ? "is the address that replies come from (response_from), whose mail a person reads"
            : Is(settings.BounceAddress) ? "is the address that bounces go to (bounce_address)"
            : RequestedAddress.OfPeople.Contains(entry.Address.Split('@')[0])
                ? "belongs to people, who would no longer get their mail (RFC 2142)" : null;
    }

    private void LookAtExtensions()
    {
        if (settings.Ses is null && entry.SendMethod == SendMethod.Ses)
            Add("send_method", $"ses is not set in {settings.File}; add \"ses\": {{ \"region\": \"…\" }}");
        foreach (var attachment in entry.Attachments)
        {
            var extension = Path.GetExtension(attachment.ShownName);
            if (RefusedBySes.Contains(extension))
                Add(Attachments, $"Amazon SES refuses {extension} files: the entry would go out without its "
                    + $"attachments; show the file under another name, like \"{attachment.ShownName}_\"",
                    attachment.Line, entry.HoldsBackAttachments);
        }
    }

    /// <summary>
    /// Returns what is too large. Null if the attachments fit, and for the outbox, which accepts any size.
    /// </summary>
    private string? TooLarge(long attached, long? postfixLimit)
    {
        if (Method == SendMethod.Outbox)
            return null;
        var encoded = attached + TextBytes();
        var (most, limit, remedy) = Method == SendMethod.Ses
            ? (SesSender.MaxMessageBytes, "Amazon SES accepts 10 MB", "use send_method sendmail for it")
            : postfixLimit is > 0 and < SendmailSender.MaxMessageBytes and { } ofPostfix
            ? (ofPostfix, $"Postfix accepts {Megabytes(ofPostfix)} MB (message_size_limit)",
                "run: postconf -e message_size_limit=31457280" + PostfixSettings.Reload)
            : (SendmailSender.MaxMessageBytes, "large providers accept 25 MB", "");
        if (encoded <= most - RoomForHeader)
            return null;
        if (encoded > SendmailSender.MaxMessageBytes - RoomForHeader)
            remedy = "attach less, or link to it";
        return $"encoded they are {Megabytes(encoded)} MB, but {limit}: the entry would go out without them; {remedy}";
    }

    /// <summary>
    /// Returns the size of the texts with the longest links that a requester can get. 0 if the texts have a fault of
    /// their own.
    /// </summary>
    private long TextBytes()
    {
        if (entry.Bodies.Count == 0)
            return 0;
        var body = MimeBody.Of(entry.Bodies, isOpen: entry.Pools.Count > 0);
        return entry.Pools.Count == 0 ? body.Bytes
            : new ReplyBody(MimeBody.Close(body.Frame, entry.With(Longest).Bodies), []).Bytes;
    }

    /// <summary>Returns the number of characters of the texts with those links, without building the texts.</summary>
    private long LongestText() => entry.Bodies.Sum(body => body.Text.Length + entry.Pools.Sum(pool =>
        (body.Text.Split($"{{{{{pool.Name}}}}}").Length - 1L) * Longest(pool).Sum(link => (long)link.Length)));

    private static IReadOnlyList<string> Longest(LinkPool pool) =>
        [.. pool.Links.OrderByDescending(link => link.Length).Take(pool.Each)];

    private static string Megabytes(long bytes) => $"{bytes / 1024 / 1024.0:0.0}";
}
