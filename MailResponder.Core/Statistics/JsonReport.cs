using System.Globalization;
using System.Text;
using System.Text.Json;
using MailResponder.Files;

namespace MailResponder.Statistics;

/// <summary>
/// The report for programs: one JSON object. A part that could not be had is null, and its problem stands in
/// "problems".
/// </summary>
internal static class JsonReport
{
    public static string Of(StatisticsReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("made", report.Made);
            json.WriteString("version", report.Version);
            json.WriteString("log", report.LogFile);
            json.WriteNumber("threshold", report.Threshold);
            WriteMessages(json, report.Messages);
            WritePostfix(json, report);
            WriteSes(json, report.Ses.Value);
            WriteCounts(json, "queue", report.Queue.Value);
            WriteHost(json, report);
            WriteTexts(json, "warnings", report.Warnings);
            WriteProblems(json, report);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }

    private static void WriteMessages(Utf8JsonWriter json, MessageFigures messages)
    {
        json.WriteStartObject("messages");
        WriteTime(json, "first", messages.First);
        WriteTime(json, "last", messages.Last);
        json.WriteNumber("answered", messages.Answered);
        json.WriteNumber("replies", messages.Replies);
        WriteCounts(json, "addresses", messages.Addresses);
        json.WriteNumber("others", messages.Others);
        WriteCounts(json, "skipped", messages.Skipped);
        WriteCounts(json, "deferred", messages.Deferred);
        WriteCounts(json, "failed", messages.Failed);
        json.WriteNumber("exceptions", messages.Exceptions);
        json.WriteNumber("unmatched_lines", messages.UnmatchedLines);
        WriteNumber(json, "median_ms", messages.MedianMs);
        WriteNumber(json, "percentile_95_ms", messages.Percentile95Ms);
        WriteNumber(json, "maximum_ms", messages.MaximumMs);
        json.WriteStartArray("replies_by_hour");
        foreach (var count in messages.RepliesByHour)
            json.WriteNumberValue(count);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePostfix(Utf8JsonWriter json, StatisticsReport report)
    {
        if (!StartObject(json, "postfix", report.Postfix.Value is not null))
            return;
        var postfix = report.Postfix.Value!;
        json.WriteNumber("received", postfix.Received);
        json.WriteNumber("answered", postfix.Answered);
        json.WriteNumber("deferred", postfix.Deferred);
        json.WriteNumber("expired", postfix.Expired);
        json.WriteNumber("rejected", postfix.Rejected);
        WriteNumber(json, "median_seconds", postfix.TimeToSend?.Median);
        WriteNumber(json, "percentile_95_seconds", postfix.TimeToSend?.Percentile95);
        WriteNumber(json, "maximum_seconds", postfix.TimeToSend?.Maximum);
        json.WriteStartArray("trend");
        foreach (var day in postfix.Trend)
        {
            json.WriteStartObject();
            json.WriteString("day", day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteNumber("received", day.Received);
            json.WriteNumber("answered", day.Answered);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("outcomes");
        foreach (var one in report.Outcomes)
        {
            json.WriteStartObject(one.Provider);
            json.WriteNumber("sent", one.Sent);
            json.WriteNumber("deferred", one.Deferred);
            json.WriteNumber("bounced", one.Bounced);
            json.WriteNumber("waiting", one.Waiting);
            json.WriteNumber("complained", one.Complained);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSes(Utf8JsonWriter json, SesFigures? ses)
    {
        if (!StartObject(json, "ses", ses is not null))
            return;
        json.WriteNumber("recipients_a_day", ses!.PerDay);
        json.WriteNumber("recipients_a_second", ses.PerSecond);
        json.WriteNumber("sent_in_24_hours", ses.SentInDay);
        json.WriteStartArray("spans");
        foreach (var span in ses.Spans)
        {
            json.WriteStartObject();
            json.WriteNumber("days", span.Days);
            json.WriteNumber("deliveries", span.Deliveries);
            json.WriteNumber("bounces", span.Bounces);
            json.WriteNumber("complaints", span.Complaints);
            json.WriteNumber("rejects", span.Rejects);
            json.WriteNumber("bounce_share", span.BounceShare);
            json.WriteNumber("complaint_share", span.ComplaintShare);
            json.WriteNumber("reject_share", span.RejectShare);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHost(Utf8JsonWriter json, StatisticsReport report)
    {
        json.WriteStartObject("host");
        json.WriteString("name", report.HostName);
        if (report.Host.Value is { } host)
        {
            json.WriteNumber("uptime_seconds", (long)host.Uptime.TotalSeconds);
            json.WriteString("load", host.Load);
            json.WriteNumber("processors", host.Processors);
            WriteSpace(json, "memory", host.Memory);
            json.WriteStartObject("disks");
            foreach (var disk in host.Disks)
                WriteSpace(json, disk.Name, disk);
            json.WriteEndObject();
        }

        if (report.Instance.Value is { } instance)
        {
            json.WriteStartObject("instance");
            json.WriteString("id", instance.Id);
            json.WriteString("type", instance.Type);
            json.WriteString("zone", instance.Zone);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteSpace(Utf8JsonWriter json, string name, Space space)
    {
        json.WriteStartObject(name);
        json.WriteNumber("total_bytes", space.TotalBytes);
        json.WriteNumber("free_bytes", space.FreeBytes);
        json.WriteEndObject();
    }

    private static void WriteProblems(Utf8JsonWriter json, StatisticsReport report)
    {
        (string Part, string? Problem)[] problems =
        [
            ("settings", report.SettingsProblem), ("postfix", report.Postfix.Problem), ("ses", report.Ses.Problem),
            ("queue", report.Queue.Problem), ("host", report.Host.Problem), ("instance", report.Instance.Problem),
        ];
        json.WriteStartObject("problems");
        foreach (var (part, problem) in problems)
        {
            if (problem is not null)
                json.WriteString(part, problem);
        }

        json.WriteEndObject();
    }

    private static bool StartObject(Utf8JsonWriter json, string name, bool isThere)
    {
        if (isThere)
            json.WriteStartObject(name);
        else
            json.WriteNull(name);
        return isThere;
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IReadOnlyList<NameCount>? counts)
    {
        if (!StartObject(json, name, counts is not null))
            return;
        foreach (var count in counts!)
            json.WriteNumber(count.Name, count.Count);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
            json.WriteString(name, value);
        else
            json.WriteNull(name);
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
