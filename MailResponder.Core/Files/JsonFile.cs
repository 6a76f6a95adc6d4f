using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MailResponder.Files;

/// <summary>What a process leaves for the next, as JSON.</summary>
internal static class JsonFile
{
    /// <returns>Null when the file is missing, or holds something else.</returns>
    /// <exception cref="IOException">It is there and cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is there and may not be read.</exception>
    public static T? Read<T>(string path, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(RegularFile.ReadAllBytes(path), type);
        }
        catch (Exception exception) when (
            exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}
