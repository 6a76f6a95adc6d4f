using MailResponder.Book;

namespace MailResponder.Reply.Rendered;

/// <summary>An entry of the rendered book.</summary>
internal sealed record RenderedEntry : ResponseEntry
{
    public RenderedEntry(ResponseEntry entry, ReplyBody text) : base(entry) => Text = text;

    /// <summary>
    /// The finished body without attachments. If the entry has pools, the body is still open for its texts.
    /// </summary>
    public ReplyBody Text { get; }
}
