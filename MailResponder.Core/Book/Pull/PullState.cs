using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
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

    public Dictionary<string, FetchedFile> Files { get; private init; } = [];

    /// <summary>An absent or unreadable file gives an empty state.</summary>
    public static PullState Load(string filesRoot)
    {
        var path = PathIn(filesRoot);
        try
        {
            var files = JsonSerializer.Deserialize(
                RegularFile.ReadAllBytes(path), PullJson.Default.DictionaryStringFetchedFile);
            if (files?.Values.All(file => file is { ETag: not null, Sha256: not null }) == true)
                return new PullState(path) { Files = files };
        }
        catch (Exception exception) when (FileTrouble.Is(exception) || exception is JsonException)
        {
            // Nothing is known.
        }

        return new PullState(path);
    }

    public void Save()
    {
        // A pull that found nothing new is a good one too: the file's time tells when it was.
        if (!AtomicFile.Write(
            _path, JsonSerializer.SerializeToUtf8Bytes(Files, PullJson.Default.DictionaryStringFetchedFile)))
            File.SetLastWriteTimeUtc(_path, DateTime.UtcNow);
    }

    private static string RefusalIn(string filesRoot) => Path.Join(filesRoot, ".pull.refused");

    private static string PathIn(string filesRoot) => Path.Join(filesRoot, ".pull.json");
}

[JsonSourceGenerationOptions(WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Dictionary<string, FetchedFile>))]
internal sealed partial class PullJson : JsonSerializerContext;
