using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// What is known of each file of the cache, by its path below the files root. Losing it costs one full pull.
/// </summary>
/// <param name="filesRoot">Where the attachments lie.</param>
internal sealed class PullState(string filesRoot)
{
    /// <summary>Empty when the file is absent, or not as this program writes it.</summary>
    public Dictionary<string, FetchedFile> Files { get; } = FileTrouble.OrNull(() =>
        JsonFile.Read(PathIn(filesRoot), PullJson.Default.DictionaryStringFetchedFile)) is { } files
        && files.Values.All(file => file is not null) ? files : [];

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

    public void Save()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(Files, PullJson.Default.DictionaryStringFetchedFile);
        // A pull that found nothing new is a good one too: the file's time tells when it was.
        if (!AtomicFile.Write(PathIn(filesRoot), json))
            File.SetLastWriteTimeUtc(PathIn(filesRoot), DateTime.UtcNow);
    }

    private static string RefusalIn(string filesRoot) => Path.Join(filesRoot, ".pull.refused");

    private static string PathIn(string filesRoot) => Path.Join(filesRoot, ".pull.json");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Dictionary<string, FetchedFile>))]
internal sealed partial class PullJson : JsonSerializerContext;
