using System.CommandLine;
using System.CommandLine.Help;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>Everything but the filter: the commands that an operator or cron runs, with the codes of sysexits.h.</summary>
internal static class CommandLine
{
    /// <summary>Settings of every command that needs them.</summary>
    public static readonly Option<string?> SettingsOption = new("--settings")
    {
        Description = $"The settings file [default: ${ResponderSettings.PathVariable}, else {ResponderSettings.DefaultPath}]",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>For the filter, too: it touches nothing of this class that has to be set up.</summary>
    public static bool IsCommand(string word) => word is "blacklist" or "config" or "database" or "send" or "feedback" or "dkim" or "ses"
        or "doctor" or "postfix-log" or "stats" or "metrics" or "help" or "--help" or "-h" or "-?" or "--version";

    public static int Run(string[] args)
    {
        if (args[0] == "--version")
        {
            Console.Out.WriteLine(BuildVersion.Text);
            return ExitCode.Ok;
        }

        if (args[0] is "help" or "-h" or "-?")
            args = ["--help"];
        var result = Root().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
                Console.Error.WriteLine("responder: " + error.Message);
            Console.Error.WriteLine($"See: responder {result.CommandResult.Command.Name} --help".Replace("responder responder", "responder", StringComparison.Ordinal));
            return ExitCode.Usage;
        }

        return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("""
            Answers mail with the replies of a response book.

            Without a command it is the filter that Postfix runs for each message: the message on standard input, exit
            code 0 when it was answered or needs no answer, 75 when it is to be brought again. By hand:

              responder --settings samples/settings.json < samples/request.eml
            """)
        {
            SettingsOption,
            new BlacklistCommand(),
            new ConfigCommand(),
            new DatabaseCommand(),
            new SendCommand(),
            new FeedbackCommand(),
            new DkimCommand(),
            new SesCommand(),
            new DoctorCommand(),
            new PostfixLogCommand(),
            new StatsCommand(),
            new MetricsCommand(),
        };
        foreach (var (name, value, meaning) in FilterArguments.Options)
        {
            if (name == SettingsOption.Name)
                continue;
            root.Add(value is null ? new Option<bool>(name) { Description = meaning }
                : new Option<string>(name) { Description = meaning, HelpName = value });
        }

        // Only for help; the filter itself never comes here.
        root.SetAction(result => new HelpAction().Invoke(result));
        return root;
    }
}
