using System.Globalization;
using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;
using MailResponder.Aws;

namespace MailResponder.Feedback;

/// <summary>A queue of Amazon SQS into which SNS writes notifications. A call that fails is not repeated.</summary>
/// <param name="url">Of the queue.</param>
/// <param name="connection">By whose right it is read.</param>
internal sealed class FeedbackQueue(Uri url, AwsConnection connection)
    : AwsService<AmazonSQSClient, AmazonSQSConfig>(connection, (credentials, config) => new(credentials, config))
{
    /// <summary>The most that SQS gives or deletes in one call.</summary>
    private const int MostMessages = 10;

    /// <summary>For how long SQS waits for a message at most. A long wait asks all of its servers.</summary>
    private const int LongestWaitSeconds = 20;

    /// <summary>How long a message that was not deleted stays hidden when the run is over.</summary>
    private const int HiddenAfterwardsSeconds = 300;

    /// <summary>For credentials and answer together, beyond what SQS waits for a message.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    private readonly string _name = LineText.Visible(url.AbsolutePath.TrimEnd('/').Split('/')[^1]);

    /// <summary>
    /// The region of the queue's host; of a host that names none, the topic's. Null when that names none either.
    /// </summary>
    public static string? Region(Uri url, string topic) =>
        url.Host.Split('.').LastOrDefault(AwsRegion.IsName)
        ?? (topic.Split(':') is [_, _, _, var region, ..] && AwsRegion.IsName(region) ? region : null);

    /// <summary>
    /// Hands on what is in the queue until there is no more, or the time is over, and deletes what was used. The rest
    /// stays hidden beyond the end of the run, and comes again later or goes to the queue's dead-letter queue.
    /// </summary>
    /// <param name="length">Begins no batch afterwards.</param>
    /// <param name="use">
    /// Uses a batch durably. Gets each message as its name for faults and its body; returns the names of those that
    /// could not be used.
    /// </param>
    /// <exception cref="ResponderException">SQS cannot be asked, or <paramref name="use"/> threw it.</exception>
    public void Feed(TimeSpan length, Func<List<(string Name, byte[] Content)>, HashSet<string>> use)
    {
        var deadline = new Deadline(TimeProvider.System, length);
        while (deadline.Remaining > TimeSpan.Zero)
        {
            var batch = Receive(deadline.Remaining, (int)length.TotalSeconds + HiddenAfterwardsSeconds);
            if (batch.Count == 0)
                return;
            var refused = use(
                [.. batch.Select(message => (Name(message), Encoding.UTF8.GetBytes(message.Body ?? "")))]);
            Delete(batch.FindAll(message => !refused.Contains(Name(message))));
        }
    }

    private ServiceFailure Failure => new($"SQS, queue {_name}", Cause.Send,
        Rights: "sqs:ReceiveMessage and sqs:DeleteMessage on this queue",
        Named: "--queue",
        Unanswered: "what it gave or did not delete comes again",
        Refused: "there is no such queue in this account and region; see --queue");

    /// <summary>By its id, which finds the message in the dead-letter queue too.</summary>
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

    /// <summary>A message that SQS does not delete comes once more, which does no harm.</summary>
    private void Delete(List<Message> messages)
    {
        if (messages.Count == 0)
            return;
        var request = new DeleteMessageBatchRequest
        {
            QueueUrl = url.AbsoluteUri,
            Entries = [.. messages.Select((message, i) => new DeleteMessageBatchRequestEntry(
                i.ToString(CultureInfo.InvariantCulture), message.ReceiptHandle))],
        };
        Call(MaxWait, (client, cancel) => client.DeleteMessageBatchAsync(request, cancel), Failure.Of);
    }
}
