using System.CommandLine;
using MailResponder.PostfixLog;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>
/// `responder postfix-log`: records what became of requests and replies, without addresses. Cron runs it every minute.
/// </summary>
internal sealed class PostfixLogCommand : Command
{
    public PostfixLogCommand()
        : base("postfix-log",
            "Record what the logs say about requests and replies since the last run, for the statistics")
    {
        var mailLog = CommandLine.TextOption("--mail-log", "FILE", "Postfix's log", standard: "/var/log/mail.log");
        this.Take(mailLog, CommandLine.LogOption);
        SetAction(result =>
        {
            var settings = SettingsPath.Load(result);
            using var reader = new PostfixLogReader(
                result.GetValue(mailLog)!, result.GetValue(CommandLine.LogOption)!, TimeProvider.System);
            // Not before this point: perhaps only root can read the logs.
            ServiceUser.Become(settings);
            var (lines, unknown) = reader.Read(settings);
            Console.Out.WriteLine($"lines read: {lines}, of unknown form: {unknown}");
            return ExitCode.Ok;
        });
    }
}
