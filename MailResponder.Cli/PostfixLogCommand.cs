using System.CommandLine;
using System.Globalization;
using MailResponder.Logs;
using MailResponder.PostfixLog;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>
/// `responder postfix-log`: for cron, each minute. Keeps what became of requests and replies, without addresses.
/// </summary>
internal sealed class PostfixLogCommand : Command
{
    public PostfixLogCommand()
        : base("postfix-log", "Keep what the logs tell of requests and replies since the last run, for the statistics")
    {
        var mailLog = new Option<string>("--mail-log")
        {
            Description = "Postfix's log",
            HelpName = "FILE",
            DefaultValueFactory = _ => "/var/log/mail.log",
        };
        var log = new Option<string>("--log")
        {
            Description = "The responder's log of events",
            HelpName = "FILE",
            DefaultValueFactory = _ => MessageEvent.StandardLog,
        };
        Add(mailLog);
        Add(log);
        SetAction(result =>
        {
            var settings = SettingsFile.Load(SettingsPath.Find(result.GetValue(CommandLine.SettingsOption)));
            using var reader = new PostfixLogReader(
                result.GetValue(mailLog)!, result.GetValue(log)!, TimeProvider.System);
            // Only now: root may be the only one who reads the logs.
            ServiceUser.Become(settings);
            var (lines, unknown) = reader.Read(settings);
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"lines read: {lines}, of unknown form: {unknown}"));
            return ExitCode.Ok;
        });
    }
}
