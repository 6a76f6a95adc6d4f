using System.CommandLine;
using MailResponder.Feedback;
using MailResponder.Limits;
using MailResponder.Reporting;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>`responder feedback FILE…`: blocks those to whom replies bounce for good, and those who complained.</summary>
internal sealed class FeedbackCommand : Command
{
    private const int MaxFileBytes = 128 << 20;
    private const string StandardInput = "-";
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    public FeedbackCommand() : base("feedback", "Block those to whom replies bounce for good, and those who complained, as Amazon SES tells it")
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Notifications of Amazon SES, as SNS or SQS hands them on: JSON, or a mail of SNS; - is standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var topic = new Option<string?>("--topic")
        {
            Description = "Believe this topic of SNS only [default: the setting feedback.topic]",
            HelpName = "ARN",
        };
        var certificate = new Option<string?>("--sns-certificate")
        {
            Description = "Believe only what SNS has signed with this certificate (PEM, one or several)",
            HelpName = "FILE",
        };
        Add(files);
        Add(topic);
        Add(certificate);
        SetAction(result =>
        {
            try
            {
                return Feed(result.GetValue(CommandLine.SettingsOption), result.GetValue(files)!, result.GetValue(topic), result.GetValue(certificate));
            }
            catch (ResponderException exception)
            {
                // All of it is ours to mend. Started by Postfix from an alias, this keeps the mail; other codes lose it.
                StandardError.WriteLine("responder: " + exception.Message);
                return ExitCode.TemporaryFailure;
            }
            catch (Exception exception) when (exception is not IOException)
            {
                // Its text may quote what was fed.
                StandardError.WriteLine($"responder: a bug: {exception.GetType().Name} {exception.StackTrace?.Split('\n')[0].Trim()}");
                return ExitCode.TemporaryFailure;
            }
        });
    }

    private static int Feed(string? settingsPath, string[] files, string? topic, string? certificate)
    {
        var settings = SettingsFile.Load(SettingsPath.Find(settingsPath));
        topic ??= settings.Feedback.Topic ?? throw new ResponderException(Cause.Settings,
            "no topic of SNS is named, and anybody may have one: "
            + $"write \"feedback\": {{ \"topic\": \"arn:aws:sns:…\" }} into {settings.File}, or give --topic");
        var certificates = certificate is null ? [] : SnsSender.LoadCertificates(certificate);
        var sender = new SnsSender(topic, certificates, settings.Feedback.LeastSignatureVersion);
        using var store = Open(settings);
        var reader = new FeedbackReader(settings, store, sender, TimeProvider.System);
        var isMissing = false;
        foreach (var file in files)
        {
            var (said, name) = (reader.Faults.Count, file == StandardInput ? "standard input" : file);
            if (Content(file, name) is { } content)
            {
                // What is fed may be for root's eyes alone; the database is the service's.
                using var asService = ServiceUser.Act(settings);
                reader.Read(name, content);
            }
            else
            {
                isMissing = true;
            }

            foreach (var fault in reader.Faults[said..])
                StandardError.WriteLine(fault.ToString());
        }

        Console.Out.WriteLine(reader.Counts);
        return isMissing ? ExitCode.NoInput : reader.Faults.Count > 0 ? ExitCode.DataError : ExitCode.Ok;
    }

    private static RequesterStore Open(ResponderSettings settings)
    {
        using var asService = ServiceUser.Act(settings);
        var key = AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database);
        return RequesterStore.Open(settings.Database, key, MaxWait, TimeProvider.System);
    }

    /// <summary>Null when it cannot be read; why is said on standard error.</summary>
    private static byte[]? Content(string file, string name)
    {
        try
        {
            if (Directory.Exists(file))
                return Refuse(name, $"is a folder; name the files in it, like {file.TrimEnd('/')}/*");
            using var input = file == StandardInput ? Console.OpenStandardInput() : File.OpenRead(file);
            using var content = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int count; (count = input.Read(buffer)) > 0;)
            {
                content.Write(buffer, 0, count);
                if (content.Length > MaxFileBytes)
                    return Refuse(name, "is larger than 128 MiB; split it at its line ends, as with: split -C 100M");
            }

            return content.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
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
