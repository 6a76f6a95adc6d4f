namespace MailResponder.Settings;

/// <summary>Where the quotas, the lists and the ledger are stored. Exactly one of the two is set.</summary>
/// <param name="SqliteFile">A file on this host.</param>
/// <param name="MySql">A server that several hosts share.</param>
internal sealed record DatabaseSettings(string? SqliteFile, MySqlSettings? MySql)
{
    /// <summary>The database, as messages to the operator name it.</summary>
    public string Place => SqliteFile ?? MySql!.Place;

    /// <summary>
    /// Reads <c>{ "sqlite": … }</c> or <c>{ "mysql": { … } }</c>. Do not use the result if a fault was added.
    /// </summary>
    /// <param name="values">All settings of the file.</param>
    public static DatabaseSettings Read(SettingsSection values)
    {
        if (values.Section("database", ["sqlite", "mysql"], required: true) is not { } database)
            return new DatabaseSettings("", null);
        var isMySql = database.Has("mysql");
        if (isMySql == database.Has("sqlite"))
            values.Add("database", (isMySql ? "names two databases; keep one of" : "must name one of")
                + " \"sqlite\": \"FILE\" (one host) and \"mysql\": { … } (several hosts)");
        return isMySql ? new DatabaseSettings(null, MySqlSettings.Read(database))
            : new DatabaseSettings(database.FilePath("sqlite"), null);
    }
}
