using System.Security.Cryptography;
using System.Text;
using MimeKit;

namespace MailResponder.Canary;

/// <summary>What a reader finds in a reply.</summary>
/// <param name="Text">Of all forms of the text, whatever their line ends.</param>
/// <param name="Attachments">By the names that they show: the SHA-256 of each.</param>
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
                // Replies are UTF-8. Looking for another charset would bring MimeKit's reader of HTML.
                texts.Add(text.GetText(Encoding.UTF8).ReplaceLineEndings("\n").Trim());
                continue;
            }

            using var content = part.Content?.Open() ?? Stream.Null;
            attachments[part.FileName ?? ""] = Convert.ToHexStringLower(SHA256.HashData(content));
        }

        return new ReplyContent(string.Join('\0', texts), attachments);
    }
}
