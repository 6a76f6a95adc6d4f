using MailResponder.Settings;

namespace MailResponder.Limits;

/// <summary>Opens the store that the settings name.</summary>
internal static class Store
{
    /// <summary>Opens the database, and creates or migrates its tables first where that is due.</summary>
    /// <param name="settings">Which database.</param>
    /// <param name="key">The database belongs to the key that it was made with.</param>
    /// <param name="maxWait">How long to wait for other processes' locks, and for a server that went away.</param>
    /// <param name="clock">Tells the time of claims and resets.</param>
    /// <exception cref="ResponderException">It cannot be opened now, or belongs to another key.</exception>
    public static IStore Open(DatabaseSettings settings, AddressKey key, TimeSpan maxWait, TimeProvider clock) =>
        new SqlStore(settings.MySql is null
            ? SqliteDatabase.Open(settings.SqliteFile!, key, maxWait)
            : MySqlDatabase.Open(settings.MySql, key, maxWait, clock), clock);
}
