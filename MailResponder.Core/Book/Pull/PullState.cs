using System.Globalization;
using System.Text;
using System.Text.Json;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// What is known of each file of the cache, by its path below the files root. Losing it costs one full pull.
/// </summary>
internal sealed class PullState
{
    private readonly string _path;

    private PullState(string path) => _path = path;

    /// <summary>When the last good pull ended; null when there was none.</summary>
    public static DateTimeOffset? LastSaved(string filesRoot) =>
        PathIn(filesRoot) is var path && File.Exists(path) ? new DateTimeOffset(File.GetLastWriteTimeUtc(path)) : null;

    /// <summary>What the last pull did not put in force, and since when; null when it was good.</summary>
    public static (string Fault, DateTimeOffset Time)? LastRefusal(string filesRoot) =>
        RefusalIn(filesRoot) is var path && FileTrouble.OrNull(() => File.ReadAllText(path)) is { } fault
            ? (fault, new DateTimeOffset(File.GetLastWriteTimeUtc(path))) : null;

    /// <summary>Keeps it for <see cref="LastRefusal"/>. The log has it too, so a failure does no harm.</summary>
    /// <param name="filesRoot">Where the attachments lie.</param>
    /// <param name="fault">Null: the last pull was good.</param>
    public static void NoteRefusal(string filesRoot, Fault? fault) => FileTrouble.Try(() =>
    {
        if (fault is null)
            File.Delete(RefusalIn(filesRoot));
        else
            AtomicFile.Write(RefusalIn(filesRoot), Encoding.UTF8.GetBytes(fault.ToString()));
    });

    public Dictionary<string, FetchedFile> Files { get; } = [];

    /// <summary>An absent or unreadable file gives an empty state.</summary>
    public static PullState Load(string filesRoot)
    {
        var state = new PullState(PathIn(filesRoot));
        if (FileTrouble.OrNull(() => RegularFile.ReadAllBytes(state._path)) is { } text
            && LocatedJson.Parse(text, state._path, []) is { } json)
            state.Read(json);
        return state;
    }

    public void Save()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            foreach (var (path, file) in Files)
            {
                json.WriteStartArray(path);
                json.WriteStringValue(file.ETag);
                json.WriteStringValue(file.Sha256);
                json.WriteNumberValue(file.UnusedSince);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        // A pull that found nothing new is a good one too: the file's time tells when it was.
        if (!AtomicFile.Write(_path, buffer.ToArray()))
            File.SetLastWriteTimeUtc(_path, DateTime.UtcNow);
    }

    private static string RefusalIn(string filesRoot) => Path.Join(filesRoot, ".pull.refused");

    private static string PathIn(string filesRoot) => Path.Join(filesRoot, ".pull.json");

    private void Read(LocatedJson json)
    {
        foreach (var (path, _, value) in json.Members)
        {
            if (value.Items is [var etag, var sha256, var unusedSince]
                && long.TryParse(unusedSince.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var since))
            {
                Files[path] = new FetchedFile(etag.Text, sha256.Text, since);
            }
        }
    }
}
