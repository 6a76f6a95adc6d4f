using System.Security.Cryptography;
using System.Text;

namespace MailResponder.Tests.Soak;

/// <summary>
/// The incoming messages: groups of twelve, each with one person who asks five times, one who asks once, and messages
/// that must not be answered.
/// </summary>
internal static class SoakTraffic
{
    public const int Group = 12;
    public const int DailyLimit = 3;
    public const int EntriesOfGet = 2;

    /// <summary>The number of requests in a group that are answered.</summary>
    public const int Answered = DailyLimit + 1;

    /// <summary>A phrase in the body of every message.</summary>
    public const string Phrase = "my aunt in Minsk is waiting for it";

    /// <summary>The person who asks five times.</summary>
    public static string Many(int group) => Person("many", group);

    public static string Once(int group) => Person("once", group);

    public static IEnumerable<string> People(int groups) =>
        Enumerable.Range(0, groups).SelectMany(group => new[] { Many(group), Once(group), Person("other", group) });

    /// <summary>Returns the envelope sender, the recipient and the text of each message of a group.</summary>
    public static IEnumerable<(string Sender, string Recipient, string Mail)> Messages(int group)
    {
        var other = Person("other", group);
        for (var n = 0; n < 5; n++) yield return Ordinary(Many(group), n);
        yield return Ordinary(Once(group), 0);
        yield return Ordinary(other, 0, more: "Auto-Submitted: auto-replied\r\n");
        yield return Ordinary(other, 1, sender: "");
        yield return Ordinary(other, 2, from: "From: (nobody) <>\r\n");
        yield return Ordinary(other, 3, more: "List-Id: <tools.lists.test>\r\n");
        yield return Ordinary(other, 4, recipient: $"nobody{group}@example.com");
        yield return Ordinary(other, 5, more: "X-Spam-Flag: YES\r\n");
    }

    private static (string, string, string) Ordinary(
        string person, int n, string more = "", string? from = null, string? sender = null,
        string recipient = "get@example.com") =>
        (sender ?? person, recipient,
            $"{from ?? $"From: {person}\r\n"}To: {recipient}\r\nSubject: request {n}\r\n" +
            $"Message-ID: <{n}.{person}>\r\n" +
            $"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n{more}\r\n{Phrase}\r\n");

    /// <summary>Returns an address that begins like no other, so that its traces are found quickly.</summary>
    private static string Person(string kind, int group) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{kind} {group}")))[..20] + "@soak.test";
}
