using System.Text;
using MailResponder.Tests.Feedback;

namespace MailResponder.Tests.Program;

/// <summary>
/// Whatever happens to a request, nothing that is written reveals the requester, except the reply itself.
/// </summary>
public sealed class PrivacyTests
{
    private const string Phrase = "my sister in Qazvin needs it";

    [Fact]
    public void RequesterAddress_IsWrittenNowhereButInTheReplies()
    {
        using var place = new Workplace();
        var started = DateTime.UtcNow;
        var token = Guid.NewGuid().ToString("N");
        var request = new RequestMail($"Zahra.{token}+News@Freemail.test") { Body = $"hello\r\n{Phrase}\r\n" };
        var output = LiveThroughEverything(place, request);

        var traces = Traces.Of(request.From, request.From.Replace("+News", "", StringComparison.Ordinal)).And(Phrase);
        traces.AssertNoneIn("standard output and error", output);
        traces.AssertNoneIn("syslog", string.Join('\n', place.Log.Lines));
        traces.AssertNoneInFilesOf(place.Folder, place.Outbox.Contains);
        traces.AssertNoneInTemporaryFilesSince(started);
        // Shows that the search finds a trace where there is one.
        Assert.ThrowsAny<Exception>(() => traces.AssertNoneIn("a reply", File.ReadAllBytes(place.Outbox[0])));
    }

    private static string LiveThroughEverything(Workplace place, RequestMail request)
    {
        var output = new StringBuilder();
        void Run(ProgramRun run) => output.Append(run.OutputText).Append(run.Errors);
        void Filter(RequestMail mail, params string[] more) =>
            Run(place.Filter(mail, ["--sender", request.From, .. more]));

        File.Move(place.PathTo("files/tools/tool.zip"), place.PathTo("away"));
        Filter(request);
        File.Move(place.PathTo("away"), place.PathTo("files/tools/tool.zip"));
        Filter(request);
        for (var i = 0; i < 4; i++) Filter(request.Again());
        Filter(request.Again(), "--log-to", "stderr");
        Filter(request.Again(), "--recipient", request.From);
        Filter(request.Again() with { MoreHeaders = "Auto-Submitted: auto-replied\r\n" });
        Filter(request.Again() with { To = request.From }, "--log-to", "stderr");
        Filter(new RequestMail(request.From + ", " + request.From));
        Run(place.Command("blacklist", "check", request.From.ToLowerInvariant()) with { Output = [] });
        var bounce = Notifications.InSns(Notifications.Bounce(request.From, at: DateTimeOffset.UtcNow.AddHours(1)));
        string[] all = [bounce.ToJsonString(), bounce.ToJsonString()[..^9], Notifications.Mail(bounce.ToJsonString()),
            bounce["Message"]!.GetValue<string>()];
        foreach (var fed in all)
        {
            Run(ResponderProcess.Run(ResponderProcess.Plainly, Encoding.UTF8.GetBytes(fed),
                "feedback", "--topic", Notifications.Topic, "-", "--settings", place.SettingsFile));
        }

        Run(place.Command("blacklist", "block", request.From) with { Output = [] });
        Filter(request.Again());
        place.Settings["send_method"] = "sendmail";
        place.Settings["sendmail"] = "/nonexistent/sendmail";
        place.Write();
        Run(place.Command("blacklist", "remove", request.From) with { Output = [] });
        Run(place.Command("blacklist", "rotate-key"));
        Run(place.Command("blacklist", "reset"));
        place.Settings["limits"] = new System.Text.Json.Nodes.JsonObject { ["domain_per_day"] = 1 };
        place.Write();
        for (var i = 0; i < 3; i++) Filter(request.Again());
        Filter(request.Again());
        Run(place.Command("blacklist", "show"));
        return output.ToString();
    }
}
