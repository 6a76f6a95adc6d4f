using System.Security.Cryptography;
using System.Text;
using MimeKit;

namespace MailResponder.Canary;

/// <summary>The content of a reply as a reader sees it.</summary>
/// <param name="Text">The text of all alternatives together, with normalized line ends.</param>
/// <param name="Attachments">The SHA-256 of each attachment, by its displayed name.</param>
internal sealed record ReplyContent(string Text, IReadOnlyDictionary<string, string> Attachments)
{
    public static ReplyContent Of(MimeMessage message)
    {
        var texts = new List<string>();
        var attachments = new Dictionary<string, string>();
        foreach (var part in message.BodyParts.OfType<MimePart>())
        {
            if (part is TextPart { IsAttachment: false } text)
            {
                // Replies are UTF-8. Detecting another charset would link in MimeKit's HTML reader.
                texts.Add(text.GetText(Encoding.UTF8).ReplaceLineEndings("\n").Trim());
                continue;
            }

            using var content = part.Content?.Open() ?? Stream.Null;
            attachments[part.FileName ?? ""] = Convert.ToHexStringLower(SHA256.HashData(content));
        }

        return new ReplyContent(string.Join('\0', texts), attachments);
    }
}
