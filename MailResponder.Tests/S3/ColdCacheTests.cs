using MailResponder.Tests.Program;

namespace MailResponder.Tests.S3;

/// <summary>Messages that arrive before the first pull, or after the cache was emptied.</summary>
public sealed class ColdCacheTests(S3Server server) : IClassFixture<S3Server>
{
    [Fact]
    public void Message_FillsTheCacheAndIsAnswered()
    {
        using var host = new PulledHost(server);
        server.Put(host.FilesBucket, "a.bin", PulledHost.Content(100_000, 1));
        host.UploadBookSaying("Hello", (host.FilesBucket, "a.bin"));
        host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Equal(2, host.Place.Outbox.Count);

        File.Delete(host.Cached(host.FilesBucket, "a.bin"));
        host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Equal(4, host.Place.Outbox.Count);
    }

    [Fact]
    public void ManyMessagesAtOnce_AreAllAnswered()
    {
        using var host = new PulledHost(server);
        host.UploadBookSaying("Hello");
        Parallel.For(0, 12, _ => host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone());
        Assert.Equal(12, host.Place.Outbox.Count);
    }

    [Fact]
    public void S3Away_DefersTheMessage_AndItIsAnsweredLater()
    {
        using var host = new PulledHost(server);
        host.UploadBookSaying("Hello");
        host.Place.Settings["s3"]!["endpoint"] = $"http://127.0.0.1:{Loopback.FreePort()}";
        host.Place.Write();
        var mail = RequestMail.FromSomebodyNew();
        host.Place.Filter(mail).AssertDeferred();
        host.Place.Settings["s3"]!["endpoint"] = server.Endpoint;
        host.Place.Write();
        host.Place.Filter(mail).AssertDone();
        Assert.Single(host.Place.Outbox);
    }

    [Fact]
    public void S3ThatHangs_IsNamedWhenTheDeadlinePasses()
    {
        using var hanging = new HalfAnswer(stall: true);
        using var host = new PulledHost(server, hanging.Endpoint);
        host.Place.Settings["deadline_seconds"] = 5;
        host.Place.Write();
        host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.Matches(
            $@"deferred reason=s3 .*s3://{host.ConfigBucket}/book\.json: "
            + "(no answer before the deadline|the deadline has passed)",
            host.Place.Log.Reports[^1]);
    }

    [Fact]
    public void Send_SaysThatAnAttachmentCouldNotBeFetched()
    {
        using var host = new PulledHost(server);
        server.Put(host.FilesBucket, "a.bin", PulledHost.Content(1000, 1));
        host.UploadBookSaying("Hello", (host.FilesBucket, "a.bin"));
        Assert.Equal(0, host.Pull().ExitCode);
        File.Delete(host.Cached(host.FilesBucket, "a.bin"));
        host.Place.Settings["s3"]!["endpoint"] = $"http://127.0.0.1:{Loopback.FreePort()}";
        host.Place.Write();
        var run = host.Place.Command("send", "--to", "zahra@freemail.test", "--as", "get@example.com");
        Assert.True(run.ExitCode == 69, $"{run.ExitCode}: {run.Errors}");
        Assert.Contains("s3://", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void WarmCache_NeedsNoS3()
    {
        using var host = new PulledHost(server);
        host.UploadBookSaying("Hello");
        Assert.Equal(0, host.Pull().ExitCode);
        host.Place.Settings["s3"]!["endpoint"] = $"http://127.0.0.1:{Loopback.FreePort()}";
        host.Place.Write();
        host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Single(host.Place.Outbox);
    }
}
