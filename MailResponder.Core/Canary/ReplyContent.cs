using System.Security.Cryptography;
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
                texts.Add(text.Text.ReplaceLineEndings("\n").Trim());
                continue;
            }

            using var content = part.Content?.Open() ?? Stream.Null;
            attachments[part.FileName ?? ""] = Convert.ToHexStringLower(SHA256.HashData(content));
        }

        return new ReplyContent(string.Join('\0', texts), attachments);
    }
}
