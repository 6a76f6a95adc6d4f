using System.Text;
using MailResponder.Book;
using MailResponder.Reply;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Tests.Reply.Rendered;

/// <summary>
/// A book with two addresses and an attachment, as files, and the answers that a message gets from them.
/// </summary>
internal sealed class RenderedPlace : IDisposable
{
    public const string Address = "get@example.com";
    public const string FileAddress = "file@example.com";
    private readonly TemporaryFolder _folder = new();

    public RenderedPlace()
    {
        Settings = TestSettings.In(_folder.Path);
        WriteBook("The links");
        WriteAttachment("The tool");
    }

    public ResponderSettings Settings { get; set; }

    public string Folder => RenderingFolder.PathOf(Settings);

    public string Attachment => _folder.PathTo("files/tools/tool.exe");

    public IEnumerable<string> Files => Directory.GetFiles(Folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Order();

    /// <summary>The folder of the one rendered book.</summary>
    public string BookFolder => Assert.Single(Directory.GetDirectories(Folder));

    /// <summary>Waits until files just written are old enough to be rendered.</summary>
    public static void Settle() => Thread.Sleep(120);

    public void WriteBook(string text) => File.WriteAllText(Settings.ResponseBook, $$"""
        // comments are part of it
        [
          { "email_addr": "{{Address}}", "body": "{{text}}", "subject": "fixed" },
          { "email_addr": "{{FileAddress}}", "body": [["plain", "{{text}}"], ["html", "<p>{{text}} فارسی</p>"]],
            "attachments": [["tools", "tool.exe", "tool.exe"], ["tools", "tool.exe", "ابزار.exe"]],
            "send_method": "Outbox", "require_authentication": { "attachments": "full" } },
        ]
        """);

    public void WriteAttachment(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Attachment)!);
        // Many lines, of which the last is shorter.
        File.WriteAllText(Attachment, string.Concat(Enumerable.Repeat(text, 5000)));
    }

    /// <summary>Overwrites the file with the same number of bytes.</summary>
    public void Overwrite(string text)
    {
        Thread.Sleep(20);
        using var file = new FileStream(Attachment, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    public Renderings Renderings(bool rendered = true) =>
        new(Settings, new FolderSource(Settings), rendered ? new RenderingFolder(Settings) : null);

    /// <summary>Renders everything that can be rendered.</summary>
    public void RenderAll() => Renderings().RenderAll();

    /// <summary>Returns everything a reply takes from book and attachments: fields, body, hash and line ends.</summary>
    public string Answer(string address, string requesterDomain = "example.net", bool rendered = true)
    {
        var renderings = Renderings(rendered);
        var answer = new StringBuilder();
        foreach (var entry in renderings.Book().EntriesFor(address))
        {
            using var body = renderings.Body(entry, requesterDomain);
            using var reply = new OutgoingReply(new MimeMessage(new HeaderList()), body, "", "", "");
            using var written = new MemoryStream();
            reply.WriteTo(written);
            Assert.Equal(reply.Bytes, written.Length);
            reply.WriteToWire(written);
            Assert.Equal(reply.Bytes + reply.WireBytes, written.Length);
            answer.Append(entry.Number).Append(entry.Line).Append(entry.Address).Append(entry.Subject)
                .Append(entry.SendMethod)
                .Append(entry.Requirement).Append(entry.HoldsBackAttachments)
                .AppendJoin(',', entry.Bodies).AppendJoin(',', entry.Attachments)
                .Append(Convert.ToHexString(body.Hash)).Append(Encoding.ASCII.GetString(written.ToArray()));
        }

        return answer.ToString();
    }

    public void Dispose() => _folder.Dispose();
}
