using System.Text.Json;
using System.Text.Json.Serialization;

namespace MailResponder.Canary;

/// <summary>What became of the requests of one mailbox, seen from there.</summary>
internal sealed record CanaryReport(string Mailbox)
{
    [JsonIgnore]
    public CanaryResult Result => !IsReachable ? CanaryResult.Unreachable
        : Problems.Count > 0 ? CanaryResult.Wrong : CanaryResult.Ok;

    [JsonPropertyName("result")]
    public string ResultInWords => Result.Hyphenated();

    /// <summary>False: nothing is known of the replies, because mailbox or submission could not be used.</summary>
    [JsonIgnore]
    public bool IsReachable { get; init; } = true;

    /// <summary>From the last request to the last reply; null while a reply is missing.</summary>
    public double? Seconds { get; init; }

    /// <summary>Entries of the response book that came.</summary>
    public int Replies { get; init; }

    /// <summary>Entries of the response book for the requested addresses.</summary>
    public int Expected { get; init; }

    /// <summary>How many of the replies were taken for spam.</summary>
    public int InJunk { get; init; }

    /// <summary>
    /// What the provider says in Authentication-Results: the worst of all replies; null when it does not say.
    /// </summary>
    public string? Spf { get; init; }

    /// <inheritdoc cref="Spf"/>
    public string? Dkim { get; init; }

    /// <inheritdoc cref="Spf"/>
    public string? Dmarc { get; init; }

    /// <summary>What our own look at the signatures says: the worst of all replies; null without a reply.</summary>
    [JsonIgnore]
    public SignatureResult? Signature { get; init; }

    [JsonPropertyName("signature")]
    public string? SignatureInWords => Signature?.Hyphenated();

    /// <summary>Attachments that came with the right name and content.</summary>
    public int Attachments { get; init; }

    public int ExpectedAttachments { get; init; }

    /// <summary>What is wrong, in words.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>For people and for grep, on one line.</summary>
    public override string ToString()
    {
        var line = $"{Mailbox} {ResultInWords}";
        if (IsReachable)
        {
            var seconds = Seconds is null ? "-" : $"{Seconds:0}";
            var folder = Replies == 0 ? "-" : InJunk == 0 ? "inbox" : InJunk == Replies ? "junk" : "inbox+junk";
            line += $" seconds={seconds} replies={Replies}/{Expected} folder={folder} spf={Spf ?? "-"} "
                + $"dkim={Dkim ?? "-"} dmarc={Dmarc ?? "-"} signature={SignatureInWords ?? "-"} "
                + $"attachments={Attachments}/{ExpectedAttachments}";
        }

        // A problem may name an attachment as it came.
        return Problems.Count == 0 ? line : LineText.Visible($"{line}: {string.Join("; ", Problems)}");
    }

    /// <summary>As docs/canary.md describes it.</summary>
    public static string ToJson(CanaryReport[] reports) =>
        JsonSerializer.Serialize(reports, CanaryJson.Default.CanaryReportArray);
}

internal enum CanaryResult
{
    Ok,

    /// <summary>The replies are not as they should be.</summary>
    Wrong,

    /// <summary>Nothing is known of them.</summary>
    Unreachable,
}

/// <summary>How reports and the state are written as JSON.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CanaryReport[]))]
[JsonSerializable(typeof(Dictionary<string, CanaryRecord>))]
internal sealed partial class CanaryJson : JsonSerializerContext;
