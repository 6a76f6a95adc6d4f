using MailResponder.Tests.Program;
using Microsoft.Data.Sqlite;

namespace MailResponder.Tests.Faults;

/// <summary>
/// The power fails while the host answers, or right after. All that is left of the SQLite database and the outbox is
/// what the program has waited to see on the disk (disk.c). Whether or not Postfix still has the message, it is tried
/// again.
/// </summary>
public sealed class PowerCutTests : IDisposable
{
    private readonly Workplace _place = new();
    private readonly RequestMail _request = RequestMail.FromSomebodyNew();

    public PowerCutTests()
    {
        // A database that has been in use and has a write-ahead log.
        _place.Filter(RequestMail.FromSomebodyNew() with { To = "links@example.com" }, "--recipient",
            "links@example.com").AssertDone();
        Directory.Delete(_place.PathTo("outbox"), recursive: true);
        Directory.CreateDirectory(_place.PathTo("disk"));
        Copy(_place.Folder, _place.PathTo("disk"));
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void AfterTheAnswer_NothingIsSentAgain()
    {
        AnswerOnDisk();
        var sent = Files();
        PowerReturnsWith("disk");
        _place.Filter(_request).AssertDone();
        Assert.Equal(2, sent.Count);
        Assert.Equal(sent, Files());
        Assert.Equal(1, MostUsed());
        Assert.Equal(_place.Outbox.Select(Path.GetFileName).Order(),
            Directory.GetFiles(_place.PathTo("disk/outbox")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void BeforeTheSecondReply_OnlyThatIsSent()
    {
        AnswerOnDisk();
        File.Delete(_place.Outbox[^1]);
        var first = Assert.Single(Files());
        PowerReturnsWith("disk/2");
        _place.Filter(_request).AssertDone();
        Assert.Equal(2, Files().Count);
        Assert.Contains(first, Files());
        Assert.Equal(1, MostUsed());
    }

    [Fact]
    public void BeforeTheFirstReply_AllAreSent_AndCountedOnce()
    {
        AnswerOnDisk();
        Directory.Delete(_place.PathTo("outbox"), recursive: true);
        PowerReturnsWith("disk/1");
        _place.Filter(_request).AssertDone();
        Assert.Equal(2, Files().Count);
        Assert.Equal(1, MostUsed());
    }

    /// <summary>Shows what the tests above would find if the program did not wait for the disk.</summary>
    [Fact]
    public void DiskThatForgets_HasItSentAgain()
    {
        AnswerOnDisk("DISK_FORGETS=1");
        var sent = Files();
        PowerReturnsWith("disk");
        _place.Filter(_request).AssertDone();
        Assert.Equal(2, Files().Count);
        Assert.Empty(sent.Intersect(Files()));
    }

    private void AnswerOnDisk(string more = "") =>
        _place.FilterUnder(
            $"""exec env LD_PRELOAD={FaultLibrary.Disk} DISK={_place.PathTo("disk")} {more} "$@" """,
            _request.ToBytes()).AssertDone();

    private void PowerReturnsWith(string left)
    {
        foreach (var file in Directory.GetFiles(_place.Folder, "responder.db*")) File.Delete(file);
        Copy(_place.PathTo(left), _place.Folder);
        using var database = Open();
        using var check = new SqliteCommand("PRAGMA integrity_check", database);
        Assert.Equal("ok", check.ExecuteScalar());
    }

    /// <summary>Returns the replies, each with the time that distinguishes it from one sent again.</summary>
    private List<(string, DateTime)> Files() =>
        [.. _place.Outbox.Select(file => (file, File.GetLastWriteTimeUtc(file)))];

    private long MostUsed()
    {
        using var database = Open();
        using var most = new SqliteCommand("SELECT MAX(used) FROM quota", database);
        return (long)most.ExecuteScalar()!;
    }

    private SqliteConnection Open()
    {
        var database = new SqliteConnection($"Data Source={_place.PathTo("responder.db")};Pooling=False");
        database.Open();
        return database;
    }

    private static void Copy(string from, string to)
    {
        foreach (var name in (string[])["responder.db", "responder.db-wal"])
        {
            if (File.Exists(Path.Join(from, name))) File.Copy(
                Path.Join(from, name), Path.Join(to, name), overwrite: true);
        }
    }
}
