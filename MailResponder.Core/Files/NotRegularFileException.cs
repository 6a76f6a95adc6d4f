namespace MailResponder.Files;

/// <summary>A pipe, a folder, a socket or a device is where a file should be.</summary>
internal sealed class NotRegularFileException(string what) : IOException($"is {what}, not a file");
