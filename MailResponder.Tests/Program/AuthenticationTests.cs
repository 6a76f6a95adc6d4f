using System.Globalization;
using System.Text.Json.Nodes;

namespace MailResponder.Tests.Program;

/// <summary>
/// How the program uses Authentication-Results, whoever wrote them; see also
/// <see cref="Postfix.AuthenticatedRequestTests"/>.
/// </summary>
public sealed class AuthenticationTests : IDisposable
{
    private readonly Workplace _place = new();

    public AuthenticationTests()
    {
        _place.Settings["authserv_id"] = "mx.responder.test";
        _place.Write();
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void OpenLookUp_DefersWhatRequiresItForAnHour()
    {
        var fresh = From("dkim=temperror header.d=freemail.test", TimeSpan.Zero);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var run = _place.Filter(fresh);
            Assert.Equal(75, run.ExitCode);
            Assert.StartsWith("4.3.0 ", run.Errors, StringComparison.Ordinal);
            Assert.Contains("deferred reason=authentication address=get@example.com ", _place.Log.Reports[^1],
                StringComparison.Ordinal);
            Assert.Single(_place.Outbox);
        }

        _place.Filter(From("dkim=temperror header.d=freemail.test", TimeSpan.FromMinutes(61))).AssertDone();
        Assert.Contains("(without-attachments)", _place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Equal(3, _place.Outbox.Count);
        Assert.DoesNotContain("freemail", string.Join('\n', _place.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void RequestThatProvesTooLittle_IsNamedInTheLog()
    {
        _place.Settings["require_authentication"] = new JsonObject { ["links"] = "full" };
        _place.Write();
        _place.Filter(From("spf=pass smtp.mailfrom=freemail.test", TimeSpan.Zero)).AssertDone();
        Assert.Contains("skipped reason=not-authenticated address=get@example.com ", _place.Log.Reports[^1],
            StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"not-authenticated\"", _place.Log.Events[^1], StringComparison.Ordinal);
        Assert.Empty(_place.Outbox);
        // Neither command processes a message: the operator gets everything, and sees what it requires.
        Assert.Equal(0, _place.Command("send", "--to", "zahra@freemail.test", "--as", "get@example.com").ExitCode);
        Assert.Equal(2, _place.Outbox.Count);
        Assert.Contains("authentication: full, for the attachments full\n",
            _place.Command("config", "show", "get@example.com").OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public void DryRun_ShowsWhatTheRequestWouldGet()
    {
        var run = _place.Filter(From("dkim=none", TimeSpan.Zero), "--dry-run");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("The tool is attached.", run.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain("tool.zip", run.OutputText, StringComparison.Ordinal);
    }

    private static RequestMail From(string results, TimeSpan age)
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
