namespace MailResponder.Store.MySql;

/// <summary>Who may create databases and users on the server.</summary>
/// <param name="PasswordFile">Null: the server knows the administrator by the Unix user, over a socket.</param>
/// <param name="Socket">Null: the way that the settings name.</param>
internal sealed record MySqlAdministrator(string User, string? PasswordFile, string? Socket);
