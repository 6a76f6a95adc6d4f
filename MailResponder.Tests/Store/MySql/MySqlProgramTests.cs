using System.Text.Json.Nodes;
using MailResponder.Settings;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Store;

/// <summary>Runs the published program on a shared server, in real processes.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlProgramTests : IDisposable
{
    private readonly PrivateMariaDb _server;
    private readonly MySqlSettings _settings;
    private readonly Workplace _place = new();

    public MySqlProgramTests(PrivateMariaDb server)
    {
        _server = server;
        _settings = server.NewDatabase();
        _place.WriteSecret("address.key", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
        Use(OverSocket());
    }

    [Fact]
    public void HundredRequestsAtOnce_GetExactlyThreeAnswersWhileTheQuotaIsNotReset()
    {
        var person = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        ResponderProcess[] all = [.. Enumerable.Range(0, 100)
            .Select(_ => _place.StartFilter("--recipient", "links@example.com"))];

        Parallel.ForEach(all, new ParallelOptions { MaxDegreeOfParallelism = 16 }, running =>
            running.Feed(person.Again().ToBytes()));

        foreach (var running in all)
        {
            running.Finish().AssertDone();
            running.Dispose();
        }
        Assert.Equal(3, _place.Outbox.Count);
        Assert.Equal(97, _place.Log.Reports.Count(
            line => line.Contains("reason=over-quota ", StringComparison.Ordinal)));
        Assert.Equal("3", _server.AsAdministrator($"SELECT used FROM {_settings.Database}.quota")[0]);
    }

    [Fact]
    public void ThousandRequests_BringFourMails()
    {
        _place.Book.Add(new JsonObject
        {
            ["email_addr"] = "over-quota@example.com",
            ["body"] = "You have had three answers today.",
            ["attachments"] = null,
        });
        _place.Settings["over_quota"] = "over-quota@example.com";
        _place.Write();
        AnswerInPlaceOfSilenceTests.ThousandRequests(_place);
    }

    /// <summary>
    /// The server is read-only, like a primary after a failover. Each attempt would send the reply, and none could
    /// record it.
    /// </summary>
    [Fact]
    public void ServerThatCannotBeWritten_SendsNothingAtARetry()
    {
        _place.Settings["deadline_seconds"] = 5;
        _place.Write();
        var request = RequestMail.FromSomebodyNew();
        File.Move(_place.PathTo("files/tools/tool.zip"), _place.PathTo("away"));
        _place.Filter(request).AssertDeferred();
        File.Move(_place.PathTo("away"), _place.PathTo("files/tools/tool.zip"));
        _server.AsAdministrator("SET GLOBAL read_only = 1");
        try
        {
            for (var i = 0; i < 2; i++) _place.Filter(request).AssertDeferred();
            Assert.Single(_place.Outbox);
        }
        finally
        {
            _server.AsAdministrator("SET GLOBAL read_only = 0");
        }

        _place.Filter(request).AssertDone();
        Assert.Equal(2, _place.Outbox.Count);
    }

    [Fact]
    public void LimitOfTheService_IsSharedByAllAndOneOfThemSaysSo()
    {
        _place.Settings["limits"] = new JsonObject { ["domain_per_minute"] = 100, ["service_per_day"] = 5 };
        _place.Write();
        ResponderProcess[] all = [.. Enumerable.Range(0, 20)
            .Select(_ => _place.StartFilter("--recipient", "links@example.com"))];

        Parallel.ForEach(all, running =>
            running.Feed((RequestMail.FromSomebodyNew() with { To = "links@example.com" }).ToBytes()));
        ProgramRun[] runs = [.. all.Select(running => running.Finish())];
        foreach (var running in all) running.Dispose();

        Assert.Equal((5, 15), (_place.Outbox.Count, runs.Count(run => run.ExitCode == 75)));
        Assert.Equal(15, _place.Log.Reports.Count(
            line => line.Contains("deferred reason=service-limit ", StringComparison.Ordinal)));
        Assert.Single(_place.Log.Reports, line =>
            line.Contains("limits.service_per_day=5 reached", StringComparison.Ordinal));
        Assert.Equal("5", _server.AsAdministrator($"SELECT SUM(used) FROM {_settings.Database}.quota")[0]);
    }

    [Fact]
    public void NewAddressKey_IsForAllHosts()
    {
        using var other = new Workplace();
        other.Settings["database"] = _place.Settings["database"]!.DeepClone();
        other.Write();
        other.WriteSecret("address.key", File.ReadAllText(_place.PathTo("address.key")));
        var blocked = RequestMail.FromSomebodyNew();
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();

        Assert.Equal(0, _place.Command("blacklist", "rotate-key").ExitCode);
        Assert.Equal(0, other.Command("blacklist", "block", blocked.From).ExitCode);
        other.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        _place.Filter(blocked).AssertDone();
        Assert.Contains("skipped reason=blocked ", _place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Equal(0, other.Command("blacklist", "reset").ExitCode);
        Assert.Contains("The new address key is in force", _place.Command("blacklist", "reset").OutputText,
            StringComparison.Ordinal);

        other.Filter(blocked).AssertDeferred("4.3.5 ");
        Assert.Contains("has gone over to a newer address key; copy the newer key file", other.Log.Reports[^1],
            StringComparison.Ordinal);
        other.WriteSecret("address.key", File.ReadAllText(_place.PathTo("address.key")));
        other.Filter(blocked).AssertDone();
        Assert.Contains("skipped reason=blocked ", other.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_ComesOverTlsAndTheDumpKnowsNobody()
    {
        Use(OverTls());
        var person = RequestMail.FromSomebodyNew();

        _place.Filter(person).AssertDone();

        Assert.Equal(2, _place.Outbox.Count);
        var dump = string.Join('\n', _server.AsAdministrator(
            $"SELECT HEX(message) FROM {_settings.Database}.ledger UNION SELECT HEX(requester) FROM "
            + $"{_settings.Database}.quota"));
        Assert.DoesNotContain(Convert.ToHexString("example"u8), dump, StringComparison.Ordinal);
    }

    [Fact]
    public void StoppedServer_DefersAndTheRetryAnswersOnce()
    {
        var person = RequestMail.FromSomebodyNew();
        _server.Stop();
        try
        {
            _place.Filter(person).AssertDeferred();
            Assert.Contains("deferred reason=database ", _place.Log.Reports[^1], StringComparison.Ordinal);
            Assert.Empty(_place.Outbox);
        }
        finally
        {
            _server.Start();
        }

        _place.Filter(person).AssertDone();
        _place.Filter(person).AssertDone();
        Assert.Equal(2, _place.Outbox.Count);
    }

    [Fact]
    public void MissingAddressKey_IsNotMade()
    {
        File.Delete(_place.PathTo("address.key"));

        _place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred("4.3.5 ");

        Assert.False(File.Exists(_place.PathTo("address.key")));
        Assert.Contains("deferred reason=key-file ", _place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void DatabaseInit_CreatesDatabaseUserAndRightsOverAndOver()
    {
        var mine = OverTls();
        mine["user"] = "made_by_init";
        mine["database"] = "made_by_init";
        Use(mine);
        Assert.Equal(69, _place.Command("database", "status").ExitCode);

        for (var i = 0; i < 2; i++)
        {
            var run = _place.Command("database", "init", "--admin-user", Environment.UserName, "--admin-socket",
                _server.Socket);
            Assert.True(run.ExitCode == 0, run.Errors);
            Assert.Contains("'made_by_init'@'%' may use made_by_init", run.OutputText, StringComparison.Ordinal);
        }

        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        var status = _place.Command("database", "status");
        Assert.Equal(0, status.ExitCode);
        Assert.Contains("schema:  1 (this responder needs 1)", status.OutputText, StringComparison.Ordinal);
        Assert.Contains("1 requester(s) with a quota, 1 message(s)", status.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", status.OutputText, StringComparison.Ordinal);
        // The grant is not a pattern that matches other databases too, and the account requires TLS.
        Assert.Equal(["made\\_by\\_init"],
            _server.AsAdministrator("SELECT DISTINCT db FROM mysql.db WHERE user = 'made_by_init'"));
        mine["ssl_mode"] = "none";
        mine.Remove("ssl_ca");
        Use(mine);
        Assert.Equal(69, _place.Command("database", "status").ExitCode);
    }

    [Fact]
    public void DatabaseStatus_NamesTheMissingRights()
    {
        Assert.Equal(0, _place.Command("database", "init").ExitCode);
        _server.AsAdministrator($"REVOKE DELETE, CREATE ON {_settings.Database}.* FROM {_settings.User}@localhost");

        var status = _place.Command("database", "status");

        Assert.Equal(69, status.ExitCode);
        Assert.Contains("missing: DELETE, CREATE; run as administrator: GRANT SELECT, INSERT, UPDATE, DELETE, ",
            status.OutputText, StringComparison.Ordinal);
    }

    public void Dispose() => _place.Dispose();

    /// <summary>The server logs in the Unix user. Root, who creates the account, is another user.</summary>
    [Fact]
    public void AccountOfAUnixUser_LeavesTheTablesToHim()
    {
        Use(new JsonObject { ["socket"] = _server.Socket, ["user"] = "nobody", ["database"] = "mail_of_nobody" });
        var run = _place.Command("database", "init", "--admin-user", Environment.UserName);
        Assert.True(run.ExitCode == 0, run.Errors);
        const string remedy =
            "tables:  the user nobody must create them: runuser -u nobody -- responder database init\n";
        Assert.EndsWith(remedy, run.OutputText, StringComparison.Ordinal);
        Assert.Equal("unix_socket", _server.AsAdministrator("SELECT plugin FROM mysql.user WHERE user = 'nobody'")[0]);
    }

    private JsonObject OverSocket() => new()
    {
        ["socket"] = _server.Socket,
        ["user"] = _settings.User,
        ["password_file"] = _settings.PasswordFile,
        ["database"] = _settings.Database,
    };

    private JsonObject OverTls() => new()
    {
        ["server"] = "localhost",
        ["port"] = _server.Port,
        ["user"] = _settings.User,
        ["password_file"] = _settings.PasswordFile,
        ["database"] = _settings.Database,
        ["ssl_ca"] = _server.PathTo("ca.pem"),
    };

    private void Use(JsonObject mySql)
    {
        _place.Settings["database"] = new JsonObject { ["mysql"] = mySql.DeepClone() };
        _place.Write();
    }
}
