using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// Checks whether this host and its settings can use a book, as `config check` does. Does not report the faults in the
/// book's own text.
/// </summary>
/// <param name="book">The book.</param>
/// <param name="place">The name of the book in the faults.</param>
/// <param name="faults">The list that receives the faults.</param>
/// <param name="measure">
/// Returns the length of an attachment in bytes; null if it is held back, or if its fault is reported already.
/// </param>
internal delegate void UseCheck(
    ResponseBook book, string place, List<Fault> faults, Func<ResponseAttachment, long?> measure);
