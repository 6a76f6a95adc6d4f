using MailResponder.Reply;
using MailResponder.Responses;
using MailResponder.Settings;

namespace MailResponder.Rendering;

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
    private readonly AttachmentNames _names = new(settings.AttachmentNames);

    /// <summary>
    /// Why the book's file is not the book in force; null when it is. What an address gets that the last good book does
    /// not know is then unknown.
    /// </summary>
    public ResponderException? Fault { get; private set; }

    /// <summary>Whether messages are answered although the file has a fault.</summary>
    public bool HasLastGoodBook
    {
        get
        {
            if (FileIdentity.Of(settings.ResponseBook) is null)
                return false;
            using var last = folder is null ? null : BookIndex.Open(folder, settings.ResponseBook, identity: null);
            return last is not null;
        }
    }

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
        if (BookIndex.Open(folder, settings.ResponseBook, identity) is { } index)
            return new RenderedBook(index, WithoutIndex);
        var isFresh = identity.Freshness > TimeSpan.Zero;
        try
        {
            var book = files.Book();
            return isFresh ? book : Index(folder, book, identity) ?? book;
        }
        catch (ResponderException fault) when (fault.Cause == Cause.ResponseBook)
        {
            if (BookIndex.Open(folder, settings.ResponseBook, identity: null) is not { } last)
                throw;
            Fault = fault;
            return new RenderedBook(last, WithoutIndex);
        }
    }

    /// <summary>The body of an entry's reply.</summary>
    /// <exception cref="ResponderException">An attachment is missing or cannot be read.</exception>
    public ReplyBody Body(ResponseEntry entry, string requesterDomain)
    {
        if (entry.Attachments.Count == 0)
            return entry.Text ?? MimeBody.Of(entry.Bodies);
        var names = Names(entry, requesterDomain);
        var contents = new List<FileStream>();
        try
        {
            foreach (var attachment in entry.Attachments)
                contents.Add(files.Open(attachment));
            if (folder is null || entry.Text is null || Rendered(new RenderedReply(folder, entry, names, files.Open), folder, contents) is not { } rendered)
            {
                var frame = MimeBody.Frame(entry.Bodies, names, contents);
                return new ReplyBody(frame, contents.ConvertAll(content => new AttachedFile(content, isEncoded: false)));
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

    /// <summary>Renders what is not rendered yet. What cannot be is left to the messages, whose log line says why.</summary>
    public void RenderAll()
    {
        var whole = files.Book();
        Thread.Sleep(UntilNoneIsFresh(whole));
        var book = Book();
        foreach (var entry in whole.Addresses.SelectMany(book.EntriesFor).Where(entry => entry.Attachments.Count > 0))
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

    private static ReplyBody? Rendered(RenderedReply rendering, RenderingFolder folder, List<FileStream> contents)
    {
        var sources = contents.ConvertAll(content => FileIdentity.Of(content.SafeFileHandle));
        if (rendering.Open(sources) is { } body)
            return body;
        if (sources.Exists(source => source.Freshness > TimeSpan.Zero))
            return null;
        using var turn = folder.TryEnter();
        if (turn is null)
            return null;
        try
        {
            rendering.Make(contents, sources);
            return rendering.Open(sources);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The book with its texts rendered, and written for the next message; null when that cannot be done now.</summary>
    private ResponseBook? Index(RenderingFolder into, ResponseBook book, FileIdentity identity)
    {
        using var turn = into.TryEnter();
        // Changed while it was read: the next message sees which of the two it is.
        if (turn is null || FileIdentity.Of(settings.ResponseBook) != identity)
            return null;
        var rendered = new ResponseBook([.. book.Entries.Select(entry => entry with { Text = MimeBody.Of(entry.Bodies) })]);
        try
        {
            BookIndexFile.Write(into, rendered, identity);
            into.DeleteAllBut(FilesOf(into, rendered));
            return rendered;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private ResponseBook WithoutIndex()
    {
        folder!.Delete(BookIndex.FileName);
        return files.Book();
    }

    private HashSet<string> FilesOf(RenderingFolder into, ResponseBook rendered)
    {
        var names = new HashSet<string> { BookIndex.FileName };
        foreach (var entry in rendered.Entries.Where(entry => entry.Attachments.Count > 0))
        {
            names.UnionWith(entry.Attachments.Select(RenderedReply.EncodedName));
            names.UnionWith(RenamedDomains().Select(domain => new RenderedReply(into, entry, Names(entry, domain), files.Open).FileName));
        }

        return names;
    }

    /// <summary>Domains whose requesters may get other names, and one for all the rest.</summary>
    private IEnumerable<string> RenamedDomains() => settings.AttachmentNames.SelectMany(rename => rename.Domains).Prepend("");

    private List<string> Names(ResponseEntry entry, string requesterDomain) =>
        [.. entry.Attachments.Select(attachment => _names.For(requesterDomain, attachment.ShownName))];

    private TimeSpan UntilNoneIsFresh(ResponseBook book)
    {
        var paths = book.Entries.SelectMany(entry => entry.Attachments)
            .Select(attachment => Path.Join(settings.FilesRoot, attachment.Bucket, attachment.File)).Distinct();
        var longest = paths.Append(settings.ResponseBook).Max(path => FileIdentity.Of(path)?.Freshness ?? TimeSpan.Zero);
        // A pause is cut to whole milliseconds: the rest of one would still be too early.
        return longest < LongestPause ? TimeSpan.FromMilliseconds(Math.Ceiling(longest.TotalMilliseconds)) : LongestPause;
    }
}
