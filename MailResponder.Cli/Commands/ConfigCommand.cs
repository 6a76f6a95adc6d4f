using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Incoming;
using MailResponder.Store;
using MimeKit;

namespace MailResponder.Cli;

/// <summary>`responder config …`: checks, shows and updates the settings and the response book.</summary>
internal static class ConfigCommand
{
    public static Command New() => new("config", "Settings and response book")
    {
        Check(), Show(), ConfigInstallCommand.New(), ConfigPullCommand.New(),
    };

    private static Command Check()
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "A response book or settings file [default: the settings and all files that they name]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return CommandLine.New("check", "List every fault in the settings and the response book", result =>
        {
            var faults = new List<Fault>();
            var settingsPath = SettingsPath.Find(result);
            var postfixLimit = PostfixLimit();
            var code = result.GetValue(file) is { } named
                ? ConfigurationCheck.OfFile(named, settingsPath, faults, postfixLimit,
                    needsSettings: result.GetValue(CommandLine.SettingsOption) is not null)
                : ConfigurationCheck.OfSettings(settingsPath, faults, postfixLimit);
            foreach (var fault in faults)
                Console.Out.WriteLine(fault);
            if (result.GetValue(file) is null && SettingsFile.Check(settingsPath, []) is { } settings)
            {
                foreach (var line in new BookSeal(settings).Tell())
                    Console.Out.WriteLine(line);
            }

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
        var requester = CommandLine.TextOption("--for", "REQUESTER",
            "Show the links of pools that this requester gets now; - reads the address from standard input");
        return CommandLine.New("show", "Show the replies to a requested address", result =>
        {
            var settings = SettingsPath.Load(result);
            var book = ResponseBook.Load(settings.ResponseBook, new BookSeal(settings));
            if (result.GetValue(address) is not { } named)
            {
                foreach (var known in book.Addresses)
                {
                    var all = book.EntriesFor(known);
                    var held = all.Any(entry => entry.HoldsBackAttachments) ? ", attachments held back" : "";
                    Console.Out.WriteLine($"{known}  {all.Count} reply(s){held}");
                }

                return ExitCode.Ok;
            }

            var entries = EntriesFor(named, book, settings);
            if (result.GetValue(requester) is { } somebody)
            {
                var share = new LinkShare(AddressKey.Load(settings.AddressKeyFile),
                    NamedSubject.ReadAddress(somebody), TimeProvider.System.GetUtcNow());
                entries = [.. entries.Select(entry => entry.With(share.Of))];
            }

            Show(settings, entries);
            return ExitCode.Ok;
        }, address, requester);
    }

    /// <summary>Returns the entries that answer a request to the address.</summary>
    /// <exception cref="ResponderException">The book has no entry for the address.</exception>
    public static IReadOnlyList<ResponseEntry> EntriesFor(
        string requested, ResponseBook book, ResponderSettings settings) =>
        RequestedAddress.Find(requested, new HeaderList(), book, settings) is { } address
            ? book.EntriesFor(address)
            : throw new ResponderException(Cause.Input,
                $"{settings.ResponseBook} has no entry for {requested}; see: responder config show");

    private static void Show(ResponderSettings settings, IReadOnlyList<ResponseEntry> entries)
    {
        var (text, rule) = (Console.Out, new AuthenticationRule(settings));
        foreach (var entry in entries)
        {
            text.WriteLine($"entry {entry.Number} (line {entry.Line}), by "
                + (entry.SendMethod ?? settings.SendMethod).Hyphenated());
            text.WriteLine($"  subject: {entry.Subject ?? "Re: (the request's subject; else its address or domain)"}");
            var (links, attachments) = rule.RequiredBy(entry);
            text.WriteLine($"  authentication: {links.Hyphenated()}"
                + (entry.Attachments.Count == 0 ? ""
                    : entry.HoldsBackAttachments ? "; the book holds its attachments back"
                    : $", for the attachments {attachments.Hyphenated()}"));
            foreach (var pool in entry.Pools)
                text.WriteLine($"  pool {pool.Name}: each requester gets {pool.Each} of {pool.Links.Count} links, for "
                    + $"{pool.Days} day(s)");
            foreach (var body in entry.Bodies)
            {
                text.WriteLine($"  {body.Subtype}:");
                foreach (var line in body.Text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
                    text.WriteLine("    " + line);
            }

            foreach (var attachment in entry.Attachments)
                text.WriteLine($"  attachment: {attachment.ShownName} from {attachment.Path}");
        }
    }

    /// <summary>Returns message_size_limit of the host's Postfix, in bytes. Null if there is no Postfix.</summary>
    public static long? PostfixLimit() => PostfixSettings.MessageSizeLimit(DoctorCommand.ThisHost.Programs);
}
