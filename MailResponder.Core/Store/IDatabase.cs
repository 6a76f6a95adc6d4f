using System.Data.Common;

namespace MailResponder.Store;

/// <summary>
/// The operations that differ between SQLite and MySQL. <see cref="RequesterStore"/> holds what they have in common.
/// </summary>
internal interface IDatabase : IDisposable
{
    /// <summary>
    /// The connection. It is open unless the server closed it; <see cref="Run"/> then opens a new one.
    /// </summary>
    DbConnection Connection { get; }

    /// <summary>The statement that begins a transaction.</summary>
    string Begin { get; }

    /// <summary>Rolls back a failed transaction. Does not throw for database errors.</summary>
    void Undo();

    /// <summary>
    /// Returns the clause that ends an INSERT and makes it keep an existing row unchanged. The new or existing row is
    /// locked until the transaction ends.
    /// </summary>
    /// <param name="column">Any column that is not part of the key.</param>
    string UnlessThere(string column);

    /// <summary>The target duration of one batch of a large deletion. Other processes may wait that long.</summary>
    TimeSpan LongestBatch { get; }

    /// <summary>The pause after each batch, so that blocked processes can proceed.</summary>
    TimeSpan RestAfterBatch { get; }

    /// <summary>Runs a deletion in its own transaction. A power failure may undo it.</summary>
    /// <returns>The number of deleted rows.</returns>
    /// <exception cref="ResponderException">The database cannot be used now.</exception>
    int DeleteBatch(string sql, params (string Name, object Value)[] values);

    /// <summary>The address key that was in force when the database was opened.</summary>
    AddressKey Key { get; }

    /// <inheritdoc cref="Schema.KeyInForce"/>
    AddressKey KeyInForce(AddressKey newest);

    /// <inheritdoc cref="RequesterStore.EnterMessage"/>
    IDisposable? EnterMessage(byte[] messageKey);

    /// <summary>
    /// Runs statements, and may run them again after a transient failure. They must therefore be safe to repeat.
    /// </summary>
    /// <param name="afterSending">
    /// Whether a mail was sent or handed over that must be recorded. If so, waits longer for the database.
    /// </param>
    /// <exception cref="ResponderException">The database cannot be used now.</exception>
    void Run(Action work, bool afterSending = false);
}
