using System.Security.Cryptography;
using System.Text;

namespace MailResponder.Tests.Soak;

/// <summary>
/// What comes in: groups of twelve messages, each with one person who asks five times, one who asks once, and what is
/// not to be answered.
/// </summary>
internal static class SoakTraffic
{
    public const int Group = 12;
    public const int DailyLimit = 3;
    public const int EntriesOfGet = 2;

    /// <summary>Requests of a group that are answered.</summary>
    public const int Answered = DailyLimit + 1;

    /// <summary>In the body of every message.</summary>
    public const string Phrase = "my aunt in Minsk is waiting for it";

    /// <summary>Who asks five times.</summary>
    public static string Many(int group) => Person("many", group);

    public static string Once(int group) => Person("once", group);

    public static IEnumerable<string> People(int groups) =>
        Enumerable.Range(0, groups).SelectMany(group => new[] { Many(group), Once(group), Person("other", group) });

    /// <summary>Envelope sender, recipient and message of the group.</summary>
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

    /// <summary>Beginning as nobody else's, so that its traces are found quickly.</summary>
    private static string Person(string kind, int group) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{kind} {group}")))[..20] + "@soak.test";
}
