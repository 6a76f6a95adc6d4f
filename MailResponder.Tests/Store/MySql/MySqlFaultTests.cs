using MailResponder.Settings;
using MailResponder.Store;
using MailResponder.Store.MySql;
using MySqlConnector;

namespace MailResponder.Tests.Store;

/// <summary>
/// Each fault of a server has a message of its own, and once the fault is repaired the responder works.
/// </summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlFaultTests(PrivateMariaDb server) : IDisposable
{
    private readonly StoreKey _key = new();

    [Fact]
    public void WrongPassword_IsNamedWithoutThePassword()
    {
        var settings = server.NewDatabase() with { PasswordFile = server.Secret("wrong", "hunter2") };

        var failure = Assert.Throws<ResponderException>(() => Open(settings));

        Assert.Equal(Cause.Database, failure.Cause);
        Assert.Contains($"refuses the user {settings.User} or its password", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownDatabase_IsNamedWithTheCommandThatCreatesIt()
    {
        var settings = server.NewDatabase();
        server.AsAdministrator($"DROP DATABASE {settings.Database}");

        AssertFails(settings, "no such database; create it with: responder database init --admin-user");
    }

    [Fact]
    public void UserWithoutRights_IsToldTheGrant()
    {
        var settings = server.NewDatabase(grants: "");

        var grant = GrantNamed(Assert.Throws<ResponderException>(() => Open(settings)));
        Assert.StartsWith("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON `mail\\_", grant, StringComparison.Ordinal);
        server.AsAdministrator(grant);

        Open(settings).Dispose();
    }

    [Theory]
    [InlineData("SELECT")]
    [InlineData("INSERT")]
    [InlineData("UPDATE")]
    [InlineData("DELETE")]
    [InlineData("CREATE")]
    public void MissingRight_IsNamedAsAGrantThatMendsIt(string right)
    {
        var settings = server.NewDatabase();
        if (right != "CREATE") Open(settings).Dispose();
        server.AsAdministrator($"REVOKE {right} ON {settings.Database}.* FROM {settings.User}@localhost");

        var failure = Assert.Throws<ResponderException>(() => UseAll(settings));
        Assert.Contains($"the user lacks {right}; ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith($"`.* TO '{settings.User}'@'localhost';", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith(right + "; ", DatabaseReport.Of(new DatabaseSettings(null, settings)).Missing,
            StringComparison.Ordinal);
        server.AsAdministrator(GrantNamed(failure));

        UseAll(settings);
    }

    [Theory]
    [InlineData("o'b")]
    [InlineData(@"b\s")]
    public void RightsOfAUserWithAQuoteInItsName_AreSeen(string user)
    {
        var settings = server.NewDatabase() with { User = user };
        var account = MySqlGrants.Text(user) + "@localhost";
        server.AsAdministrator($"CREATE USER {account} IDENTIFIED BY 'secret'; "
            + MySqlGrants.Statement(settings, account));

        Assert.Null(DatabaseReport.Of(new DatabaseSettings(null, settings)).Missing);
    }

    [Fact]
    public void ReadOnlyServer_IsNamedAfterOneMoreLoginAndUsedOnceItIsWritable()
    {
        var settings = server.NewDatabase();
        using var proxy = new FaultyProxy(server.Socket, null);
        using var store = Open(settings with { Socket = proxy.Socket });
        server.AsAdministrator("SET GLOBAL read_only = 1");
        try
        {
            AssertFails(() => store.Claim(StoreKey.NewMessage(), _key.Somebody(), 3), "the server is read-only");
            Assert.Equal(2, proxy.Connections);
            AssertFails(() => store.SetVerdict(_key.Somebody(), Verdict.Blocked), "the server is read-only");
            Assert.Equal(4, proxy.Connections);
            Assert.Contains("read-only", DatabaseReport.Of(new DatabaseSettings(null, settings)).Problem!,
                StringComparison.Ordinal);
        }
        finally
        {
            server.AsAdministrator("SET GLOBAL read_only = 0");
        }

        Assert.Equal(ClaimResult.Granted, store.Claim(StoreKey.NewMessage(), _key.Somebody(), 3).Result);
    }

    [Fact]
    public void ServerThatBecomesReadOnlyInMidMessage_IsLeftForTheOneThatItsNameLeadsToNext()
    {
        var settings = server.NewDatabase();
        var (message, somebody) = (StoreKey.NewMessage(), _key.Somebody());
        using var proxy = new FaultyProxy(server.Socket, null);
        using var store = Open(settings with { Socket = proxy.Socket });
        var claim = store.Claim(message, somebody, 3);
        server.AsAdministrator("SET GLOBAL read_only = 1");
        using var back = new Timer(_ => server.AsAdministrator("SET GLOBAL read_only = 0"), null,
            TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        store.Record(claim, StoreContract.SentEntries(0));

        Assert.True(proxy.Connections > 1, "it was asked over the same connection");
        StoreContract.AssertRetry(store.Claim(message, somebody, 3), 0);
        Assert.Equal(1, store.Used(somebody));
    }

    [Theory]
    [InlineData(1036, "the tables are read-only on the server")]
    [InlineData(1045, "refuses the user")]
    [InlineData(1047, "is not ready, or not part of its cluster (wsrep_ready)")]
    [InlineData(1156, "cannot be reached or went away")]
    [InlineData(1175, "sql_safe_updates")]
    [InlineData(1184, "init_connect fails")]
    [InlineData(1251, "logs in by a plugin that the responder or the server does not support")]
    [InlineData(1290, "the server runs with an option that forbids this statement")]
    [InlineData(1317, "KILL QUERY")]
    [InlineData(1524, "logs in by a plugin that the responder or the server does not support")]
    [InlineData(1792, "the server is read-only")]
    [InlineData(1820, "has expired; set it again with: responder database init")]
    [InlineData(1836, "the server is read-only")]
    [InlineData(1862, "has expired; set it again with: responder database init")]
    [InlineData(1969, "raise max_statement_time or max_execution_time")]
    [InlineData(3024, "raise max_statement_time or max_execution_time")]
    [InlineData(3118, "is locked; run as administrator: ALTER USER 'u'@'%' ACCOUNT UNLOCK;")]
    [InlineData(3159, "by TLS only (require_secure_transport); set ssl_mode to verify-full")]
    [InlineData(4031, "cannot be reached or went away")]
    [InlineData(4151, "is locked; run as administrator: ALTER USER 'u'@'%' ACCOUNT UNLOCK;")]
    public void ErrorOfTheServer_IsNamedWithItsRemedy(int number, string words)
    {
        using var connection = server.Administrator();
        using var command = new MySqlCommand(
            $"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = 'p@example.net'", connection);
        var exception = Assert.Throws<MySqlException>(() => command.ExecuteNonQuery());
        Assert.Equal(number, exception.Number);

        var failure = MySqlTrouble.Translate(
            exception, new MySqlSettings { Server = "db.example.com", User = "u", Database = "d" });

        Assert.StartsWith("database d at db.example.com: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("p@example.net", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void StoppedServer_IsADatabaseFaultAndUsedOnceItIsBack()
    {
        var settings = server.NewDatabase();
        Open(settings).Dispose();
        server.Stop();
        try
        {
            AssertFails(settings, "cannot be reached");
            AssertFails(server.OverTls(settings), "cannot be reached");
        }
        finally
        {
            server.Start();
        }

        UseAll(settings);
    }

    [Fact]
    public void ServerThatIsNotThere_IsGivenUpSoon()
    {
        // 192.0.2.1 (RFC 5737) never answers. On a host without a route the connection fails at once.
        var settings = server.OverTls(server.NewDatabase()) with { Server = "192.0.2.1" };
        var watch = System.Diagnostics.Stopwatch.StartNew();

        AssertFails(() => RequesterStore.Open(
            new DatabaseSettings(null, settings), _key.Key, TimeSpan.FromSeconds(2), TimeProvider.System),
            "cannot be reached");

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), $"{watch.Elapsed}");
    }

    [Fact]
    public void ServerThatRestartsInMidMessage_IsWaitedForAndNothingIsLost()
    {
        var settings = server.NewDatabase();
        var (message, somebody) = (StoreKey.NewMessage(), _key.Somebody());
        using var store = Open(settings);
        using var entered = store.EnterMessage(message);
        var claim = store.Claim(message, somebody, 3);
        server.Stop();
        using var back = new Timer(_ => server.Start(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        store.Record(claim, StoreContract.SentEntries(0));

        StoreContract.AssertRetry(store.Claim(message, somebody, 3), 0);
        Assert.Equal(1, store.Used(somebody));
        // The lock was lost with the server, and has been taken again.
        using var other = Open(settings);
        Assert.Null(other.EnterMessage(message));
        Patience.Until("the server is back for the next test", () => server.AsAdministrator("SELECT 1").Count == 1);
    }

    [Fact]
    public void KilledConnection_IsReplaced()
    {
        var settings = server.NewDatabase();
        var (message, somebody) = (StoreKey.NewMessage(), _key.Somebody());
        using var store = Open(settings);
        store.Claim(message, somebody, 3);
        server.AsAdministrator($"KILL USER {settings.User}@localhost");

        Assert.Equal(ClaimResult.Retry, store.Claim(message, somebody, 3).Result);
    }

    [Fact]
    public async Task Deadlock_IsTriedAgain()
    {
        var settings = server.NewDatabase();
        using var store = Open(settings);
        var (one, other) = (_key.Somebody(), _key.Somebody());
        store.Claim(StoreKey.NewMessage(), one, 9);
        store.Claim(StoreKey.NewMessage(), other, 9);
        var before = Deadlocks();
        // Reset deletes old quotas in the order of their keys. This transaction locks them in the reverse order. It is
        // also the heavier one, so the server rolls back the store's transaction.
        using var rival = server.Administrator();
        rival.ChangeDatabase(settings.Database);
        var keys = new[] { one.Address, other.Address }.OrderBy(Convert.ToHexString).ToArray();
        using var transaction = rival.BeginTransaction();
        Run(rival, transaction, "CREATE TEMPORARY TABLE ballast (n INT) ENGINE = InnoDB");
        Run(rival, transaction, "INSERT INTO ballast SELECT seq FROM seq_1_to_20000");
        Run(rival, transaction,
            $"UPDATE quota SET used = used + 1 WHERE epoch = 1 AND requester = x'{Convert.ToHexString(keys[1])}'");
        var reset = Task.Run(() => store.Reset(DateTimeOffset.UnixEpoch));
        // Not innodb_lock_waits: the server does not refresh it while it is polled.
        Patience.Until("the store waits for the rival", () => server.AsAdministrator(
            $"SELECT COUNT(*) FROM information_schema.processlist WHERE user = '{settings.User}' AND info LIKE "
            + $"'DELETE FROM quota%' AND time_ms > 300")[0] != "0");
        Run(rival, transaction,
            $"UPDATE quota SET used = used + 1 WHERE epoch = 1 AND requester = x'{Convert.ToHexString(keys[0])}'");
        transaction.Commit();

        Assert.Equal(2, (await reset).Requesters);
        Assert.True(Deadlocks() > before, "there was no deadlock");
        Assert.Equal("0", server.AsAdministrator($"SELECT COUNT(*) FROM {settings.Database}.quota")[0]);
    }

    [Fact]
    public void FullDisk_IsNamedAndUsedOnceThereIsRoom()
    {
        // A tablespace that may not grow fails like one on a full disk, without filling the disk.
        using var small = new PrivateMariaDb();
        small.AsAdministrator("SET GLOBAL innodb_file_per_table = 0");
        var settings = small.NewDatabase();
        using var store = Open(settings);
        small.AsAdministrator($"CREATE TABLE {settings.Database}.ballast (b LONGBLOB) ENGINE = InnoDB");
        small.Restart("--innodb-data-file-path=ibdata1:12M:autoextend:max:20M", "--innodb-file-per-table=0");
        var full = Assert.Throws<MySqlException>(() =>
        {
            for (var i = 0; i < 100; i++) small.AsAdministrator(
                $"INSERT INTO {settings.Database}.ballast VALUES (REPEAT('x', 500000))");
        });
        Assert.Equal(1114, full.Number);

        AssertFails(() =>
        {
            for (var i = 0; i < 20_000; i++) store.Claim(StoreKey.NewMessage(), _key.Somebody(), 3);
        }, "its disk is full");
        small.Restart("--innodb-data-file-path=ibdata1:12M:autoextend:max:80M", "--innodb-file-per-table=0");

        Patience.Until("there is room", () => Succeeds(() => store.Claim(StoreKey.NewMessage(), _key.Somebody(), 3)));
    }

    [Fact]
    public void TooManyConnections_IsADatabaseFault()
    {
        var settings = server.NewDatabase();
        server.AsAdministrator($"ALTER USER {settings.User}@localhost WITH MAX_USER_CONNECTIONS 1");
        using var first = Open(settings);

        Assert.Equal(Cause.Database, Assert.Throws<ResponderException>(() => Open(settings)).Cause);
    }

    public void Dispose() => _key.Dispose();

    private RequesterStore Open(MySqlSettings settings, int seconds = 60) =>
        RequesterStore.Open(new DatabaseSettings(null, settings), _key.Key, TimeSpan.FromSeconds(seconds),
            TimeProvider.System);

    /// <summary>Uses the store in every way. Together these calls need every permission.</summary>
    private void UseAll(MySqlSettings settings)
    {
        using var store = Open(settings);
        var (message, somebody) = (StoreKey.NewMessage(), _key.Somebody());
        var claim = store.Claim(message, somebody, 3);
        store.Record(claim, StoreContract.SentEntries(0));
        store.SetVerdict(somebody, Verdict.Blocked);
        store.Reset(DateTimeOffset.UtcNow.AddDays(1));
    }

    private void AssertFails(MySqlSettings settings, string words) => AssertFails(() => Open(settings), words);

    private static void AssertFails(Action action, string words)
    {
        var failure = Assert.Throws<ResponderException>(action);
        Assert.Equal(Cause.Database, failure.Cause);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
    }

    private static bool Succeeds(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (ResponderException)
        {
            return false;
        }
    }

    private static string GrantNamed(ResponderException failure)
    {
        var start = failure.Message.IndexOf("GRANT ", StringComparison.Ordinal);
        Assert.True(start > 0, failure.Message);
        return failure.Message[start..];
    }

    private long Deadlocks() => long.Parse(server.AsAdministrator(
        "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'INNODB_DEADLOCKS'")[0],
        null);

    private static void Run(MySqlConnection connection, MySqlTransaction transaction, string sql)
    {
        using var command = new MySqlCommand(sql, connection, transaction);
        command.ExecuteNonQuery();
    }
}
