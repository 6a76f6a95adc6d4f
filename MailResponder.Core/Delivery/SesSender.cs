using Amazon.SimpleEmail.Model;
using MailResponder.Native;
using MailResponder.Reply;
using MailResponder.Settings;

namespace MailResponder.Delivery;

/// <summary>
/// Hands replies to Amazon SES (SendRawEmail). A reply whose fate is unknown, because the connection was cut or SES
/// failed, counts as not sent: it may arrive twice, but is not lost.
/// </summary>
internal sealed class SesSender(SesSettings settings, Deadline deadline) : ISender
{
    /// <summary>The IAM permission that sending needs.</summary>
    public const string Action = "ses:SendRawEmail";

    /// <summary>What SES takes at most, with encoded attachments.</summary>
    public const int MaxMessageBytes = 10 * 1024 * 1024;

    /// <summary>
    /// After this long the throttling is not a short burst. Postfix waits more cheaply than a process does.
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
        // A database, which may trust what the host trusts, has been asked by now.
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
                    return new SendResult(failure.Status, failure.Problem);
                Thread.Sleep(pause);
            }
        }
    }

    /// <summary>
    /// The configuration set and tags go beside the message, not as X-SES headers into it: the message stays the same
    /// for every way out, and nothing of ours can reach the requester should a header not be taken off.
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

    /// <summary>Rejects an id that looks like an address or would break the log line.</summary>
    private static SendResult Receipt(string? messageId) =>
        messageId is { Length: > 0 and <= 200 }
            && messageId.All(c => c is > ' ' and < '\x7f' and not ('@' or ',' or '"'))
            ? SendResult.Sent("ses:" + messageId)
            : SendResult.Temporary(SesFailure.WithoutId);

    /// <summary>
    /// Doubles from try to try. Half of it is random, so that processes that were throttled together return at
    /// different times.
    /// </summary>
    private static TimeSpan Pause(int tries)
    {
        var longest = FirstPause * Math.Pow(2, tries - 1);
        return (longest < LongestPause ? longest : LongestPause) * (0.5 + Random.Shared.NextDouble() / 2);
    }
}
