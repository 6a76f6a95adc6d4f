using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Doctor;

/// <summary>Tests the findings of `responder doctor` about a faulty response book.</summary>
public sealed class BookFindings : IDisposable
{
    private readonly Workplace _place = new();
    private readonly FakeHost _host = new();

    public void Dispose()
    {
        _place.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData(true, "until then the last good book is used")]
    [InlineData(false, "until then all messages may be deferred")]
    public void FaultyBook_IsAFaultThatTellsWhoAnswersMeanwhile(bool isRendered, string meanwhile)
    {
        var settings = SettingsFile.Load(_place.SettingsFile);
        if (isRendered)
            new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings)).RenderAll();
        File.WriteAllText(_place.PathTo("responses.json"), "[");

        Assert.Equal(isRendered, Directory.Exists(RenderingFolder.PathOf(settings)));
        var finding = Assert.Single(
            SettingsChecks.Look(_host.Host, _place.SettingsFile, settings), finding => finding.Name == "book");

        Assert.Equal(FindingState.Fault, finding.State);
        Assert.Contains("responses.json:1: is not valid JSON", finding.Text, StringComparison.Ordinal);
        Assert.EndsWith(meanwhile, finding.Remedy, StringComparison.Ordinal);
    }

    /// <summary>Only a fault in its text keeps a book from being used.</summary>
    [Fact]
    public void BookThatAnswersInSpiteOfItsFault_IsNotSaidToBeReplaced()
    {
        var settings = SettingsFile.Load(_place.SettingsFile);
        new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings)).RenderAll();
        File.WriteAllText(_place.PathTo("responses.json"),
            """[ { "email_addr": "support@example.com", "body": "text" } ]""");

        var finding = Assert.Single(
            SettingsChecks.Look(_host.Host, _place.SettingsFile, settings), finding => finding.Name == "book");

        Assert.Contains("belongs to people", finding.Text, StringComparison.Ordinal);
        Assert.EndsWith("until then this book is used, with its fault", finding.Remedy, StringComparison.Ordinal);
    }
}
