using MailResponder.Reply.Rendered;

namespace MailResponder.Tests.Reply.Rendered;

/// <summary>Whatever happens to the rendered files, the answer is that of the book.</summary>
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
    [InlineData("addresses")]
    [InlineData("file@*")]
    [InlineData("*.body")]
    [InlineData("*.base64")]
    public void ChangedByte_IsFound(string pattern)
    {
        var path = FileLike(pattern);
        var good = File.ReadAllBytes(path);
        foreach (var at in Offsets(good.Length))
        {
            _place.RenderAll();
            byte[] bad = [.. good];
            bad[at] ^= (byte)(1 << at % 8);
            File.WriteAllBytes(path, bad);
            AssertAnswers($"byte {at} of {pattern}");
        }
    }

    [Theory]
    [InlineData("addresses")]
    [InlineData("file@*")]
    [InlineData("*.body")]
    [InlineData("*.base64")]
    public void MissingEnd_IsFound(string pattern)
    {
        var path = FileLike(pattern);
        var good = File.ReadAllBytes(path);
        foreach (var length in Offsets(good.Length))
        {
            _place.RenderAll();
            File.WriteAllBytes(path, good[..length]);
            AssertAnswers($"{length} bytes of {pattern}");
        }
    }

    /// <summary>The claimed size takes no space on the disk.</summary>
    [Theory]
    [InlineData("addresses")]
    [InlineData("file@*")]
    [InlineData("*.body")]
    [InlineData("*.base64")]
    public void FileThatClaimsToBeLargerThanMemory_IsFound(string pattern)
    {
        using (var file = File.OpenWrite(FileLike(pattern)))
            file.SetLength(3_000_000_000);
        AssertAnswers($"3 GB of {pattern}");
    }

    [Theory]
    [InlineData("addresses")]
    [InlineData("file@*")]
    [InlineData("*.body")]
    [InlineData("*.base64")]
    public void DamagedFile_IsMadeAnew(string pattern)
    {
        var path = FileLike(pattern);
        var good = File.ReadAllBytes(path);
        byte[] bad = [.. good];
        bad.AsSpan(good.Length / 2).Clear();
        File.WriteAllBytes(path, bad);

        // The first message finds the damage, and the next rendering repairs it.
        AssertAnswers("damaged");
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
                    Empty(Directory.CreateDirectory(_place.Folder).FullName);
                AssertAnswers("many");
            });
        }

        Assert.DoesNotContain(_place.Files, file => file.EndsWith(".new", StringComparison.Ordinal));
    }

    [Fact]
    public void OnlyTheOwner_MayReadThem()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.All(
            [_place.Folder, _place.BookFolder],
            folder => Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder)));
        Assert.All(_place.Files, file => Assert.Equal(owner, File.GetUnixFileMode(file)));
    }

    /// <returns>The folder in which the files are afterwards.</returns>
    private string Expose(string folder, string how)
    {
        switch (how)
        {
            case "a link":
                var elsewhere = Path.Join(Path.GetDirectoryName(_place.Settings.ResponseBook), "elsewhere");
                Directory.Move(folder, elsewhere);
                Directory.CreateSymbolicLink(folder, elsewhere);
                return elsewhere;
            case "writable by others":
                File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherWrite);
                return folder;
            default:
                using (var chown = System.Diagnostics.Process.Start("chown", ["nobody:", folder]))
                    chown.WaitForExit();
                return folder;
        }
    }

    /// <summary>Empties a folder, even while others add or remove files.</summary>
    private static void Empty(string folder)
    {
        foreach (var path in Directory.GetFileSystemEntries(folder))
            RenderingFolder.Delete(path);
    }

    private string FileLike(string pattern) => Directory.GetFiles(_place.BookFolder, pattern).Order().First();

    /// <summary>Returns all offsets near the start and the end, and samples in between.</summary>
    private static IEnumerable<int> Offsets(int length) =>
        Enumerable.Range(0, length).Where(i => length < 400 || i < 100 || i > length - 20 || i % (length / 100) == 0);

    private void AssertAnswers(string when)
    {
        var book = _place.Renderings().Book();
        Assert.True(book.Knows(RenderedPlace.Address) && !book.Knows("none@example.com"), when);
        Assert.True(book.Addresses.Contains(RenderedPlace.FileAddress), when);
        Assert.True(_place.Answer(RenderedPlace.Address) == _text, when);
        Assert.True(_place.Answer(RenderedPlace.FileAddress) == _file, when);
    }

    /// <summary>With a link, the responder would write or read files elsewhere.</summary>
    [Theory]
    [InlineData("of another user")]
    [InlineData("writable by others")]
    [InlineData("a link")]
    public void FolderThatOthersCanChange_IsNotUsed(string how)
    {
        var elsewhere = Expose(_place.Folder, how);
        var before = Times();
        AssertAnswers(how);
        Assert.Equal(before, Times());

        Dictionary<string, DateTime> Times() => Directory.GetFiles(elsewhere, "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, File.GetLastWriteTimeUtc);
    }

    [Theory]
    [InlineData("of another user")]
    [InlineData("writable by others")]
    [InlineData("a link")]
    public void BookFolderThatOthersCanChange_IsNotUsed(string how)
    {
        var elsewhere = Expose(_place.BookFolder, how);
        foreach (var file in Directory.GetFiles(elsewhere))
            File.WriteAllText(file, "not read");

        AssertAnswers(how);

        Assert.True(how != "a link" || Directory.GetFiles(elsewhere).All(file => File.ReadAllText(file) == "not read"));
    }

    [Fact]
    public void LostAddress_IsNotUnknown()
    {
        File.Delete(FileLike("file@*"));
        AssertAnswers("lost");
        _place.RenderAll();
        File.Delete(FileLike("file@*"));
        File.Delete(FileLike("addresses"));
        AssertAnswers("both lost");
    }

    [Fact]
    public void WhatAKilledProcessLeft_IsSweptByTheNextOne()
    {
        var unfinished = Path.Join(_place.Folder, ".new");
        Directory.Move(_place.BookFolder, unfinished);
        File.WriteAllText(Path.Join(unfinished, "other@example.com"), "half of it");

        AssertAnswers("swept");

        Assert.DoesNotContain(_place.Files, file => file.EndsWith("/other@example.com", StringComparison.Ordinal));
        Assert.NotEmpty(Directory.GetFiles(_place.BookFolder));
    }
}
