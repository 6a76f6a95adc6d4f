using MailResponder.Native;
using MailResponder.Settings;
using MailResponder.Store.MySql;
using MailResponder.Store.Sqlite;

namespace MailResponder.Store;

/// <summary>
/// Quota, lists and ledger, shared by all processes that answer. Every method is one atomic, durable step.
/// All throw <see cref="ResponderException"/> with <see cref="Cause.Database"/> when the database cannot do it now.
/// </summary>
/// <remarks>
/// <para>A quota window is a number, the epoch. A reset increments it, and every quota begins at zero. Rows of earlier
/// windows lie together in their table; they are deleted in batches that no message has to wait for.</para>
/// <para>A new address key comes into force at a reset, with a new window and a new volume. The subjects on the lists
/// are hashed once more; messages of earlier volumes keep the keys under which they were recorded.</para>
/// </remarks>
internal sealed class RequesterStore(IDatabase database, AddressKey newestKey, TimeProvider clock) : IDisposable
{
    public const string PresentEpoch = "(SELECT value FROM meta WHERE name = 'epoch')";

    /// <summary>
    /// How late feedback may come. Amazon SNS tries for 23 days to deliver to a queue, which keeps it for 14 at most.
    /// </summary>
    public static readonly TimeSpan RemovalMemory = TimeSpan.FromDays(60);

    /// <summary>A reset is due each day.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromDays(2);

    private readonly Ledger _ledger = new(database, clock);
    private readonly KeyChange _keyChange = new(database, newestKey);

    /// <summary>
    /// What all hashes have to be made with: the newest key of the file, or until the next reset an earlier one.
    /// </summary>
    public AddressKey Key { get; private set; } = database.Key;

    /// <summary>
    /// How many of the addresses that feedback blocked a reset keeps; it keeps the latest ones. Forged requests can add
    /// any number, and a million take a hundred megabytes.
    /// </summary>
    public int MostBlockedByFeedback { get; set; } = 1_000_000;

    /// <summary>What counts beyond the requester.</summary>
    public LimitCounters Counters { get; } = new(database, clock);

    /// <summary>The key that comes into force at the next reset; null when the present one stays.</summary>
    public AddressKey? NextKey => Key == newestKey ? null : newestKey;

    /// <summary>Opens the database, and creates its tables first where there are none.</summary>
    /// <param name="settings">Which database.</param>
    /// <param name="key">The database belongs to the key that it was made with.</param>
    /// <param name="maxWait">How long to wait for other processes' locks, and for a server that went away.</param>
    /// <param name="clock">Tells the time of claims and resets.</param>
    /// <param name="answersMessage">See <see cref="MySqlServer"/>.</param>
    /// <exception cref="ResponderException">It cannot be opened now, or belongs to another key.</exception>
    public static RequesterStore Open(
        DatabaseSettings settings, AddressKey key, TimeSpan maxWait, TimeProvider clock, bool answersMessage = false) =>
        new RequesterStore(settings.MySql is null
            ? SqliteDatabase.Open(settings.SqliteFile!, key, maxWait)
            : MySqlDatabase.Open(settings.MySql, key, maxWait, clock, answersMessage), key, clock);

    /// <summary>Opens the database of the settings, with the key of the settings.</summary>
    /// <inheritdoc cref="Open(DatabaseSettings, AddressKey, TimeSpan, TimeProvider, bool)"/>
    public static RequesterStore Open(ResponderSettings settings, TimeSpan maxWait) => Open(settings.Database,
        AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database), maxWait, TimeProvider.System);

    /// <summary>Opens the database for one message; until it is asked no more, the message waits for it.</summary>
    /// <inheritdoc cref="Open(DatabaseSettings, AddressKey, TimeSpan, TimeProvider, bool)"/>
    public static RequesterStore OpenForMessage(
        ResponderSettings settings, AddressKey key, Deadline deadline, Progress progress, TimeProvider clock)
    {
        progress.Asked = new Asked(Cause.Database, "database " + settings.Database.Place);
        return Open(settings.Database, key, deadline.Remaining * 0.8, clock, answersMessage: true);
    }

    /// <summary>
    /// Keeps other processes from answering the same message until disposed; also released when this process dies.
    /// </summary>
    /// <returns>Null when another process is answering it.</returns>
    public IDisposable? EnterMessage(MessageKey message) => database.EnterMessage(message.Original);

    /// <summary>
    /// Claims the message and charges the quota in one step. A claimed message is a retry and is not charged.
    /// </summary>
    /// <param name="message">Made with <see cref="Key"/>.</param>
    /// <param name="requester">Whom to look up and charge.</param>
    /// <param name="quota">Requests until the next reset; null when this requester has no quota.</param>
    /// <param name="limits">What counts beyond the requester; null when nothing does.</param>
    /// <param name="terms">What the message wants besides.</param>
    public Claim Claim(MessageKey message, Requester requester, int? quota, LimitSettings? limits = null,
        ClaimTerms terms = ClaimTerms.None) =>
        database.InTransaction(() => Decide(message, requester, quota, limits, terms),
            isUndone: claim => claim.Limit is not null || claim.Result == ClaimResult.HadOnce);

    /// <summary>
    /// Does what <see cref="Claim"/> does, and takes all of it back in the same step: a probe counts nowhere.
    /// </summary>
    public void Rehearse(MessageKey message, Requester requester) =>
        database.InTransaction(() => Decide(message, requester, quota: 1, limits: null, ClaimTerms.None),
            isUndone: _ => true);

    /// <summary>Records what became of the entries of a message that was claimed.</summary>
    /// <param name="claim">The present one: a later try knows more.</param>
    /// <param name="entries">What became of them.</param>
    public void Record(Claim claim, EntryStates entries) => database.Run(() => _ledger.Record(claim, entries));

    /// <summary>
    /// Gives back what the message was charged, because nothing could be sent for it. Once only, and only to the quota
    /// window that was charged.
    /// </summary>
    public void Refund(Claim claim, Requester requester) => database.InTransaction(() =>
        _ledger.TakeCharge(claim.Place) is var epoch and > 0
            ? database.Execute(
                "UPDATE quota SET used = used - 1 WHERE epoch = @epoch AND requester = @requester AND used > 0",
                ("epoch", epoch), ("requester", requester.Address))
            : 0);

    /// <summary>
    /// Starts a new quota window, brings the newest address key into force, and forgets volumes of the ledger in which
    /// all messages were claimed before the given time, in one step; then deletes what that leaves behind, in small
    /// steps that nobody waits for. When the clock is far from the last reset it may be wrong, then or now: that time
    /// nothing is forgotten.
    /// </summary>
    public ResetResult Reset(DateTimeOffset forgetBefore)
    {
        _keyChange.CopyLists(clock.GetUtcNow());
        var (epoch, isNew, jump) = database.InTransaction(() =>
        {
            // The first statement takes the lock that serialises two resets.
            database.Execute("UPDATE meta SET value = value + 1 WHERE name = 'epoch'");
            var last = database.Scalar("SELECT value FROM meta WHERE name = 'last_reset'") ?? 0;
            var gap = last == 0 ? 0 : Now() - last;
            var jump = Math.Abs(gap) > LongestGap.TotalSeconds ? gap : 0;
            database.Execute("UPDATE meta SET value = @now WHERE name = 'last_reset'", ("now", Now()));
            database.Execute("UPDATE meta SET value = @jump WHERE name = 'clock_jump'", ("jump", jump));
            var keyIsNew = _keyChange.BringIntoForce();
            _ledger.BeginVolume(forgetBefore.ToUnixTimeSeconds(), newestKey);
            if (jump == 0)
                _ledger.ForgetVolumes(forgetBefore.ToUnixTimeSeconds());
            return (database.Scalar($"SELECT {PresentEpoch}")!.Value, keyIsNew, jump);
        });
        Key = newestKey;
        var requesters = database.Try(() => database.Scalar(
            "SELECT COUNT(*) FROM quota WHERE epoch = @before AND used > 0", ("before", epoch - 1)))!.Value;
        var old = new OldRows(database);
        old.Delete("quota", "epoch", "requester", epoch);
        // They were copied to the present key.
        old.Delete("listed", "generation", "subject", newestKey.Generation);
        if (jump == 0)
        {
            old.Delete("counter", "day", "subject", Counters.Today);
            old.DeleteRemovals(newestKey, clock.GetUtcNow() - RemovalMemory);
            old.DeleteBlockedByFeedback(newestKey, MostBlockedByFeedback);
        }

        var firstVolume = database.Try(() => database.Scalar("SELECT MIN(number) FROM volume")) ?? 0;
        var messages = old.Delete("ledger", "volume", "message", firstVolume);
        return new ResetResult(requesters, messages, isNew, TimeSpan.FromSeconds(jump));
    }

    /// <summary>
    /// Puts an address or domain hash on a list, or takes it off both with <see cref="Verdict.None"/>. That it was
    /// taken off is remembered for <see cref="RemovalMemory"/>: older feedback that comes late does not undo it.
    /// </summary>
    /// <returns>The verdict that was in force before.</returns>
    public Verdict SetVerdict(byte[] subject, Verdict verdict) => database.InTransaction(() =>
    {
        _keyChange.Hold(Key);
        var before = (Verdict)(OwnVerdict(subject) ?? 0);
        database.Execute("REPLACE INTO listed (generation, subject, verdict, listed_at) VALUES (@generation, @subject, "
            + "@verdict, @now)",
            ("generation", Key.Generation), ("subject", subject), ("verdict", (int)verdict), ("now", Now()));
        return before;
    });

    /// <summary>
    /// Blocks requesters because of what became of replies, unless the operator has decided otherwise; all in one
    /// transaction.
    /// </summary>
    /// <param name="reports">
    /// To whom the reply went, and when it bounced or was complained about; not longer ago than
    /// <see cref="RemovalMemory"/>.
    /// </param>
    /// <returns>What became of each, in the same order.</returns>
    public List<FeedbackResult> BlockByFeedback(
        IReadOnlyList<(Requester Requester, DateTimeOffset HappenedAt)> reports) => database.InTransaction(() =>
    {
        _keyChange.Hold(Key);
        return reports.Select(report => BlockByFeedback(report.Requester, report.HappenedAt)).ToList();
    });

    /// <summary>
    /// Writes to the lists, and takes it back: whoever fetches what cannot be fetched again asks beforehand whether it
    /// could be written. Durable, because a full disk shows itself no earlier.
    /// </summary>
    /// <exception cref="ResponderException">The database cannot be written now.</exception>
    public void CheckWritable() => database.InTransaction(() =>
    {
        _keyChange.Hold(Key);
        var nobody = Key.Requester("nobody@feedback.invalid")!.Address;
        database.Execute(
            "REPLACE INTO listed (generation, subject, verdict, listed_at) VALUES (@generation, @subject, 0, 0)",
            ("generation", Key.Generation), ("subject", nobody));
        return database.Execute("DELETE FROM listed WHERE generation = @generation AND subject = @subject",
            ("generation", Key.Generation), ("subject", nobody));
    });

    private FeedbackResult BlockByFeedback(Requester requester, DateTimeOffset happenedAt)
    {
        if (ReadVerdict(requester) == Verdict.Allowed)
            return FeedbackResult.Allowed;
        var subject = requester.Address;
        database.Execute(
            "INSERT INTO listed (generation, subject, verdict, listed_at) VALUES (@generation, @subject, 0, 0) "
                + database.UnlessThere("verdict"), ("generation", Key.Generation), ("subject", subject));
        // The row is locked now: what the operator does at the same time is not undone.
        if (OwnVerdict(subject) != (long)Verdict.None)
            return FeedbackResult.BlockedAlready;
        return database.Execute(
            """
            UPDATE listed SET verdict = @verdict, listed_at = @now
            WHERE generation = @generation AND subject = @subject AND verdict = 0 AND listed_at < @happened
            """,
            ("generation", Key.Generation), ("subject", subject), ("verdict", (int)Verdict.BlockedByFeedback),
            ("now", Now()), ("happened", happenedAt.ToUnixTimeSeconds())) == 0
            ? FeedbackResult.RemovedSince : FeedbackResult.Blocked;
    }

    /// <summary>The verdict in force for the requester: its own, else the nearest of its domains'.</summary>
    public Verdict VerdictOf(Requester requester) => database.Try(() => ReadVerdict(requester));

    /// <summary>Requests charged to the requester since the last reset.</summary>
    public long Used(Requester requester) => database.Try(() =>
        database.Scalar($"SELECT used FROM quota WHERE requester = @requester AND epoch = {PresentEpoch}",
            ("requester", requester.Address)) ?? 0);

    /// <summary>Counts the rows of all tables. Takes no lock, so the numbers may be of different moments.</summary>
    public StoreCounts Count() => database.Try(() =>
    {
        var requesters = database.Rows(
            $"SELECT used, COUNT(*) FROM quota WHERE used > 0 AND epoch = {PresentEpoch} GROUP BY used ORDER BY used",
            row => (row.GetInt64(0), row.GetInt64(1)));
        var reset = database.Scalar("SELECT value FROM meta WHERE name = 'last_reset'");
        return new StoreCounts(
            Listed(1),
            Listed(3),
            Listed(2),
            requesters,
            database.Scalar("SELECT COUNT(*) FROM ledger WHERE volume IN (SELECT number FROM volume)") ?? 0,
            database.Scalar("SELECT COUNT(*) FROM host_day") ?? 0,
            reset is null or 0 ? null : DateTimeOffset.FromUnixTimeSeconds(reset.Value),
            TimeSpan.FromSeconds(database.Scalar("SELECT value FROM meta WHERE name = 'clock_jump'") ?? 0));
    });

    public void Dispose() => database.Dispose();

    /// <summary>Begins again when the window ends or another try comes in between: what it read is old then.</summary>
    private Claim Decide(
        MessageKey message, Requester requester, int? quota, LimitSettings? limits, ClaimTerms terms)
    {
        while (true)
        {
            if (TryDecide(message, requester, quota, limits, terms) is { } claim)
                return claim;
        }
    }

    /// <returns>Null when what it read is old.</returns>
    private Claim? TryDecide(
        MessageKey message, Requester requester, int? quota, LimitSettings? limits, ClaimTerms terms)
    {
        // Before ReadClaim, which makes sure that the key of this look-up is still in force.
        var verdict = ReadVerdict(requester);
        var (earlier, volume, epoch) = _ledger.ReadClaim(message, Key);
        // Checked at a retry as well: a requester who was blocked meanwhile gets nothing more.
        if (verdict.IsBlocked())
            return new Claim(ClaimResult.Blocked);
        if (earlier is not null)
            return _ledger.CountTry(earlier.Value);
        var charged = verdict == Verdict.Allowed || quota is null ? 0 : epoch;
        var isNotice = charged != 0 && !Take(requester.Address, 1, quota!.Value, epoch);
        var once = terms & (isNotice ? ClaimTerms.NoticeOverQuota : ClaimTerms.OncePerWindow);
        // What is given once makes the number negative, which counts as no request.
        if (once == ClaimTerms.None ? isNotice
            : !Take(Sha256.HashData([.. requester.Address, (byte)once]), -1, 1, epoch))
        {
            return database.Scalar($"SELECT {PresentEpoch}") != epoch ? null
                : new Claim(isNotice ? ClaimResult.OverQuota : ClaimResult.HadOnce);
        }

        var place = new LedgerPlace(message.Value, volume);
        void Enter() => _ledger.Enter(place, isNotice ? Ledger.Notice : charged);
        var granted = new Claim(isNotice ? ClaimResult.Notice : ClaimResult.Granted, Place: place);
        if (limits is { HasForDomains: true } or { HasForService: true })
        {
            var domain = verdict == Verdict.Allowed ? null : requester.Domains[0];
            return Counters.Count(domain, limits, Enter) is { } limit
                ? new Claim(isNotice ? ClaimResult.OverQuota : ClaimResult.OverLimit, Limit: limit) : granted;
        }

        Enter();
        return granted;
    }

    /// <summary>Takes one of what is given in a quota window.</summary>
    /// <param name="subject">To whom; the row is one of the quotas', so that it ends with them.</param>
    /// <param name="step">What the row's number changes by.</param>
    /// <param name="most">How many there are.</param>
    /// <returns>False when all are taken, or the window has just ended.</returns>
    private bool Take(byte[] subject, int step, int most, long epoch)
    {
        database.Execute("INSERT INTO quota (epoch, requester, used) VALUES (@epoch, @subject, 0) "
            + database.UnlessThere("used"), ("epoch", epoch), ("subject", subject));
        // The row is locked now. If the epoch is still the same, no reset has deleted what was used before.
        return database.Execute(
            $"""
            UPDATE quota SET used = used + @step
            WHERE epoch = @epoch AND requester = @subject AND used >= 0 AND used < @most AND @epoch = {PresentEpoch}
            """, ("epoch", epoch), ("subject", subject), ("step", step), ("most", most)) == 1;
    }

    /// <summary>
    /// One statement for the address and all its domains: over a network each statement costs a round trip. Rows of
    /// subjects that were taken off the lists do not count.
    /// </summary>
    private Verdict ReadVerdict(Requester requester)
    {
        List<byte[]> subjects = [requester.Address, .. requester.Domains];
        var (names, values) = Sql.Each("subject", subjects);
        var (nearest, verdict) = (int.MaxValue, Verdict.None);
        foreach (var (subject, found) in database.Rows(
            $"SELECT subject, verdict FROM listed WHERE generation = @generation AND subject IN ({names}) AND "
                + "verdict > 0",
            row => (row.Bytes(0), (Verdict)row.GetInt64(1)), [.. values, ("generation", Key.Generation)]))
        {
            var distance = subjects.FindIndex(candidate => candidate.AsSpan().SequenceEqual(subject));
            if (distance < nearest)
                (nearest, verdict) = (distance, found);
        }

        return verdict;
    }

    /// <summary>What stands on the lists for exactly this; null when nothing does.</summary>
    private long? OwnVerdict(byte[] subject) =>
        database.Scalar("SELECT verdict FROM listed WHERE generation = @generation AND subject = @subject",
            ("generation", Key.Generation), ("subject", subject));

    private long Listed(int verdict) =>
        database.Scalar("SELECT COUNT(*) FROM listed WHERE generation = @generation AND verdict = @verdict",
            ("generation", Key.Generation), ("verdict", verdict)) ?? 0;

    private long Now() => clock.GetUtcNow().ToUnixTimeSeconds();
}
