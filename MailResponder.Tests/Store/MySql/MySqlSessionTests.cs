using System.Text.Json.Nodes;
using MailResponder.Settings;
using MailResponder.Store;
using MailResponder.Store.MySql;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Store;

/// <summary>A server's defaults for a session do not change the stored data.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlSessionTests(PrivateMariaDb server) : IDisposable
{
    private readonly StoreKey _key = new();

    [Theory]
    [InlineData("--completion-type=CHAIN")]
    [InlineData("--completion-type=RELEASE")]
    [InlineData("--autocommit=0")]
    [InlineData("--init-connect=SET autocommit = 0, completion_type = 'CHAIN'")]
    [InlineData("--sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES")]
    [InlineData("--init-connect=SET sql_mode = 'NO_BACKSLASH_ESCAPES'")]
    public void ServersDefault_LosesNoRecordAndChangesNoValue(string option)
    {
        server.Restart(option);
        try
        {
            var settings = server.NewDatabase();
            using var place = new Workplace();
            place.Settings["database"] = new JsonObject
            {
                ["mysql"] = new JsonObject
                {
                    ["socket"] = settings.Socket,
                    ["user"] = settings.User,
                    ["password_file"] = settings.PasswordFile,
                    ["database"] = settings.Database,
                },
            };
            place.Write();
            place.WriteSecret("address.key", File.ReadAllText(_key.File));
            var request = RequestMail.FromSomebodyNew();

            place.Filter(request).AssertDone();
            place.Filter(request).AssertDone();

            Assert.Equal(2, place.Outbox.Count);
            // Two entries, each with a hash, the mark of a sent entry, and no day.
            Assert.Equal(["1"], server.AsAdministrator(
                $"SELECT COUNT(*) FROM {settings.Database}.ledger WHERE tries = 2 AND HEX(entries) REGEXP "
                + $"'^(.{{16}}FF0000){{2}}$'"));

            using var store = RequesterStore.Open(
                new DatabaseSettings(null, settings), _key.Key, TimeSpan.FromSeconds(60), TimeProvider.System);
            var bytes = Enumerable.Range(0, 32).Select(i => "'\\\"\0\n`"u8[i % 6]).ToArray();
            var awkward = new Requester(bytes, bytes, [], "");
            Assert.Equal(Verdict.None, store.SetVerdict(awkward, Verdict.Blocked));
            Assert.Equal(Verdict.Blocked, store.SetVerdict(awkward, Verdict.None));
        }
        finally
        {
            server.Restart();
        }
    }

    /// <summary>
    /// A server that accepts a statement and then stays silent does not hold the message until its deadline.
    /// </summary>
    [Fact]
    public void StatementWithoutAnswer_EndsInTime()
    {
        using var database = MySqlDatabase.Open(
            server.NewDatabase(), _key.Key, TimeSpan.FromSeconds(2), TimeProvider.System, answersMessage: false);
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Assert.Throws<ResponderException>(() => database.Try(() => database.Scalar("SELECT SLEEP(60)")));

        Assert.InRange(watch.Elapsed.TotalSeconds, 1, 20);
    }

    /// <summary>The server ends the session of a host that vanished, and releases its locks.</summary>
    [Fact]
    public void SilentSession_EndsHalfAMinuteAfterTheDeadline()
    {
        using var database = MySqlDatabase.Open(
            server.NewDatabase(), _key.Key, TimeSpan.FromSeconds(47), TimeProvider.System, answersMessage: false);

        Assert.Equal(77, database.Scalar("SELECT @@wait_timeout"));
        Assert.Equal(77, database.Scalar("SELECT @@idle_transaction_timeout"));
        database.Connection.Close();
        Assert.InRange(database.Try(() => database.Scalar("SELECT @@wait_timeout")) ?? 0, 30, 77);
    }

    public void Dispose() => _key.Dispose();
}
