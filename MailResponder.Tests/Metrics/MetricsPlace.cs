using System.Text.Json.Nodes;
using MailResponder.Logs;
using MailResponder.Tests.Program;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Metrics;

/// <summary>
/// A <see cref="Workplace"/> with an event log like rsyslogd's, and settings for a test double of CloudWatch.
/// </summary>
internal sealed class MetricsPlace : IDisposable
{
    private int _written;

    /// <param name="cloudWatch">The test double; null if the settings have no region, so that nothing is sent.</param>
    public MetricsPlace(CloudWatchDouble? cloudWatch)
    {
        Place.WriteSecret("credentials",
            $"[default]\naws_access_key_id = {SesDouble.AccessKey}\naws_secret_access_key = {SesDouble.SecretKey}\n");
        var metrics = new JsonObject { ["state"] = "state" };
        if (cloudWatch is not null)
            (metrics["region"], metrics["endpoint"], metrics["credentials_file"]) =
                (SesDouble.Region, cloudWatch.Url, "credentials");
        Place.Settings["metrics"] = metrics;
        Place.Write();
        File.WriteAllText(Log, "");
    }

    public Workplace Place { get; } = new();

    public string Log => Place.PathTo("events.log");

    /// <summary>
    /// Answers a mail with the filter itself, and appends its event to the log. Returns the event's milliseconds.
    /// </summary>
    public long Answer(RequestMail mail, params string[] more)
    {
        var before = Place.Log.Events.Count;
        Place.Filter(mail, more);
        Patience.Until("the event of the message", () => Place.Log.Events.Count > before);
        var line = Place.Log.Events[before];
        File.AppendAllText(Log, line + "\n");
        return (long)JsonNode.Parse(line)!["ms"]!;
    }

    /// <summary>Appends an event as rsyslogd does.</summary>
    public void Write(Outcome outcome, long milliseconds) =>
        File.AppendAllText(
            Log, MessageLog.Event(outcome, milliseconds, DateTimeOffset.Now.AddTicks(++_written)) + "\n");

    public void Replied(int count, string address = "get@example.com")
    {
        for (var i = 0; i < count; i++)
            Write(new Outcome(Result.Replied) { Address = address, Receipts = ["sendmail"] }, 7);
    }

    public ProgramRun Put(params string[] more) => Place.Command(["metrics", "put", "--log", Log, .. more]);

    public ProgramRun PutUnder(params (string, string)[] environment) => ResponderProcess.Run(
        SesWorkplace.With(environment), [], "metrics", "put", "--log", Log, "--settings", Place.SettingsFile);

    public void AssertPut()
    {
        var run = Put();
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("", run.OutputText + run.Errors);
    }

    public void Dispose() => Place.Dispose();
}
