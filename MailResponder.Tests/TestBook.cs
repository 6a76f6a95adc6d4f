using MailResponder.Book;

namespace MailResponder.Tests;

/// <summary>Response books without a file.</summary>
internal static class TestBook
{
    /// <summary>Returns a book with a short entry for each address, in this order.</summary>
    public static ResponseBook Of(params string[] addresses) =>
        new([.. addresses.Select((address, i) => Entry(address, i + 1))]);

    public static ResponseEntry Entry(string address = "get@example.com", int number = 1) =>
        new(number, number, address, [new ResponseBody("plain", "https://example.com/en.html")], [], null, null);
}
