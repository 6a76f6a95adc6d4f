namespace MailResponder.Tests.Rendering;

/// <summary>Whatever becomes of the rendered files, the answer is the book's.</summary>
public sealed class DamagedRenderings : IDisposable
{
    private readonly RenderedPlace _place = new();
    private readonly string _text;
    private readonly string _file;

    public DamagedRenderings()
    {
        _text = _place.Answer(RenderedPlace.Address, rendered: false);
        _file = _place.Answer(RenderedPlace.FileAddress, rendered: false);
        RenderedPlace.Settle();
        _place.RenderAll();
    }

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("book")]
    [InlineData("*.body")]
    [InlineData("*.base64")]
    public void ChangedByte_IsFound(string pattern)
    {
        var path = Directory.GetFiles(_place.Folder, pattern).Order().First();
        var good = File.ReadAllBytes(path);
        foreach (var at in Offsets(good.Length))
        {
            byte[] bad = [.. good];
            bad[at] ^= (byte)(1 << at % 8);
            File.WriteAllBytes(path, bad);
            AssertAnswers($"byte {at} of {pattern}");
        }
    }

    [Theory]
    [InlineData("book")]
    [InlineData("*.body")]
    [InlineData("*.base64")]
    public void MissingEnd_IsFound(string pattern)
    {
        var path = Directory.GetFiles(_place.Folder, pattern).Order().First();
        var good = File.ReadAllBytes(path);
        foreach (var length in Offsets(good.Length))
        {
            File.WriteAllBytes(path, good[..length]);
            AssertAnswers($"{length} bytes of {pattern}");
        }
    }

    /// <summary>Nothing of it lies on the disk.</summary>
    [Theory]
    [InlineData("book")]
    [InlineData("*.body")]
    [InlineData("*.base64")]
    public void FileThatClaimsToBeLargerThanMemory_IsFound(string pattern)
    {
        using (var file = File.OpenWrite(Directory.GetFiles(_place.Folder, pattern).Order().First()))
            file.SetLength(3_000_000_000);
        AssertAnswers($"3 GB of {pattern}");
    }

    [Theory]
    [InlineData("book")]
    [InlineData("*.body")]
    [InlineData("*.base64")]
    public void DamagedFile_IsMadeAnew(string pattern)
    {
        var path = Directory.GetFiles(_place.Folder, pattern).Order().First();
        var good = File.ReadAllBytes(path);
        byte[] bad = [.. good];
        bad.AsSpan(good.Length / 2).Clear();
        File.WriteAllBytes(path, bad);

        // One comes upon the damage, the next one mends it.
        for (var i = 0; i < 2; i++)
            _place.RenderAll();

        if (pattern == "*.base64")
            Assert.Equal(good, File.ReadAllBytes(path));
        var times = _place.Files.ToDictionary(file => file, File.GetLastWriteTimeUtc);
        AssertAnswers("mended");
        Assert.Equal(times, _place.Files.ToDictionary(file => file, File.GetLastWriteTimeUtc));
    }

    [Fact]
    public void FolderThatCannotBe_CostsTimeOnly()
    {
        Directory.Delete(_place.Folder, recursive: true);
        File.WriteAllText(_place.Folder, "a file");

        AssertAnswers("no folder");
        _place.RenderAll();
    }

    [Fact]
    public void FoldersInPlaceOfFiles_CostTimeOnly()
    {
        foreach (var path in _place.Files.ToList())
        {
            File.Delete(path);
            Directory.CreateDirectory(path);
        }

        AssertAnswers("folders");
    }

    [Fact]
    public void ManyAtOnce_AllGetTheAnswer()
    {
        for (var round = 0; round < 5; round++)
        {
            Directory.Delete(_place.Folder, recursive: true);
            Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
            {
                if (i == 8)
                    Directory.GetFiles(Directory.CreateDirectory(_place.Folder).FullName).ToList().ForEach(File.Delete);
                AssertAnswers("many");
            });
        }

        Assert.DoesNotContain(_place.Files, file => file.EndsWith(".new", StringComparison.Ordinal));
    }

    [Fact]
    public void OnlyTheOwner_MayReadThem()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_place.Folder));
        Assert.All(_place.Files, file => Assert.Equal(owner, File.GetUnixFileMode(file)));
    }

    /// <summary>All of the beginning and the end, and samples between.</summary>
    private static IEnumerable<int> Offsets(int length) =>
        Enumerable.Range(0, length).Where(i => length < 400 || i < 100 || i > length - 20 || i % (length / 100) == 0);

    private void AssertAnswers(string when)
    {
        var book = _place.Renderings().Book();
        Assert.True(book.Knows(RenderedPlace.Address) && !book.Knows("none@example.com"), when);
        Assert.True(book.AddressWithLocalPart("file") == RenderedPlace.FileAddress, when);
        Assert.True(_place.Answer(RenderedPlace.Address) == _text, when);
        Assert.True(_place.Answer(RenderedPlace.FileAddress) == _file, when);
    }
}
