using System.Text;

namespace MailResponder.Tests.Ses;

/// <summary>A request as the test double read it.</summary>
/// <param name="Headers">The header fields; their names are in lower case.</param>
internal sealed record SesCall(string RequestLine, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>
    /// The number of the request, counted from 1. The message id in the answer is "id-" and this number.
    /// </summary>
    public int Number { get; init; }

    private readonly Lazy<Dictionary<string, string>> _form = new(() => Encoding.ASCII.GetString(Body).Split('&')
        .Select(pair => pair.Split('=', 2)).ToDictionary(pair => Decoded(pair[0]), pair => Decoded(pair[1])));

    public byte[] RawMessage => Convert.FromBase64String(this["RawMessage.Data"]!);

    public string? this[string parameter] => _form.Value.GetValueOrDefault(parameter);

    private static string Decoded(string text) =>
        Uri.UnescapeDataString(text.Replace("+", " ", StringComparison.Ordinal));
}
