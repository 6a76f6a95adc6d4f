using System.Data.Common;

namespace MailResponder.Store;

/// <summary>
/// What differs between the kinds of database; <see cref="RequesterStore"/> is what they have in common.
/// </summary>
internal interface IDatabase : IDisposable
{
    /// <summary>Open, but for a server that went away; <see cref="Run"/> then makes another one.</summary>
    DbConnection Connection { get; }

    /// <summary>The statement that begins a transaction.</summary>
    string Begin { get; }

    /// <summary>Rolls back a transaction that failed. Does not throw.</summary>
    void Undo();

    /// <summary>
    /// Ends an INSERT that leaves a row as it is which is there already. Either way the row is locked until the
    /// transaction ends.
    /// </summary>
    /// <param name="column">Any column of the row that is no part of its key.</param>
    string UnlessThere(string column);

    /// <summary>How long others may have to wait when many rows are deleted, each time.</summary>
    TimeSpan LongestBatch { get; }

    /// <summary>Pause after each batch, so that those who are blocked can proceed.</summary>
    TimeSpan RestAfterBatch { get; }

    /// <summary>Runs a deletion that need not outlast a loss of power, in a transaction of its own.</summary>
    /// <returns>How many rows were deleted.</returns>
    /// <exception cref="ResponderException">The database cannot do it now.</exception>
    int DeleteBatch(string sql, params (string Name, object Value)[] values);

    /// <summary>The key in force when it was opened.</summary>
    AddressKey Key { get; }

    /// <inheritdoc cref="Schema.KeyInForce"/>
    AddressKey KeyInForce(AddressKey newest);

    /// <inheritdoc cref="RequesterStore.EnterMessage"/>
    IDisposable? EnterMessage(byte[] messageKey);

    /// <summary>Runs statements that may run twice. They run again after a failure that a retry can mend.</summary>
    /// <exception cref="ResponderException">The database cannot do it now.</exception>
    void Run(Action work);
}
