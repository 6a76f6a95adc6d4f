using System.ComponentModel;
using MailResponder.Feedback;
using MailResponder.PostfixLog;
using MailResponder.Store;

namespace MailResponder.Cli;

/// <summary>
/// `responder feedback FILE…`, `responder feedback --queue URL` and `responder feedback --bounce`: blocks addresses
/// whose replies bounced permanently, and addresses that complained.
/// </summary>
internal static class FeedbackCommand
{
    private const int MaxFileBytes = 128 << 20;
    private const string StandardInput = "-";

    /// <summary>
    /// How much of a report is read. The status and the header of the reply come first; the whole reply rarely follows.
    /// Anybody can send a mail of millions of empty parts, which would take gigabytes of memory.
    /// </summary>
    private const int ReportBytes = 256 << 10;

    /// <summary>
    /// The largest mail on standard input that is used. SNS's messages have at most 256 KiB. JSON in JSON and base64
    /// make that at most 700 KiB, without the header. Anybody can write to the address.
    /// </summary>
    private const int MailBytes = 1 << 20;

    /// <summary>How many faults of a mail are told. Postfix puts them into one line of its log.</summary>
    private const int FaultsOfMail = 3;

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    public static Command New()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description =
                "Notifications from Amazon SES, as SNS or SQS delivers them: JSON, or a mail from SNS; - is standard "
                + "input",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var topic = CommandLine.TextOption(
            "--topic", "ARN", "Accept notifications of this SNS topic only [default: feedback.topic in the settings]");
        var certificate = CommandLine.TextOption("--sns-certificate", "FILE",
            "Accept only notifications that SNS signed with this certificate (PEM; the file may hold several)");
        var bounce = CommandLine.Switch("--bounce", "Read one mail to the bounce address on standard input, as Postfix "
            + "passes it; a mail that is not a report about a reply is dropped");
        const string description = "Block addresses whose replies bounced permanently, and addresses that complained";
        var command = CommandLine.New("feedback", description, result =>
        {
            try
            {
                if (result.GetValue(bounce))
                    return FeedBounce(result);
                var url = result.GetValue(QueuedFeedback.Url);
                var settings = url is null ? SettingsPath.Load(result) : SettingsPath.LoadForService(result);
                var sender = Sender(settings, result.GetValue(topic), result.GetValue(certificate));
                return url is null ? Feed(settings, result.GetValue(files)!, sender)
                    : QueuedFeedback.Feed(
                        settings, url, TimeSpan.FromMinutes(result.GetValue(QueuedFeedback.Minutes)), sender);
            }
            catch (Exception exception) when (exception is ResponderException or IOException or Win32Exception)
            {
                // The operator can fix every such failure: a missing key, or no descriptor or process for standard
                // input and output. If Postfix runs this, the code 75 keeps the mail; other codes lose it.
                StandardError.WriteLine("responder: " + exception.Message);
                return ExitCode.TemporaryFailure;
            }
            catch (Exception exception)
            {
                // The exception's message may quote the input.
                StandardError.WriteLine(
                    $"responder: a bug: {exception.GetType().Name} {exception.StackTrace?.Split('\n')[0].Trim()}");
                return ExitCode.TemporaryFailure;
            }
        }, files, QueuedFeedback.Url, QueuedFeedback.Minutes, bounce, topic, certificate);
        command.Validators.Add(result =>
        {
            bool[] sources = [result.GetValue(bounce), result.GetValue(files) is { Length: > 0 },
                result.GetResult(QueuedFeedback.Url) is not null];
            if (sources.Count(isGiven => isGiven) != 1)
                result.AddError("Name a FILE, or give --queue or --bounce alone");
        });
        return command;
    }

    /// <summary>Returns the only sender whose notifications are accepted.</summary>
    /// <exception cref="ResponderException">No topic is named, or the certificate cannot be used.</exception>
    private static SnsSender Sender(ResponderSettings settings, string? topic, string? certificate)
    {
        topic ??= settings.Feedback.Topic ?? throw new ResponderException(Cause.Settings,
            "no SNS topic is named, and anybody can create one: "
            + $"add \"feedback\": {{ \"topic\": \"arn:aws:sns:…\" }} to {settings.File}, or give --topic");
        var certificates = certificate is null ? [] : SnsSender.LoadCertificates(certificate);
        return new SnsSender(topic, certificates, settings.Feedback.LeastSignatureVersion);
    }

    /// <summary>
    /// Reads files, or one mail on standard input. Anybody can write to the address that Postfix passes on. So a mail
    /// that is refused must neither bounce nor stay in the queue. A notification of the topic stays until a certificate
    /// verifies it.
    /// </summary>
    private static int Feed(ResponderSettings settings, string[] files, SnsSender sender)
    {
        using var store = Open(settings);
        var reader = new FeedbackReader(settings, store, sender, TimeProvider.System);
        var (isMissing, isMail) = (false, false);
        foreach (var file in files)
        {
            var (said, name) = (reader.Faults.Count, file == StandardInput ? "standard input" : file);
            var content = Content(file, name);
            isMail = files is [StandardInput] && content is not null && NotificationMail.IsMail(content);
            if (isMail && content!.Length > MailBytes)
            {
                Refuse(name, "is a mail of over 1 MiB; SNS sends none. If it is an mbox, name it as a FILE");
            }
            else if (content is not null)
            {
                // Perhaps only root can read the file. The database is used as the service's user.
                using var asService = ServiceUser.Act(settings);
                reader.Read((name, content));
            }
            else
            {
                isMissing = true;
            }

            var faults = reader.Faults[said..];
            var told = isMail ? FaultsOfMail : faults.Count;
            foreach (var fault in faults.Take(told))
                StandardError.WriteLine(fault.ToString());
            if (faults.Count > told)
                StandardError.WriteLine($"{name}: and {faults.Count - told} more");
        }

        Keep(reader, settings);
        Console.Out.WriteLine(reader.Counts);
        if (isMail)
            return reader.HasUnverified ? ExitCode.TemporaryFailure : ExitCode.Ok;
        return isMissing ? ExitCode.NoInput : reader.Faults.Count > 0 ? ExitCode.DataError : ExitCode.Ok;
    }

    /// <summary>
    /// Reads one mail on standard input. Anybody can write to the bounce address, so a mail that is not a report is
    /// dropped: it must neither bounce nor stay in the queue.
    /// </summary>
    private static int FeedBounce(ParseResult result)
    {
        using var input = Console.OpenStandardInput();
        var mail = new byte[ReportBytes];
        var length = input.ReadAtLeast(mail, mail.Length, throwOnEndOfStream: false);
        input.CopyTo(Stream.Null);
        if (DeliveryReport.Read(new MemoryStream(mail, 0, length)) is not { } report)
        {
            Console.Out.WriteLine("not a report that a reply could not be delivered");
            return ExitCode.Ok;
        }

        var settings = SettingsPath.Load(result);
        using var store = Open(settings);
        using var asService = ServiceUser.Act(settings);
        var reader = new FeedbackReader(settings, store, new SnsSender("", []), TimeProvider.System);
        reader.Read(report);
        Keep(reader, settings);
        Console.Out.WriteLine(reader.Counts);
        return ExitCode.Ok;
    }

    /// <summary>Reads all input. Null if it is longer than <paramref name="maxBytes"/>.</summary>
    private static byte[]? ReadAll(Stream input, int maxBytes)
    {
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int count; (count = input.Read(buffer)) > 0;)
        {
            content.Write(buffer, 0, count);
            if (content.Length > maxBytes)
                return null;
        }

        return content.ToArray();
    }

    /// <summary>
    /// Stores the outcomes for the statistics. A failure is reported on standard error only, because the addresses are
    /// blocked already.
    /// </summary>
    public static void Keep(FeedbackReader reader, ResponderSettings settings)
    {
        try
        {
            using var asService = ServiceUser.Act(settings);
            ReportedOutcome.Keep(reader.Outcomes, settings.PostfixLog.Database);
            reader.Outcomes.Clear();
        }
        catch (ResponderException exception)
        {
            StandardError.WriteLine("responder: the statistics of replies were not stored: " + exception.Message);
        }
    }

    /// <summary>Opens the database as the service's user. The caller disposes it.</summary>
    /// <exception cref="ResponderException">The key or the database cannot be used.</exception>
    public static RequesterStore Open(ResponderSettings settings)
    {
        using var asService = ServiceUser.Act(settings);
        var key = AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database);
        return RequesterStore.Open(settings.Database, key, MaxWait, TimeProvider.System);
    }

    /// <summary>Reads a file or standard input. Null if that fails; the reason goes to standard error.</summary>
    private static byte[]? Content(string file, string name)
    {
        try
        {
            if (Directory.Exists(file))
                return Refuse(name, $"is a folder; name the files in it, like {file.TrimEnd('/')}/*");
            using var input = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
            return ReadAll(input, MaxFileBytes)
                ?? Refuse(name, "is larger than 128 MiB; split it at line ends, for example with: split -C 100M");
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            return Refuse(name, FileTrouble.Describe(exception));
        }
    }

    private static byte[]? Refuse(string name, string problem)
    {
        StandardError.WriteLine(new Fault(name, 0, "", problem).ToString());
        return null;
    }
}
