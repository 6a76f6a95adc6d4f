using MailResponder.Incoming;

namespace MailResponder.Cli;

/// <summary>
/// The command line of the filter. Postfix puts addresses into it that strangers choose. So an option takes the next
/// argument as its value whatever that looks like, and no argument is expanded.
/// </summary>
internal sealed record FilterArguments
{
    /// <summary>The options as the help shows them. The value's name is null for a switch.</summary>
    public static readonly (string Option, string? Value, string Meaning)[] Options =
    [
        ("--recipient", "ADDRESS", "The requested address; in master.cf: ${original_recipient}"),
        ("--sender", "ADDRESS",
        "The envelope sender, \"\" for the null sender; not for master.cf, because every user can see command lines"),
        ("--queue-id", "ID", "The queue id, for the log; in master.cf: ${queue_id}"),
        ("--settings", "FILE",
        $"The settings file [default: ${ResponderSettings.PathVariable}, else {ResponderSettings.DefaultPath}]"),
        ("--log-to", "syslog|stderr", "Where to write log lines; overrides the settings"),
        ("--dry-run", null, "Write the replies to standard output as an mbox; send, count and record nothing"),
    ];

    public Envelope Envelope { get; private init; } = new();

    public string? SettingsPath { get; private init; }

    public LogTarget? LogTo { get; private init; }

    public bool DryRun { get; private init; }

    /// <summary>
    /// Returns the index of the command, even a misspelt one: the first word that is neither an option of the filter
    /// nor the value of one. Also returns the index of an option for help or the version.
    /// </summary>
    /// <returns>
    /// -1 if the program runs as the filter. Postfix starts the filter with options only (argv in master.cf, pipe(8)).
    /// Two mistakes in master.cf also give -1, because the filter never bounces a message: an address or an empty
    /// argument after other arguments, such as a misplaced ${recipient}, and anything that follows an unknown option.
    /// </returns>
    public static int CommandAt(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var (name, inline) = Split(args[i]);
            if (name is "--help" or "-h" or "-?" or "--version")
                return i;
            if (!name.StartsWith('-'))
                return i > 0 && (name.Length == 0 || name.Contains('@')) ? -1 : i;
            if (!Array.Exists(Options, option => option.Option == name))
                return -1;
            if (name != "--dry-run" && inline is null)
                i++;
        }

        return -1;
    }

    /// <exception cref="ResponderException">
    /// An option is unknown, a value is missing or invalid, or a word is not an option.
    /// </exception>
    public static FilterArguments Parse(string[] args)
    {
        var parsed = new FilterArguments();
        for (var i = 0; i < args.Length; i++)
        {
            var (name, inline) = Split(args[i]);
            if (name == "--dry-run" && inline is null)
            {
                parsed = parsed with { DryRun = true };
                continue;
            }

            if (!Array.Exists(Options, option => option.Option == name && option.Value is not null))
                throw Unknown(name);
            var value = inline ?? (++i < args.Length ? args[i] : throw Usage(name + " needs a value"));
            parsed = name switch
            {
                "--recipient" => parsed with { Envelope = parsed.Envelope with { Recipient = value } },
                "--sender" => parsed with { Envelope = parsed.Envelope with { Sender = value } },
                "--queue-id" => parsed with { Envelope = parsed.Envelope with { QueueId = value } },
                "--settings" => parsed with { SettingsPath = value },
                _ => parsed with
                {
                    LogTo = value == "syslog" ? LogTarget.Syslog : value == "stderr" ? LogTarget.Stderr
                        : throw Usage("--log-to takes syslog or stderr"),
                },
            };
        }

        return parsed;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=') : -1;
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static ResponderException Unknown(string argument)
    {
        // Do not repeat the argument: it may be an address that master.cf passes in the wrong place.
        if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Contains('@'))
            return Usage("an argument is neither an option nor a command; see responder --help");
        var nearest = Words.Nearest(argument, Array.ConvertAll(Options, option => option.Option));
        return Usage("unknown option" + (nearest is null ? "; see responder --help" : $"; did you mean {nearest}?"));
    }

    private static ResponderException Usage(string problem) => new(Cause.Usage, problem);
}
