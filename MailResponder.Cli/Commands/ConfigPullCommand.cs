using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Reply.Rendered;

namespace MailResponder.Cli;

/// <summary>
/// `responder config pull`: fetches the response book and its attachments from S3. Cron runs it hourly and at boot.
/// </summary>
internal static class ConfigPullCommand
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(10);

    public static Command New()
    {
        var checkOnly = CommandLine.Switch("--check-only", "Fetch and check, but put nothing in force");
        var allowOlder = CommandLine.Switch(
            "--allow-older", "Accept a book that was signed before the one in force (see signed_by)");
        return CommandLine.New(
            "pull", "Fetch the response book and its attachments from S3, and write the Postfix maps",
            result => Pull(
                SettingsPath.LoadForService(result), result.GetValue(checkOnly), result.GetValue(allowOlder)),
            checkOnly, allowOlder);
    }

    private static int Pull(ResponderSettings settings, bool checkOnly, bool allowOlder)
    {
        string?[] written = [settings.FilesRoot, settings.PostfixMaps, Path.GetDirectoryName(settings.ResponseBook)];
        foreach (var folder in written.OfType<string>())
            OwnFolder.Require(folder);
        var deadline = new Deadline(TimeProvider.System, MaxTime);
        using var turn = settings.S3 is null ? null : ConfigPull.Turn(settings.FilesRoot, deadline.Remaining);
        var checkUse = ConfigurationCheck.OfPulled(settings, ConfigCommand.PostfixLimit());
        var result = new ConfigPull(settings, TimeProvider.System, deadline, checkUse) { AllowOlder = allowOlder }
            .Run(checkOnly);
        Report(settings, result);
        var renderings = new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings));
        if (!result.IsGood)
        {
            // With S3, only a good book is ever written here, but the key that signed it may have been removed from the
            // settings since. Without S3, an operator edits the file, so it may have faults.
            var isAnswered = (settings.S3 is not null
                    && ResponseBookFile.Check(settings.ResponseBook, [], new BookSeal(settings)) is not null)
                || renderings.HasLastGoodBook;
            Console.Out.WriteLine(checkOnly ? "not good: it would not be put in force"
                : result.Replaced > 0
                    ? $"{result.Replaced} file(s) were replaced, but not all: the next good pull does the rest"
                : isAnswered ? "nothing was changed: the last good book stays in force"
                : "nothing was changed: no good book is in force, and all messages wait");
            return result.ExitCode;
        }

        Console.Out.WriteLine($"files: {result.Fetched} fetched, {result.Unchanged} unchanged");
        if (checkOnly)
        {
            Console.Out.WriteLine("good: it could be put in force");
            return ExitCode.Ok;
        }

        renderings.RenderAll();
        if (settings.PostfixMaps is not null)
            Console.Out.WriteLine(result.MapsChanged ? "maps: changed" : "maps: unchanged");
        return ExitCode.Ok;
    }

    /// <summary>
    /// Writes the faults to standard error and, because few operators read cron's mail, to the log as well.
    /// </summary>
    private static void Report(ResponderSettings settings, PullResult result)
    {
        var syslog = settings.LogTo == LogTarget.Syslog ? new SyslogSocket(settings.SyslogSocket, TimeProvider.System)
            : null;
        foreach (var fault in result.Faults)
        {
            StandardError.WriteLine(fault.ToString());
            syslog?.Write(settings.SyslogFacility, fault.IsWarning ? SyslogSeverity.Warning : SyslogSeverity.Error,
                "pull " + fault);
        }
    }
}
