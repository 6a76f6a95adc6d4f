using System.Collections.ObjectModel;

namespace MimeKit;

/// <summary>Message identifiers without their angle brackets, oldest first (RFC 5322 3.6.4).</summary>
public sealed class MessageIdList : Collection<string>
{
    internal event Action? Changed;

    public void AddRange(IEnumerable<string> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        foreach (var item in items)
            Add(item);
    }

    /// <summary>The identifier without brackets.</summary>
    /// <exception cref="ArgumentException">It is empty, or has blanks, brackets or characters beyond ASCII.</exception>
    internal static string Bare(string messageId)
    {
        ArgumentNullException.ThrowIfNull(messageId);
        var id = messageId.AsSpan().Trim();
        if (id is ['<', .., '>'])
            id = id[1..^1];
        if (id.IsEmpty || id.ContainsAnyExceptInRange('!', '~') || id.ContainsAny('<', '>'))
            throw new ArgumentException("Not a message identifier.", nameof(messageId));
        return id.ToString();
    }

    internal byte[] Encode(string field)
    {
        var folder = new HeaderFolder(field);
        foreach (var id in this)
            folder.AppendToken($"<{id}>");
        return folder.ToBytes();
    }

    protected override void InsertItem(int index, string item)
    {
        base.InsertItem(index, Bare(item));
        Changed?.Invoke();
    }

    protected override void SetItem(int index, string item)
    {
        base.SetItem(index, Bare(item));
        Changed?.Invoke();
    }

    protected override void RemoveItem(int index)
    {
        base.RemoveItem(index);
        Changed?.Invoke();
    }

    protected override void ClearItems()
    {
        base.ClearItems();
        Changed?.Invoke();
    }
}
