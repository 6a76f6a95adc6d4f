using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using MimeKit.Utils;

namespace MimeKit;

/// <summary>The addresses of one header field, in order.</summary>
public sealed class InternetAddressList : Collection<InternetAddress>
{
    /// <summary>Raised after each change, so that a message can renew the field.</summary>
    internal event Action? Changed;

    /// <summary>Every mailbox, members of groups included.</summary>
    public IEnumerable<MailboxAddress> Mailboxes
    {
        get
        {
            foreach (var address in this)
            {
                if (address is MailboxAddress mailbox)
                    yield return mailbox;
                else if (address is GroupAddress group)
                    foreach (var member in group.Members.Mailboxes)
                        yield return member;
            }
        }
    }

    /// <summary>
    /// Reads an address list and passes over elements that are none. False if nothing at all was found.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out InternetAddressList? addresses)
    {
        ArgumentNullException.ThrowIfNull(text);
        var list = new InternetAddressList();
        new AddressParser(text).Read(list);
        addresses = list.Count > 0 ? list : null;
        return addresses is not null;
    }

    /// <summary>The same for the bytes of a header value, where encoded words cannot pass for syntax.</summary>
    public static bool TryParse(byte[] buffer, [NotNullWhen(true)] out InternetAddressList? addresses)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return TryParse(Charsets.DecodeUnlabelled(buffer), out addresses);
    }

    public void AddRange(IEnumerable<InternetAddress> addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        foreach (var address in addresses)
            Add(address);
    }

    public override string ToString() => string.Join(", ", this);

    internal byte[] Encode(string field)
    {
        var folder = new HeaderFolder(field);
        AppendTo(folder);
        return folder.ToBytes();
    }

    internal void AppendTo(HeaderFolder folder)
    {
        for (var i = 0; i < Count; i++)
            this[i].AppendTo(folder, i + 1 < Count ? "," : "");
    }

    protected override void InsertItem(int index, InternetAddress item)
    {
        ArgumentNullException.ThrowIfNull(item);
        base.InsertItem(index, item);
        Changed?.Invoke();
    }

    protected override void SetItem(int index, InternetAddress item)
    {
        ArgumentNullException.ThrowIfNull(item);
        base.SetItem(index, item);
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
