using System.Globalization;

namespace MailResponder.Book;

/// <summary>
/// Describes for the operator what a new response book changes for each requested address.
/// </summary>
internal static class BookChanges
{
    /// <summary>
    /// Returns a line for each address whose replies change, in the order of the new book, and then for each address
    /// that is no longer answered. Empty if nothing changes.
    /// </summary>
    /// <param name="before">The old book. Null if there is none to compare with.</param>
    /// <param name="after">The new book.</param>
    public static List<string> Tell(IResponseBook? before, IResponseBook after)
    {
        var lines = new List<string>();
        foreach (var address in after.Addresses)
        {
            var (old, entries) = (before?.EntriesFor(address) ?? [], after.EntriesFor(address));
            if (old.Count == 0)
                lines.Add($"{address}: new, {Count(entries)}");
            else if (Differences(old, entries) is { Count: > 0 } differences)
                lines.Add($"{address}: {string.Join("; ", differences)}");
        }

        foreach (var address in before?.Addresses ?? [])
        {
            if (!after.Knows(address))
                lines.Add($"{address}: no longer answered");
        }

        return lines;
    }

    private static List<string> Differences(IReadOnlyList<ResponseEntry> before, IReadOnlyList<ResponseEntry> after)
    {
        var differences = new List<string>();
        if (before.Count != after.Count)
            differences.Add($"{Count(after)} instead of {before.Count.ToString(CultureInfo.InvariantCulture)}");
        for (var i = 0; i < Math.Min(before.Count, after.Count); i++)
        {
            var fields = string.Join(", ", Fields(before[i], after[i]));
            if (fields.Length > 0)
                differences.Add($"reply {i + 1} has a different {fields}");
            if (after[i].HoldsBackAttachments != before[i].HoldsBackAttachments)
            {
                var how = after[i].HoldsBackAttachments ? "without its attachments"
                    : "with its attachments again, if it has any";
                differences.Add($"reply {i + 1} is sent {how}");
            }
        }

        return differences;
    }

    private static IEnumerable<string> Fields(ResponseEntry before, ResponseEntry after)
    {
        if (!before.Bodies.SequenceEqual(after.Bodies))
            yield return "body";
        if (before.Pools.Count != after.Pools.Count
            || before.Pools.Zip(after.Pools).Any(pair => !pair.First.IsSameAs(pair.Second)))
            yield return "pool of links";
        if (!before.Attachments.Select(Named).SequenceEqual(after.Attachments.Select(Named)))
            yield return "list of attachments";
        if (before.Subject != after.Subject)
            yield return "subject";
        if (before.SendMethod != after.SendMethod)
            yield return "send_method";
        if (before.Requirement != after.Requirement)
            yield return "require_authentication";
    }

    private static (string, string, string) Named(ResponseAttachment attachment) =>
        (attachment.Bucket, attachment.File, attachment.ShownName);

    private static string Count(IReadOnlyList<ResponseEntry> entries) =>
        $"{entries.Count} {(entries.Count == 1 ? "reply" : "replies")}";
}
