using System.CommandLine;
using System.Text;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Incoming;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>`responder config …`: what the settings and the response book say, and every fault in them.</summary>
internal sealed class ConfigCommand : Command
{
    private static readonly TimeSpan MaxTimeOfProgram = TimeSpan.FromSeconds(20);

    public ConfigCommand() : base("config", "Settings and response book")
    {
        Add(Check());
        Add(Show());
        Add(new ConfigInstallCommand());
        Add(new ConfigPullCommand());
    }

    private static Command Check()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "A response book or settings file [default: the settings and all that they name]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return CommandLine.Subcommand("check", "List every fault", result =>
        {
            var faults = new List<Fault>();
            var settingsPath = SettingsPath.Find(result);
            var postfixLimit = PostfixLimit();
            var code = result.GetValue(file) is { } named
                ? ConfigurationCheck.OfFile(named, settingsPath, faults, postfixLimit)
                : ConfigurationCheck.OfSettings(settingsPath, faults, postfixLimit);
            foreach (var fault in faults)
                Console.Out.WriteLine(fault);
            var errors = faults.Count(fault => !fault.IsWarning);
            Console.Out.WriteLine($"{errors} fault(s), {faults.Count - errors} warning(s)");
            return errors == 0 ? ExitCode.Ok : code;
        }, file);
    }

    private static Command Show()
    {
        var address = new Argument<string?>("ADDRESS")
        {
            Description = "A requested address [default: list all addresses]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return CommandLine.Subcommand("show", "Show what an address is answered", result =>
        {
            var settings = SettingsPath.Load(result);
            var book = ResponseBook.Load(settings.ResponseBook);
            if (result.GetValue(address) is not { } named)
            {
                foreach (var known in book.Addresses)
                    Console.Out.WriteLine($"{known}  {book.EntriesFor(known).Count} reply(s)");
                return ExitCode.Ok;
            }

            var entries = book.EntriesFor(named.ToLowerInvariant());
            if (entries.Count == 0)
                throw new ResponderException(Cause.Input,
                    $"{settings.ResponseBook} has no entry for {named}; see: responder config show");
            Console.Out.Write(InWords(settings, entries));
            return ExitCode.Ok;
        }, address);
    }

    private static string InWords(ResponderSettings settings, IReadOnlyList<ResponseEntry> entries)
    {
        var text = new StringBuilder();
        var rule = new AuthenticationRule(settings);
        foreach (var entry in entries)
        {
            text.Append($"entry {entry.Number} (line {entry.Line}), by "
                + $"{(entry.SendMethod ?? settings.SendMethod).Hyphenated()}\n");
            text.Append($"  subject: {entry.Subject ?? "Re: (the request's subject or address)"}\n");
            var (links, attachments) = rule.RequiredBy(entry);
            text.Append($"  authentication: {links.Hyphenated()}");
            if (entry.Attachments.Count > 0)
                text.Append($", for the attachments {attachments.Hyphenated()}");
            text.Append('\n');
            foreach (var body in entry.Bodies)
            {
                text.Append($"  {body.Subtype}:\n");
                foreach (var line in body.Text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
                    text.Append("    ").Append(line).Append('\n');
            }

            foreach (var attachment in entry.Attachments)
                text.Append($"  attachment: {attachment.ShownName} from {attachment.Bucket}/{attachment.File}\n");
        }

        return text.ToString();
    }

    /// <summary>Of the host's Postfix; null when there is none.</summary>
    public static long? PostfixLimit() =>
        PostfixSettings.MessageSizeLimit(new HostPrograms(HostPrograms.StandardFolders, MaxTimeOfProgram));
}
