using System.Text;
using MailResponder.Book;
using MailResponder.Settings;

namespace MailResponder.Tests.Book;

/// <summary>A file with a fault in every line is reported in a few lines.</summary>
public sealed class ManyFaults
{
    [Theory]
    [InlineData("""{ "pools": { "p": { "each": 1, "days": 1, "links": [""", "\"x\",\n",
        "\"x\"] } }, \"entries\": [] }")]
    [InlineData("""{ "pools": { "p": { "each": 1, "days": 1, "links": [""", "17,\n", "17] } }, \"entries\": [] }")]
    [InlineData("{ ", "\"a{0}\": 1,\n", "\"pools\": {} }")]
    [InlineData("""{ "pools": { """, "\"a{0}\": 1,\n", "\"b\": 1 }, \"entries\": [] }")]
    [InlineData("""{ "pools": { """, "\"a{0}\": { \"links\": [\"https://a.example/\"], \"each\": 1, \"days\": 1 },\n",
        "\"b\": { \"links\": [\"https://a.example/\"], \"each\": 1, \"days\": 1 } }, \"entries\": "
        + "[{ \"email_addr\": \"get@example.com\", \"body\": \"x\" }] }")]
    [InlineData("[ ", "17,\n", "17 ]")]
    public void FaultsOfAFile_AreBounded(string begin, string fault, string end)
    {
        var text = new StringBuilder(begin);
        for (var i = 0; i < 20_000; i++)
            text.Append(fault.Replace("{0}", i.ToString(System.Globalization.CultureInfo.InvariantCulture),
                StringComparison.Ordinal));
        var faults = new List<Fault>();

        ResponseBookFile.Check(Encoding.UTF8.GetBytes(text.Append(end).ToString()), "responses.json", faults);

        Assert.InRange(faults.Count, 1, 2 * Fault.MostOfAFile);
    }
}
