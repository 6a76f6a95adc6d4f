using System.Text.Json;
using System.Text.Json.Serialization;

namespace MailResponder.Logs;

/// <summary>
/// What became of one message: a line of JSON in the log for programs, as <see cref="MessageLog"/> writes it.
/// </summary>
/// <param name="Time">When the message was done.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Reason">As <see cref="Outcome.Reason"/>.</param>
/// <param name="Address">The requested address when it is a public one, else "unknown".</param>
/// <param name="Replies">
/// How many replies went out; for a skipped message 0, but for a notice that the quota is used up.
/// </param>
/// <param name="Ms">How long answering took, in milliseconds.</param>
/// <param name="QueueId">Postfix's name of the message; "-" when it is not known.</param>
/// <param name="Receipts">Where each reply went, in order.</param>
/// <param name="Problem">What went wrong, in words for the operator; null when nothing did.</param>
internal sealed record MessageEvent(
    DateTimeOffset Time, [property: JsonConverter(typeof(ResultConverter))] Result Result, string? Reason,
    string Address, int Replies, long Ms, string QueueId, IReadOnlyList<string> Receipts, string? Problem)
{
    /// <summary>Where rsyslog/20-mail_responder.conf puts the events.</summary>
    public const string StandardLog = "/var/log/mail_responder-events.log";

    /// <summary>Ends the receipt of a reply that went out without the attachments of its entry.</summary>
    public const string WithoutAttachments = "(without-attachments)";

    /// <summary>The event's time; null for a line that is no event.</summary>
    public static DateTimeOffset? TimeOf(ReadOnlySpan<byte> line) => Read(line)?.Time;

    /// <summary>Reason and problem, of a message that was not answered.</summary>
    public string WhyNot() => Problem is null ? Reason ?? "" : $"{Reason}: {Problem}";

    /// <summary>Null for a line that is not a whole event.</summary>
    /// <param name="line">UTF-8, without the line end.</param>
    public static MessageEvent? Read(ReadOnlySpan<byte> line)
    {
        // An exception for each line would make a log of something else very slow to read.
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

/// <summary>Results in lower case, and no numbers in their place.</summary>
internal sealed class ResultConverter() : JsonStringEnumConverter<Result>(
    JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
