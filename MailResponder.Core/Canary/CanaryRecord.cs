using System.Text.Json;
using System.Text.Json.Serialization;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Canary;

/// <summary>The state kept of a mailbox's runs, for metrics, statistics and `responder doctor`.</summary>
/// <param name="LastRun">When the last run ended; null if none ever did.</param>
/// <param name="Result">The result of the last run: a <see cref="CanaryResult"/> in words.</param>
/// <param name="LastSuccess">When a run last found no problem; null if none ever did.</param>
/// <param name="Seconds">How long the replies of the last successful run took; null if there was none.</param>
/// <param name="InJunk">
/// How many replies the provider put into the junk folder, in the last run that got replies.
/// </param>
internal sealed record CanaryRecord(
    DateTimeOffset? LastRun, string Result, DateTimeOffset? LastSuccess, double? Seconds, int InJunk)
{
    private static readonly CanaryRecord None = new(null, "never-run", null, null, 0);

    [JsonIgnore]
    public bool IsWrong => Result == CanaryResult.Wrong.Hyphenated();

    /// <summary>Returns the path of the file, which is next to the database.</summary>
    public static string FileOf(ResponderSettings settings) =>
        settings.Database.SqliteFile is { } file ? file + ".canary" : settings.FilesRoot + "/.canary";

    /// <summary>
    /// Loads the records of all mailboxes in the settings, by name. A mailbox without a record in the file has one too,
    /// so that a canary that cannot even start is missed.
    /// </summary>
    /// <exception cref="ResponderException">The file cannot be read.</exception>
    public static Dictionary<string, CanaryRecord> Load(ResponderSettings settings)
    {
        if (settings.Canary.Count == 0)
            return [];
        var path = FileOf(settings);
        var all = FileTrouble.InWords(Cause.Output, path, () =>
            JsonFile.Read(path, CanaryJson.Default.DictionaryStringCanaryRecord)) ?? [];
        return settings.Canary.ToDictionary(mailbox => mailbox.Name,
            mailbox => all.GetValueOrDefault(mailbox.Name) ?? None);
    }

    /// <exception cref="ResponderException">The file cannot be written.</exception>
    public static void Keep(
        ResponderSettings settings, IEnumerable<CanaryReport> reports, DateTimeOffset now)
    {
        var records = Load(settings);
        foreach (var report in reports)
        {
            var before = records.GetValueOrDefault(report.Mailbox, None);
            var isGood = report.Result == CanaryResult.Ok;
            records[report.Mailbox] = new CanaryRecord(now, report.ResultInWords, isGood ? now : before.LastSuccess,
                isGood ? report.Seconds : before.Seconds, report.Replies > 0 ? report.InJunk : before.InJunk);
        }

        var path = FileOf(settings);
        FileTrouble.InWords(Cause.Output, path, () => AtomicFile.Write(path,
            JsonSerializer.SerializeToUtf8Bytes(records, CanaryJson.Default.DictionaryStringCanaryRecord)));
    }
}
