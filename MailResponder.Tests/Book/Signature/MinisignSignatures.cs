using System.Text;
using MailResponder.Book;
using MailResponder.Settings;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Book.Signature;

/// <summary>Signatures made by the real minisign, unchanged and with every possible part changed.</summary>
public sealed class MinisignSignatures(Minisign minisign) : IClassFixture<Minisign>
{
    private static readonly byte[] Content =
        "[ { \"email_addr\": \"get@example.com\", \"body\": \"Links\" } ]\n"u8.ToArray();

    [Fact]
    public void Signature_IsOfItsFile_AndTellsKeyTimeAndName()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        var signature = Read(minisign.SignatureOf(Content, "responses.json"));

        Assert.True(signature.IsOf(Content));
        Assert.Equal(minisign.PublicKey, signature.Key.Text);
        Assert.Matches("^[0-9A-F]{16}$", signature.Key.Id);
        Assert.InRange(signature.Made, before, DateTimeOffset.UtcNow);
        Assert.Equal("responses.json", signature.File);
        Assert.EndsWith("\tfile:responses.json\thashed", signature.Comment, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(1_000_000)]
    public void ContentOfAnyLength_CanBeSigned(int length)
    {
        var file = new byte[length];
        new Random(length).NextBytes(file);
        Assert.True(Read(minisign.SignatureOf(file, "any")).IsOf(file));
    }

    /// <summary>The exception is the text of the untrusted comment, on which nothing depends.</summary>
    [Fact]
    public void NoChangeOfTheSignaturesFile_Passes()
    {
        var good = minisign.SignatureOf(Content, "responses.json");
        var comment = "untrusted comment: ".Length..Array.IndexOf(good, (byte)'\n');
        foreach (var (at, changed) in Changes(good))
        {
            var signature = MinisignSignature.Read(changed, [minisign.Key], out var problem);
            var isOfWords = at >= comment.Start.Value - 1 && at <= comment.End.Value
                && changed.Count(b => b == '\n') == 4;
            if (isOfWords && signature is not null)
                Assert.Equal(Read(good).Comment, signature.Comment);
            else
                Assert.True(signature?.IsOf(Content) != true, $"byte {at}: {Encoding.Latin1.GetString(changed)}");
            Assert.Equal(signature is null, problem is not null);
        }
    }

    [Fact]
    public void NoChangeOfTheFile_Passes()
    {
        var signature = Read(minisign.SignatureOf(Content, "responses.json"));
        Assert.All(Changes(Content), change => Assert.False(signature.IsOf(change.Changed)));
    }

    [Fact]
    public void NoChangeOfTheKey_Passes()
    {
        var signed = minisign.SignatureOf(Content, "responses.json");
        foreach (var (_, changed) in Changes(Encoding.ASCII.GetBytes(minisign.PublicKey)))
        {
            if (PublicKey.Parse(Encoding.Latin1.GetString(changed)) is { } key)
                Assert.True(MinisignSignature.Read(signed, [key], out _)?.IsOf(Content) != true, key.Text);
        }
    }

    [Theory]
    [InlineData("no time", "has no timestamp in its trusted comment")]
    [InlineData("timestamp:", "has no timestamp")]
    [InlineData("timestamp:-1", "has no timestamp")]
    [InlineData("timestamp: 1", "has no timestamp")]
    [InlineData("timestamp:99999999999999999999", "has no timestamp")]
    [InlineData("timestamp:999999999999", "has no timestamp")]
    [InlineData("timestamp:1\ttimestamp:2", "has no timestamp")]
    [InlineData("file:responses.json", "has no timestamp")]
    public void CommentWithoutATime_IsRefused(string comment, string words) =>
        Assert.Contains(words, Problem(minisign.SignatureOf(Content, "responses.json", comment: comment)),
            StringComparison.Ordinal);

    [Fact]
    public void WordsOfTheSigner_MayStandBehindTheTime()
    {
        var signature = Read(minisign.SignatureOf(Content, "responses.json", comment: "timestamp:86400\tAnna, Ben"));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddDays(1), signature.Made);
        Assert.Null(signature.File);
    }

    [Fact]
    public void KeyOfAnother_IsNamed()
    {
        using var other = new Minisign();
        Assert.StartsWith($"is by the key {other.Key.Id}, but signed_by has {minisign.Key.Id};",
            Problem(other.SignatureOf(Content, "responses.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void OldKind_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("responses.json", Encoding.UTF8.GetString(Content));
        minisign.Sign(file, "-l");
        Assert.Equal("is a legacy signature; sign without -l", Problem(File.ReadAllBytes(file + ".minisig")));
    }

    [Fact]
    public void AnyBytes_AreRefusedWithoutAnException()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            Problem(bytes);
            Sha256Sums.Parse(bytes, out var problem);
            Assert.True(bytes.Length == 0 || problem is not null);
        }

        Problem(new byte[MinisignSignature.MaxBytes + 1]);
    }

    /// <summary>The form and the key id are right; only the numbers are wrong.</summary>
    [Fact]
    public void AnyNumbers_AreRefusedWithoutAnException()
    {
        var random = new Random(2);
        var lines = Encoding.UTF8.GetString(minisign.SignatureOf(Content, "responses.json")).Split('\n');
        for (var i = 0; i < 500; i++)
        {
            var signature = Convert.FromBase64String(lines[1]);
            var overBoth = new byte[64];
            random.NextBytes(signature.AsSpan(10));
            random.NextBytes(overBoth);
            // Some of the numbers are very small or very large.
            if (i % 4 == 1)
                signature.AsSpan(10, 32).Fill((byte)(i % 8 == 1 ? 0 : 255));
            if (i % 4 == 2)
                overBoth.AsSpan(32).Fill((byte)(i % 8 == 2 ? 0 : 255));
            (lines[1], lines[3]) = (Convert.ToBase64String(signature), Convert.ToBase64String(overBoth));
            Assert.Contains("was changed after it was signed",
                Problem(Encoding.UTF8.GetBytes(string.Join('\n', lines))), StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// Returns copies with one change: each bit flipped, each byte removed, something inserted before it, or the file
    /// cut off there; and some with more at the end.
    /// </summary>
    internal static IEnumerable<(int At, byte[] Changed)> Changes(byte[] good)
    {
        for (var at = 0; at < good.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var turned = good.ToArray();
                turned[at] ^= (byte)(1 << bit);
                yield return (at, turned);
            }

            yield return (at, [.. good[..at], .. good[(at + 1)..]]);
            yield return (at, [.. good[..at], (byte)' ', .. good[at..]]);
            yield return (at, [.. good[..at], (byte)'\n', .. good[at..]]);
            yield return (at, good[..at]);
        }

        yield return (good.Length, [.. good, (byte)'\n']);
        yield return (good.Length, [.. good, .. good]);
    }

    private MinisignSignature Read(byte[] text)
    {
        var signature = MinisignSignature.Read(text, [minisign.Key], out var problem);
        Assert.Null(problem);
        return signature!;
    }

    private string Problem(byte[] text)
    {
        Assert.Null(MinisignSignature.Read(text, [minisign.Key], out var problem));
        return problem!;
    }
}
