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
    /// <summary>Begins the address of an entry for all addresses of a domain that the book does not know.</summary>
    public const string AnyLocalPart = "*@";

    /// <summary>Whether it answers addresses that the book does not know: people mistype.</summary>
    public bool IsForUnknown => IsForUnknownOf(Address);

    /// <summary>What a request has to prove; the settings say what this does not.</summary>
    public AuthenticationRequirement Requirement { get; init; } = AuthenticationRequirement.NotSaid;

    /// <summary>Whether a book's address stands for those that it does not know.</summary>
    public static bool IsForUnknownOf(string address) => address.StartsWith(AnyLocalPart, StringComparison.Ordinal);

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

/// <param name="Subtype">The media subtype of text/…: plain or html.</param>
/// <param name="Text">Never blank.</param>
internal sealed record ResponseBody(string Subtype, string Text);

/// <param name="Bucket">The S3 bucket, or folder below the files root.</param>
/// <param name="File">Its name in the bucket.</param>
/// <param name="ShownName">The name that the requester sees.</param>
/// <param name="Line">Where it stands in the response book.</param>
internal sealed record ResponseAttachment(string Bucket, string File, string ShownName, int Line);
