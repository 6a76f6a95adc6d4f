using System.Text.Json.Nodes;

namespace MailResponder.Tests.Program;

/// <summary>
/// Limits other than the requester's quota: with many processes at once, exactly one reports that a limit is reached.
/// </summary>
public sealed class LimitTests
{
    [Fact]
    public void LimitOfTheService_DefersTheRestAndOneProcessSaysSo()
    {
        using var place = new Workplace();
        place.Settings["limits"] = new JsonObject { ["service_per_day"] = 4 };
        place.Write();
        ResponderProcess[] all = [.. Enumerable.Range(0, 16)
            .Select(_ => place.StartFilter("--recipient", "links@example.com"))];
        RequestMail[] mails = [.. all.Select(_ => RequestMail.FromSomebodyNew() with { To = "links@example.com" })];

        Parallel.For(0, all.Length, i => all[i].Feed(mails[i].ToBytes()));
        ProgramRun[] runs = [.. all.Select(running => running.Finish())];
        foreach (var running in all) running.Dispose();

        Assert.Equal((4, 12), (runs.Count(run => run.ExitCode == 0), runs.Count(run => run.ExitCode == 75)));
        Assert.All(runs.Where(run => run.ExitCode == 75), run => run.AssertDeferred());
        Assert.Equal(4, place.Outbox.Count);
        // <131> and <134> are local0 with priority err and info.
        Assert.Equal(12, place.Log.Reports.Count(line => line.StartsWith("<134>", StringComparison.Ordinal)
            && line.Contains("deferred reason=service-limit ", StringComparison.Ordinal)
            && line.Contains("problem=\"limits.service_per_day is reached\"", StringComparison.Ordinal)));
        var alarm = Assert.Single(place.Log.Reports, line => line.StartsWith("<131>", StringComparison.Ordinal));
        Assert.Contains(
            "limit limits.service_per_day=4 reached: messages from everybody wait in Postfix's queue until ", alarm,
            StringComparison.Ordinal);
        Assert.Equal(16, place.Log.Events.Count);

        place.Settings["limits"]!["service_per_day"] = 100;
        place.Write();
        for (var i = 0; i < all.Length; i++) place.Filter(mails[i], "--recipient", "links@example.com").AssertDone();
        Assert.Equal(16, place.Outbox.Count);
    }

    /// <summary>The limit is sixty per minute of the clock; a new minute may begin during the test.</summary>
    [Fact]
    public void DomainThatIsNotLarge_HasALimitThatNobodySet()
    {
        using var place = new Workplace();
        place.Settings.Remove("limits");
        place.Write();
        ProgramRun Ask(string domain) =>
            place.Filter(new RequestMail($"a{Guid.NewGuid():N}@{domain}") { To = "links@example.com" }, "--recipient",
                "links@example.com");
        var answered = 0;
        while (answered < 130 && Ask("small-place.test").ExitCode == 0) answered++;

        Assert.InRange(answered, 60, 120);
        Assert.Contains("deferred reason=domain-limit ", place.Log.Reports[^1], StringComparison.Ordinal);
        Ask("gmail.com").AssertDone();
    }

    [Fact]
    public void LimitOfADomain_DropsWhereThatIsWantedAndNamesNobody()
    {
        using var place = new Workplace();
        place.Settings["limits"] = new JsonObject
        {
            ["domain_per_day"] = 1,
            ["when_reached"] = "drop",
            ["large_domains"] = new JsonArray("large.test"),
        };
        place.Write();
        void Ask(string domain) => place.Filter(
            new RequestMail($"a{Guid.NewGuid():N}@{domain}"), "--recipient", "links@example.com").AssertDone();

        for (var i = 0; i < 3; i++) Ask("small-place.test");
        for (var i = 0; i < 3; i++) Ask("of.large.test");

        Assert.Equal(4, place.Outbox.Count);
        Assert.Equal(2, place.Log.Reports.Count(
            line => line.Contains("skipped reason=domain-limit ", StringComparison.Ordinal)));
        Assert.Single(place.Log.Reports, line =>
            line.Contains(
            ": limit limits.domain_per_day=1 reached: messages from one domain or more are not answered until ",
            StringComparison.Ordinal));
        Assert.DoesNotContain(place.Log.Lines, line => line.Contains("small-place", StringComparison.Ordinal));
        foreach (var file in Directory.GetFiles(place.Folder, "responder.db*"))
            Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf("small-place"u8));

        File.WriteAllLines(place.PathTo("events.log"), place.Log.Events);
        var stats = place.Command("stats", "--log", place.PathTo("events.log"), "--json");
        Assert.True(stats.ExitCode == 0, stats.Errors);
        Assert.Equal("""{"domain-limit":2}""",
            JsonNode.Parse(stats.OutputText)!["messages"]!["skipped"]!.ToJsonString());
    }
}
