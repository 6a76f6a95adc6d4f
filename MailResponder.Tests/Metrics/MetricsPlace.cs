using System.Globalization;
using System.Text.Json.Nodes;
using MailResponder.Tests.Program;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Metrics;

/// <summary>
/// A <see cref="Workplace"/> with a log as rsyslogd keeps it, and settings for a double of CloudWatch.
/// </summary>
internal sealed class MetricsPlace : IDisposable
{
    int written;

    /// <param name="cloudWatch">Null: the settings have no region, so that nothing is to be sent.</param>
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

    public string Log => Place.PathTo("mail_responder.log");

    /// <summary>
    /// Answers, by the filter itself, and puts its own line into the log. Returns the milliseconds that it tells.
    /// </summary>
    public long Answer(RequestMail mail, params string[] more)
    {
        var before = Place.Log.Reports.Count;
        Place.Filter(mail, more);
        Patience.Until("the line of the message", () => Place.Log.Reports.Count > before);
        var report = Place.Log.Reports[before];
        Write(report[report.IndexOf("]: ", StringComparison.Ordinal)..][3..]);
        return long.Parse(report.Split(" ms=")[1].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    /// <summary>Adds a line as rsyslogd does.</summary>
    public void Write(string report) => Write(Log, report);

    public void Write(string file, string report) => File.AppendAllText(file, Line(report));

    public void Replied(int count, string address = "get@example.com")
    {
        for (var i = 0; i < count; i++) Write($"replied address={address} replies=1 ms=7 queue_id=- receipts=sendmail");
    }

    public string Line(string report)
    {
        var time = DateTimeOffset.Now.AddTicks(++written)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
        return $"{time} host mail_responder[{written}]: {report}\n";
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
