using Amazon.SimpleEmail.Model;
using MailResponder.Native;
using MailResponder.Reply;
using MailResponder.Settings;

namespace MailResponder.Delivery;

/// <summary>
/// Hands replies to Amazon SES (SendRawEmail). Unless SES refused it or no connection was made, it is unknown whether a
/// reply without a receipt was sent. Such a reply is sent again: it may arrive twice, but is not lost.
/// </summary>
internal sealed class SesSender(SesSettings settings, Deadline deadline) : ISender
{
    /// <summary>The IAM permission that sending needs.</summary>
    public const string Action = "ses:SendRawEmail";

    /// <summary>The most that SES accepts, with encoded attachments.</summary>
    public const int MaxMessageBytes = 10 * 1024 * 1024;

    /// <summary>
    /// The most calls for one reply. Throttling that lasts longer is not a short burst, and Postfix's queue waits more
    /// cheaply than a process.
    /// </summary>
    private const int MaxTries = 8;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    private readonly SesAccount _account = new(settings);

    public bool ReplacesDateAndMessageId => true;

    public SendResult Send(OutgoingReply reply)
    {
        if (reply.WireBytes > MaxMessageBytes)
            return SendResult.AttachmentsRefused(SesErrorCode.TooLong);
        using var message = new ReplyStream(reply);
        var request = Request(reply, message);
        // Connections to a database, which may need the host's trust store, have been made by now.
        NarrowedRoots.Set(NarrowedRoots.Nothing);
        for (var tries = 1; ; tries++)
        {
            try
            {
                var response = _account.Call(
                    deadline.ForOneCall, (client, token) => client.SendRawEmailAsync(request, token));
                return Receipt(response.MessageId);
            }
            catch (Exception exception) when (exception is not ResponderException)
            {
                var failure = SesFailure.Of(exception, Action);
                var pause = Pause(tries);
                if (!failure.IsThrottled || tries == MaxTries || pause > deadline.ForOneCall)
                    return failure.Status != SendStatus.Unknown ? new SendResult(failure.Status, failure.Problem)
                        : _account.HasConnected ? SendResult.Unknown(failure.Problem)
                        : SendResult.Temporary($"{SesFailure.NoConnection} ({failure.Problem})");
                Thread.Sleep(pause);
            }
        }
    }

    /// <summary>
    /// Makes the request. The configuration set and the tags are parameters of the call, not X-SES fields in the
    /// message. So the message is the same for every sender, and a field that SES failed to remove cannot reach the
    /// requester.
    /// </summary>
    private SendRawEmailRequest Request(OutgoingReply reply, MemoryStream message) => new(new RawMessage(message))
    {
        Source = reply.Sender,
        Destinations = [reply.Recipient],
        ConfigurationSetName = settings.ConfigurationSet,
        Tags = settings.Tags.Count == 0
            ? null
            : [.. settings.Tags.Select(tag => new MessageTag { Name = tag.Key, Value = tag.Value })],
    };

    /// <summary>
    /// Returns the receipt, but refuses an id that looks like an address or would break the log line.
    /// </summary>
    private static SendResult Receipt(string? messageId) =>
        messageId is { Length: > 0 and <= 200 }
            && messageId.All(c => c is > ' ' and < '\x7f' and not ('@' or ',' or '"'))
            ? SendResult.Sent("ses:" + messageId)
            : SendResult.Unknown("SES answered without a message id");

    /// <summary>
    /// Returns a pause that doubles from call to call. Half of it is random, so that processes that were throttled
    /// together return at different times.
    /// </summary>
    private static TimeSpan Pause(int tries)
    {
        var longest = FirstPause * Math.Pow(2, tries - 1);
        return (longest < LongestPause ? longest : LongestPause) * (0.5 + Random.Shared.NextDouble() / 2);
    }
}
