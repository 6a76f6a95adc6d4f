using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MailResponder.Files;

/// <summary>State that a process leaves for the next one, as JSON.</summary>
internal static class JsonFile
{
    /// <returns>The content. Null if the file is missing or holds something else.</returns>
    /// <exception cref="IOException">The file exists but cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file exists but the caller may not read it.</exception>
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
