using MailResponder.Book;
using MailResponder.Incoming.Authentication;
using MailResponder.Settings;

namespace MailResponder.Incoming;

/// <summary>What requests have to prove, by the entries of the response book and by the settings.</summary>
internal sealed class AuthenticationRule(ResponderSettings settings)
{
    /// <summary>
    /// Both levels for an entry. Attachments require no less than the text that they go with. Where nothing is said,
    /// links are for everybody, and attachments too if this host cannot tell who a message is from.
    /// </summary>
    public (Proof Links, Proof Attachments) RequiredBy(ResponseEntry entry)
    {
        var said = entry.Requirement.Or(settings.RequireAuthentication);
        var links = said.Links ?? Proof.None;
        var attachments = said.Attachments ?? (settings.AuthservId is null ? Proof.None : Proof.Weak);
        return (links, attachments > links ? attachments : links);
    }

    public Permission For(ResponseEntry entry, AuthenticationVerdict verdict)
    {
        var (links, attachments) = RequiredBy(entry);
        var whole = entry.Attachments.Count > 0 && !entry.HoldsBackAttachments ? attachments : links;
        return verdict.Proven >= whole
                ? entry.HoldsBackAttachments ? Permission.WithoutAttachments : Permission.Whole
            : verdict.Possible >= whole ? Permission.Later
            : verdict.Proven >= links ? Permission.WithoutAttachments
            : verdict.Possible >= links ? Permission.Later
            : Permission.Nothing;
    }
}

/// <summary>What of an entry a request may have, going by who it is proven to be from.</summary>
internal enum Permission
{
    Nothing,

    /// <summary>The entry's text, and not its attachments.</summary>
    WithoutAttachments,

    /// <summary>The whole entry.</summary>
    Whole,

    /// <summary>More than now, if a look-up had not failed.</summary>
    Later,
}
