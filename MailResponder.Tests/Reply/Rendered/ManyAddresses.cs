using System.Text;
using MailResponder.Book;
using MailResponder.Reply.Rendered;

namespace MailResponder.Tests.Reply.Rendered;

[Collection(nameof(Mail.MeasuredAlone))]
public sealed class ManyAddresses : IDisposable
{
    private readonly RenderedPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void EveryAddress_IsFoundAsInTheBook()
    {
        var addresses = Write(2000);
        var whole = ResponseBook.Load(_place.Settings.ResponseBook);
        var book = Assert.IsType<RenderedBook>(_place.Renderings().Book());
        foreach (var address in addresses)
        {
            Assert.True(book.Knows(address));
            Assert.False(book.Knows("x" + address));
            Assert.Equal(
                whole.EntriesFor(address).Select(
                entry => (entry.Number, entry.Line, entry.Address, entry.Bodies[0], entry.Subject)),
                book.EntriesFor(address).Select(
                entry => (entry.Number, entry.Line, entry.Address, entry.Bodies[0], entry.Subject)));
        }

        Assert.False(book.Knows(""));
        Assert.Equal(whole.Addresses, book.Addresses);
        Assert.Empty(book.EntriesFor("none@example.com"));
    }

    [Fact]
    public void OneOfTwoThousand_CostsWhatOneOfTwoDoes()
    {
        var few = Cost(Write(2)[1]);
        var many = Cost(Write(2000)[1]);

        Assert.InRange(many, few * 0.9, few * 1.1);
    }

    /// <summary>Returns the allocated bytes, which are the same in each run, unlike time.</summary>
    private long Cost(string address)
    {
        Assert.IsType<RenderedBook>(_place.Renderings().Book());
        var renderings = _place.Renderings();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var book = renderings.Book();
        Assert.True(book.Knows(address));
        Assert.NotEmpty(book.EntriesFor(address));
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Writes and renders a book, in which one local part occurs in two domains.</summary>
    private List<string> Write(int count)
    {
        List<string> addresses = ["a+b@example.com",
            .. Enumerable.Range(1, count - 1).Select(i => $"address{i:0000}@example.com")];
        if (count > 2)
            addresses.Add("address0007@example.org");
        var book = new StringBuilder("[\n");
        foreach (var address in addresses)
            book.Append(null, $"{{ \"email_addr\": \"{address}\",\n \"body\": \"Links for {address}\" }},\n");
        File.WriteAllText(_place.Settings.ResponseBook, book.Append(']').ToString());
        RenderedPlace.Settle();
        _place.Renderings().Book();
        return addresses;
    }
}
