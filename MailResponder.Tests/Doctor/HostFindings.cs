using System.Globalization;
using MailResponder.Doctor;
using MailResponder.Logs;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// The doctor's findings about clocks, logs, databases and pulls, for faults that would take days to arise on a real
/// server.
/// </summary>
public sealed class HostFindings : IDisposable
{
    private readonly FakeHost _fake = new();

    public void Dispose() => _fake.Dispose();

    [Theory]
    [InlineData("System time     : 0.000012345 seconds slow of NTP time\nLeap status     : Normal\n", "ok")]
    [InlineData("System time     : 2.5 seconds fast of NTP time\nLeap status     : Normal\n", "warning")]
    [InlineData("System time     : 300.1 seconds slow of NTP time\nLeap status     : Normal\n", "fault")]
    [InlineData("System time     : 0.0 seconds slow of NTP time\nLeap status     : Not synchronised\n", "warning")]
    public void Clock_IsJudgedByChrony(string tracking, string expected) =>
        Assert.Equal(expected, Assert.Single(
            MachineChecks.Clock(_fake.Saying("chronyc", tracking).BareHost)).State.Hyphenated());

    [Fact]
    public void ClockThatNobodySets_IsAWarningWithThePackage() =>
        Assert.Contains("chrony", Assert.Single(MachineChecks.Clock(_fake.BareHost)).Remedy, StringComparison.Ordinal);

    [Theory]
    [InlineData("2026-11-22T11:00:00.000001+00:00", "ok last-reply, ok last-deferral")]
    [InlineData("2026-11-20T11:00:00.000001+00:00", "warning last-reply, ok last-deferral")]
    [InlineData("2026-11-22T13:00:00.000001+00:00", "warning last-reply, ok last-deferral")]
    public void LastReply_IsReadFromTheLogAndTheOneBefore(string time, string expected)
    {
        _fake.Folder.Write("var/log/mail_responder-events.log.1", Event(new Outcome(Result.Replied), time));
        _fake.Folder.Write("var/log/mail_responder-events.log", "half a line\n");
        Assert.Equal(expected, States(ReplyChecks.Last(_fake.Host)));
    }

    [Fact]
    public void DeferralAfterTheLastReply_IsNamedWithItsProblem()
    {
        _fake.Folder.Write("var/log/mail_responder-events.log",
            Event(new Outcome(Result.Replied), "2026-11-22T11:00:00Z")
            + Event(Outcome.Deferred(Cause.Database, "the disk is full"), "2026-11-22T11:30:00Z"));
        var findings = ReplyChecks.Last(_fake.Host).ToList();
        Assert.Equal("ok last-reply, warning last-deferral", States(findings));
        Assert.EndsWith("with no reply since: database: the disk is full", findings[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-22T00:00:01Z", "ok")]
    [InlineData("2026-11-20T00:00:01Z", "warning")]
    [InlineData("2026-11-25T00:00:01Z", "warning")]
    public void LastReset_IsOverdueAfterADay(string reset, string expected)
    {
        var settings = TestSettings.In(_fake.Folder.Path);
        var key = AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database);
        var clock = new FixedClock(DateTimeOffset.Parse(reset, CultureInfo.InvariantCulture));
        using (var store = RequesterStore.Open(settings.Database, key, TimeSpan.FromSeconds(5), clock))
            store.Reset(clock.GetUtcNow().AddDays(-7));
        var findings = DatabaseChecks.Look(_fake.Host, settings).ToList();
        Assert.Equal($"ok database, {expected} last-reset", States(findings));
        Assert.StartsWith("SQLite 3.", findings[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyThatWaitsForTheReset_IsTold()
    {
        var settings = TestSettings.In(_fake.Folder.Path);
        AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database);
        using var store = RequesterStore.Open(settings, TimeSpan.FromSeconds(5));
        AddressKey.Change(settings.AddressKeyFile, FakeHost.Now.AddHours(-1));

        var finding = DatabaseChecks.Look(_fake.Host, settings).Single(finding => finding.Name == "address-key");
        Assert.Equal(FindingState.Warning, finding.State);
        Assert.StartsWith("the key of 2026-11-22 11:00 UTC waits", finding.Text, StringComparison.Ordinal);
        using (var again = RequesterStore.Open(settings, TimeSpan.FromSeconds(5)))
            again.Reset(FakeHost.Now.AddDays(-7));
        Assert.DoesNotContain(DatabaseChecks.Look(_fake.Host, settings), finding => finding.Name == "address-key");
    }

    [Theory]
    [InlineData(0.5, "ok")]
    [InlineData(5, "warning")]
    [InlineData(30, "fault")]
    [InlineData(-1, "warning")]
    public void Pull_GetsOld(double hours, string expected)
    {
        var settings = TestSettings.In(_fake.Folder.Path) with
        {
            S3 = new S3Settings("eu-west-1", "b", "k") { Endpoint = new Uri("http://127.0.0.1:9") },
        };
        var state = _fake.Folder.Write("files/.pull.json", "{}");
        File.SetLastWriteTimeUtc(state, FakeHost.Now.UtcDateTime.AddHours(-hours));
        Assert.Equal(expected, AwsChecks.S3(_fake.Host, settings)
            .Single(finding => finding.Name == "s3-pull").State.Hyphenated());
    }

    [Fact]
    public void Disks_AreThoseOfTheSettingsToo()
    {
        _fake.Folder.Write("srv/files/a", "");
        _fake.With("df", "echo; for place; do echo $place 5 - 0; done");
        Assert.Contains(MachineChecks.Disks(_fake.BareHost, TestSettings.In("/srv"), null),
            finding => finding.Text.Contains("/srv/files: 0 MB left", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("$myhostname, localhost example.com", new[] { "$myhostname", "localhost", "example.com" })]
    [InlineData("inline:{ a=b:, c=d: } hash:/etc/x", new[] { "inline:{ a=b:, c=d: }", "hash:/etc/x" })]
    [InlineData(" , ", new string[0])]
    public void ListOfPostfix_KeepsWhatIsInBraces(string text, string[] expected) =>
        Assert.Equal(expected, PostfixSettings.Split(text, byComma: true));

    private static string Event(Outcome outcome, string time) =>
        MessageLog.Event(outcome, 9, DateTimeOffset.Parse(time, CultureInfo.InvariantCulture)) + "\n";

    private static string States(IEnumerable<Finding> findings) =>
        string.Join(", ", findings.Select(finding => $"{finding.State.Hyphenated()} {finding.Name}"));
}
