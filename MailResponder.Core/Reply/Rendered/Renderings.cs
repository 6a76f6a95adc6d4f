using MailResponder.Book;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Reply.Rendered;

/// <summary>
/// The response book and the bodies of its replies. Uses what was rendered while its sources are unchanged, and
/// otherwise the book and the attachments themselves. Both give the same bytes.
/// </summary>
/// <param name="settings">The settings in force: where the files are, and which names attachments show.</param>
/// <param name="files">The source of the book and the attachments.</param>
/// <param name="folder">The folder of the rendered books; null if nothing is rendered in advance.</param>
internal sealed class Renderings(ResponderSettings settings, FolderSource files, RenderingFolder? folder = null)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private BookFolder? _rendered;
    private FileIdentity? _read;

    /// <summary>
    /// Why the last good book is in force instead of the book's file; null if the file is in force. While this is not
    /// null, it is unknown what an address would get that the last good book does not contain.
    /// </summary>
    public ResponderException? Fault { get; private set; }

    /// <summary>
    /// Whether there is a last good book, so that messages are answered even if the book's file has a fault.
    /// </summary>
    public bool HasLastGoodBook => FileIdentity.Of(settings.ResponseBook) is not null && folder?.FindLast() is not null;

    /// <summary>
    /// Returns the book in force: the file or, while that has a fault or cannot be read, the last good book that this
    /// program has rendered completely.
    /// </summary>
    /// <exception cref="ResponderException">
    /// The file is missing, or it has a fault and no good book is rendered.
    /// </exception>
    public IResponseBook Book()
    {
        _read = FileIdentity.Of(settings.ResponseBook);
        // An operator who removes the book wants nobody to be answered.
        if (folder is null || _read is not { } identity)
            return files.Book();
        if (folder.Find(identity) is { } rendered)
            return Rendered(rendered);
        var isFresh = identity.Freshness > TimeSpan.Zero;
        try
        {
            var book = files.Book();
            return isFresh || Render(folder, book, identity) is not { } made ? book : Rendered(made);
        }
        catch (ResponderException fault) when (fault.Cause == Cause.ResponseBook)
        {
            if (folder.FindLast() is not { } last)
                throw;
            Fault = fault;
            return Rendered(last);
        }
    }

    /// <summary>Returns the body of an entry's reply.</summary>
    /// <remarks>
    /// A body with links of a pool is different for each requester. Its text is filled in, encoded and hashed while the
    /// message is answered. Its attachments are hashed after the text, so they are read and encoded twice: for the
    /// hash, and to be sent. The attachments of a rendered body are read once.
    /// </remarks>
    /// <param name="entry">The entry to send.</param>
    /// <param name="requesterDomain">The requester's domain, which decides the names of attachments.</param>
    /// <param name="share">
    /// The requester's links, which replace the pools; null only for an entry without pools.
    /// </param>
    /// <exception cref="ResponderException">
    /// An attachment is missing, cannot be read, is being changed, or is not what was signed; or the book was replaced
    /// since <see cref="Book"/> read it.
    /// </exception>
    public ReplyBody Body(ResponseEntry entry, string requesterDomain, LinkShare? share = null)
    {
        var isOpen = entry.Pools.Count > 0;
        var bodies = isOpen ? entry.With(share!.Of).Bodies : entry.Bodies;
        if (entry.Attachments.Count == 0)
        {
            var text = (entry as RenderedEntry)?.Text ?? MimeBody.Of(entry.Bodies, isOpen);
            return isOpen ? new ReplyBody(MimeBody.Close(text.Frame, bodies), []) : text;
        }

        var names = Names(entry, requesterDomain);
        var contents = new List<FileStream>();
        try
        {
            foreach (var attachment in entry.Attachments)
                contents.Add(files.Open(attachment));
            // The text may state the hash or the password of an attachment, so both must be of one version.
            if (_read is { } read && (read.IsBeingReplaced || FileIdentity.Of(settings.ResponseBook) != read))
            {
                throw new ResponderException(Cause.Attachment,
                    "the response book is being replaced; the next try uses the one in force then");
            }

            var sources = contents.ConvertAll(content => FileIdentity.Of(content.SafeFileHandle));
            // Only an entry that was read from the rendered book may be rendered into it.
            var rendering = !isOpen && entry is RenderedEntry && _rendered is not null
                ? new RenderedReply(_rendered, entry, names) : null;
            var rendered = rendering?.Open(sources);
            if (rendered is null)
            {
                for (var i = 0; i < contents.Count; i++)
                    files.Verify(entry.Attachments[i], contents[i]);
                // Otherwise, what is rendered or sent below may not be what was verified.
                if (!FileIdentity.AreStill(sources, contents))
                {
                    throw new ResponderException(Cause.Attachment,
                        $"an attachment of {entry.Address} was changed while it was read");
                }

                rendered = rendering is null ? null : Rendered(rendering, contents, sources);
            }

            if (rendered is null)
            {
                var frame = MimeBody.Frame(entry.Bodies, names, contents, isOpen);
                return new ReplyBody(isOpen ? MimeBody.Close(frame, bodies) : frame,
                    [.. contents.Zip(sources, (content, source) =>
                        new AttachedFile(content, isSame: () => FileIdentity.AreStill([source], [content])))]);
            }

            contents.ForEach(content => content.Dispose());
            return rendered;
        }
        catch
        {
            contents.ForEach(content => content.Dispose());
            throw;
        }
    }

    /// <summary>
    /// Renders everything that is not rendered yet. What cannot be rendered is left to the messages, whose log lines
    /// tell why.
    /// </summary>
    public void RenderAll()
    {
        var whole = files.Book();
        Thread.Sleep(UntilNoneIsFresh(whole));
        var book = Book();
        foreach (var entry in whole.Addresses.SelectMany(book.EntriesFor)
            .Where(entry => entry.SentAttachments.Count > 0 && entry.Pools.Count == 0))
        {
            foreach (var domain in RenamedDomains())
            {
                try
                {
                    Body(entry, domain).Dispose();
                }
                catch (Exception exception) when (exception is ResponderException or IOException)
                {
                    break;
                }
            }
        }
    }

    /// <summary>Renders the body for this message and later ones; null if that is not possible now.</summary>
    private ReplyBody? Rendered(RenderedReply rendering, List<FileStream> contents, List<FileIdentity> sources)
    {
        if (sources.Exists(source => source.Freshness > TimeSpan.Zero))
            return null;
        using var turn = folder!.TryEnter();
        return turn is null ? null : FileTrouble.OrNull(() =>
        {
            rendering.Make(contents, sources);
            return rendering.Open(sources);
        });
    }

    private RenderedBook Rendered(BookFolder rendered)
    {
        _rendered = rendered;
        return new RenderedBook(rendered, () =>
        {
            // The order matters: while the book has a fault, the files that are not damaged stay in force.
            var book = files.Book();
            rendered.Delete();
            return book;
        });
    }

    /// <summary>Renders the book for this message and later ones; null if that is not possible now.</summary>
    private BookFolder? Render(RenderingFolder into, ResponseBook book, FileIdentity identity)
    {
        using var turn = into.TryEnter();
        // If the file changed while it was read, it is unknown which version the book is. The next message reads it
        // again.
        return turn is null || FileIdentity.Of(settings.ResponseBook) != identity ? null
            : FileTrouble.OrNull(() =>
                into.Find(identity) ?? into.Make(identity, made => RenderedBook.Write(made, book)));
    }

    /// <summary>
    /// Returns the domains whose requesters may get other names, and an empty text for all other domains.
    /// </summary>
    private IEnumerable<string> RenamedDomains() =>
        settings.AttachmentNames.SelectMany(rename => rename.Domains).Prepend("");

    private List<string> Names(ResponseEntry entry, string requesterDomain) =>
        [.. entry.Attachments.Select(attachment =>
            AttachmentRename.NameFor(requesterDomain, attachment.ShownName, settings.AttachmentNames))];

    private TimeSpan UntilNoneIsFresh(ResponseBook book)
    {
        var paths = book.Entries.SelectMany(entry => entry.Attachments)
            .Select(attachment => Path.Join(settings.FilesRoot, attachment.Bucket, attachment.File)).Distinct();
        var longest = paths.Append(settings.ResponseBook)
            .Max(path => FileIdentity.Of(path)?.Freshness ?? TimeSpan.Zero);
        // A pause is cut to whole milliseconds. Without rounding up, it would end too early.
        return longest < LongestPause ? TimeSpan.FromMilliseconds(Math.Ceiling(longest.TotalMilliseconds))
            : LongestPause;
    }
}
