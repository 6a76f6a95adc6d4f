using System.Text.Json.Nodes;
using MailResponder.Tests.Host;
using MailResponder.Tests.Mail;
using Microsoft.Data.Sqlite;

namespace MailResponder.Tests.Program;

/// <summary>
/// If the database cannot be written, the message is deferred. It is answered once writing works again.
/// </summary>
public sealed class DatabaseFaultTests
{
    [Fact]
    public void LockedDatabase_IsDeferredBeforeTheDeadline()
    {
        using var place = AnsweredOnce();
        place.Settings["deadline_seconds"] = 3;
        place.Write();
        var request = RequestMail.FromSomebodyNew();
        using (var locker = Open(place))
        {
            Execute(locker, "begin exclusive");
            place.Filter(request).AssertDeferred();
        }

        AssertDeferredForDatabase(place);
        AssertAnswers(place, request);
    }

    [Fact]
    public void CorruptDatabase_IsDeferred()
    {
        using var place = AnsweredOnce();
        foreach (var file in Directory.GetFiles(place.Folder, "responder.db*")) File.Delete(file);
        File.WriteAllText(place.PathTo("responder.db"), string.Concat(Enumerable.Repeat("not a database ", 1000)));

        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();

        AssertDeferredForDatabase(place);
    }

    [Fact]
    public void DatabaseCutShort_IsDeferred()
    {
        using var place = AnsweredOnce();
        File.Delete(place.PathTo("responder.db-wal"));
        using (var file = File.OpenWrite(place.PathTo("responder.db"))) file.SetLength(file.Length / 2);

        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();

        AssertDeferredForDatabase(place);
    }

    [Fact]
    public void DatabaseFolderThatCannotBeWritten_IsDeferred()
    {
        using var place = AnsweredOnce();
        // Root may write everywhere, so the program runs as the user that Postfix runs it as.
        place.GiveTo("mail_responder");
        File.SetUnixFileMode(place.PathTo("responder.db"), (UnixFileMode)Convert.ToInt32("0444", 8));
        File.SetUnixFileMode(place.Folder, (UnixFileMode)Convert.ToInt32("0555", 8));

        place.FilterUnder(
            """exec setpriv --reuid=mail_responder --regid=mail_responder --clear-groups "$@" """,
            RequestMail.FromSomebodyNew().ToBytes()).AssertDeferred();

        AssertDeferredForDatabase(place);
    }

    [Fact]
    public void DatabaseThatIsNamedByALink_IsUsedUnderBothNames()
    {
        using var place = new Workplace();
        Directory.CreateDirectory(place.PathTo("disk"));
        File.CreateSymbolicLink(place.PathTo("responder.db"), "disk/true.db");
        var request = RequestMail.FromSomebodyNew();
        Assert.Equal(0, place.Command("config", "check").ExitCode);

        AssertAnswers(place, request);
        place.Settings["database"] = new JsonObject { ["sqlite"] = "disk/true.db" };
        place.Write();
        AssertAnswers(place, request);

        Assert.Equal(0, place.Command("config", "check").ExitCode);
        Assert.Equal(["responder.db"], Directory.GetFiles(place.Folder, "responder.db*").Select(Path.GetFileName));
        Assert.Equal(["true.db", "true.db-shm", "true.db-wal", "true.db.lock"],
            Directory.GetFiles(place.PathTo("disk")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// Whichever write hits the limit (key, database, write-ahead log, reply), the first run either answers or defers.
    /// After the retry each reply has been sent exactly once.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    public void FullDisk_IsDeferredAndTheRetryAnswersOnce(int blocks)
    {
        using var place = new Workplace();
        var request = RequestMail.FromSomebodyNew();
        var run = place.FilterUnder($"""ulimit -f {blocks}; exec "$@" """, request.ToBytes());

        if (run.ExitCode == 0) Assert.Equal(2, place.Outbox.Count);
        else run.AssertDeferred();
        AssertAnswers(place, request);
        Assert.Equal(2, ReadMail.All(place.Outbox).Count(reply => reply.IsSignedByUs));
    }

    private static Workplace AnsweredOnce()
    {
        var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew() with { To = "links@example.com" }, "--recipient",
            "links@example.com")
            .AssertDone();
        Directory.Delete(place.PathTo("outbox"), recursive: true);
        return place;
    }

    private static void AssertDeferredForDatabase(Workplace place)
    {
        Assert.Empty(place.Outbox);
        Assert.Contains("deferred reason=database address=get@example.com ", place.Log.Reports[^1],
            StringComparison.Ordinal);
    }

    private static void AssertAnswers(Workplace place, RequestMail request)
    {
        place.Filter(request).AssertDone();
        Assert.Equal(2, place.Outbox.Count);
    }

    private static SqliteConnection Open(Workplace place)
    {
        var connection = new SqliteConnection($"Data Source={place.PathTo("responder.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Cron resets once a day. Without it, quotas would not be renewed for a day.</summary>
    [Theory]
    [InlineData(false, 0, "The quota of 1 requester(s) was reset")]
    [InlineData(false, 86_400, "The quota of 1 requester(s) was reset")]
    [InlineData(true, 0, "The quotas were reset meanwhile")]
    public void ResetWithoutADatabase_TriesAgain_AndStartsOneWindow(
        bool anotherResets, int clockWasAheadBy, string expected)
    {
        using var place = AnsweredOnce();
        if (clockWasAheadBy > 0)
        {
            using var database = Open(place);
            Execute(database, $"UPDATE meta SET value = unixepoch() + {clockWasAheadBy} WHERE name = 'last_reset'");
        }

        using var away = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(place.Folder, "responder.db*"))
            File.Move(file, away.PathTo(Path.GetFileName(file)));
        File.WriteAllText(place.PathTo("responder.db"), string.Concat(Enumerable.Repeat("not a database ", 1000)));
        using var reset = ResponderProcess.Start($"exec \"$@\" 2>'{place.PathTo("errors")}'",
            "blacklist", "reset", "--settings", place.SettingsFile);
        reset.Feed([]);
        Patience.Until("the first try has failed",
            () => new FileInfo(place.PathTo("errors")) is { Exists: true, Length: > 0 });
        foreach (var file in Directory.GetFiles(away.Path))
            File.Move(file, place.PathTo(Path.GetFileName(file)), overwrite: true);
        if (anotherResets)
            Assert.Equal(0, place.Command("blacklist", "reset").ExitCode);

        var run = reset.Finish();

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith(expected, run.OutputText, StringComparison.Ordinal);
        Assert.Contains("trying again for 6 hours", Assert.Single(File.ReadAllLines(place.PathTo("errors"))),
            StringComparison.Ordinal);
    }

    /// <summary>Root replays a message before the first real one arrives.</summary>
    [Fact]
    public void RootByHand_LeavesNothingThatTheServiceCannotUse()
    {
        using var place = new Workplace();
        place.GiveTo("mail_responder");
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Equal(0, place.Command("blacklist", "reset").ExitCode);
        Assert.Equal(0, place.Command("config", "pull").ExitCode);

        var owners = ToolRun.Of("find", place.Folder, "!", "-user", "mail_responder").Output;
        Assert.Equal("", owners);
        place.FilterUnder("""exec setpriv --reuid=mail_responder --regid=mail_responder --clear-groups "$@" """,
            RequestMail.FromSomebodyNew().ToBytes()).AssertDone();
    }
}
