using System.Text.Json;
using System.Text.Json.Serialization;

namespace MailResponder.Canary;

/// <summary>What one mailbox got in reply to its requests.</summary>
internal sealed record CanaryReport(string Mailbox)
{
    [JsonIgnore]
    public CanaryResult Result => !IsReachable ? CanaryResult.Unreachable
        : Problems.Count > 0 ? CanaryResult.Wrong : CanaryResult.Ok;

    [JsonPropertyName("result")]
    public string ResultInWords => Result.Hyphenated();

    /// <summary>
    /// Whether the mailbox and its submission server could be used. If not, nothing is known about the replies.
    /// </summary>
    [JsonIgnore]
    public bool IsReachable { get; init; } = true;

    /// <summary>Seconds from the last request to the last reply; null while a reply is missing.</summary>
    public double? Seconds { get; init; }

    /// <summary>How many of the expected replies arrived. One that arrived twice counts once.</summary>
    public int Replies { get; set; }

    /// <summary>
    /// How many replies are expected: one for each entry of the response book for the requested addresses.
    /// </summary>
    public int Expected { get; init; }

    /// <summary>How many of the replies the provider put into the junk folder.</summary>
    public int InJunk { get; set; }

    /// <summary>
    /// The provider's result in Authentication-Results, the worst of all replies. Null if it reports none.
    /// </summary>
    public string? Spf { get; init; }

    /// <inheritdoc cref="Spf"/>
    public string? Dkim { get; init; }

    /// <inheritdoc cref="Spf"/>
    public string? Dmarc { get; init; }

    /// <summary>
    /// The result of our own check of the signatures, the worst of all replies. Null if there is no reply.
    /// </summary>
    [JsonIgnore]
    public SignatureResult? Signature { get; init; }

    [JsonPropertyName("signature")]
    public string? SignatureInWords => Signature?.Hyphenated();

    /// <summary>How many attachments arrived with the right name and content.</summary>
    public int Attachments { get; set; }

    public int ExpectedAttachments { get; init; }

    /// <summary>The problems found, in words.</summary>
    public List<string> Problems { get; init; } = [];

    /// <summary>Finds the reply that arrived for each reply that a request should get, and compares the two.</summary>
    /// <param name="came">The replies to the request, in any order.</param>
    public void Add(string requested, ExpectedReply[] expected, List<CanaryReply> came)
    {
        var contents = came.ConvertAll<ReplyContent?>(reply => ReplyContent.Of(reply.Message));
        foreach (var wanted in expected)
        {
            var place = $"{requested}, entry {wanted.Entry}";
            var at = contents.FindIndex(content => content?.Text == wanted.Content.Text);
            if (at < 0)
            {
                // A second copy of an expected reply does not stand for another entry. Any other reply has a text that
                // was changed on the way.
                at = contents.FindIndex(content => content is not null
                    && !Array.Exists(expected, reply => reply.Content.Text == content.Text));
                if (at < 0)
                    continue;
                Problems.Add(place + ": the text differs");
            }

            Compare(place, wanted, came[at], contents[at]!);
            contents[at] = null;
        }
    }

    private void Compare(string place, ExpectedReply expected, CanaryReply reply, ReplyContent content)
    {
        Replies++;
        InJunk += reply.IsInJunk ? 1 : 0;
        foreach (var (name, hash) in expected.Content.Attachments)
        {
            if (!content.Attachments.TryGetValue(name, out var found))
                Problems.Add($"{place}: {name} is missing"
                    + (content.Attachments.FirstOrDefault(one => one.Value == hash).Key is { } other
                        ? $"; it came as {other}" : ""));
            else if (found != hash)
                Problems.Add($"{place}: {name} differs from the file of the response book");
            else
                Attachments++;
        }

        // Attachments that were not expected, for instance because a host has not switched them off. One that came
        // under another name was reported above.
        foreach (var (name, hash) in content.Attachments)
        {
            if (!expected.Content.Attachments.ContainsKey(name) && !expected.Content.Attachments.Values.Contains(hash))
                Problems.Add($"{place}: {name} was not expected");
        }
    }

    /// <summary>Returns the report on one line, for people and for grep.</summary>
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

        // A problem may contain the name of an attachment as it arrived.
        return Problems.Count == 0 ? line : LineText.Visible($"{line}: {string.Join("; ", Problems)}");
    }

    /// <summary>Returns the reports as the JSON that docs/canary.md describes.</summary>
    public static string ToJson(CanaryReport[] reports) =>
        JsonSerializer.Serialize(reports, CanaryJson.Default.CanaryReportArray);
}

internal enum CanaryResult
{
    Ok,

    /// <summary>A reply is missing or not as it should be.</summary>
    Wrong,

    /// <summary>Nothing is known about the replies.</summary>
    Unreachable,
}

/// <summary>Writes the reports and the state as JSON.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CanaryReport[]))]
[JsonSerializable(typeof(Dictionary<string, CanaryRecord>))]
internal sealed partial class CanaryJson : JsonSerializerContext;
