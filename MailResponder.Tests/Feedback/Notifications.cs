using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MailResponder.Tests.Feedback;

/// <summary>
/// Notifications as shown in the guides of Amazon SES and SNS, and the forms in which they are transported.
/// </summary>
internal static class Notifications
{
    public const string Topic = "arn:aws:sns:eu-west-1:123456789012:responder-feedback";

    public static DateTimeOffset Happened { get; } = new(2026, 11, 20, 8, 30, 0, 237, TimeSpan.Zero);

    public static JsonObject Bounce(
        string address, string type = "Permanent", string subtype = "General", DateTimeOffset? at = null) =>
        Of("Bounce", [address], new JsonObject
        {
            ["bounceType"] = type,
            ["bounceSubType"] = subtype,
            ["bouncedRecipients"] = new JsonArray(new JsonObject
            {
                ["emailAddress"] = address,
                ["action"] = "failed",
                ["status"] = "5.1.1",
                ["diagnosticCode"] = $"smtp; 550 5.1.1 <{address}>... User \"unknown\" {{",
            }),
            ["timestamp"] = Time(at ?? Happened),
            ["feedbackId"] = "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa068a-000000",
        });

    public static JsonObject Complaint(string address, string? type = "abuse", DateTimeOffset? at = null)
    {
        var complaint = new JsonObject
        {
            ["complainedRecipients"] = new JsonArray(new JsonObject { ["emailAddress"] = address }),
            ["timestamp"] = Time(at ?? Happened),
            ["userAgent"] = "ExampleCorp Feedback Loop (V0.01)",
        };
        if (type is not null) complaint["complaintFeedbackType"] = type;
        return Of("Complaint", [address], complaint);
    }

    public static JsonObject Of(string type, string[] destination, JsonObject what) => new()
    {
        ["notificationType"] = type,
        [type.ToLowerInvariant()] = what,
        ["mail"] = new JsonObject
        {
            ["timestamp"] = Time(Happened.AddMinutes(-1)),
            ["source"] = "bounces@example.com",
            ["messageId"] = "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa0680-000000",
            ["destination"] = new JsonArray([.. destination.Select(address => JsonValue.Create(address))]),
            ["commonHeaders"] = new JsonObject { ["to"] = new JsonArray(destination[0]), ["subject"] = "Re: hello" },
        },
    };

    /// <summary>Returns an SNS envelope, not yet signed, sent three seconds after the event.</summary>
    public static JsonObject InSns(JsonNode notification) => new()
    {
        ["Type"] = "Notification",
        ["MessageId"] = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        ["TopicArn"] = Topic,
        ["Subject"] = "Amazon SES Email Event Notification",
        ["Message"] = notification.ToJsonString(),
        ["Timestamp"] = Time(HappenedIn(notification).AddSeconds(3)),
        ["UnsubscribeURL"] = "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    };

    public static JsonObject InSqs(JsonNode body) => new()
    {
        ["MessageId"] = "5fea7756-0ea4-451a-a703-a558b933e274",
        ["ReceiptHandle"] = "MbZj6wDWli+JvwwJaBV+3dcjk2YW2vA3+STFFljTM8tJJg6HRG6PYSasuWXPJB+Cw==",
        ["MD5OfBody"] = "fafb00f5732ab283681e124bf8747ed1",
        ["Body"] = body.ToJsonString(),
    };

    public static JsonObject Received(params JsonNode[] messages) =>
        new() { ["Messages"] = new JsonArray([.. messages.Select(message => message.DeepClone())]) };

    /// <summary>Returns a mail of the protocol "email". A mail of "email-json" has nothing after the JSON.</summary>
    public static string Mail(string json, string encoding = "7bit",
        string footer = "\n\n--\nIf you wish to stop receiving notifications from this topic, click "
        + "here:\nhttps://sns.eu-west-1.amazonaws.com/unsubscribe.html\n")
    {
        var body = json + footer;
        var encoded = encoding switch
        {
            "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(body), Base64FormattingOptions.InsertLineBreaks),
            "quoted-printable" => QuotedPrintable(body),
            _ => body,
        };
        return $"From: Amazon SES <no-reply@sns.amazonaws.com>\nTo: feedback@example.com\nSubject: AWS Notification "
            + $"Message\n"
            + $"MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: "
            + $"{encoding}\n\n{encoded}\n";
    }

    /// <summary>Breaks lines as mail systems do if they are too long for SMTP.</summary>
    public static string Folded(string text) => string.Join("\n ", text.Chunk(60).Select(piece => new string(piece)));

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);

    private static DateTimeOffset HappenedIn(JsonNode notification) =>
        notification is JsonObject json && (json["bounce"] ?? json["complaint"])?["timestamp"] is { } time
            ? DateTimeOffset.Parse(time.GetValue<string>(), CultureInfo.InvariantCulture) : Happened;

    private static string QuotedPrintable(string text)
    {
        var escaped = string.Concat(Encoding.UTF8.GetBytes(text)
            .Select(b => b is (byte)'=' or > 126 ? $"={b:X2}" : $"{(char)b}"));
        return string.Join('\n', escaped.Split('\n')
            .Select(line => string.Join("=\n", line.Length == 0 ? [""] : Pieces(line))));
    }

    /// <summary>Splits a line without cutting an escape sequence.</summary>
    private static IEnumerable<string> Pieces(string line)
    {
        for (var start = 0; start < line.Length;)
        {
            var length = Math.Min(70, line.Length - start);
            while (line.AsSpan(start, length).LastIndexOf('=') is var escape and >= 0 && escape > length - 3 && start
                + length < line.Length)
                length = escape;
            yield return line.Substring(start, length);
            start += length;
        }
    }
}
