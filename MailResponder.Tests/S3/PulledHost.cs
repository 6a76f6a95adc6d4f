using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.S3;

/// <summary>
/// A host that gets its book and attachments from buckets. Each test has its own buckets on the shared server.
/// </summary>
internal sealed class PulledHost : IDisposable
{
    private readonly S3Server _server;
    private readonly string _id = Guid.NewGuid().ToString("N");

    /// <param name="server">The server of the buckets.</param>
    /// <param name="endpoint">A server that stands in for it; null for the server itself.</param>
    public PulledHost(S3Server server, string? endpoint = null)
    {
        _server = server;
        server.MakeBucket(ConfigBucket);
        server.MakeBucket(FilesBucket);
        Place.WriteSecret("credentials",
            $"[default]\naws_access_key_id = {S3Server.AccessKey}\naws_secret_access_key = {S3Server.SecretKey}\n");
        Place.Settings["response_book"] = "cache/responses.json";
        Place.Settings["files_root"] = "cache/files";
        Place.Settings["postfix_maps"] = "maps";
        Place.Settings["s3"] = new JsonObject
        {
            ["region"] = "us-east-1",
            ["endpoint"] = endpoint ?? server.Endpoint,
            ["credentials_file"] = "credentials",
            ["book_bucket"] = ConfigBucket,
            ["book_key"] = "book.json",
        };
        Place.Write();
    }

    /// <summary>Returns a host that has pulled a book and its attachment, <c>a.bin</c>.</summary>
    public static PulledHost WithGoodBook(S3Server server)
    {
        var host = new PulledHost(server);
        server.Put(host.FilesBucket, "a.bin", Content(1000, 1));
        host.UploadBookSaying("The good one", (host.FilesBucket, "a.bin"));
        Assert.Equal(0, host.Pull().ExitCode);
        return host;
    }

    public Workplace Place { get; } = new();

    public string ConfigBucket => "config-" + _id;

    public string FilesBucket => "files-" + _id;

    public string BookInForce => Place.PathTo("cache/responses.json");

    /// <summary>
    /// Uploads a book with one entry for each attachment. <paramref name="text"/> is the body of every entry.
    /// </summary>
    public void UploadBookSaying(string text, params (string Bucket, string File)[] attachments)
    {
        var book = new JsonArray(new JsonObject
        {
            ["email_addr"] = "get@example.com",
            ["body"] = text,
            ["attachments"] = null
        });
        foreach (var (bucket, file) in attachments)
        {
            book.Add((JsonNode)new JsonObject
            {
                ["email_addr"] = "get@example.com",
                ["body"] = text,
                ["attachments"] = new JsonArray(new JsonArray(bucket, file, "tool.bin")),
            });
        }

        UploadBook(book.ToJsonString());
    }

    public void UploadBook(string json) => _server.Put(ConfigBucket, "book.json", Encoding.UTF8.GetBytes(json));

    public ProgramRun Pull(params string[] more) => Place.Command(["config", "pull", .. more]);

    public string Cached(string bucket, string file) => Place.PathTo($"cache/files/{bucket}/{file}");

    /// <summary>Fails unless the files that <see cref="WithGoodBook"/> pulled are still complete.</summary>
    public void AssertGoodBookInForce()
    {
        Assert.Contains("The good one", File.ReadAllText(BookInForce), StringComparison.Ordinal);
        Assert.Equal(Content(1000, 1), File.ReadAllBytes(Cached(FilesBucket, "a.bin")));
    }

    /// <summary>Returns random bytes, which cannot be compressed and do not repeat.</summary>
    public static byte[] Content(int length, int seed)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    public void Dispose() => Place.Dispose();
}
