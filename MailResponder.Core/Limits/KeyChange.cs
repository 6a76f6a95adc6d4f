namespace MailResponder.Limits;

/// <summary>
/// Brings the newest address key of the key file into force. What is on the lists is hashed once more, in the transaction
/// of a reset; quotas end with their window, and the ledger is left as it is (<see cref="Store"/>).
/// </summary>
internal sealed class KeyChange(IDatabase database, AddressKey newest)
{
    /// <summary>For a process that began under one key and would go on under another.</summary>
    public static ResponderException CameInBetween() =>
        new(Cause.InProgress, "another address key has just come into force; the next try looks at the key file again");

    /// <summary>To be called while the transaction keeps other resets off.</summary>
    /// <returns>False when the newest key is in force already.</returns>
    /// <exception cref="ResponderException">The key in force is none of the key file's.</exception>
    public bool BringIntoForce()
    {
        var before = database.KeyInForce(newest);
        if (before == newest)
            return false;
        foreach (var subject in database.Rows("SELECT subject FROM listed", row => row.Bytes(0)))
        {
            database.Execute("UPDATE listed SET subject = @renewed WHERE subject = @subject",
                ("renewed", newest.Renew(subject, before)), ("subject", subject));
        }

        database.PutInForce(newest);
        return true;
    }

    /// <summary>Keeps resets off, so that what is written in the transaction is written under the key in force.</summary>
    /// <exception cref="ResponderException">That is another one than the given one.</exception>
    public void Hold(AddressKey present)
    {
        database.Execute("UPDATE meta SET value = value WHERE name = 'epoch'");
        if (database.Scalar("SELECT generation FROM volume ORDER BY number DESC LIMIT 1") != present.Generation)
            throw CameInBetween();
    }
}
