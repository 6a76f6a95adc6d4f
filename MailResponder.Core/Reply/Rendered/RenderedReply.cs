using MailResponder.Book;
using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Reply.Rendered;

/// <summary>
/// One entry with its attachments under certain names, as files: its frame and hash in one, each attachment's base64
/// in another, which entries share.
/// </summary>
/// <param name="folder">Of the book that the entry was read from.</param>
/// <param name="entry">What is answered.</param>
/// <param name="names">The names that the attachments show.</param>
internal sealed class RenderedReply(BookFolder folder, ResponseEntry entry, IReadOnlyList<string> names)
{
    /// <summary>File with frame and hash.</summary>
    public string FileName { get; } = $"{entry.Number}-{Hash(names)}.body";

    /// <summary>Null when it is not there, or not of these files as they are now.</summary>
    public ReplyBody? Open(IReadOnlyList<FileIdentity> sources)
    {
        var files = new List<AttachedFile>();
        try
        {
            if (folder.Read(FileName) is { } record && sources.All(source => record.ReadText() == source.Name))
            {
                for (var i = 0; i < sources.Count && Encoded(entry.Attachments[i], sources[i]) is { } file; i++)
                    files.Add(file);
                if (files.Count == sources.Count)
                    return record.ReadBody(files);
            }
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            // Damaged: as good as none.
        }

        files.ForEach(file => file.Dispose());
        return null;
    }

    /// <summary>Renders it. To be called by one process at a time.</summary>
    /// <exception cref="IOException">An attachment cannot be read, or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public void Make(IReadOnlyList<FileStream> contents, IReadOnlyList<FileIdentity> sources)
    {
        var record = new RecordWriter();
        var files = new List<AttachedFile>();
        for (var i = 0; i < contents.Count; i++)
        {
            record.WriteText(sources[i].Name);
            files.Add(Encoded(entry.Attachments[i], sources[i])
                ?? Encode(contents[i], entry.Attachments[i], sources[i]));
        }

        using var body = new ReplyBody(MimeBody.Frame(entry.Bodies, names, contents), files);
        record.WriteBody(body);
        if (!FileIdentity.AreStill(sources, contents))
            throw new ChangedFileException();
        folder.Replace(FileName, record.FinishIn);
    }

    private static string Hash(params IEnumerable<string> parts) =>
        Convert.ToHexStringLower(Sha256.HashTexts(parts).AsSpan(0, 8));

    /// <summary>File with an attachment's base64, named by the attachment and its state.</summary>
    private static string NameOf(ResponseAttachment attachment, FileIdentity? state) =>
        $"{Hash(attachment.Bucket, attachment.File)}-{(state is null ? "*" : Hash(state.Value.Name))}.base64";

    /// <summary>Null when it is not there or is damaged.</summary>
    private AttachedFile? Encoded(ResponseAttachment attachment, FileIdentity source)
    {
        FileStream? file = null;
        try
        {
            var name = NameOf(attachment, source);
            file = folder.Open(name);
            var found = FileIdentity.Of(file.SafeFileHandle);
            // The time that it was given: it was not written to since.
            if (found.Modified == 0 && found.Bytes == AttachedFile.EncodedBytes(source.Bytes))
                return new AttachedFile(file, () => folder.Delete(name));
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            // As good as none.
        }

        file?.Dispose();
        return null;
    }

    private AttachedFile Encode(FileStream content, ResponseAttachment attachment, FileIdentity source)
    {
        folder.Delete(NameOf(attachment, state: null));
        folder.Replace(NameOf(attachment, source), file =>
        {
            new AttachedFile(content).WriteTo(file);
            file.Flush();
            File.SetLastWriteTimeUtc(file.SafeFileHandle, DateTime.UnixEpoch);
        });
        return Encoded(attachment, source) ?? throw new FileNotFoundException();
    }
}
