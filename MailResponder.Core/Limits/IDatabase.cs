using System.Data;

namespace MailResponder.Limits;

/// <summary>What the kinds of database do differently; <see cref="Store"/> is what they have in common.</summary>
internal interface IDatabase : IDisposable
{
    /// <summary>Open. May be another one at the next call: it is replaced when the server goes away and comes back.</summary>
    IDbConnection Connection { get; }

    /// <summary>
    /// The statement that gives @requester a row in the present quota window, and locks that row until the transaction
    /// ends. The window only ever moves forward: a process that still sees the one before does not undo a charge.
    /// </summary>
    string EnterWindow { get; }

    /// <inheritdoc cref="Store.EnterMessage"/>
    IDisposable? EnterMessage(byte[] messageKey);

    /// <summary>Runs statements that do no harm when they run twice: they are run again where that helps.</summary>
    /// <exception cref="ResponderException">The database cannot do it now.</exception>
    T Try<T>(Func<T> work);

    /// <summary>Runs the work in one transaction, durable when this returns; all of it again where that helps.</summary>
    /// <exception cref="ResponderException">The database cannot do it now; nothing of it was kept, as far as is known.</exception>
    T InTransaction<T>(Func<IDbTransaction, T> work);
}
