using MailResponder.Book;
using MailResponder.Store;

namespace MailResponder.Tests.Book;

/// <summary>Tests which requester gets which links of a pool.</summary>
public sealed class LinkShares
{
    private static readonly AddressKey Key = AddressKey.Parse("key", new string('7', 64));
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Twenty = [.. Enumerable.Range(0, 20).Select(i => $"https://m{i}.example.net/")];
    private static readonly LinkPool Pool = new("mirrors", Twenty, 3, 7);

    [Fact]
    public void HundredThousandRequesters_GetEachLinkEquallyOften()
    {
        var counts = Twenty.ToDictionary(link => link, _ => 0);
        for (var i = 0; i < 100_000; i++)
        {
            var links = Of($"reader{i}@freemail.test");
            Assert.Equal(3, links.Distinct().Count());
            foreach (var link in links)
                counts[link]++;
        }

        Assert.All(counts.Values, count => Assert.InRange(count, 15_000 * 0.95, 15_000 * 1.05));
    }

    /// <summary>Likewise, adding a link changes only the sets that receive it.</summary>
    [Fact]
    public void LinkThatIsTakenAway_ChangesNoSetThatDidNotHoldIt()
    {
        var removed = Twenty[11];
        var fewer = Pool with { Links = [.. Twenty.Where(link => link != removed)] };
        var changed = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var (before, after) = (Of($"r{i}@freemail.test"), Of($"r{i}@freemail.test", fewer));
            if (!before.Contains(removed))
            {
                Assert.Equal(before, after);
                continue;
            }

            changed++;
            Assert.Equal(before.Where(link => link != removed), after.Where(before.Contains));
        }

        Assert.InRange(changed, 3_000 * 0.9, 3_000 * 1.1);
    }

    [Fact]
    public void SpellingsOfOneMailbox_SeeAsManyLinksAsOneRequester()
    {
        string[] spellings =
        [
            "zahra.k@gmail.com", "ZahraK@Gmail.com", "z.a.h.r.a.k+x@googlemail.com", "\"zahrak\"@gmail.com.",
            .. Enumerable.Range(0, 500).Select(i => $"zahrak+{i}@gmail.com"),
        ];
        Assert.Equal(Pool.Each, spellings.SelectMany(spelling => Of(spelling)).Distinct().Count());
        Assert.NotEqual(Of("zahrak@gmail.com"), Of("zahra@gmail.com"));
    }

    [Fact]
    public void OrderOfTheBook_DoesNotMatter() =>
        Assert.Equal(Of("zahra@freemail.test"), Of("zahra@freemail.test", Pool with { Links = [.. Twenty.Reverse()] }));

    [Fact]
    public void Period_LastsAsLongAsThePoolSays()
    {
        var pool = Pool with { Each = 1, Days = 2 };
        for (var i = 0; i < 50; i++)
        {
            // The link of each hour in forty days, as runs of equal links.
            var runs = new List<(string Link, int Hours)>();
            for (var hour = 0; hour < 40 * 24; hour++)
            {
                var link = Of($"r{i}@freemail.test", pool, Now.AddHours(hour))[0];
                if (runs.Count > 0 && runs[^1].Link == link)
                    runs[^1] = (link, runs[^1].Hours + 1);
                else
                    runs.Add((link, 1));
            }

            // Two successive periods may have the same link.
            Assert.All(runs.Skip(1).SkipLast(1), run => Assert.Equal(0, run.Hours % 48));
            Assert.InRange(runs.Count, 12, 21);
        }
    }

    [Fact]
    public void PeriodsOfDifferentRequesters_EndInDifferentHours()
    {
        var pool = Pool with { Days = 1 };
        var ends = new HashSet<int>();
        for (var i = 0; i < 300; i++)
        {
            var requester = $"r{i}@freemail.test";
            IReadOnlyList<string> At(int hour) => Of(requester, pool, Now.AddHours(hour));
            ends.Add(Enumerable.Range(0, 25).First(hour => hour == 24 || !At(hour).SequenceEqual(At(hour + 1))));
        }

        Assert.Superset(new HashSet<int>(Enumerable.Range(0, 24)), ends);
    }

    /// <summary>
    /// Without the key nobody can compute who gets which links, and one pool reveals nothing about another.
    /// </summary>
    [Theory]
    [InlineData('8', "mirrors")]
    [InlineData('7', "mirror")]
    public void AnotherKeyOrPool_SharesOutAnew(char key, string name)
    {
        var other = AddressKey.Parse("key", new string(key, 64));
        var same = Enumerable.Range(0, 1000).Count(i => Of($"r{i}@freemail.test").Order().SequenceEqual(
            new LinkShare(other, $"r{i}@freemail.test", Now).Of(Pool with { Name = name }).Order()));
        // There are 1140 possible sets.
        Assert.InRange(same, 0, 10);
    }

    [Fact]
    public void WholePool_IsForEverybody() =>
        Assert.Equal(Twenty.Order(), Of("zahra@freemail.test", Pool with { Each = 20 }).Order());

    private static IReadOnlyList<string> Of(string requester, LinkPool? pool = null, DateTimeOffset? now = null) =>
        new LinkShare(Key, requester, now ?? Now).Of(pool ?? Pool);
}
