using System.Text;
using MailResponder.Reporting.PostfixLog;
using MailResponder.Tests.Host;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.PostfixLog;

/// <summary>What a real Postfix writes about a known mix of mails, read by the program from the files of the logs.</summary>
[Collection("Postfix")]
public sealed class PostfixLogOfARealPostfix
{
    [Theory]
    [InlineData("main-relay-domains.cf", "enable_long_queue_ids = yes")]
    [InlineData("main.cf", "")]
    [InlineData("main.cf", "transport_maps =")]
    public void EveryNumber_IsWhatWasSent(string sample, string more)
    {
        using var traffic = new MixedTraffic(sample, more);
        traffic.Send();
        var maillog = traffic.Place.PathTo("mail.log");
        File.WriteAllText(maillog, traffic.Postfix.MailLog);
        // As a file has them: without the priority, and with a host.
        var reports = traffic.Place.PathTo("mail_responder.log");
        File.WriteAllLines(reports, traffic.Place.Log.Reports.Select(line => line[5..20] + " mx" + line[20..]));

        var run = Read(traffic.Place);
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.EndsWith(", of unknown form: 0\n", run.OutputText, StringComparison.Ordinal);
        traffic.AssertCounts(Summary(traffic.Place));

        // The second run finds nothing new.
        var before = Dump(traffic.Place);
        Assert.Equal("lines read: 0, of unknown form: 0\n", Read(traffic.Place).OutputText);
        Assert.Equal(before, Dump(traffic.Place));

        MixedTraffic.AssertNobodyIsNamedIn(Encoding.Latin1.GetString(File.ReadAllBytes(Database(traffic.Place))) + run.OutputText);
        Assert.Equal("640\n", ToolRun.Of("stat", "-c", "%a", Database(traffic.Place)).AssertDone());
    }

    internal static ProgramRun Read(Workplace place) => place.Command(
        "postfix-log", "--mail-log", place.PathTo("mail.log"), "--log", place.PathTo("mail_responder.log"));

    internal static string Database(Workplace place) => place.PathTo("postfix-log/rows.db");

    internal static PostfixLogSummary Summary(Workplace place) =>
        PostfixLogDatabase.Summarise(Database(place), DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1))!;

    static string Dump(Workplace place) => ToolRun.Of("sqlite3", Database(place), ".dump message", ".dump delivery", ".dump answer", ".dump rejection", ".dump receipt").AssertDone();
}
