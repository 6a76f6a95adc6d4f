using System.Diagnostics;
using MailResponder.Settings;
using MailResponder.Store;
using MailResponder.Store.Sqlite;
using MailResponder.Tests.Host;
using Microsoft.Data.Sqlite;

namespace MailResponder.Tests.Store;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteStoreTests : StoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sqlite-").FullName;

    private string DatabaseFile => Path.Combine(_folder, "responder.db");

    internal override RequesterStore OpenAnother() => OpenWith(Key);

    internal override RequesterStore OpenWith(AddressKey key) =>
        RequesterStore.Open(new DatabaseSettings(DatabaseFile, null), key, TimeSpan.FromSeconds(60), Clock);

    internal override IDatabase OpenDatabase(AddressKey key) =>
        SqliteDatabase.Open(DatabaseFile, key, TimeSpan.FromSeconds(60));

    protected override long Number(string sql) => Convert.ToInt64(Ask(sql), null);

    protected override void Run(string sql) => Ask(sql);

    // fcntl locks belong to a process, so Python takes one as another process.
    internal override IDisposable? InAnotherProcess(RequesterStore other, MessageKey message)
    {
        var offset = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(message.Original) & (long.MaxValue >> 1);
        using var python = Process.Start("python3", ["-c",
            $"import fcntl\nf = open('{DatabaseFile}.lock', 'r+')\ntry: fcntl.lockf(f, fcntl.LOCK_EX | "
                + $"fcntl.LOCK_NB, 1, {offset})\nexcept OSError: exit(7)"]);
        python.WaitForExit();
        Assert.True(python.ExitCode is 0 or 7);
        return python.ExitCode == 7 ? null : new MemoryStream();
    }

    [Fact]
    public void DatabaseOfAnotherResponder_IsLeftAlone()
    {
        Open().Dispose();
        Run("UPDATE meta SET value = 99 WHERE name = 'schema'");

        var failure = Assert.Throws<ResponderException>(Open);

        Assert.Equal(Cause.Database, failure.Cause);
        Assert.Contains("made by another responder version (schema 99, this one needs 1)", failure.Message,
            StringComparison.Ordinal);
    }

    /// <summary>
    /// This also holds below a linked folder, where `..` means another folder than the path suggests.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DatabaseThatIsNamedByALink_IsTheSameDatabase(bool isThereAlready)
    {
        if (isThereAlready) Open();
        Directory.CreateDirectory(Path.Combine(_folder, "deep/links"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "way"), Path.Combine(_folder, "deep/links"));
        File.CreateSymbolicLink(Path.Combine(_folder, "deep/links/responder.db"), "../second");
        File.CreateSymbolicLink(Path.Combine(_folder, "deep/second"), DatabaseFile);
        var message = NewMessage();

        var settings = new DatabaseSettings(Path.Combine(_folder, "way/responder.db"), null);
        using (var store = RequesterStore.Open(settings, Key, TimeSpan.FromSeconds(60), Clock))
        using (store.EnterMessage(message))
        {
            Assert.Null(InAnotherProcess(store, message));
            var claim = store.Claim(message, Somebody(), 3);
            store.Record(claim, SentEntries(0));
        }

        AssertRetry(Open().Claim(message, Somebody(), 3), 0);
        Assert.Equal(["responder.db"],
            Directory.GetFiles(Path.Combine(_folder, "deep/links")).Select(Path.GetFileName));
        Assert.Equal(["second"], Directory.GetFiles(Path.Combine(_folder, "deep")).Select(Path.GetFileName));
    }

    /// <summary>On a full disk the space of a deleted log would go to others.</summary>
    [Fact]
    public void LookingAndCopying_KeepTheLog()
    {
        using (var store = OpenAnother())
            store.Claim(NewMessage(), Somebody(), 3);
        var bytes = new FileInfo(DatabaseFile + "-wal").Length;

        SqliteDatabase.Look(DatabaseFile, TimeSpan.FromSeconds(60));
        SqliteDatabase.CopyTo(DatabaseFile + ".copy", DatabaseFile, TimeSpan.FromSeconds(60));

        Assert.Equal(bytes, new FileInfo(DatabaseFile + "-wal").Length);
        Assert.Equal(["responder.db", "responder.db-shm", "responder.db-wal", "responder.db.copy"],
            Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    /// <summary>Another user of the folder must not be able to have root write through a link.</summary>
    [Fact]
    public void FullDiskWithoutALog_IsNotTakenForAMissingRight()
    {
        using var elsewhere = new TemporaryFolder();
        var file = elsewhere.Write("file", "content");
        ToolRun.Of("mount", "-t", "tmpfs", "-o", "nr_inodes=16", "none", _folder).AssertDone();
        try
        {
            OpenAnother().Dispose();
            File.Delete(DatabaseFile + "-wal");
            File.Delete(DatabaseFile + "-shm");
            File.CreateSymbolicLink($"{DatabaseFile}.{Environment.ProcessId}", file);
            Assert.Throws<IOException>(Fill);

            var failure = Assert.Throws<ResponderException>(() => OpenAnother());

            Assert.EndsWith("responder.db: the disk is full", failure.Message, StringComparison.Ordinal);
            Assert.Equal("content", File.ReadAllText(file));
        }
        finally
        {
            ToolRun.Of("umount", "--lazy", _folder).AssertDone();
        }

        void Fill()
        {
            for (var i = 0; ; i++) File.Create(Path.Combine(_folder, $"filling{i}")).Dispose();
        }
    }

    protected override void CleanUp() => Directory.Delete(_folder, recursive: true);

    private object? Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
