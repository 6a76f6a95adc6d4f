namespace MailResponder.Book;

/// <summary>Links of which each requester gets some, the same ones for some days.</summary>
/// <param name="Name">As a body names it between {{ and }}.</param>
/// <param name="Links">At least one, all different.</param>
/// <param name="Each">How many a requester gets, from 1 to all.</param>
/// <param name="Days">After so many days a requester gets others.</param>
internal sealed record LinkPool(string Name, IReadOnlyList<string> Links, int Each, int Days)
{
    public const int MostDays = 366;

    public bool IsSameAs(LinkPool other) =>
        (Name, Each, Days) == (other.Name, other.Each, other.Days) && Links.SequenceEqual(other.Links);
}
