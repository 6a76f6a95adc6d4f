using System.Text;
using MailResponder.Book;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Book.Signature;

/// <summary>Lists of hashes, made by the real sha256sum or by others.</summary>
public sealed class Sha256SumsFiles
{
    private const string Hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string UpperHash = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";

    [Theory]
    [InlineData("-t")]
    [InlineData("-b")]
    public void ListOfSha256sum_IsRead(string mode)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tools/a.zip", "");
        folder.Write("tools/v2/ابزار جدید.zip", "x");
        var list = ToolRun.Of("sh", "-c",
            $"cd {folder.Path}; sha256sum {mode} tools/*.zip tools/v2/* >SHA256SUMS").AssertDone();
        Assert.Equal("", list);

        var sums = Sha256Sums.Parse(File.ReadAllBytes(folder.PathTo("SHA256SUMS")), out var problem);

        Assert.Null(problem);
        Assert.Equal(Hash, sums!.Of("tools/a.zip"));
        Assert.Equal("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
            sums.Of("tools/v2/ابزار جدید.zip"));
        Assert.Null(sums.Of("tools/b.zip"));
    }

    /// <summary>Decoding would change such a list, and the copy kept of it would differ from the signed list.</summary>
    [Fact]
    public void ListThatIsNotUtf8_IsRefused()
    {
        Assert.Null(Sha256Sums.Parse(Encoding.Latin1.GetBytes(Hash + "  tools/café.zip\n"), out var problem));
        Assert.StartsWith("is not UTF-8 text", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Hash + " tools/a.zip\n", "line 1 is not in the format of sha256sum")]
    [InlineData(Hash + "  \n", "line 1 is not in the format of sha256sum")]
    [InlineData(Hash + "  a/b\r\n", "line 1 is not in the format of sha256sum")]
    [InlineData("\n", "line 1 is not in the format of sha256sum")]
    [InlineData(Hash + "  a/b\n" + UpperHash + "  a/c\n", "line 2 is not")]
    [InlineData("\\" + Hash + "  a/b\\nc\n", "line 1 is not")]
    [InlineData("SHA256 (a/b) = " + Hash + "\n", "line 1 is not")]
    [InlineData(Hash + "  a/b", "ends in the middle of a line")]
    [InlineData(Hash + "  ../a\n", "line 1 names \"../a\"")]
    [InlineData(Hash + "  a/../../b\n", "line 1 names")]
    [InlineData(Hash + "  /etc/passwd\n", "line 1 names")]
    [InlineData(Hash + "  ./a/b\n", "line 1 names")]
    [InlineData(Hash + "  a//b\n", "line 1 names")]
    [InlineData(Hash + "  a\\b\n", "line 1 names")]
    [InlineData(Hash + "  a/b\n" + Hash + "  a/b\n", "line 2 names \"a/b\" a second time")]
    public void AnythingElse_IsRefusedWithItsLine(string text, string words)
    {
        Assert.Null(Sha256Sums.Parse(Encoding.UTF8.GetBytes(text), out var problem));
        Assert.StartsWith(words, problem, StringComparison.Ordinal);
    }
}
