using System.Globalization;
using System.Text;
using System.Text.Json;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// The recorded state of each file of the cache, by its path below the files root. It is stored in a file. If that file
/// is lost, the next pull downloads everything again.
/// </summary>
internal sealed class PullState
{
    private readonly string _path;

    private PullState(string path) => _path = path;

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
    /// to it, it begins with "/".
    /// </summary>
    public Dictionary<string, FetchedFile> Files { get; } = [];

    /// <summary>Reads the state from its file. The state is empty if the file is missing or unreadable.</summary>
    public static PullState Load(string filesRoot)
    {
        var state = new PullState(PathIn(filesRoot));
        if (FileTrouble.OrNull(() => RegularFile.ReadAllBytes(state._path)) is { } text
            && LocatedJson.Parse(text, state._path, []) is { } json)
            state.Read(json);
        return state;
    }

    /// <summary>
    /// Writes the new state under another name. Its modification time is the time of this pull, even if the pull
    /// changed nothing.
    /// </summary>
    /// <returns>That name, and the name to give it.</returns>
    public (string Unfinished, string Target) Prepare()
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

        return (AtomicFile.Prepare(_path, mode: null, buffer.WriteTo), _path);
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
