using System.Globalization;
using MailResponder.Tests.Mail;
using Xunit.Abstractions;

namespace MailResponder.Tests.Fuzz;

/// <summary>
/// Random inputs break no promise of a reader. A run takes 30 seconds with a fixed seed; run.sh --fuzz sets the time,
/// and --seed another seed.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class FuzzTests(ITestOutputHelper report)
{
    public static TheoryData<string> KeptFiles => new(FuzzTargets.All.SelectMany(target =>
        FuzzTarget.FilesIn(target.CorpusFolder).Concat(FuzzTarget.FilesIn(target.FoundFolder)))
        .Select(file => Path.GetRelativePath(Repository.PathTo("MailResponder.Tests", "Fuzz"), file)));

    [Theory]
    [MemberData(nameof(KeptFiles))]
    public void KeptInputs_BreakNothing(string file)
    {
        var target = FuzzTargets.All.Single(target => target.Name == Path.GetFileName(Path.GetDirectoryName(file)));
        Assert.Null(new FuzzWorker(target, 0)
            .Run(File.ReadAllBytes(Repository.PathTo("MailResponder.Tests", "Fuzz", file))));
    }

    [Fact]
    public void RandomInputs_BreakNothing()
    {
        var run = new FuzzRun(FuzzTargets.All, new FuzzLimit(Told("RESPONDER_FUZZ", "30s")),
            ulong.Parse(Told("RESPONDER_FUZZ_SEED", "20261124"), CultureInfo.InvariantCulture));
        run.Run();
        report.WriteLine(run.Report());
        Assert.True(run.Findings.Count == 0,
            run.Report() + "\n" + string.Join('\n', run.Findings.Select(finding => finding.Keep())));
    }

    private static string Told(string name, string standard) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } told ? told : standard;
}
