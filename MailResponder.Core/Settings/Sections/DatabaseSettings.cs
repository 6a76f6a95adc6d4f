namespace MailResponder.Settings;

/// <summary>Where quotas, lists and ledger are kept: exactly one of the two.</summary>
/// <param name="SqliteFile">A file of this host.</param>
/// <param name="MySql">A server that several hosts share.</param>
internal sealed record DatabaseSettings(string? SqliteFile, MySqlSettings? MySql)
{
    /// <summary>Which it is, for the operator.</summary>
    public string Place => SqliteFile ?? MySql!.Place;

    /// <summary>Reads <c>{ "sqlite": … }</c> or <c>{ "mysql": { … } }</c>; with a fault it is not to be used.</summary>
    /// <param name="values">The whole settings file.</param>
    public static DatabaseSettings Read(SettingsSection values)
    {
        if (values.Section("database", ["sqlite", "mysql"], required: true) is not { } database)
            return new DatabaseSettings("", null);
        var isMySql = database.Has("mysql");
        if (isMySql == database.Has("sqlite"))
            values.Add("database", (isMySql ? "names two databases; keep one of" : "must hold one of")
                + " \"sqlite\": \"FILE\" (one host) and \"mysql\": { … } (several hosts)");
        return isMySql ? new DatabaseSettings(null, MySqlSettings.Read(database))
            : new DatabaseSettings(database.FilePath("sqlite"), null);
    }
}
