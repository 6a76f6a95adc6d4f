using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MailResponder.Incoming;
using MailResponder.Settings;
using MailResponder.Store;
using MimeKit;

namespace MailResponder.Canary;

/// <summary>
/// The folders of a mailbox in which the canary's mail may arrive. No other mail is deleted, and of other mail only the
/// header is read.
/// </summary>
internal sealed class CanaryFolders : IDisposable
{
    /// <summary>How far back mail of killed runs is still found.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(7);

    private readonly ImapClient _client = new();
    private readonly CanaryMailbox _mailbox;
    private readonly AddressKey _key;
    private readonly IMailFolder _inbox;
    private IMailFolder? _junk;
    private IMailFolder? _sent;

    /// <summary>
    /// The tokens of the canary's mail, by folder and id. Null for other mail, which is not read again.
    /// </summary>
    private readonly Dictionary<string, string?> _tokens = [];

    private readonly HashSet<string> _read = [];

    /// <summary>
    /// Mails in reply to the canary's requests that the responder did not send, such as bounces. They are kept for the
    /// operator.
    /// </summary>
    private readonly HashSet<string> _returned = [];

    /// <exception cref="ResponderException">The mailbox cannot be reached.</exception>
    public CanaryFolders(CanaryMailbox mailbox, AddressKey key)
    {
        (_mailbox, _key) = (mailbox, key);
        try
        {
            ProviderConnection.Open(_client, mailbox, mailbox.Imap);
            if ((_client.Capabilities & (ImapCapabilities.SpecialUse | ImapCapabilities.XList)) != 0)
                ProviderConnection.InWords(mailbox.Imap, () => (_junk, _sent) =
                    (_client.GetFolder(SpecialFolder.Junk), _client.GetFolder(SpecialFolder.Sent)));
            _inbox = _client.Inbox;
        }
        catch
        {
            _client.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Deletes the mail of runs, requests and replies, except mail that this run found returned. The next run deletes
    /// that.
    /// </summary>
    public void Delete(Func<CanaryTag, bool> isMeant)
    {
        foreach (var folder in (IMailFolder?[])[_junk, _sent, _inbox])
        {
            var ids = Ours(folder, isMeant);
            ids.RemoveAll(id => _returned.Contains(NameOf(folder!, id)));
            if (ids.Count == 0)
                continue;
            folder!.Store(ids, new StoreFlagsRequest(StoreAction.Add, MessageFlags.Deleted) { Silent = true });
            folder.Expunge(ids);
        }
    }

    /// <summary>Whether a mail came back that is not a reply of ours, such as a bounce.</summary>
    public bool HasReturned => _returned.Count > 0;

    /// <summary>Adds the replies to a run that have arrived since the last call.</summary>
    public void AddReplies(CanaryTag run, List<CanaryReply> replies)
    {
        foreach (var folder in (IMailFolder?[])[_junk, _inbox])
        {
            foreach (var id in Ours(folder, tag => tag == run))
            {
                if (!_read.Add(NameOf(folder!, id)) || OrNull(() => folder!.GetMessage(id)) is not { } message)
                    continue;
                // Only the responder writes this header field. A bounce has it at most in the mail that it quotes.
                var isReply = message.Headers.Contains(Guard.LoopHeader);
                if (message.InReplyTo is not null && !isReply)
                    _returned.Add(NameOf(folder!, id));
                // A copy of the request is not a reply, and a second copy of the same reply does not count.
                if (isReply && message.InReplyTo is { } request
                    && !replies.Exists(other => other.Message.MessageId == message.MessageId))
                    replies.Add(new CanaryReply(request, message, folder == _junk));
                else
                    message.Dispose();
            }
        }
    }

    /// <summary>Returns when mail may have arrived: when the server reports a change, or the time is over.</summary>
    public void WaitForMail(TimeSpan most)
    {
        if (!_client.Capabilities.HasFlag(ImapCapabilities.Idle) || !_inbox.IsOpen)
        {
            Thread.Sleep(most);
            return;
        }

        using var done = new CancellationTokenSource(most);
        void Stop(object? sender, EventArgs change) => done.Cancel();
        _inbox.CountChanged += Stop;
        try
        {
            _client.Idle(done.Token);
        }
        finally
        {
            _inbox.CountChanged -= Stop;
        }
    }

    /// <summary>
    /// Whether the mailbox uses 95 % of its storage quota, or all of its message quota. False if the provider does not
    /// tell.
    /// </summary>
    public bool IsFull()
    {
        if (!_client.Capabilities.HasFlag(ImapCapabilities.Quota))
            return false;
        var quota = _inbox.GetQuota();
        return quota is { StorageLimit: > 0 and var most } && quota.CurrentStorageSize >= most * 0.95
            || quota is { MessageLimit: > 0 and var count } && quota.CurrentMessageCount >= count;
    }

    public void Dispose() => _client.Dispose();

    /// <summary>
    /// Returns the canary's mail in a folder. It is known by the tag in Message-ID or In-Reply-To, which nobody else
    /// can make for this mailbox.
    /// </summary>
    private List<UniqueId> Ours(IMailFolder? folder, Func<CanaryTag, bool> isMeant)
    {
        var ours = new List<UniqueId>();
        if (folder is null)
            return ours;
        if (!folder.IsOpen)
            folder.Open(FolderAccess.ReadWrite);
        else
            folder.Check();
        foreach (var id in folder.Search(SearchQuery.DeliveredAfter(DateTime.UtcNow - Memory)))
        {
            var name = NameOf(folder, id);
            if (!_tokens.TryGetValue(name, out var token))
            {
                // Not MailKit's summaries: their code would slow the start of the program, which every message pays
                // for.
                if (OrNull(() => folder.GetHeaders(id)) is not { } headers)
                    continue;
                var found = CanaryTag.In(headers[HeaderId.MessageId]) ?? CanaryTag.In(headers[HeaderId.InReplyTo]);
                token = found?.IsOf(_mailbox.Address.Address, _key) == true ? found.Token : null;
                _tokens.Add(name, token);
            }

            if (token is not null && isMeant(new CanaryTag(token)))
                ours.Add(id);
        }

        return ours;
    }

    /// <summary>Reads a part of a mail. Null if the mail was deleted by somebody else since the search.</summary>
    private static T? OrNull<T>(Func<T> read) where T : class
    {
        try
        {
            return read();
        }
        catch (MessageNotFoundException)
        {
            return null;
        }
    }

    private static string NameOf(IMailFolder folder, UniqueId id) => $"{folder.FullName} {id}";
}

/// <summary>A reply that arrived.</summary>
/// <param name="Request">The Message-ID of the request it answers.</param>
/// <param name="IsInJunk">Whether the provider put it into the junk folder.</param>
internal sealed record CanaryReply(string Request, MimeMessage Message, bool IsInJunk);
