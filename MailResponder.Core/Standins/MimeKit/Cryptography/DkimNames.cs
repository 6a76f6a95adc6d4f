namespace MimeKit.Cryptography;

/// <summary>Who signs, and with which of their keys.</summary>
sealed record DkimNames(string Domain, string Selector);
