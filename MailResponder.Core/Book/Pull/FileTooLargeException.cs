namespace MailResponder.Book;

/// <summary>An object is longer than the settings or the disk allow. The message is for the operator.</summary>
internal sealed class FileTooLargeException(string message) : Exception(message);
