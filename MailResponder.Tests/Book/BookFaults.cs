using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Settings;

namespace MailResponder.Tests.Book;

/// <summary>
/// <c>Faults/NN-name.json</c> is a response book. <c>NN-name.faults</c> holds the output of <c>responder config
/// check</c> for it, empty if the book has no fault.
/// </summary>
public sealed class BookFaults
{
    private static readonly string Folder = Repository.PathTo("MailResponder.Tests", "Book", "Faults");

    public static TheoryData<string> Files =>
        new(Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Files))]
    public void NameThemselvesWithEntryFieldAndLine(string file)
    {
        var faults = new List<Fault>();

        ResponseBookFile.Check(Path.Join(Folder, file), faults);

        ExpectedText.Equal(Path.Join(Folder, Path.ChangeExtension(file, ".faults")),
            string.Concat(faults.Select(fault => (fault with { File = file }) + "\n")));
    }

    [Fact]
    public void Error_KeepsTheBookFromBeingUsed()
    {
        var file = Path.Join(Folder, "09-address-missing.json");

        var exception = Assert.Throws<ResponderException>(() => ResponseBook.Load(file));

        Assert.Equal(Cause.ResponseBook, exception.Cause);
        Assert.Equal($"{file}:2: entry 1, email_addr: is missing; it has no default (and 2 more); see: "
            + "responder config check",
            exception.Message);
    }

    [Fact]
    public void Warning_DoesNotKeepTheBookFromBeingUsed() =>
        Assert.Equal(5, ResponseBook.Load(Path.Join(Folder, "12-domains-alike.json")).Entries.Count);

    [Fact]
    public void MissingFile_IsAFault() =>
        Assert.Equal("/nowhere/responses.json: does not exist; write the response book, "
            + "or correct response_book in the settings; see: responder config check",
            Assert.Throws<ResponderException>(() => ResponseBook.Load("/nowhere/responses.json")).Message);
}
