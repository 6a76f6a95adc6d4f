namespace MailResponder.Book;

/// <param name="Subtype">The media subtype of text/…: plain or html.</param>
/// <param name="Text">Never blank.</param>
internal sealed record ResponseBody(string Subtype, string Text);
