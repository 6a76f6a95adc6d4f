using System.CommandLine.Parsing;
using MailResponder.Aws;
using MailResponder.Feedback;

namespace MailResponder.Cli;

/// <summary>`responder feedback --queue URL`: reads notifications from an Amazon SQS queue.</summary>
internal static class QueuedFeedback
{
    public static readonly Option<Uri?> Url = new("--queue")
    {
        Description = "Read notifications from this Amazon SQS queue until it is empty, and delete the used ones",
        HelpName = "URL",
        CustomParser = QueueUrl,
    };

    public static readonly Option<int> Minutes = CommandLine.NumberOption(
        "--minutes", "N", "Stop reading the queue after this many minutes, at most 60", standard: 5, most: 60);

    /// <summary>
    /// Reads the queue until it is empty or the time is over, and returns the exit code. Receives no message before the
    /// database is known to be writable: each time a message is received and not deleted, it comes closer to the
    /// dead-letter queue.
    /// </summary>
    /// <param name="settings">The settings.</param>
    /// <param name="url">The URL of the queue.</param>
    /// <param name="length">How long to receive messages.</param>
    /// <param name="sender">The only sender whose notifications are accepted.</param>
    /// <exception cref="ResponderException">The settings, the queue or the database cannot be used.</exception>
    public static int Feed(ResponderSettings settings, Uri url, TimeSpan length, SnsSender sender)
    {
        var queue = new FeedbackQueue(url, Connection(settings, url, sender.Topic));
        using var turn = FileTrouble.InWords(Cause.Settings, $"files_root {settings.FilesRoot}", () =>
        {
            NewFolder.Make(settings.FilesRoot, NewFolder.OpenToAll);
            return FileTurn.TryTake(Path.Join(settings.FilesRoot, ".feedback.lock"));
        });
        if (turn is null)
        {
            Console.Out.WriteLine("another run is still reading the queue");
            return ExitCode.Ok;
        }

        using var store = FeedbackCommand.Open(settings);
        store.CheckWritable();
        var reader = new FeedbackReader(settings, store, sender, TimeProvider.System) { MayBeEmpty = false };
        try
        {
            queue.Feed(length, batch =>
            {
                var said = reader.Faults.Count;
                reader.Read(batch);
                FeedbackCommand.Keep(reader, settings);
                var faults = reader.Faults[said..];
                foreach (var fault in faults)
                    StandardError.WriteLine(fault.ToString());
                return [.. faults.Select(fault => fault.File)];
            });
        }
        finally
        {
            Console.Out.WriteLine(reader.Counts);
        }

        return reader.Faults.Count > 0 ? ExitCode.DataError : ExitCode.Ok;
    }

    /// <summary>
    /// Returns a connection to SQS with the credentials for SES, if they are set. Credentials of a role are requested
    /// anew, because the stored ones may expire during the run.
    /// </summary>
    private static AwsConnection Connection(ResponderSettings settings, Uri queue, string topic)
    {
        var region = FeedbackQueue.Region(queue, topic) ?? throw new ResponderException(Cause.Settings,
            "neither --queue nor the topic names an AWS region");
        var ofSes = settings.Ses ?? new AwsConnection("ses", region) { Roots = settings.AwsRoots };
        return ofSes with { Region = region, Endpoint = new Uri(queue, "/"), RoleFile = null };
    }

    private static Uri? QueueUrl(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url)
            && url is { UserInfo: "", Query: "", Fragment: "" }
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            && url.AbsolutePath.Trim('/').Length > 0)
        {
            return url;
        }

        result.AddError("--queue takes a URL like https://sqs.eu-west-1.amazonaws.com/123456789012/name");
        return null;
    }
}
