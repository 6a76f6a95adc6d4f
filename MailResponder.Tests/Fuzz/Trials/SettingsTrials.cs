using System.Text.Json;
using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Feedback;
using MailResponder.Settings;

namespace MailResponder.Tests.Fuzz;

/// <summary>
/// What the readers of the operator's files promise: every fault has a line number and fits on one line, and no
/// exception is thrown.
/// </summary>
internal static class SettingsTrials
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static void Json(byte[] input)
    {
        var faults = new List<Fault>();
        var json = LocatedJson.Parse(input, "file", faults);
        AssertFaults(input, faults);
        Assert.True(json is null == faults.Count > 0, "a value or a fault");
        Assert.True(json is null || IsJson(input), "what .NET reads too");
    }

    public static void Settings(byte[] input)
    {
        var faults = new List<Fault>();
        var settings = SettingsFile.Check(input, "/etc/settings.json", faults);
        AssertFaults(input, faults);
        Assert.True(settings is null == faults.Exists(fault => !fault.IsWarning), "settings or errors");
        Assert.True(settings is null || MailDomain.TryNormalize(settings.ResponseFrom.Domain, out _),
            "an address to reply from");
    }

    public static void Book(byte[] input)
    {
        var faults = new List<Fault>();
        var book = ResponseBookFile.Check(input, "/etc/responses.json", faults);
        AssertFaults(input, faults);
        if (book is null || faults.Exists(fault => !fault.IsWarning))
            return;
        foreach (var entry in book.Entries)
            Assert.True(entry.Bodies.Count > 0 && book.Knows(entry.Address)
                && !entry.Address.Any(char.IsAsciiLetterUpper), "whole entries");
    }

    /// <summary>Reads feedback up to the point where an address would be hashed.</summary>
    public static void Feedback(byte[] input)
    {
        var line = 0;
        // Each invalid text costs an exception, so the reader too gives up on a file after a while.
        var texts = NotificationMail.IsMail(input) ? NotificationMail.Texts(input) : JsonTexts.Of(input);
        foreach (var (start, text, why) in texts.Take(100))
        {
            Assert.True(start >= line, "lines go on");
            line = start;
            Assert.True(text is null != why is null, "a text or why there is none");
            if (text is not null && LocatedJson.Parse(text, "file", []) is { Kind: JsonValueKind.Object } json)
                SesNotification.Read(json, (_, problem) => Assert.DoesNotContain('@', problem));
        }
    }

    private static bool IsJson(byte[] input)
    {
        try
        {
            using var document = JsonDocument.Parse(
                input.AsMemory(input.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), Lenient);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void AssertFaults(byte[] input, List<Fault> faults)
    {
        // .NET also counts the carriage returns in a comment.
        var lines = input.AsSpan().Count((byte)'\n') + input.AsSpan().Count((byte)'\r') + 1;
        foreach (var fault in faults)
        {
            Assert.True(fault.Line >= 0 && fault.Line <= lines, "a line of the file");
            Assert.False(fault.ToString().Any(char.IsControl), "one line without control characters");
        }
    }
}
