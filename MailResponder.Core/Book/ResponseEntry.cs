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

    /// <summary>Whether the book holds back its attachments from everybody: only the text goes out.</summary>
    public bool HoldsBackAttachments { get; init; }

    /// <summary>Those that somebody may get.</summary>
    public IReadOnlyList<ResponseAttachment> SentAttachments => HoldsBackAttachments ? [] : Attachments;

    /// <summary>Whether a book's address stands for those that it does not know.</summary>
    public static bool IsForUnknownOf(string address) => address.StartsWith(AnyLocalPart, StringComparison.Ordinal);

    /// <summary>
    /// The pools that the bodies name, each as <see cref="PoolText"/> has it; empty: the bodies are as they go out.
    /// </summary>
    public IReadOnlyList<LinkPool> Pools { get; init; } = [];

    /// <summary>The entry as it goes out, with links in the place of its pools.</summary>
    /// <param name="links">Those of a pool.</param>
    public ResponseEntry With(Func<LinkPool, IReadOnlyList<string>> links)
    {
        if (Pools.Count == 0)
            return this;
        var ofPool = Pools.ToDictionary(pool => pool.Name, links);
        return this with
        {
            Bodies = [.. Bodies.Select(body => body with
            {
                // A name without a pool is a fault of the book, which is not in force then.
                Text = PoolText.Fill(body.Text, name =>
                    ofPool.TryGetValue(name, out var found) ? PoolText.Of(found, body.Subtype) : ""),
            })],
            Pools = [],
        };
    }

    /// <summary>
    /// A hash of what the requester gets: address, subject, texts and attachments. The same wherever the entry stands
    /// in the book, and however the book is written. Of a pool its name counts, and not its links: a retry knows a
    /// reply that was sent also when the requester, or everybody, would get other links by now.
    /// </summary>
    public byte[] Identity() => Sha256.HashTexts(
    [
        Address, Subject ?? "", .. Bodies.SelectMany<ResponseBody, string>(body => [body.Subtype, body.Text]),
        .. Attachments.SelectMany<ResponseAttachment, string>(file => [file.Bucket, file.File, file.ShownName]),
    ]);
}

/// <param name="Subtype">The media subtype of text/…: plain or html.</param>
/// <param name="Text">Never blank.</param>
internal sealed record ResponseBody(string Subtype, string Text);

/// <param name="Bucket">The S3 bucket, or folder below the files root.</param>
/// <param name="File">Its name in the bucket.</param>
/// <param name="ShownName">The name that the requester sees.</param>
/// <param name="Line">Where it stands in the response book.</param>
internal sealed record ResponseAttachment(string Bucket, string File, string ShownName, int Line);
