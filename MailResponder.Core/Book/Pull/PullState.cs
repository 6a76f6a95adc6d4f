using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// The recorded state of each file of the cache, by its path below the files root. It is stored in a file. If that file
/// is lost, the next pull downloads everything again.
/// </summary>
/// <param name="filesRoot">The folder of the attachments, which also holds the file.</param>
internal sealed class PullState(string filesRoot)
{
    /// <summary>Returns the time when the last good pull ended. Null if there was none.</summary>
    public static DateTimeOffset? LastSaved(string filesRoot) =>
        PathIn(filesRoot) is var path && File.Exists(path) ? new DateTimeOffset(File.GetLastWriteTimeUtc(path)) : null;

    /// <summary>
    /// Returns why the last pull put nothing in force, and since when for this reason. Null if the last pull was good.
    /// </summary>
    public static (string Fault, DateTimeOffset Time)? LastRefusal(string filesRoot) =>
        RefusalIn(filesRoot) is var path && FileTrouble.OrNull(() => File.ReadAllText(path)) is { } fault
            ? (fault, new DateTimeOffset(File.GetLastWriteTimeUtc(path))) : null;

    /// <summary>
    /// Records the result of a pull for <see cref="LastRefusal"/>. Ignores failures, because the fault is also logged.
    /// </summary>
    /// <param name="filesRoot">The folder of the attachments.</param>
    /// <param name="fault">The first error of the pull. Null: the pull was good.</param>
    public static void NoteRefusal(string filesRoot, Fault? fault) => FileTrouble.Try(() =>
    {
        if (fault is null)
            File.Delete(RefusalIn(filesRoot));
        else
            AtomicFile.Write(RefusalIn(filesRoot), Encoding.UTF8.GetBytes(fault.ToString()));
    });

    /// <summary>
    /// The files by name. For an attachment, the name is the path below the files root. For the book and the files next
    /// to it, it begins with "/". At first they are those of the file; none if it is missing or unreadable.
    /// </summary>
    public Dictionary<string, FetchedFile> Files { get; } =
        FileTrouble.OrNull(() => JsonFile.Read(PathIn(filesRoot), PullJson.Default.Files)) ?? [];

    /// <summary>
    /// Writes the new state under another name. Its modification time is the time of this pull, even if the pull
    /// changed nothing.
    /// </summary>
    /// <returns>That name, and the name to give it.</returns>
    public (string Unfinished, string Target) Prepare() => (AtomicFile.Prepare(PathIn(filesRoot), mode: null,
        output => JsonSerializer.Serialize(output, Files, PullJson.Default.Files)), PathIn(filesRoot));

    private static string RefusalIn(string filesRoot) => Path.Join(filesRoot, ".pull.refused");

    private static string PathIn(string filesRoot) => Path.Join(filesRoot, ".pull.json");
}

/// <summary>Reads and writes the file. Refuses JSON in which a required member is missing or null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Dictionary<string, FetchedFile>), TypeInfoPropertyName = "Files")]
internal sealed partial class PullJson : JsonSerializerContext;
