using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Corpus;

/// <summary>Mails from many real systems: no robot's mail is answered, and no mail makes the program fail.</summary>
public sealed class CorpusTests
{
    [CorpusFact]
    public void EveryMail_IsDoneWithAndNoBounceIsAnswered()
    {
        using var place = new Workplace();
        var faults = new List<string>();
        string[] files = [.. Directory.GetFiles(CorpusMails.Folder, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)];
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var before = place.Outbox.Count;
            var run = place.Filter(File.ReadAllBytes(file));
            var isAnswered = place.Outbox.Count > before;
            if (run.ExitCode != 0 || run.Errors != "" || run.Output.Length != 0)
                faults.Add($"{file}: exit {run.ExitCode} {run.Errors}");
            if (isAnswered && IsRobotMail(Path.GetRelativePath(CorpusMails.Folder, file)))
                faults.Add($"{file}: was answered");
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(files.Length, place.Log.Reports.Count);
        Assert.All(ReadMail.All(place.Outbox), reply =>
        {
            Assert.Empty(reply.Defects);
            Assert.True(reply.IsSignedByUs);
        });
    }

    // mail-gem keeps its own delivery reports in a folder of this name.
    private static bool IsRobotMail(string file) =>
        file.StartsWith("bounces/", StringComparison.Ordinal) ||
        file.Contains("/multipart_report_emails/", StringComparison.Ordinal);
}
