using MailResponder.Book;

namespace MailResponder.Reply.Rendered;

/// <summary>An entry of the rendered book.</summary>
internal sealed record RenderedEntry : ResponseEntry
{
    public RenderedEntry(ResponseEntry entry, ReplyBody text) : base(entry) => Text = text;

    /// <summary>The finished body without attachments; that of an entry with pools is open for its texts.</summary>
    public ReplyBody Text { get; }
}
