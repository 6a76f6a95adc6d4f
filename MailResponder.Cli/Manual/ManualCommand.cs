using System.CommandLine.Help;

namespace MailResponder.Cli;

/// <summary>
/// `responder manual`: prints the manual pages and the completions for bash. They are made from the help of the
/// commands and from sections of docs.
/// </summary>
internal static class ManualCommand
{
    private const string ProgramPage = "responder.8";
    private const string SettingsPage = "settings.json.5";
    private const string Completion = "bash-completion";

    public static Command New()
    {
        var page = new Argument<string>("PAGE") { Description = $"{ProgramPage}, {SettingsPage} or {Completion}" };
        page.AcceptOnlyFromAmong(ProgramPage, SettingsPage, Completion);
        const string description = "Print a manual page for man(1), or completions for bash; install.sh installs them";
        return CommandLine.New("manual", description, result =>
        {
            Console.Out.Write(result.GetValue(page) switch
            {
                ProgramPage => OfProgram(result.RootCommandResult.Command),
                SettingsPage => OfSettings(),
                _ => BashCompletion.Of(result.RootCommandResult.Command),
            });
            return ExitCode.Ok;
        }, page);
    }

    private static string OfProgram(Command root)
    {
        var about = root.Description!.Split('\n');
        // The help indents an example by two spaces, Markdown by four.
        var description = about.Select(line => line.StartsWith("  ", StringComparison.Ordinal) ? "  " + line : line);
        var text = new RoffText().Page("responder", 8).Section("Name")
            .Markdown(["responder - " + about[0].TrimEnd('.')])
            .Section("Synopsis").Markdown(["`responder` [options] < message", "", "`responder` command [options]"])
            .Section("Description").Markdown(description)
            .Section("Options");
        OptionsOf(text, root);
        text.Section("Commands");
        Commands(text, root, "responder");
        text.Section("Exit status").Markdown(Docs("logs.md", "Exit codes"))
            .Section("Files").Item(ResponderSettings.DefaultPath, "the settings: settings.json(5)")
            .Section("See also").Markdown(["settings.json(5), pipe(8), master(5)"]);
        return text.ToString();
    }

    private static string OfSettings() => new RoffText().Page("settings.json", 5)
        .Section("Name").Markdown(["settings.json - settings of the mail responder"])
        .Section("Synopsis").Markdown([$"`{ResponderSettings.DefaultPath}`"])
        .Section("Description").Markdown(Docs("settings.md", "Every setting"))
        .Section("Limits").Markdown(Docs("settings.md", "Limits"))
        .Section("Response book").Markdown(Docs("response-book.md", "Entries"))
        .Section("A language by its tag").Markdown(Docs("response-book.md", "A language by its tag"))
        .Section("Links that differ by requester").Markdown(Docs("response-book.md", "Links that differ by requester"))
        .Section("An answer in place of silence").Markdown(Docs("response-book.md", "An answer in place of silence"))
        .Section("Who gets attachments").Markdown(Docs("response-book.md", "Who gets attachments"))
        .Section("See also").Markdown(["responder(8)"]).ToString();

    private static void Commands(RoffText text, Command above, string name)
    {
        foreach (var command in above.Subcommands)
        {
            var whole = $"{name} {command.Name}";
            if (command.Subcommands.Count > 0)
            {
                Commands(text, command, whole);
                continue;
            }

            text.Subsection(string.Join(' ', command.Arguments.Select(Usage).Prepend(whole)))
                .Markdown([command.Description + "."]);
            foreach (var argument in command.Arguments)
                text.Item(argument.Name, argument.Description ?? "");
            OptionsOf(text, command);
        }
    }

    private static void OptionsOf(RoffText text, Command command)
    {
        foreach (var option in command.Options)
        {
            // Every command has it: show it once.
            if (option is HelpOption && command is not RootCommand)
                continue;
            var isSwitch = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool);
            // System.CommandLine also adds the alias /h.
            var names = string.Join(", ", option.Aliases.Where(alias => alias[0] == '-').Append(option.Name));
            text.Item(isSwitch ? names : $"{names} {option.HelpName ?? "VALUE"}",
                (option.Required ? "Required. " : "") + option.Description
                    + (!isSwitch && option.HasDefaultValue ? $" [default: {option.GetDefaultValue()}]" : ""));
        }
    }

    private static string Usage(Argument argument)
    {
        var name = argument.Name + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    /// <summary>Returns the lines of one section of a page of docs. The build embeds the page in the program.</summary>
    private static IEnumerable<string> Docs(string page, string section)
    {
        using var stream = typeof(ManualCommand).Assembly.GetManifestResourceStream(page)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n').SkipWhile(line => line != "## " + section).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));
    }
}
