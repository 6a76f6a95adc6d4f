using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace MailResponder.Cli;

/// <summary>
/// The commands that an operator or cron runs. They exit with the codes of sysexits.h. The filter is not one of them.
/// </summary>
internal static class CommandLine
{
    /// <summary>The option that names the settings file, for every command.</summary>
    public static readonly Option<string?> SettingsOption = new("--settings")
    {
        Description =
            $"The settings file [default: ${ResponderSettings.PathVariable}, else {ResponderSettings.DefaultPath}]",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>The option that names the log, for commands that read what was added since their last run.</summary>
    public static readonly Option<string?> LogOption = TextOption(
        "--log", "FILE", "The responder's log of events", standard: MessageEvent.StandardLog);

    /// <summary>Returns an option without a value.</summary>
    public static Option<bool> Switch(string name, string description) => new(name) { Description = description };

    /// <summary>
    /// Returns an option whose value is a text. The value is null if the option is not given and has no default.
    /// </summary>
    public static Option<string?> TextOption(
        string name, string valueName, string description, bool isRequired = false, string? standard = null) =>
        new(name)
        {
            Description = description,
            HelpName = valueName,
            Required = isRequired,
            DefaultValueFactory = standard is null ? null : _ => standard,
        };

    /// <summary>Returns an option whose value is a whole number from 1 to <paramref name="most"/>.</summary>
    public static Option<int> NumberOption(string name, string valueName, string description, int standard, int most) =>
        new(name)
        {
            Description = description,
            HelpName = valueName,
            DefaultValueFactory = _ => standard,
            CustomParser = result =>
            {
                if (result.Tokens is not [var token] || !int.TryParse(token.Value, out var number)
                    || number < 1 || number > most)
                {
                    result.AddError($"{name} takes a number from 1 to {most}");
                    return standard;
                }

                return number;
            },
        };

    /// <summary>
    /// Returns a command with its arguments and options. <paramref name="run"/> returns the exit code.
    /// </summary>
    public static Command New(
        string name, string description, Func<ParseResult, int> run, params ReadOnlySpan<Symbol> symbols)
    {
        var command = new Command(name, description);
        command.SetAction(run);
        foreach (var symbol in symbols)
        {
            if (symbol is Option option)
                command.Add(option);
            else
                command.Add((Argument)symbol);
        }

        return command;
    }

    /// <summary>Runs a command, or reports what is wrong with the command line. Returns the exit code.</summary>
    /// <param name="args">The whole command line.</param>
    /// <param name="at">The index of the command in it, from <see cref="FilterArguments.CommandAt"/>.</param>
    public static int Run(string[] args, int at)
    {
        PlainOutput.Set();
        if (args[at] == "--version")
        {
            Console.Out.WriteLine(BuildVersion.Text);
            return ExitCode.Ok;
        }

        if (args[at] == "help")
            args = [.. args[..at], .. args[(at + 1)..], "--help"];
        var root = Root();
        var result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var isKnown = args[at] is ['-', ..] || root.Subcommands.Any(command => command.Name == args[at]);
        var problems = isKnown ? Problems(args, result) : [Unknown(root, args[at])];
        if (problems.Count == 0)
        {
            try
            {
                return result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
            }
            finally
            {
                foreach (var line in NewFolder.Tell())
                    StandardError.WriteLine("responder: " + line);
            }
        }

        foreach (var problem in problems)
            StandardError.WriteLine("responder: " + problem);
        StandardError.WriteLine($"See: {Whole(isKnown ? result.CommandResult.Command : root)} --help");
        return ExitCode.Usage;
    }

    private static List<string> Problems(string[] args, ParseResult result)
    {
        var command = result.CommandResult.Command;
        if (result.Action is HelpAction)
            return [];
        // A value of an argument may be a misspelt option. An address or "-" is not.
        var unknown = result.UnmatchedTokens.Concat(result.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens.Select(token => token.Value))
            .Where(value => value is ['-', _, ..] && !value.Contains('@'))).ToList();
        if (unknown.Count > 0)
            return [Unknown(command, unknown[0])];
        if (command.Subcommands.Count > 0 && result.Errors.Count > 0)
        {
            var names = string.Join(", ", command.Subcommands.Select(each => each.Name));
            return [$"{Whole(command)} needs one of: {names}"];
        }

        // `--dry-run blacklist reset` must not reset anything.
        if (command is not RootCommand && result.RootCommandResult.Children.OfType<OptionResult>()
            .FirstOrDefault(option => !option.Implicit && !option.Option.Recursive) is { } ofFilter)
        {
            return [$"{ofFilter.Option.Name} is an option for answering a message, not for {Whole(command)}"];
        }

        return args.Contains("") ? ["an argument is empty; is a shell variable unset?"]
            : [.. result.Errors.Select(error => error.Message)];
    }

    /// <summary>Reports a word that the command does not know, with the nearest word that it knows.</summary>
    private static string Unknown(Command command, string word)
    {
        // With a wrong master.cf, this text may reach a delivery report: do not repeat the address.
        if (word.Contains('@'))
            return $"an address is not a command of {Whole(command)}";
        var isOption = word.StartsWith('-');
        if (!isOption && command.Subcommands.Count == 0)
            return $"{Whole(command)} does not take \"{word}\"";
        var kind = $"\"{word}\" is {(isOption ? "not an option" : "not a command")} of {Whole(command)}";
        var nearest = Words.Nearest(word, isOption
            ? command.Options.Append(SettingsOption).Select(option => option.Name)
            : command.Subcommands.Select(each => each.Name));
        var whole = isOption ? nearest : $"{Whole(command)} {nearest}";
        return nearest is null ? kind : $"{kind}; did you mean: {whole}";
    }

    /// <summary>Returns the command as it is typed, beginning with the program's name.</summary>
    private static string Whole(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } above
            ? $"{Whole(above)} {command.Name}" : "responder";

    private static RootCommand Root()
    {
        var root = new RootCommand("""
            Answers mail with the replies in a response book.

            Without a command, it is the filter that Postfix runs for each message. It reads the message from
            standard input. The exit code is 0 if the message was answered or needs no answer, and 75 if Postfix is to
            try again later. By hand:

              responder --settings samples/settings.json < samples/request.eml
            """)
        {
            SettingsOption,
            BlacklistCommand.New(),
            ConfigCommand.New(),
            DatabaseCommand.New(),
            SendCommand.New(),
            FeedbackCommand.New(),
            DkimCommand.New(),
            SesCommand.New(),
            DoctorCommand.New(),
            CanaryCommand.New(),
            BackupCommand.New(),
            RestoreCommand.New(),
            PostfixLogCommand.New(),
            StatsCommand.New(),
            MetricsCommand.New(),
            ManualCommand.New(),
        };
        foreach (var (name, value, meaning) in FilterArguments.Options.Where(
            each => each.Option != SettingsOption.Name))
            root.Add(value is null ? new Option<bool>(name) { Description = meaning }
                : new Option<string>(name) { Description = meaning, HelpName = value });
        // For the help only: the filter never gets here.
        root.SetAction(result => new HelpAction().Invoke(result));
        return root;
    }
}
