using System.Globalization;
using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;
using MailResponder.Aws;

namespace MailResponder.Feedback;

/// <summary>An Amazon SQS queue to which SNS writes notifications. A call that fails is not retried.</summary>
/// <param name="url">The URL of the queue.</param>
/// <param name="connection">The credentials and settings for calls to AWS.</param>
internal sealed class FeedbackQueue(Uri url, AwsConnection connection)
    : AwsService<AmazonSQSClient, AmazonSQSConfig>(connection, (credentials, config) => new(credentials, config))
{
    /// <summary>The most messages that SQS returns or deletes in one call.</summary>
    private const int MostMessages = 10;

    /// <summary>The longest time SQS waits for a message. With a long wait SQS queries all of its servers.</summary>
    private const int LongestWaitSeconds = 20;

    /// <summary>How long a message that was not deleted stays hidden after the run ends.</summary>
    private const int HiddenAfterwardsSeconds = 300;

    /// <summary>
    /// The time allowed for credentials and response together, in addition to the time SQS waits for a message.
    /// </summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    private readonly string _name = LineText.Visible(url.AbsolutePath.TrimEnd('/').Split('/')[^1]);

    /// <summary>
    /// Returns the region in the queue's host name, or else the topic's region. Null if neither names one.
    /// </summary>
    public static string? Region(Uri url, string topic) =>
        url.Host.Split('.').LastOrDefault(AwsRegion.IsName)
        ?? (topic.Split(':') is [_, _, _, var region, ..] && AwsRegion.IsName(region) ? region : null);

    /// <summary>
    /// Passes the queue's messages on until the queue is empty or the time is over, and deletes those that were used.
    /// The others stay hidden past the end of the run; later SQS returns them again or moves them to the dead-letter
    /// queue.
    /// </summary>
    /// <param name="length">The time limit. No batch begins after it.</param>
    /// <param name="use">
    /// Processes a batch durably. It gets the body of each message and the message's name for faults, and returns the
    /// names of the messages that could not be used.
    /// </param>
    /// <exception cref="ResponderException">
    /// SQS cannot be queried, did not delete each used message, or <paramref name="use"/> threw the exception.
    /// </exception>
    public void Feed(TimeSpan length, Func<List<(string Name, byte[] Content)>, HashSet<string>> use)
    {
        var deadline = new Deadline(TimeProvider.System, length);
        var undeleted = new List<BatchResultErrorEntry>();
        while (deadline.Remaining > TimeSpan.Zero)
        {
            var batch = Receive(deadline.Remaining, (int)length.TotalSeconds + HiddenAfterwardsSeconds);
            if (batch.Count == 0)
                break;
            var refused = use(
                [.. batch.Select(message => (Name(message), Encoding.UTF8.GetBytes(message.Body ?? "")))]);
            undeleted.AddRange(Delete(batch.FindAll(message => !refused.Contains(Name(message)))));
        }

        if (undeleted.Count > 0)
        {
            var codes = undeleted.Select(entry => ServiceFailure.Word(entry.Code ?? "")).Distinct();
            throw new ResponderException(Cause.Send, $"{Failure.Service}: it did not delete {undeleted.Count} used "
                + $"messages ({string.Join(", ", codes)}); " + Failure.Unanswered);
        }
    }

    private ServiceFailure Failure => new($"SQS, queue {_name}", Cause.Send,
        Rights: "sqs:ReceiveMessage and sqs:DeleteMessage on this queue",
        Named: "--queue",
        Unanswered: "messages that were not deleted are received again",
        Refused: "there is no such queue in this account and region; see --queue");

    /// <summary>
    /// Returns the message's name for faults. It contains the message id, which also finds the message in the
    /// dead-letter queue.
    /// </summary>
    private static string Name(Message message) => "message " + message.MessageId;

    private List<Message> Receive(TimeSpan remaining, int hiddenSeconds)
    {
        var seconds = Math.Min((int)remaining.TotalSeconds, LongestWaitSeconds);
        var request = new ReceiveMessageRequest
        {
            QueueUrl = url.AbsoluteUri,
            MaxNumberOfMessages = MostMessages,
            WaitTimeSeconds = seconds,
            VisibilityTimeout = hiddenSeconds,
        };
        return Call(TimeSpan.FromSeconds(seconds) + MaxWait,
            (client, cancel) => client.ReceiveMessageAsync(request, cancel), Failure.Of).Messages ?? [];
    }

    /// <summary>
    /// Deletes the messages. Returns those that SQS did not delete: it answers 200 even if that is all of them. They
    /// are received again, which does no harm unless it goes on until they reach the dead-letter queue.
    /// </summary>
    private List<BatchResultErrorEntry> Delete(List<Message> messages)
    {
        if (messages.Count == 0)
            return [];
        var request = new DeleteMessageBatchRequest
        {
            QueueUrl = url.AbsoluteUri,
            Entries = [.. messages.Select((message, i) => new DeleteMessageBatchRequestEntry(
                i.ToString(CultureInfo.InvariantCulture), message.ReceiptHandle))],
        };
        return Call(
            MaxWait, (client, cancel) => client.DeleteMessageBatchAsync(request, cancel), Failure.Of).Failed ?? [];
    }
}
