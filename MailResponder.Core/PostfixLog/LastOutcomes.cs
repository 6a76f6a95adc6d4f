using System.Text.Json;
using System.Text.Json.Serialization;
using MailResponder.Files;

namespace MailResponder.PostfixLog;

/// <summary>
/// The outcomes of the replies of 24 hours, as `responder postfix-log` last counted them. The metrics read them from a
/// file next to the database. So they do not count the mails of a day every minute, and need no lock of the database.
/// </summary>
/// <param name="Counted">The end of the 24 hours.</param>
/// <param name="Outcomes">The outcomes, with no provider merged.</param>
internal sealed record LastOutcomes(DateTimeOffset Counted, IReadOnlyList<ProviderOutcomes> Outcomes)
{
    /// <summary>Counts anew and replaces the file. Does nothing if it is less than five minutes old.</summary>
    /// <param name="database">The file of <see cref="PostfixLogDatabase"/>.</param>
    /// <exception cref="ResponderException">The database cannot be read, or the file cannot be written.</exception>
    public static void Keep(string database, DateTimeOffset now)
    {
        // To count a million mails takes seconds.
        if (Read(database, now, TimeSpan.FromMinutes(5)) is not null
            || PostfixLogDatabase.CountOutcomes(database, now.AddDays(-1), now, threshold: 1) is not { } outcomes)
            return;
        var (path, content) = (FileOf(database), JsonSerializer.SerializeToUtf8Bytes(
            new LastOutcomes(now, outcomes), LastOutcomesJson.Default.LastOutcomes));
        FileTrouble.InWords(
            Cause.Output, path, () => AtomicFile.Write(path, SecretFile.Mode, stream => stream.Write(content)));
    }

    /// <summary>Returns the outcomes. Null if they were not counted within the last hour.</summary>
    /// <param name="database">The file of <see cref="PostfixLogDatabase"/>.</param>
    /// <param name="threshold">Providers with fewer replies than this are merged.</param>
    /// <exception cref="ResponderException">The file cannot be read.</exception>
    public static IReadOnlyList<ProviderOutcomes>? Load(string database, DateTimeOffset now, int threshold) =>
        Read(database, now, TimeSpan.FromHours(1)) is { } last
            ? ProviderOutcomes.Merged(last.Outcomes, threshold) : null;

    private static LastOutcomes? Read(string database, DateTimeOffset now, TimeSpan maxAge)
    {
        var path = FileOf(database);
        var last = FileTrouble.InWords(Cause.Output, path, () =>
            JsonFile.Read(path, LastOutcomesJson.Default.LastOutcomes));
        // A time that is yet to come is of a clock that was wrong.
        return last is not null && (now - last.Counted).Duration() < maxAge ? last : null;
    }

    private static string FileOf(string database) => database + ".outcomes";
}

/// <summary>Refuses JSON in which a required member is missing or null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(LastOutcomes))]
internal sealed partial class LastOutcomesJson : JsonSerializerContext;
