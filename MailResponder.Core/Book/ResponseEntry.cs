using System.Text;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>One reply of the response book.</summary>
/// <param name="Number">Position in the file, counted from 1.</param>
/// <param name="Line">Where the entry begins in the file.</param>
/// <param name="Address">The requested address, whole and in lower case.</param>
/// <param name="Bodies">
/// The same text in one or more forms; mail programs prefer the last one that they can show.
/// </param>
/// <param name="SendMethod">Null: as the settings say.</param>
/// <param name="Subject">Null: "Re: " and the request's subject or address.</param>
internal record ResponseEntry(
    int Number,
    int Line,
    string Address,
    IReadOnlyList<ResponseBody> Bodies,
    IReadOnlyList<ResponseAttachment> Attachments,
    SendMethod? SendMethod,
    string? Subject)
{
    /// <summary>What a request has to prove; the settings say what this does not.</summary>
    public AuthenticationRequirement Requirement { get; init; } = AuthenticationRequirement.NotSaid;

    /// <summary>
    /// A hash of what the requester gets: address, subject, texts and attachments. The same wherever the entry stands
    /// in the book, and however the book is written.
    /// </summary>
    public byte[] Identity()
    {
        var hash = new Sha256();
        void Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.Append(BitConverter.GetBytes(bytes.Length));
            hash.Append(bytes);
        }

        Add(Address);
        Add(Subject ?? "");
        foreach (var body in Bodies)
        {
            Add(body.Subtype);
            Add(body.Text);
        }

        foreach (var attachment in Attachments)
        {
            Add(attachment.Bucket);
            Add(attachment.File);
            Add(attachment.ShownName);
        }

        return hash.Finish();
    }
}
