using System.Text.Json.Nodes;
using MailResponder.Incoming;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Statistics;

/// <summary>Runs `responder stats` of the published program, with a workplace's settings.</summary>
internal static class StatsRun
{
    /// <summary>Twelve requests with two replies each, and then three that are spam.</summary>
    public static MadeLog Sample =>
        new MadeLog().Replied("get@example.com", 12, replies: 2).Skipped(SkipReason.Spam, 3);

    /// <summary>Returns the report as JSON. Fails if the run reports a fault.</summary>
    public static JsonNode Stats(this Workplace place, params string[] arguments)
    {
        var run = place.Command(["stats", "--json", .. arguments]);
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("", run.Errors);
        return JsonNode.Parse(run.OutputText)!;
    }

    /// <summary>Runs with a file or folder mounted over one of the host.</summary>
    public static ProgramRun StatsWith(this Workplace place, string what, string where, params string[] arguments) =>
        ResponderProcess.Run(
            $"exec unshare --mount sh -c 'mount --bind \"{what}\" {where} && exec \"$@\"' sh \"$@\"", [],
            ["stats", "--settings", place.SettingsFile, .. arguments]);
}
