using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Backup;

/// <summary>A damaged backup changes nothing. The error says what is wrong and where.</summary>
public sealed class DamagedBackups : IDisposable
{
    private readonly Workplace _place = new();
    private readonly TemporaryFolder _away = new();

    public DamagedBackups()
    {
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        var run = _place.Command("backup", Archive);
        Assert.True(run.ExitCode == 0, run.Errors);
    }

    private string Archive => _away.PathTo("backup.tar.gz");

    public void Dispose()
    {
        _place.Dispose();
        _away.Dispose();
    }

    [Fact]
    public void CutShortAnywhere_IsRefused()
    {
        var whole = System.IO.File.ReadAllBytes(Archive);
        // Cut at various lengths, and at each byte of the trailer with the checksum.
        int[] middle = [0, 1, 9, 10, 11, 200, whole.Length / 2, whole.Length * 9 / 10];
        foreach (var length in middle.Concat(Enumerable.Range(whole.Length - 12, 12)))
        {
            System.IO.File.WriteAllBytes(Archive, whole[..length]);
            AssertDamaged();
        }
    }

    [Fact]
    public void ChangedAnywhere_IsRefused()
    {
        var whole = System.IO.File.ReadAllBytes(Archive);
        var random = new Random(7);
        for (var i = 0; i < 25; i++)
        {
            var changed = whole.ToArray();
            changed[random.Next(10, changed.Length)] ^= (byte)(1 << random.Next(8));
            System.IO.File.WriteAllBytes(Archive, changed);
            AssertRefused($"{Archive}: ");
        }
    }

    [Theory]
    [InlineData("not at all a backup")]
    [InlineData("")]
    public void SomethingElse_IsRefused(string text)
    {
        System.IO.File.WriteAllText(Archive, text);
        AssertDamaged();
    }

    /// <summary>The gzip layer is complete; only the tar archive inside is cut short.</summary>
    [Fact]
    public void TarCutShort_IsRefusedWithItsLastEntry()
    {
        byte[] tar;
        using (var unpacked = new GZipStream(System.IO.File.OpenRead(Archive), CompressionMode.Decompress))
        using (var content = new MemoryStream())
        {
            unpacked.CopyTo(content);
            tar = content.ToArray();
        }

        using (var packed = new GZipStream(System.IO.File.Create(Archive), CompressionLevel.Fastest))
            packed.Write(tar.AsSpan(0, tar.Length / 2));
        AssertRefused($"{Archive}: is damaged or cut short, in or after the entry responder.db");
        using (var packed = new GZipStream(System.IO.File.Create(Archive), CompressionLevel.Fastest))
            packed.Write("no tar"u8);
        AssertRefused($"{Archive}: is damaged or cut short, before the first entry");
    }

    /// <summary>The field of an entry's time is out of the range of .NET's times, or even of its numbers.</summary>
    [Theory]
    [InlineData("80000000000000E8D4A51000")]
    [InlineData("80FFFFFFFFFFFFFFFFFFFFFF")]
    public void FieldOutOfRange_IsRefused(string time)
    {
        var header = new byte[1024];
        "settings.json"u8.CopyTo(header);
        "0000640\0"u8.CopyTo(header.AsSpan(100));
        Convert.FromHexString(time).CopyTo(header, 136);
        "        0ustar"u8.CopyTo(header.AsSpan(148));
        "00"u8.CopyTo(header.AsSpan(263));
        var sum = header.Sum(b => b);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        using (var packed = new GZipStream(System.IO.File.Create(Archive), CompressionLevel.Fastest))
            packed.Write(header);
        AssertRefused($"{Archive}: is damaged or cut short, before the first entry");
    }

    [Fact]
    public void StrangeEntries_AreRefused()
    {
        Make(entries => entries.Add(File("../../etc/passwd", "x")));
        AssertRefused("entry ../../etc/passwd: is not part of a backup");
        Make(entries => entries.Add(File("./settings.json", "x")));
        AssertRefused("entry ./settings.json: is not part of a backup");
        Make(entries => entries.Insert(0, Link(TarEntryType.SymbolicLink, "dkim.key")));
        AssertRefused("entry dkim.key: is not a regular file");
        Make(entries => entries.Insert(0, Link(TarEntryType.HardLink, "responder.db")));
        AssertRefused("entry responder.db: is not a regular file");
        Make(entries => entries.Add(new PaxTarEntry(TarEntryType.Directory, "files/")));
        AssertRefused("entry files/: is not part of a backup");
        Make(entries => entries.Add(File("dkim.key", "x")));
        AssertRefused("entry dkim.key: occurs twice");
        Make(entries => entries.Add(File("ses.credentials", "x")));
        AssertRefused("entry ses.credentials is not named by its settings");
    }

    [Theory]
    [InlineData("settings.json", "entry settings.json is missing")]
    [InlineData("address.key", "entry address.key is missing, but its settings name it")]
    [InlineData("responder.db", "entry responder.db is missing, but its settings name it")]
    public void MissingEntry_IsNamed(string name, string fault)
    {
        Make(entries => entries.RemoveAll(entry => entry.Name == name));
        AssertRefused(fault);
    }

    [Theory]
    [InlineData("settings.json", "{ \"own_domains\": 7 }", 65, "entry settings.json, line 1: ")]
    [InlineData("address.key", "short", 78, "entry address.key: must hold 64 hexadecimal digits")]
    [InlineData("address.key", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", 78,
        "database responder.db in {0} was made with another address key")]
    [InlineData("responder.db", "", 69, "database responder.db in {0} was made by another responder version (schema 0")]
    [InlineData(
        "responder.db", "no database, however long it is", 69,
        "database responder.db in {0}: is damaged or not a database")]
    public void WrongContent_IsNamed(string name, string text, int exitCode, string fault)
    {
        Make(entries => entries[entries.FindIndex(entry => entry.Name == name)] = File(name, text));
        AssertRefused(fault.Replace("{0}", Archive, StringComparison.Ordinal), exitCode);
    }

    /// <summary>
    /// All checksums of the archive are right, because the database was damaged before it was archived.
    /// </summary>
    [Fact]
    public void DamagedDatabase_IsNamed()
    {
        Make(entries =>
        {
            var database = entries.Find(entry => entry.Name == "responder.db")!;
            var bytes = new byte[database.DataStream!.Length];
            database.DataStream.ReadExactly(bytes);
            bytes.AsSpan(4096, 4096).Fill(0x5a);
            database.DataStream = new MemoryStream(bytes);
        });
        AssertRefused("database responder.db in ", 69);
    }

    [Fact]
    public void BackupThatOthersCanRead_IsRefused()
    {
        System.IO.File.SetUnixFileMode(Archive, (UnixFileMode)0x1A4);
        AssertRefused($"run: chmod 0640 {Archive}", 66);
    }

    [Fact]
    public void NoBackup_IsNamed()
    {
        System.IO.File.Delete(Archive);
        AssertRefused($"backup {Archive}: does not exist", 66);
    }

    private static PaxTarEntry File(string name, string text) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    private static PaxTarEntry Link(TarEntryType kind, string name) => new(kind, name) { LinkName = "/etc/passwd" };

    /// <summary>Writes the archive again, with a change.</summary>
    private void Make(Action<List<TarEntry>> change)
    {
        System.IO.File.Delete(Archive);
        Assert.Equal(0, _place.Command("backup", Archive).ExitCode);
        var entries = new List<TarEntry>();
        using (var reader = new TarReader(new GZipStream(System.IO.File.OpenRead(Archive), CompressionMode.Decompress)))
        {
            while (reader.GetNextEntry(copyData: true) is { } entry) entries.Add(entry);
        }

        change(entries);
        using var packed = new GZipStream(System.IO.File.Create(Archive), CompressionLevel.Fastest);
        using var writer = new TarWriter(packed, TarEntryFormat.Pax);
        foreach (var entry in entries) writer.WriteEntry(entry);
    }

    private void AssertDamaged() => Assert.Matches(
        $"^responder: {Archive}: is damaged or cut short, [^;]+; take another backup\n$",
        AssertRefused($"{Archive}: is damaged or cut short, "));

    private string AssertRefused(string fault, int exitCode = 65)
    {
        var before = Listing();
        var run = _place.Command("restore", Archive, "--replace");
        Assert.Equal((exitCode, ""), (run.ExitCode, run.OutputText));
        Assert.Contains(fault, run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.TrimEnd('\n').Split('\n'));
        Assert.Equal(before, Listing());
        return run.Errors;
    }

    private string Listing()
    {
        var files = $"cd {_place.Folder} && find . -type f | sort | xargs sha256sum; stat -c '%n %a %i' *";
        return ToolRun.Of("sh", "-c", files).AssertDone();
    }
}
