using System.Text.Json;
using System.Text.Json.Serialization;

namespace MailResponder.Logs;

/// <summary>
/// What became of one message: a line of JSON that <see cref="MessageLog"/> writes to the log of events.
/// </summary>
/// <param name="Time">When the responder finished with the message.</param>
/// <param name="Result">What became of the message.</param>
/// <param name="Reason">The reason, as in <see cref="Outcome.Reason"/>.</param>
/// <param name="Address">The requested address if it is in the response book, else "unknown".</param>
/// <param name="Replies">
/// The number of replies sent. For a skipped message it is 0, unless a notice that the quota is used up was sent.
/// </param>
/// <param name="Ms">How long the responder took, in milliseconds.</param>
/// <param name="QueueId">Postfix's queue id of the message; "-" if it is unknown.</param>
/// <param name="Receipts">The receipt of each reply, in order: where it went, such as "sendmail:NAME".</param>
/// <param name="Problem">What went wrong, in words for the operator; null if nothing did.</param>
internal sealed record MessageEvent(
    DateTimeOffset Time, [property: JsonConverter(typeof(ResultConverter))] Result Result, string? Reason,
    string Address, int Replies, long Ms, string QueueId, IReadOnlyList<string> Receipts, string? Problem)
{
    /// <summary>The log of events that rsyslog/20-mail_responder.conf writes.</summary>
    public const string StandardLog = "/var/log/mail_responder-events.log";

    /// <summary>The end of the receipt of a reply that was sent without the attachments of its entry.</summary>
    public const string WithoutAttachments = "(without-attachments)";

    /// <summary>Returns the time of the event. Null if the line is not an event.</summary>
    public static DateTimeOffset? TimeOf(ReadOnlySpan<byte> line) => Read(line)?.Time;

    /// <summary>Returns the reason and the problem of a message that was not answered.</summary>
    public string WhyNot() => Problem is null ? Reason ?? "" : $"{Reason}: {Problem}";

    /// <summary>Reads an event. Null if the line is not a complete event.</summary>
    /// <param name="line">The line in UTF-8, without the line end.</param>
    public static MessageEvent? Read(ReadOnlySpan<byte> line)
    {
        // In a log of something else, an exception for each line would be very slow.
        if (!line.StartsWith("{"u8))
            return null;
        try
        {
            var read = JsonSerializer.Deserialize(line, EventJson.Default.MessageEvent);
            return read is { Address.Length: > 0, Replies: >= 0, Ms: >= 0 } && !read.Receipts.Contains(null!)
                && read.Result switch
                {
                    Result.Probe => true,
                    Result.Replied or Result.Canary => read.Reason is null or "unknown-address",
                    _ => read.Reason is not null,
                }
                ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MessageEvent))]
internal sealed partial class EventJson : JsonSerializerContext;

/// <summary>Reads and writes results as names in lower case. Refuses numbers.</summary>
internal sealed class ResultConverter() : JsonStringEnumConverter<Result>(
    JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
