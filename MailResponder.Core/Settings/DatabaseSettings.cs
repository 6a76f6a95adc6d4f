namespace MailResponder.Settings;

/// <summary>Where quotas, lists and ledger are kept: exactly one of the two.</summary>
/// <param name="SqliteFile">A file of this host.</param>
/// <param name="MySql">A server that several hosts share.</param>
internal sealed record DatabaseSettings(string? SqliteFile, MySqlSettings? MySql)
{
    /// <summary>Which it is, for the operator.</summary>
    public string Place => SqliteFile ?? MySql!.Place;
}
