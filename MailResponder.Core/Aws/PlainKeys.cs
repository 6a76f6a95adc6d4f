using System.Buffers;
using Amazon.Runtime;

namespace MailResponder.Aws;

/// <summary>
/// Reads the keys of a profile that contains nothing else. The SDK's own reader also supports roles, single sign-on and
/// credential programs, and checks each profile for all of them. That costs as much as signing a request.
/// </summary>
internal static class PlainKeys
{
    private const string Key = "aws_access_key_id", Secret = "aws_secret_access_key", Token = "aws_session_token";

    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+=_-");

    /// <summary>Returns the keys. Null if there is no such profile, or if it contains anything else.</summary>
    public static AWSCredentials? Of(string file, string profile)
    {
        Dictionary<string, string>? found = null;
        var isInside = false;
        foreach (var line in file.AsSpan().EnumerateLines())
        {
            var text = line.Trim();
            if (text.IsEmpty || text[0] is '#' or ';')
                continue;
            if (text[0] == '[')
            {
                isInside = text[^1] == ']' && text[1..^1].Trim().SequenceEqual(profile);
                if (isInside && found is not null)
                    return null;
                if (isInside)
                    found = [];
            }
            else if (isInside && !TryAdd(found!, text))
            {
                return null;
            }
        }

        if (found is null || !found.TryGetValue(Key, out var key) || !found.TryGetValue(Secret, out var secret))
            return null;
        return found.TryGetValue(Token, out var token) ? new SessionAWSCredentials(key, secret, token)
            : new BasicAWSCredentials(key, secret);
    }

    private static bool TryAdd(Dictionary<string, string> found, ReadOnlySpan<char> line)
    {
        var equals = line.IndexOf('=');
        if (equals < 0)
            return false;
        var name = line[..equals].TrimEnd().ToString();
        var value = line[(equals + 1)..].TrimStart();
        return name is Key or Secret or Token && !value.IsEmpty && !value.ContainsAnyExcept(KeyCharacters)
            && found.TryAdd(name, value.ToString());
    }
}
