using System.Diagnostics;
using System.Text.RegularExpressions;
using MailResponder.Tests.Program;
using MailResponder.Tests.Reply.Rendered;
using MailResponder.Tests.S3;
using MailResponder.Tests.Ses;
using Microsoft.Data.Sqlite;

namespace MailResponder.Tests.Faults;

/// <summary>
/// The environment of one cell: its own workplace, and the script by which Postfix starts the responder there, with the
/// limits and failing calls that the cell sets.
/// </summary>
internal sealed partial class FaultHost : IDisposable
{
    private readonly List<Action> _endings = [];
    private readonly FaultServers _servers;
    private readonly string _binary;
    private readonly string _arguments;

    /// <param name="servers">The servers on which databases and buckets are created.</param>
    /// <param name="binary">The program, at a path that an unprivileged user can reach.</param>
    /// <param name="arguments">The arguments that the script adds to the settings and its own arguments.</param>
    public FaultHost(FaultServers servers, string binary, string arguments = "--recipient get@example.com")
    {
        _servers = servers;
        _binary = binary;
        _arguments = arguments;
        Own();
        WriteStart();
    }

    public Workplace Place { get; } = new();

    /// <summary>
    /// Makes calls fail by rules of faults.c. The place in a rule is the name of a file or the port of a server.
    /// </summary>
    public void Break(params string[] rules) =>
        WriteStart(
        $"env LD_PRELOAD={FaultLibrary.File} FAULTS_LOG={Place.PathTo("log")} 'FAULTS={string.Join(';', rules)}'");

    /// <summary>Runs the program under limits of prlimit(1), such as "--nofile=9".</summary>
    public void Limit(params string[] limits) => WriteStart("prlimit " + string.Join(' ', limits));

    /// <summary>
    /// Runs the program confined like the unit that runs only the program, as far as its own user can set that up.
    /// </summary>
    public void Confine() => WriteStart(Confinement.OfProgram.ByItsUser.Start);

    /// <summary>Undoes <see cref="Break"/> and <see cref="Limit"/>.</summary>
    public void Mend() => WriteStart();

    /// <summary>Answers another requester, so that the key and the database exist.</summary>
    public void AnswerSomebody()
    {
        Place.Filter(RequestMail.FromSomebodyNew() with { To = "links@example.com" }, "--recipient",
            "links@example.com").AssertDone();
        foreach (var folder in (string[])["outbox", "sent"])
            foreach (var reply in Place.RepliesIn(folder)) File.Delete(reply);
        Own();
    }

    /// <summary>
    /// Answers another request, so that book, body and attachment are rendered. A rendering becomes invalid when the
    /// owner of its source changes.
    /// </summary>
    public void Render()
    {
        Own();
        RenderedPlace.Settle();
        // Root renders nothing in a folder that belongs to another user.
        Place.FilterUnder(
            $"shift; exec setpriv --reuid=mail_responder --regid=mail_responder --clear-groups {_binary} \"$@\"",
            RequestMail.FromSomebodyNew().ToBytes()).AssertDone();
        foreach (var reply in Place.Outbox) File.Delete(reply);
        foreach (var kind in (string[])["addresses", "get@example.com", ".body", ".base64"]) Rendered(kind);
    }

    /// <summary>Returns the file of the rendered book whose name has this ending.</summary>
    public string Rendered(string ending) =>
        Path.GetRelativePath(
            Place.Folder,
            Directory.GetFiles(Place.PathTo("responder.db.rendered"), "*", SearchOption.AllDirectories)
                .Single(file => file.EndsWith(ending, StringComparison.Ordinal)));

    /// <summary>Puts the database into MariaDB. Its socket's name ends in "server.sock".</summary>
    public void UseMariaDb()
    {
        var database = _servers.MariaDb.NewDatabase();
        Place.WriteSecret("address.key", new string('7', 64) + "\n");
        Place.WriteSecret("password", "secret\n");
        Place.Settings["database"] = System.Text.Json.Nodes.JsonNode.Parse($$"""
            { "mysql": { "socket": "{{database.Socket}}", "user": "{{database.User}}", "password_file": "password",
              "database": "{{database.Database}}" } }
            """);
        Place.Write();
        Own();
    }

    /// <summary>Forwards the first packets of each connection from MariaDB, and then sends something else.</summary>
    public void CorruptMariaDb(int? packets, Action<Stream, byte[]> then)
    {
        var settings = Place.Settings["database"]!["mysql"]!;
        var server = (string)settings["socket"]!;
        var corrupt = new CorruptServer(Place.PathTo("corrupt.sock"), server, packets, then);
        AtEnd(corrupt.Dispose);
        settings["socket"] = "corrupt.sock";
        Place.Write();
        Own();
        MendMariaDb = () =>
        {
            settings["socket"] = server;
            Place.Write();
        };
    }

    public Action MendMariaDb { get; private set; } = () => { };

    /// <summary>
    /// Sends through a test double of SES, which answers each request, by its number, as the cell says.
    /// </summary>
    public SesDouble UseSes(Func<int, SesAnswer?>? answer = null, TlsChain? chain = null)
    {
        var ses = new SesDouble(answer, certificate: chain?.Server, intermediate: chain?.Middle);
        _endings.Add(ses.Dispose);
        Place.SendThrough(ses);
        Own();
        Replies = () => [.. ses.Accepted.Select(call => System.Text.Encoding.ASCII.GetString(call.RawMessage))];
        return ses;
    }

    /// <summary>Sends through a shell script. The replies are the files it leaves in "sent".</summary>
    public void UseSendmail(string script = SendmailThatSends)
    {
        Place.SendThrough(script);
        Own();
        Replies = () => [.. Place.RepliesIn("sent").Select(File.ReadAllText)];
    }

    public const string SendmailThatSends = """
        mkdir -p "$here/sent"
        cat >"$here/sent/.$$" && mv "$here/sent/.$$" "$here/sent/$$.eml"
        """;

    /// <summary>Puts book and attachment into buckets of the shared S3 server. Nothing has been pulled yet.</summary>
    public void UseS3()
    {
        var id = Guid.NewGuid().ToString("N");
        var s3 = _servers.S3;
        s3.MakeBucket("book-" + id);
        s3.MakeBucket("tools-" + id);
        Place.Book[1]!["attachments"]![0]![0] = "tools-" + id;
        Place.Book.RemoveAt(3);
        s3.Put("tools-" + id, "tool.zip", Place.Attachment);
        s3.Put("book-" + id, "book.json", System.Text.Encoding.UTF8.GetBytes(Place.Book.ToJsonString()));
        Place.WriteSecret("s3-credentials",
            $"[default]\naws_access_key_id = {S3Server.AccessKey}\naws_secret_access_key = {S3Server.SecretKey}\n");
        Place.Settings["response_book"] = "cache/responses.json";
        Place.Settings["files_root"] = "cache/files";
        Place.Settings["s3"] = System.Text.Json.Nodes.JsonNode.Parse($$"""
            { "region": "us-east-1", "endpoint": "{{s3.Endpoint}}", "credentials_file": "s3-credentials",
              "book_bucket": "book-{{id}}", "book_key": "book.json" }
            """);
        Place.Write();
        Own();
        BookInS3 = text => s3.Put("book-" + id, "book.json", text is null
            ? System.Text.Encoding.UTF8.GetBytes(Place.Book.ToJsonString())
            : System.Text.Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Uploads a text as the response book; null uploads the good one.</summary>
    public Action<string?> BookInS3 { get; private set; } = _ => { };

    public string S3Port => new Uri(_servers.S3.Endpoint).Port.ToString(
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Mounts a small file system on a folder.</summary>
    public void Mount(string folder, string size)
    {
        Directory.CreateDirectory(Place.PathTo(folder));
        Run("mount", "-t", "tmpfs", "-o", $"size={size},mode=0755", "none", Place.PathTo(folder));
        _endings.Add(() => Run("umount", "-l", Place.PathTo(folder)));
        Own();
    }

    public void Grow(string folder, string size) => Run("mount", "-o", $"remount,size={size}", Place.PathTo(folder));

    /// <summary>Fills a small file system completely.</summary>
    public void Fill(string folder)
    {
        using var filler = new FileStream(
            Place.PathTo(folder + "/filler"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) filler.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // The file system is full.
        }
    }

    public void AtEnd(Action end) => _endings.Add(end);

    /// <summary>
    /// Moves everything into the one database file: the last connection to close merges the write-ahead log.
    /// </summary>
    public void FoldDatabase()
    {
        using (var connection = new SqliteConnection($"Data Source={Place.PathTo("responder.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "pragma wal_checkpoint(truncate)";
            command.ExecuteNonQuery();
        }

        foreach (var ending in (string[])["-wal", "-shm"]) File.Delete(Place.PathTo("responder.db" + ending));
    }

    /// <summary>Holds SQLite's write lock until the cell is mended.</summary>
    public void LockDatabase()
    {
        var connection = new SqliteConnection($"Data Source={Place.PathTo("responder.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "begin exclusive";
        command.ExecuteNonQuery();
        Unlock = connection.Dispose;
        Own();
    }

    public Action Unlock { get; private set; } = () => { };

    /// <summary>Returns the whole text of each reply sent.</summary>
    public Func<IReadOnlyList<string>> Replies { get; private set; } = () => [];

    public void UseOutbox() => Replies = () => [.. Place.Outbox.Select(File.ReadAllText)];

    public void Set(string name, System.Text.Json.Nodes.JsonNode? value)
    {
        Place.Settings[name] = value;
        Place.Write();
        Own();
    }

    /// <summary>Makes a file accessible to root alone.</summary>
    public void TakeAway(string file)
    {
        Run("chown", "root:root", Place.PathTo(file));
        Run("chmod", Directory.Exists(Place.PathTo(file)) ? "0700" : "0600", Place.PathTo(file));
    }

    public void Hide(string file) => Directory.Move(Place.PathTo(file), Place.PathTo(file + ".away"));

    public void Unhide(string file)
    {
        // A file that was put in its place meanwhile.
        if (File.Exists(Place.PathTo(file))) File.Delete(Place.PathTo(file));
        Directory.Move(Place.PathTo(file + ".away"), Place.PathTo(file));
    }

    /// <summary>Puts a pipe, to which nothing is written, in place of a file.</summary>
    public void Pipe(string file) => Run("mkfifo", Place.PathTo(file));

    /// <summary>Replaces the content but keeps the file.</summary>
    public void Overwrite(string file, string text) => File.WriteAllText(Place.PathTo(file), text);

    /// <summary>Gives everything back to the responder's user.</summary>
    public void Own() => Place.GiveTo("mail_responder");

    /// <summary>The unfinished files that a killed or failed process may have left.</summary>
    public IReadOnlyList<string> Unfinished =>
        [.. Directory.EnumerateFiles(Place.Folder, "*", SearchOption.AllDirectories)
            .Where(file => UnfinishedName().IsMatch(Path.GetFileName(file)))];

    public void Dispose()
    {
        Unlock();
        _endings.Reverse();
        _endings.ForEach(end => end());
        Place.Dispose();
    }

    private void WriteStart(string under = "")
    {
        var unfinished = Place.PathTo("start.unfinished");
        Executable.Write(
            unfinished, $"#!/bin/sh\nexec {under} {_binary} --settings {Place.SettingsFile} {_arguments} \"$@\"\n");
        File.Move(unfinished, Place.PathTo("start"), overwrite: true);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}");
    }

    [GeneratedRegex(@"\.(part|new|tmp)$")]
    private static partial Regex UnfinishedName();
}
