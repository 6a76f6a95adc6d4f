using MailResponder.Book;
using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Reply.Rendered;

/// <summary>
/// The book and the bodies of its replies: rendered once, as far as they are as they were then, and from the book and
/// the attachments themselves otherwise. Both give the same bytes.
/// </summary>
/// <param name="settings">Where they are, and the names of attachments.</param>
/// <param name="files">The book and the attachments themselves.</param>
/// <param name="folder">Where the rendered ones lie; null: nothing is rendered beforehand.</param>
internal sealed class Renderings(ResponderSettings settings, IFileSource files, RenderingFolder? folder = null)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private BookFolder? _rendered;

    /// <summary>
    /// Why the book's file is not the book in force; null when it is. What an address gets that the last good book does
    /// not know is then unknown.
    /// </summary>
    public ResponderException? Fault { get; private set; }

    /// <summary>Whether messages are answered although the file has a fault.</summary>
    public bool HasLastGoodBook => FileIdentity.Of(settings.ResponseBook) is not null && folder?.FindLast() is not null;

    /// <summary>
    /// The book in force: the file or, while that has a fault or cannot be read, the last good one that this program
    /// has rendered to its end.
    /// </summary>
    /// <exception cref="ResponderException">It is missing; or has a fault, and no good one is rendered.</exception>
    public IResponseBook Book()
    {
        // Whoever takes the book away wants nobody to be answered.
        if (folder is null || FileIdentity.Of(settings.ResponseBook) is not { } identity)
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

    /// <summary>The body of an entry's reply.</summary>
    /// <remarks>
    /// One with links of a pool is another one for each requester. Its text is filled in, encoded and hashed at the
    /// message. Attachments are hashed behind it: they are read and encoded twice, for the hash and to be sent, where
    /// those of a rendered body are read once.
    /// </remarks>
    /// <param name="entry">What is answered.</param>
    /// <param name="requesterDomain">Decides the names of attachments.</param>
    /// <param name="share">Whose links stand in the place of pools; null only for an entry without.</param>
    /// <exception cref="ResponderException">
    /// An attachment is missing, cannot be read, or is not what was signed.
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
            var sources = contents.ConvertAll(content => FileIdentity.Of(content.SafeFileHandle));
            // Only an entry that was read from there belongs there.
            var rendering = !isOpen && entry is RenderedEntry && _rendered is not null
                ? new RenderedReply(_rendered, entry, names) : null;
            var rendered = rendering?.Open(sources);
            if (rendered is null)
            {
                for (var i = 0; i < contents.Count; i++)
                    files.Verify(entry.Attachments[i], contents[i]);
                // Else what is rendered or sent below may be something else.
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
    /// Renders what is not rendered yet. What cannot be is left to the messages, whose log line says why.
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

    /// <summary>Renders it for this message and the next ones; null when that cannot be done now.</summary>
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
            // In this order: while the book has a fault, what is not damaged stays in force.
            var book = files.Book();
            rendered.Delete();
            return book;
        });
    }

    /// <summary>Renders the book for this message and the next ones; null when that cannot be done now.</summary>
    private BookFolder? Render(RenderingFolder into, ResponseBook book, FileIdentity identity)
    {
        using var turn = into.TryEnter();
        // Changed while it was read: the next message sees which of the two it is.
        return turn is null || FileIdentity.Of(settings.ResponseBook) != identity ? null
            : FileTrouble.OrNull(() =>
                into.Find(identity) ?? into.Make(identity, made => RenderedBook.Write(made, book)));
    }

    /// <summary>Domains whose requesters may get other names, and one for all the rest.</summary>
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
        // A pause is cut to whole milliseconds: the rest of one would still be too early.
        return longest < LongestPause ? TimeSpan.FromMilliseconds(Math.Ceiling(longest.TotalMilliseconds))
            : LongestPause;
    }
}
