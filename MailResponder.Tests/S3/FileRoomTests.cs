using System.Net;
using System.Net.Sockets;
using System.Text;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.S3;

/// <summary>Objects larger than the settings or the disk allow, each with an older good book in force.</summary>
public sealed class FileRoomTests(S3Server server) : IClassFixture<S3Server>
{
    [Fact]
    public void LargerThanTheSetting_IsRefused_AndTheOldFilesStay()
    {
        using var host = PulledHost.WithGoodBook(server);
        server.Put(host.FilesBucket, "fits.bin", PulledHost.Content(100_000, 2));
        server.Put(host.FilesBucket, "large.bin", PulledHost.Content(100_001, 3));
        host.Place.Settings["s3"]!["max_file_bytes"] = 100_000;
        host.Place.Write();
        host.UploadBookSaying("A new one", (host.FilesBucket, "fits.bin"), (host.FilesBucket, "large.bin"));
        var run = host.Pull();
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(
            $"attachments: s3://{host.FilesBucket}/large.bin: has 100001 bytes or more, and s3.max_file_bytes is "
            + $"100000; upload a smaller file, or raise the setting\n",
            run.Errors, StringComparison.Ordinal);
        host.AssertGoodBookInForce();
        Assert.False(Directory.Exists(host.Place.PathTo("cache/files/.pull")));

        server.Put(host.FilesBucket, "large.bin", PulledHost.Content(100_000, 3));
        Assert.Equal("files: 3 fetched, 0 unchanged\nmaps: unchanged\n", host.Pull().OutputText);
        Assert.Equal(PulledHost.Content(100_000, 3), File.ReadAllBytes(host.Cached(host.FilesBucket, "large.bin")));
    }

    [Fact]
    public void BookLargerThanTheSetting_IsRefused()
    {
        using var host = PulledHost.WithGoodBook(server);
        host.Place.Settings["s3"]!["max_file_bytes"] = 1024;
        host.Place.Write();
        host.UploadBookSaying(new string('x', 2000));
        var run = host.Pull();
        Assert.Equal(69, run.ExitCode);
        Assert.Contains($"s3://{host.ConfigBucket}/book.json: has ", run.Errors, StringComparison.Ordinal);
        Assert.Contains("s3.max_file_bytes is 1024", run.Errors, StringComparison.Ordinal);
        host.AssertGoodBookInForce();
        Assert.False(Directory.Exists(host.Place.PathTo("cache/files/.pull")));
    }

    /// <summary>
    /// The limit is 64 MiB if the settings name none. The server announces no length, and would never end.
    /// </summary>
    [Fact]
    public void AnswerWithoutLength_IsCounted_AndLeft()
    {
        using var endless = new EndlessAnswer();
        using var host = PulledHost.WithGoodBook(server);
        host.Place.Settings["s3"]!["endpoint"] = endless.Endpoint;
        host.Place.Write();
        var run = host.Pull();
        Assert.Equal(69, run.ExitCode);
        Assert.Matches("book.json: has 671[0-9]{5} bytes or more, and s3.max_file_bytes is 67108864;", run.Errors);
        host.AssertGoodBookInForce();
        Assert.False(Directory.Exists(host.Place.PathTo("cache/files/.pull")));
    }

    /// <summary>
    /// A twentieth of the disk stays free. The object itself would fit, but the database next to it would not grow any
    /// more.
    /// </summary>
    [Fact]
    public void LargerThanTheDiskCanSpare_IsRefused_BeforeAnythingOfItIsThere()
    {
        using var host = PulledHost.WithGoodBook(server);
        var small = host.Place.PathTo("small");
        Directory.CreateDirectory(small);
        ToolRun.Of("mount", "-t", "tmpfs", "-o", "size=4m", "none", small).AssertDone();
        try
        {
            host.Place.Settings["files_root"] = "small/files";
            host.Place.Write();
            server.Put(host.FilesBucket, "large.bin", PulledHost.Content((4 << 20) - 120_000, 9));
            host.UploadBookSaying("A new one", (host.FilesBucket, "large.bin"));
            var run = host.Pull();
            Assert.NotEqual(0, run.ExitCode);
            Assert.Matches(
                "large.bin: has 4074304 bytes or more, and the disk is full: 39[0-9]{5} bytes are free, not counting "
                + "the 5 % kept free for the database; make room on the disk of ", run.Errors);
            Assert.Contains("The good one", File.ReadAllText(host.BookInForce), StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFiles(small, "large.bin*", SearchOption.AllDirectories));
        }
        finally
        {
            ToolRun.Of("umount", small).AssertDone();
        }
    }

    /// <summary>A server that sends an object in chunks that never end.</summary>
    private sealed class EndlessAnswer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public EndlessAnswer()
        {
            _listener.Start();
            _ = Task.Run(async () =>
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    var stream = client.GetStream();
                    Assert.NotEqual(0, await stream.ReadAsync(new byte[65536]));
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: "
                        + "\"0123456789abcdef0123456789abcdef\"\r\nContent-Type: application/json\r\n\r\n"));
                    byte[] chunk = [.. Encoding.ASCII.GetBytes("10000\r\n"), .. new byte[0x10000], (byte)'\r',
                        (byte)'\n'];
                    try
                    {
                        while (true)
                            await stream.WriteAsync(chunk);
                    }
                    catch (IOException)
                    {
                        // The program has closed the connection.
                    }
                }
            });
        }

        public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        public void Dispose() => _listener.Dispose();
    }
}
