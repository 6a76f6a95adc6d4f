using MailResponder.Native;
using MailResponder.Reply;
using MailResponder.Responses;

namespace MailResponder.Rendering;

/// <summary>
/// One entry with its attachments under certain names, as files: its frame and hash in one, each attachment's base64
/// in another, which entries share.
/// </summary>
/// <param name="folder">Where they lie.</param>
/// <param name="entry">With its rendered text.</param>
/// <param name="names">The names that the attachments show.</param>
/// <param name="open">Opens an attachment itself, as it is now.</param>
internal sealed class RenderedReply(
    RenderingFolder folder, ResponseEntry entry, IReadOnlyList<string> names, Func<ResponseAttachment, FileStream> open)
{
    /// <summary>More than the texts of any entry; a damaged file may say that it is larger than memory.</summary>
    private const int MaxBytes = 1 << 28;

    /// <summary>File with frame and hash, named by what is to be rendered.</summary>
    public string FileName { get; } = NameOf(entry, names);

    /// <summary>Null when it is not there, or not of these files as they are now.</summary>
    public ReplyBody? Open(IReadOnlyList<FileIdentity> sources)
    {
        var files = new List<AttachedFile>();
        try
        {
            if (folder.Open(FileName) is { } file && Read(file, sources, files) is { } body)
                return body;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            // Damaged: as good as none.
        }

        foreach (var file in files)
            file.Dispose();
        return null;
    }

    /// <summary>Renders it. To be called by one process at a time.</summary>
    /// <exception cref="IOException">An attachment cannot be read, or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public void Make(IReadOnlyList<FileStream> contents, IReadOnlyList<FileIdentity> sources)
    {
        using var record = new RecordWriter();
        record.Write(ProgramIdentity.Bytes);
        var files = new List<AttachedFile>();
        for (var i = 0; i < contents.Count; i++)
        {
            var encoded = Encode(contents[i], EncodedName(entry.Attachments[i]));
            record.WriteIdentity(sources[i]);
            record.WriteIdentity(FileIdentity.Of(encoded.SafeFileHandle));
            files.Add(new AttachedFile(encoded, isEncoded: true));
        }

        using var body = new ReplyBody(MimeBody.Frame(entry.Bodies, names, contents), files);
        record.WriteFrame(body.Frame);
        record.Write(body.Hash);
        if (!contents.Select(content => FileIdentity.Of(content.SafeFileHandle)).SequenceEqual(sources))
            throw new IOException("changed while it was read");
        var bytes = record.Finish();
        folder.Write(FileName, stream => stream.Write(bytes));
    }

    /// <summary>File with an attachment's base64, named by the attachment.</summary>
    public static string EncodedName(ResponseAttachment attachment) => Name([attachment.Bucket, attachment.File]) + ".base64";

    private static string NameOf(ResponseEntry entry, IReadOnlyList<string> names)
    {
        var parts = new List<string> { Convert.ToHexString(entry.Text!.Hash), Convert.ToHexString(entry.Text.Frame.Fields) };
        for (var i = 0; i < names.Count; i++)
            parts.AddRange([entry.Attachments[i].Bucket, entry.Attachments[i].File, names[i]]);
        return Name(parts) + ".body";
    }

    private static string Name(IReadOnlyList<string> parts)
    {
        using var record = new RecordWriter();
        foreach (var part in parts)
            record.WriteText(part);
        return Convert.ToHexStringLower(Sha256.HashData(record.Finish()).AsSpan(0, 16));
    }

    private ReplyBody? Read(FileStream file, IReadOnlyList<FileIdentity> sources, List<AttachedFile> files)
    {
        byte[] bytes;
        using (file)
        {
            if (file.Length > MaxBytes)
                return null;
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }

        using var record = new RecordReader(bytes);
        if (!record.ReadBytes(ProgramIdentity.Bytes.Length).AsSpan().SequenceEqual(ProgramIdentity.Bytes))
            return null;
        for (var i = 0; i < sources.Count; i++)
        {
            if (record.ReadIdentity() != sources[i] || folder.Open(EncodedName(entry.Attachments[i])) is not { } encoded)
                return null;
            var (attachment, source) = (entry.Attachments[i], sources[i]);
            files.Add(new AttachedFile(encoded, isEncoded: true, () => Original(attachment, source)));
            if (record.ReadIdentity() != FileIdentity.Of(encoded.SafeFileHandle))
                return null;
        }

        return new ReplyBody(record.ReadFrame(sources.Count), files, record.ReadHash());
    }

    /// <summary>What is there in place of base64 that cannot be read, which the next message then makes anew.</summary>
    /// <exception cref="IOException">It is another one by now, or cannot be read.</exception>
    private FileStream Original(ResponseAttachment attachment, FileIdentity source)
    {
        folder.Delete(EncodedName(attachment));
        try
        {
            var original = open(attachment);
            if (FileIdentity.Of(original.SafeFileHandle) == source)
                return original;
            original.Dispose();
        }
        catch (ResponderException exception)
        {
            // Whoever reads a body expects nothing else of a file.
            throw new IOException(exception.Message, exception);
        }

        throw new IOException("changed while it was read");
    }

    /// <summary>The base64 of an attachment. A file that holds it is left alone: other entries are rendered with it.</summary>
    private FileStream Encode(FileStream content, string name)
    {
        var plain = new AttachedFile(content, isEncoded: false);
        if (folder.Open(name) is { } there)
        {
            var comparison = new Comparison(there);
            plain.WriteTo(comparison);
            if (comparison.IsSame)
                return there;
            there.Dispose();
        }

        folder.Write(name, plain.WriteTo);
        return folder.Open(name) ?? throw new FileNotFoundException();
    }

    /// <summary>Compares what is written with a file.</summary>
    private sealed class Comparison(FileStream file) : WriteOnlyStream
    {
        private bool _differs;

        public bool IsSame => !_differs && file.Position == file.Length;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _differs = _differs || !Holds(buffer);
        }

        /// <summary>False also where it cannot be read: there it is to be made anew as well.</summary>
        private bool Holds(ReadOnlySpan<byte> buffer)
        {
            try
            {
                var there = new byte[buffer.Length];
                return file.ReadAtLeast(there, there.Length, throwOnEndOfStream: false) == there.Length && there.AsSpan().SequenceEqual(buffer);
            }
            catch (IOException)
            {
                return false;
            }
        }
    }
}
