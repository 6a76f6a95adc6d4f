using MySqlConnector;

namespace MailResponder.Store.MySql;

/// <summary>
/// A lock on one message among the hosts of a fleet. The server releases it when the connection ends, however it ends.
/// </summary>
internal sealed class MySqlMessageLock(byte[] messageKey, Func<MySqlConnection> connection) : IDisposable
{
    // Names hold at most 64 characters, and are the same for all databases of the server: the key makes them unique.
    private readonly string _name = "mail_responder." + Convert.ToHexStringLower(messageKey.AsSpan(0, 16));

    /// <returns>False when another connection holds it.</returns>
    public bool TryTake() => Sql.Scalar(connection(), $"SELECT GET_LOCK('{_name}', 0)") == 1;

    public void Dispose()
    {
        try
        {
            if (connection().State == System.Data.ConnectionState.Open)
                Sql.Execute(connection(), $"DO RELEASE_LOCK('{_name}')");
        }
        catch (Exception exception) when (MySqlTrouble.IsTrouble(exception))
        {
            // The connection is gone, and the lock with it.
        }
    }
}
