using MailResponder.Book;
using MailResponder.Incoming.Authentication;
using MailResponder.Settings;

namespace MailResponder.Incoming;

/// <summary>What a request has to prove, according to the entries of the response book and the settings.</summary>
internal sealed class AuthenticationRule(ResponderSettings settings)
{
    /// <summary>
    /// Returns both levels that an entry requires. Attachments never require less than the text that they come with.
    /// Where neither the entry nor the settings state a level, links require nothing, and attachments require a weak
    /// proof, or nothing if this host cannot tell who a message is from.
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

/// <summary>How much of an entry a request may get, given what is proven about its sender.</summary>
internal enum Permission
{
    Nothing,

    /// <summary>The entry's text without its attachments.</summary>
    WithoutAttachments,

    /// <summary>The whole entry.</summary>
    Whole,

    /// <summary>Nothing yet: a look-up failed. If it had succeeded, the request might get more.</summary>
    Later,
}
