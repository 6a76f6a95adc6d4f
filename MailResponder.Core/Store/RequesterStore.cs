using MailResponder.Native;
using MailResponder.Settings;
using MailResponder.Store.MySql;
using MailResponder.Store.Sqlite;

namespace MailResponder.Store;

/// <summary>
/// The quotas, lists and ledger, shared by all processes that answer messages. Each method is one atomic, durable step,
/// except <see cref="Reset"/>. All methods throw <see cref="ResponderException"/> with <see cref="Cause.Database"/> if
/// the database cannot be used now.
/// </summary>
/// <remarks>
/// <para>A quota window is identified by a number, the epoch. A reset increments it, and every quota begins at zero.
/// Rows of earlier windows are adjacent in their table. They are deleted in small batches, so that messages wait only
/// briefly.</para>
/// <para>A new address key comes into force at a reset, with a new window and a new volume. The subjects on the lists
/// are hashed again with it. Messages of earlier volumes keep the message keys under which they were recorded.</para>
/// </remarks>
/// <param name="database">The open database. Disposed with the store.</param>
/// <param name="newestKey">The newest key of the key file.</param>
/// <param name="clock">The source of the time for claims and resets.</param>
internal sealed class RequesterStore(IDatabase database, AddressKey newestKey, TimeProvider clock) : IDisposable
{
    /// <summary>The SQL expression for the current epoch.</summary>
    public const string PresentEpoch = "(SELECT value FROM meta WHERE name = 'epoch')";

    /// <summary>
    /// How long the store remembers that the operator removed an address from the lists, and how old feedback may be.
    /// Amazon SNS retries delivery to a queue for 23 days, and the queue keeps a notification for 14 days at most.
    /// </summary>
    public static readonly TimeSpan RemovalMemory = TimeSpan.FromDays(60);

    /// <summary>The longest usual time between two resets. A reset is due each day.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromDays(2);

    private readonly Ledger _ledger = new(database, clock);
    private readonly KeyChange _keyChange = new(database, newestKey);

    /// <summary>
    /// The key in force, with which all hashes must be made. It is the newest key of the file, or until the next reset
    /// an earlier one.
    /// </summary>
    public AddressKey Key { get; private set; } = database.Key;

    /// <summary>
    /// How many of the addresses blocked by feedback a reset keeps. It deletes the oldest ones. Forged requests can add
    /// any number of addresses, and a million take a hundred megabytes.
    /// </summary>
    public int MostBlockedByFeedback { get; set; } = 1_000_000;

    /// <summary>The counters for the limits of each domain and of the service.</summary>
    public LimitCounters Counters { get; } = new(database, clock);

    /// <summary>The key that comes into force at the next reset. Null if the current key stays in force.</summary>
    public AddressKey? NextKey => Key == newestKey ? null : newestKey;

    /// <summary>Opens the database. Creates the tables first if there are none.</summary>
    /// <param name="settings">The settings of the database.</param>
    /// <param name="key">The newest key of the key file. It or an earlier one must be in force in the database.</param>
    /// <param name="maxWait">How long to wait for locks of other processes, and for a server that is down.</param>
    /// <param name="clock">The source of the time for claims and resets.</param>
    /// <param name="answersMessage">Whether the process answers one message (see <see cref="MySqlServer"/>).</param>
    /// <exception cref="ResponderException">
    /// The database cannot be opened now, or belongs to another address key.
    /// </exception>
    public static RequesterStore Open(
        DatabaseSettings settings, AddressKey key, TimeSpan maxWait, TimeProvider clock, bool answersMessage = false) =>
        new RequesterStore(settings.MySql is null
            ? SqliteDatabase.Open(settings.SqliteFile!, key, maxWait)
            : MySqlDatabase.Open(settings.MySql, key, maxWait, clock, answersMessage), key, clock);

    /// <summary>Opens the database that the settings name, with the key file that they name.</summary>
    /// <inheritdoc cref="Open(DatabaseSettings, AddressKey, TimeSpan, TimeProvider, bool)"/>
    public static RequesterStore Open(ResponderSettings settings, TimeSpan maxWait) => Open(settings.Database,
        AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database), maxWait, TimeProvider.System);

    /// <summary>
    /// Opens the database for one message. Records in <paramref name="progress"/> that the message waits for it.
    /// </summary>
    /// <inheritdoc cref="Open(DatabaseSettings, AddressKey, TimeSpan, TimeProvider, bool)"/>
    public static RequesterStore OpenForMessage(
        ResponderSettings settings, AddressKey key, Deadline deadline, Progress progress, TimeProvider clock)
    {
        progress.Asked = new Asked(Cause.Database, "database " + settings.Database.Place);
        return Open(settings.Database, key, deadline.Remaining * 0.8, clock, answersMessage: true);
    }

    /// <summary>
    /// Takes the lock on a message, so that no other process answers it at the same time. The lock is released when the
    /// result is disposed or the process ends.
    /// </summary>
    /// <returns>The lock, which the caller disposes. Null if another process holds it.</returns>
    public IDisposable? EnterMessage(MessageKey message) => database.EnterMessage(message.Original);

    /// <summary>
    /// Claims the message and charges the quota in one step. A message that was claimed before is a retry and is not
    /// charged again.
    /// </summary>
    /// <param name="message">The message key, computed with <see cref="Key"/>.</param>
    /// <param name="requester">The requester to look up on the lists and to charge.</param>
    /// <param name="quota">The number of requests per quota window. Null if this requester has no quota.</param>
    /// <param name="limits">The limits of the domain and the service. Null if there are none.</param>
    /// <param name="terms">Further conditions.</param>
    /// <returns>
    /// The decision. If a limit is reached, or with <see cref="ClaimResult.HadOnce"/>, the claim is rolled back.
    /// </returns>
    public Claim Claim(MessageKey message, Requester requester, int? quota, LimitSettings? limits = null,
        ClaimTerms terms = ClaimTerms.None) =>
        database.InTransaction(() => Decide(message, requester, quota, limits, terms),
            isUndone: claim => claim.Limit is not null || claim.Result == ClaimResult.HadOnce);

    /// <summary>
    /// Does what <see cref="Claim"/> does and rolls it back in the same step. Used for probes, which are not counted.
    /// </summary>
    public void Rehearse(MessageKey message, Requester requester) =>
        database.InTransaction(() => Decide(message, requester, quota: 1, limits: null, ClaimTerms.None),
            isUndone: _ => true);

    /// <summary>Records the states of the entries of a claimed message.</summary>
    /// <param name="claim">The latest claim of the message. After a later delivery attempt this throws.</param>
    /// <param name="entries">The new states.</param>
    public void Record(Claim claim, EntryStates entries) =>
        database.Run(() => _ledger.Record(claim, entries), afterSending: true);

    /// <summary>
    /// Refunds what the message was charged, because nothing could be sent for it. A message is refunded only once, and
    /// only to the quota window that was charged.
    /// </summary>
    public void Refund(Claim claim, Requester requester) => database.InTransaction(() =>
        _ledger.TakeCharge(claim.Place) is var epoch and > 0
            ? database.Execute(
                "UPDATE quota SET used = used - 1 WHERE epoch = @epoch AND requester = @requester AND used > 0",
                ("epoch", epoch), ("requester", requester.Address))
            : 0);

    /// <summary>
    /// Starts a new quota window, brings the newest address key into force, and forgets volumes of the ledger in which
    /// all messages were claimed before the given time. This is one step. Then deletes the rows that are no longer in
    /// force, in small steps that block messages only briefly. If the last reset is more than two days away, the clock
    /// may be wrong now, or have been wrong then. In that case nothing is deleted because of its age.
    /// </summary>
    /// <param name="forgetBefore">Messages claimed before this time may be forgotten.</param>
    public ResetResult Reset(DateTimeOffset forgetBefore)
    {
        _keyChange.CopyLists(clock.GetUtcNow());
        var (epoch, isNew, jump) = database.InTransaction(() =>
        {
            // The first statement takes the lock that serializes two resets.
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
        // CopyLists and BringIntoForce have copied these rows to the newest key.
        old.Delete("listed", "generation", "subject", newestKey.Generation);
        if (jump == 0)
        {
            old.Delete("counter", "day", "subject", Counters.Today);
            old.DeleteRemovals(newestKey, clock.GetUtcNow() - RemovalMemory, clock.GetUtcNow() + LongestGap);
            old.DeleteBlockedByFeedback(newestKey, MostBlockedByFeedback);
        }

        var firstVolume = database.Try(() => database.Scalar("SELECT MIN(number) FROM volume")) ?? 0;
        var messages = old.Delete("ledger", "volume", "message", firstVolume);
        return new ResetResult(requesters, messages, isNew, TimeSpan.FromSeconds(jump));
    }

    /// <summary>
    /// Puts an address or domain on a list, or with <see cref="Verdict.None"/> removes it from all lists. The store
    /// remembers a removal for <see cref="RemovalMemory"/>, so that late feedback about an earlier event does not undo
    /// it. A removal in the future was recorded under a wrong clock and holds back no feedback.
    /// </summary>
    /// <returns>The previous verdict.</returns>
    public Verdict SetVerdict(Requester requester, Verdict verdict) => database.InTransaction(() =>
    {
        _keyChange.Hold(Key);
        var before = Set(requester.Address, verdict);
        var bounced = verdict == Verdict.None ? Set(requester.Spelling, verdict) : Verdict.None;
        return before == Verdict.None ? bounced : before;
    });

    /// <summary>
    /// Blocks requesters after bounces and complaints, unless the operator has decided otherwise. All reports are
    /// processed in one transaction.
    /// </summary>
    /// <param name="reports">
    /// The recipient of each reply, when it bounced or was complained about, and which of these. A complaint blocks the
    /// mailbox. A bounce blocks only the recipient's spelling: forged requests come from spellings that do not exist.
    /// Events older than <see cref="RemovalMemory"/> must be left out.
    /// </param>
    /// <returns>The result for each report, in the same order.</returns>
    public List<FeedbackResult> BlockByFeedback(
        IReadOnlyList<(Requester Requester, DateTimeOffset HappenedAt, bool IsBounce)> reports) =>
        database.InTransaction(() =>
        {
            _keyChange.Hold(Key);
            return reports.Select(report => ReadVerdict(report.Requester) == Verdict.Allowed ? FeedbackResult.Allowed
                : report.IsBounce && OwnVerdict(report.Requester.Address) > 0 ? FeedbackResult.BlockedAlready
                : Block(report.IsBounce ? report.Requester.Spelling : report.Requester.Address, report.HappenedAt))
                .ToList();
        });

    /// <summary>
    /// Checks that the lists can be written: writes a row and deletes it again. Call this before fetching feedback that
    /// cannot be fetched a second time. The write is durable, because a full disk may be noticed only then.
    /// </summary>
    /// <exception cref="ResponderException">The database cannot be written now.</exception>
    public void CheckWritable() => database.InTransaction(() =>
    {
        _keyChange.Hold(Key);
        var nobody = Key.Requester("nobody@feedback.invalid")!.Address;
        Set(nobody, Verdict.None);
        return database.Execute("DELETE FROM listed WHERE generation = @generation AND subject = @subject",
            ("generation", Key.Generation), ("subject", nobody));
    });

    private Verdict Set(byte[] subject, Verdict verdict)
    {
        var before = (Verdict)(OwnVerdict(subject) ?? 0);
        database.Execute("REPLACE INTO listed (generation, subject, verdict, listed_at) VALUES (@generation, @subject, "
            + "@verdict, @now)",
            ("generation", Key.Generation), ("subject", subject), ("verdict", (int)verdict), ("now", ListedAt()));
        return before;
    }

    private FeedbackResult Block(byte[] subject, DateTimeOffset happenedAt)
    {
        database.Execute(
            "INSERT INTO listed (generation, subject, verdict, listed_at) VALUES (@generation, @subject, 0, 0) "
                + database.UnlessThere("verdict"), ("generation", Key.Generation), ("subject", subject));
        // The row is locked now, so a concurrent change by the operator is not undone.
        if (OwnVerdict(subject) != (long)Verdict.None)
            return FeedbackResult.BlockedAlready;
        return database.Execute(
            """
            UPDATE listed SET verdict = @verdict, listed_at = @now
            WHERE generation = @generation AND subject = @subject AND verdict = 0
            AND (listed_at < @happened OR listed_at > @ahead)
            """,
            ("generation", Key.Generation), ("subject", subject), ("verdict", (int)Verdict.BlockedByFeedback),
            ("now", ListedAt()), ("happened", happenedAt.ToUnixTimeSeconds()),
            ("ahead", Now() + (HostDays.MostSkewMinutes * 60))) == 0
            ? FeedbackResult.RemovedSince : FeedbackResult.Blocked;
    }

    /// <summary>
    /// Returns the verdict in force for the requester: that of the address, else that of the nearest listed domain.
    /// </summary>
    public Verdict VerdictOf(Requester requester) => database.Try(() => ReadVerdict(requester));

    /// <summary>Returns the number of requests charged to the requester since the last reset.</summary>
    public long Used(Requester requester) => database.Try(() =>
        database.Scalar($"SELECT used FROM quota WHERE requester = @requester AND epoch = {PresentEpoch}",
            ("requester", requester.Address)) ?? 0);

    /// <summary>
    /// Counts the rows of the tables. Takes no lock, so the numbers may be from slightly different times.
    /// </summary>
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

    /// <summary>
    /// Decides on a claim. Starts over if the quota window ends or another delivery attempt intervenes, because the
    /// data read before is then out of date.
    /// </summary>
    private Claim Decide(
        MessageKey message, Requester requester, int? quota, LimitSettings? limits, ClaimTerms terms)
    {
        while (true)
        {
            if (TryDecide(message, requester, quota, limits, terms) is { } claim)
                return claim;
        }
    }

    /// <returns>Null if the data read is out of date.</returns>
    private Claim? TryDecide(
        MessageKey message, Requester requester, int? quota, LimitSettings? limits, ClaimTerms terms)
    {
        // Read this before ReadClaim, which checks that the key of this look-up is still in force.
        var verdict = ReadVerdict(requester);
        var (earlier, volume, epoch) = _ledger.ReadClaim(message, Key);
        // Check this on a retry as well: a requester who was blocked meanwhile gets no further reply.
        if (verdict.IsBlocked())
            return new Claim(ClaimResult.Blocked);
        if (earlier is not null)
            return _ledger.CountTry(earlier.Value);
        var charged = verdict == Verdict.Allowed || quota is null ? 0 : epoch;
        var isNotice = charged != 0 && !Take(requester.Address, 1, quota!.Value, epoch);
        var once = terms & (isNotice ? ClaimTerms.NoticeOverQuota : ClaimTerms.OncePerWindow);
        // For something given once, the number becomes -1, which does not count as a request.
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

    /// <summary>Charges a row of the table quota.</summary>
    /// <param name="subject">The hash that identifies the row. Rows of this table end with the quota window.</param>
    /// <param name="step">The change of the row's number.</param>
    /// <param name="most">The number at which nothing more is given.</param>
    /// <param name="epoch">The current quota window.</param>
    /// <returns>False if nothing is left, or the window has just ended.</returns>
    private bool Take(byte[] subject, int step, int most, long epoch)
    {
        database.Execute("INSERT INTO quota (epoch, requester, used) VALUES (@epoch, @subject, 0) "
            + database.UnlessThere("used"), ("epoch", epoch), ("subject", subject));
        // The row is locked now. If the epoch is still the same, no reset has deleted an earlier count.
        return database.Execute(
            $"""
            UPDATE quota SET used = used + @step
            WHERE epoch = @epoch AND requester = @subject AND used >= 0 AND used < @most AND @epoch = {PresentEpoch}
            """, ("epoch", epoch), ("subject", subject), ("step", step), ("most", most)) == 1;
    }

    /// <summary>
    /// Returns the verdict in force for a requester. Reads the address and all its domains in one statement, because
    /// each statement costs a round trip over the network. Ignores the rows of subjects removed from the lists.
    /// </summary>
    private Verdict ReadVerdict(Requester requester)
    {
        List<byte[]> subjects = [requester.Address, requester.Spelling, .. requester.Domains];
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

    /// <summary>Returns the verdict recorded for exactly this subject. Null if there is no row.</summary>
    private long? OwnVerdict(byte[] subject) =>
        database.Scalar("SELECT verdict FROM listed WHERE generation = @generation AND subject = @subject",
            ("generation", Key.Generation), ("subject", subject));

    private long Listed(int verdict) =>
        database.Scalar("SELECT COUNT(*) FROM listed WHERE generation = @generation AND verdict = @verdict",
            ("generation", Key.Generation), ("verdict", verdict)) ?? 0;

    /// <summary>Returns the time to record for a change of the lists, at which a change of the key copies it.</summary>
    private long ListedAt() => Math.Max(Now(), database.Scalar($"SELECT {KeyChange.CopiedAt}") ?? 0);

    private long Now() => clock.GetUtcNow().ToUnixTimeSeconds();
}
