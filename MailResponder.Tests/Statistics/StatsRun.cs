using System.Text.Json.Nodes;
using MailResponder.Incoming;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Statistics;

/// <summary>Runs of `responder stats`, the published program, with a place's settings.</summary>
internal static class StatsRun
{
    /// <summary>Twelve requests with two replies each, then three of spam.</summary>
    public static MadeLog Sample =>
        new MadeLog().Replied("get@example.com", 12, replies: 2).Skipped(SkipReason.Spam, 3);

    /// <summary>The report as JSON, of a run without a fault.</summary>
    public static JsonNode Stats(this Workplace place, params string[] arguments)
    {
        var run = place.Command(["stats", "--json", .. arguments]);
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("", run.Errors);
        return JsonNode.Parse(run.OutputText)!;
    }

    /// <summary>A run in which a file or folder lies over one of the host.</summary>
    public static ProgramRun StatsWith(this Workplace place, string what, string where, params string[] arguments) =>
        ResponderProcess.Run(
            $"exec unshare --mount sh -c 'mount --bind \"{what}\" {where} && exec \"$@\"' sh \"$@\"", [],
            ["stats", "--settings", place.SettingsFile, .. arguments]);
}
