namespace MailResponder.Book;

/// <summary>A pool of links. Each requester gets some of them, and the same ones for a number of days.</summary>
/// <param name="Name">The name, which a body contains between {{ and }}.</param>
/// <param name="Links">The links: at least one, all different.</param>
/// <param name="Each">How many links a requester gets, from 1 to all.</param>
/// <param name="Days">The number of days after which a requester gets other links.</param>
internal sealed record LinkPool(string Name, IReadOnlyList<string> Links, int Each, int Days)
{
    public const int MostDays = 366;

    public bool IsSameAs(LinkPool other) =>
        (Name, Each, Days) == (other.Name, other.Each, other.Days) && Links.SequenceEqual(other.Links);
}
