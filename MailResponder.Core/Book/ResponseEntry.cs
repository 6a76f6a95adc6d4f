using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>One reply of the response book.</summary>
/// <param name="Number">The position in the file, counted from 1.</param>
/// <param name="Line">The line of the file on which the entry begins.</param>
/// <param name="Address">The full requested address in lower case.</param>
/// <param name="Bodies">
/// The same text in one or more media types. Mail programs prefer the last one that they can display.
/// </param>
/// <param name="Attachments">The attachments, whether or not they are held back.</param>
/// <param name="SendMethod">How to send the reply. Null: as the settings say.</param>
/// <param name="Subject">The subject. Null: "Re: " and the subject of the request, or the requested address.</param>
internal record ResponseEntry(
    int Number,
    int Line,
    string Address,
    IReadOnlyList<ResponseBody> Bodies,
    IReadOnlyList<ResponseAttachment> Attachments,
    SendMethod? SendMethod,
    string? Subject)
{
    /// <summary>The prefix of the address of an entry for all other addresses of a domain.</summary>
    public const string AnyLocalPart = "*@";

    /// <summary>
    /// Whether the entry answers the addresses of its domain that the book does not know, such as mistyped ones.
    /// </summary>
    public bool IsForUnknown => IsForUnknownOf(Address);

    /// <summary>What a request must prove about its sender. The settings decide what this leaves open.</summary>
    public AuthenticationRequirement Requirement { get; init; } = AuthenticationRequirement.NotSaid;

    /// <summary>Whether the book holds back the attachments from all requesters: only the text is sent.</summary>
    public bool HoldsBackAttachments { get; init; }

    /// <summary>The attachments that may be sent: none if they are held back.</summary>
    public IReadOnlyList<ResponseAttachment> SentAttachments => HoldsBackAttachments ? [] : Attachments;

    /// <summary>
    /// Whether an address of the book stands for all addresses of its domain that the book does not know.
    /// </summary>
    public static bool IsForUnknownOf(string address) => address.StartsWith(AnyLocalPart, StringComparison.Ordinal);

    /// <summary>
    /// The pools named in the bodies, in the form of <see cref="PoolText"/>. Empty if the bodies can be sent unchanged.
    /// </summary>
    public IReadOnlyList<LinkPool> Pools { get; init; } = [];

    /// <summary>Returns the entry to send, with links instead of the pool names in its bodies.</summary>
    /// <param name="links">Returns the requester's links of a pool.</param>
    public ResponseEntry With(Func<LinkPool, IReadOnlyList<string>> links)
    {
        if (Pools.Count == 0)
            return this;
        var ofPool = Pools.ToDictionary(pool => pool.Name, links);
        return this with
        {
            Bodies = [.. Bodies.Select(body => body with
            {
                // Every name has a pool here: a book with an unknown name has a fault and is not put in force.
                Text = PoolText.Fill(body.Text, name =>
                    ofPool.TryGetValue(name, out var found) ? PoolText.Of(found, body.Subtype) : ""),
            })],
            Pools = [],
        };
    }

    /// <summary>
    /// Returns a hash of what the requester gets: address, subject, texts and attachments. The entry's position and the
    /// formatting of the book do not matter. For a pool, its name counts and not its links. So a retry recognizes a
    /// reply that was sent, even if the requester would get other links by now.
    /// </summary>
    public byte[] Identity() => Sha256.HashTexts(
    [
        Address, Subject ?? "", .. Bodies.SelectMany<ResponseBody, string>(body => [body.Subtype, body.Text]),
        .. Attachments.SelectMany<ResponseAttachment, string>(file => [file.Bucket, file.File, file.ShownName]),
    ]);
}

/// <summary>The text of a reply in one media type.</summary>
/// <param name="Subtype">The subtype of the media type text/…: plain or html.</param>
/// <param name="Text">The text, which is never blank.</param>
internal sealed record ResponseBody(string Subtype, string Text);

/// <summary>An attachment of a reply.</summary>
/// <param name="Bucket">The S3 bucket, which is also the folder below the files root.</param>
/// <param name="File">The name of the file in the bucket.</param>
/// <param name="ShownName">The file name that the requester sees.</param>
/// <param name="Line">The line of the attachment in the response book.</param>
internal sealed record ResponseAttachment(string Bucket, string File, string ShownName, int Line)
{
    /// <summary>The path below the files root.</summary>
    public string Path => Bucket + "/" + File;
}
