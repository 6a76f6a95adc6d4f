using MailResponder.Book;
using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Reply.Rendered;

/// <summary>
/// The rendered files of one entry and the names that its attachments show. One file has the frame and the hash. Each
/// attachment's base64 is in a file of its own, which entries share.
/// </summary>
/// <param name="folder">The folder of the book that the entry was read from.</param>
/// <param name="entry">The entry to send.</param>
/// <param name="names">The names that the attachments show.</param>
internal sealed class RenderedReply(BookFolder folder, ResponseEntry entry, IReadOnlyList<string> names)
{
    /// <summary>The name of the file with the frame and the hash.</summary>
    public string FileName { get; } = $"{entry.Number}-{Hash(names)}.body";

    /// <summary>
    /// Opens the rendered body. Null if it is missing or damaged, or was made from another state of the attachments.
    /// </summary>
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
            // A damaged file is treated like a missing one.
        }

        files.ForEach(file => file.Dispose());
        return null;
    }

    /// <summary>Renders the body into files. Only one process at a time may call this.</summary>
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

    /// <summary>
    /// Returns the name of the file with an attachment's base64, or a pattern for any state of the attachment if none
    /// is given.
    /// </summary>
    private static string NameOf(ResponseAttachment attachment, FileIdentity? state) =>
        $"{Hash(attachment.Bucket, attachment.File)}-{(state is null ? "*" : Hash(state.Value.Name))}.base64";

    /// <summary>Opens the base64 of an attachment. Null if it is missing or damaged.</summary>
    private AttachedFile? Encoded(ResponseAttachment attachment, FileIdentity source)
    {
        FileStream? file = null;
        try
        {
            var name = NameOf(attachment, source);
            file = folder.Open(name);
            var found = FileIdentity.Of(file.SafeFileHandle);
            // The time that Encode sets: nobody has written to the file since.
            if (found.Modified == 0 && found.Bytes == AttachedFile.EncodedBytes(source.Bytes))
                return new AttachedFile(file, () => folder.Delete(name));
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            // A file that cannot be read is treated like a missing one.
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
