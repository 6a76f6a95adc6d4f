using System.Data.Common;

namespace MailResponder.Limits;

/// <summary>What the kinds of database do differently; <see cref="RequesterStore"/> is what they have in common.</summary>
internal interface IDatabase : IDisposable
{
    /// <summary>Open, but for a server that went away; <see cref="Run"/> then makes another one.</summary>
    DbConnection Connection { get; }

    /// <summary>The statement that begins a transaction.</summary>
    string Begin { get; }

    /// <summary>Ends a transaction of which something failed; nothing of it is kept. Does not throw.</summary>
    void Undo();

    /// <summary>
    /// The statement that gives @requester a row in the quota window @epoch, and locks that row until the transaction
    /// ends.
    /// </summary>
    string EnterWindow { get; }

    /// <summary>The statement that gives @subject a counter for @day, and locks it until the transaction ends.</summary>
    string EnterDay { get; }

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

    /// <summary>The one of the keys in the key file that the database's hashes are made with now.</summary>
    /// <exception cref="ResponderException">None of them: the key was changed elsewhere, or is another one.</exception>
    AddressKey KeyInForce(AddressKey newest);

    /// <summary>Records that the hashes are now made with another key.</summary>
    void PutInForce(AddressKey key);

    /// <inheritdoc cref="RequesterStore.EnterMessage"/>
    IDisposable? EnterMessage(byte[] messageKey);

    /// <summary>Runs statements that do no harm when they run twice: they are run again where that helps.</summary>
    /// <exception cref="ResponderException">The database cannot do it now.</exception>
    void Run(Action work);
}
