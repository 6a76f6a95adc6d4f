using MailResponder.PostfixLog;

namespace MailResponder.Cli;

/// <summary>
/// `responder postfix-log`: records what became of requests and replies, without addresses. Cron runs it every minute.
/// </summary>
internal static class PostfixLogCommand
{
    public static Command New()
    {
        var mailLog = CommandLine.TextOption("--mail-log", "FILE", "Postfix's log", standard: "/var/log/mail.log");
        const string description =
            "Record what the logs say about requests and replies since the last run, for the statistics";
        return CommandLine.New("postfix-log", description, result =>
        {
            var settings = SettingsPath.Load(result);
            using var reader = new PostfixLogReader(
                result.GetValue(mailLog)!, result.GetValue(CommandLine.LogOption)!, TimeProvider.System);
            // Not before this point: perhaps only root can read the logs.
            ServiceUser.Become(settings);
            var (lines, unknown) = reader.Read(settings);
            Console.Out.WriteLine($"lines read: {lines}, of unknown form: {unknown}");
            return ExitCode.Ok;
        }, mailLog, CommandLine.LogOption);
    }
}
