using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Program;

/// <summary>A dry run shows the replies and changes nothing.</summary>
public sealed class DryRunTests
{
    [Fact]
    public void DryRun_WritesAnMboxAndChangesNothing()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        var before = Everything(place);
        var run = place.Filter(RequestMail.FromSomebodyNew(), "--dry-run");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(before, Everything(place));
        File.WriteAllBytes(place.PathTo("mbox"), run.Output);
        var replies = ReadMail.Mbox(place.PathTo("mbox"));
        Assert.Equal(2, replies.Count);
        Assert.All(replies, reply => Assert.Empty(reply.Defects));
        Assert.Equal(place.Attachment, replies[1].Attachment("tool.zip"));
    }

    [Fact]
    public void DryRunInAFreshPlace_MakesNoFile()
    {
        using var place = new Workplace();
        var before = Everything(place);
        Assert.Equal(0, place.Filter(RequestMail.FromSomebodyNew(), "--dry-run").ExitCode);
        Assert.Equal(before, Everything(place));
    }

    [Fact]
    public void DryRunOntoAFullDisk_SaysSo()
    {
        using var place = new Workplace();
        var run = place.FilterUnder(""" exec "$@" >/dev/full """, RequestMail.FromSomebodyNew().ToBytes(), "--dry-run");
        Assert.NotEqual(0, run.ExitCode);
        Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void DryRunOfARobotMail_WritesNoReply()
    {
        using var place = new Workplace();
        var run = place.Filter(
            RequestMail.FromSomebodyNew() with { MoreHeaders = "Auto-Submitted: auto-replied\r\n" }, "--dry-run");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.OutputText);
    }

    private static string Everything(Workplace place) => string.Join('\n',
        Directory.EnumerateFiles(place.Folder, "*", SearchOption.AllDirectories)
            .Where(file => file != place.PathTo("log"))
            .Order(StringComparer.Ordinal)
            .Select(file =>
            $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}"));
}
