using System.Text.Json;
using System.Text.Json.Serialization;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Canary;

/// <summary>The state kept of a mailbox's runs, for metrics, statistics and `responder doctor`.</summary>
/// <param name="LastRun">When the last run ended.</param>
/// <param name="Result">The result of the last run: a <see cref="CanaryResult"/> in words.</param>
/// <param name="LastSuccess">When a run last found no problem; null if none ever did.</param>
/// <param name="Seconds">How long the replies of the last successful run took; null if there was none.</param>
/// <param name="InJunk">
/// How many replies the provider put into the junk folder, in the last run that got replies.
/// </param>
internal sealed record CanaryRecord(
    DateTimeOffset LastRun, string Result, DateTimeOffset? LastSuccess, double? Seconds, int InJunk)
{
    [JsonIgnore]
    public bool IsWrong => Result == CanaryResult.Wrong.Hyphenated();

    /// <summary>Returns the path of the file, which is next to the database.</summary>
    public static string FileOf(ResponderSettings settings) =>
        settings.Database.SqliteFile is { } file ? file + ".canary" : settings.FilesRoot + "/.canary";

    /// <summary>
    /// Loads the records by mailbox, for the mailboxes in the settings that have run. Empty if the file is missing or
    /// not in our format.
    /// </summary>
    /// <exception cref="ResponderException">The file cannot be read.</exception>
    public static Dictionary<string, CanaryRecord> Load(ResponderSettings settings)
    {
        if (settings.Canary.Count == 0)
            return [];
        var path = FileOf(settings);
        var all = FileTrouble.InWords(Cause.Output, path, () =>
            JsonFile.Read(path, CanaryJson.Default.DictionaryStringCanaryRecord)) ?? [];
        return all.Where(one => settings.Canary.Any(mailbox => mailbox.Name == one.Key)).ToDictionary();
    }

    /// <exception cref="ResponderException">The file cannot be written.</exception>
    public static void Keep(
        ResponderSettings settings, IEnumerable<CanaryReport> reports, DateTimeOffset now)
    {
        var records = Load(settings);
        foreach (var report in reports)
        {
            var before = records.GetValueOrDefault(report.Mailbox);
            var isGood = report.Result == CanaryResult.Ok;
            records[report.Mailbox] = new CanaryRecord(now, report.ResultInWords, isGood ? now : before?.LastSuccess,
                isGood ? report.Seconds : before?.Seconds, report.Replies > 0 ? report.InJunk : before?.InJunk ?? 0);
        }

        var path = FileOf(settings);
        FileTrouble.InWords(Cause.Output, path, () => AtomicFile.Write(path,
            JsonSerializer.SerializeToUtf8Bytes(records, CanaryJson.Default.DictionaryStringCanaryRecord)));
    }
}
