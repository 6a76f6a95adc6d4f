using System.Globalization;
using System.Text.Json.Nodes;

namespace MailResponder.Tests.Program;

/// <summary>
/// What the program does with Authentication-Results, whoever wrote them: see also <see
/// cref="Postfix.AuthenticatedRequestTests"/>.
/// </summary>
public sealed class AuthenticationTests : IDisposable
{
    readonly Workplace place = new();

    public AuthenticationTests()
    {
        place.Settings["authserv_id"] = "mx.responder.test";
        place.Write();
    }

    public void Dispose() => place.Dispose();

    [Fact]
    public void OpenLookUp_DefersWhatRequiresItForAnHour()
    {
        var fresh = From("dkim=temperror header.d=freemail.test", TimeSpan.Zero);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var run = place.Filter(fresh);
            Assert.Equal(75, run.ExitCode);
            Assert.StartsWith("4.3.0 ", run.Errors, StringComparison.Ordinal);
            Assert.Contains("deferred reason=authentication address=get@example.com ", place.Log.Reports[^1],
                StringComparison.Ordinal);
            Assert.Single(place.Outbox);
        }

        place.Filter(From("dkim=temperror header.d=freemail.test", TimeSpan.FromMinutes(61))).AssertDone();
        Assert.Contains("(without-attachments)", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Equal(3, place.Outbox.Count);
        Assert.DoesNotContain("freemail", string.Join('\n', place.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void RequestThatProvesTooLittle_IsNamedInTheLog()
    {
        place.Settings["require_authentication"] = new JsonObject { ["links"] = "full" };
        place.Write();
        place.Filter(From("spf=pass smtp.mailfrom=freemail.test", TimeSpan.Zero)).AssertDone();
        Assert.Contains("skipped reason=not-authenticated address=get@example.com ", place.Log.Reports[^1],
            StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"not-authenticated\"", place.Log.Events[^1], StringComparison.Ordinal);
        Assert.Empty(place.Outbox);
        // Neither is a message: the operator sees all, and looks at what it takes.
        Assert.Equal(0, place.Command("send", "--to", "zahra@freemail.test", "--as", "get@example.com").ExitCode);
        Assert.Equal(2, place.Outbox.Count);
        Assert.Contains("authentication: full, for the attachments full\n",
            place.Command("config", "show", "get@example.com").OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public void DryRun_ShowsWhatTheRequestWouldGet()
    {
        var run = place.Filter(From("dkim=none", TimeSpan.Zero), "--dry-run");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("The tool is attached.", run.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain("tool.zip", run.OutputText, StringComparison.Ordinal);
    }

    static RequestMail From(string results, TimeSpan age)
    {
        var arrived = (DateTimeOffset.UtcNow - age)
            .ToString("ddd, d MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture);
        return RequestMail.FromSomebodyNew() with
        {
            MoreHeaders =
                $"Authentication-Results: mx.responder.test; {results}\r\nReceived: by mx.responder.test; "
                + $"{arrived}\r\n",
        };
    }
}
