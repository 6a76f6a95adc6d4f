using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MailResponder.Tests;

/// <summary>
/// Traces that would betray a requester or a message: the text itself, in any case or encoding, and digests that anyone
/// can compute. Searches for those of thousands of people in one pass.
/// </summary>
internal sealed class Traces
{
    // A trace is found by its first bytes, and then compared as a whole.
    private const int Key = sizeof(ulong);

    private readonly Dictionary<ulong, List<byte[]>> _exact = [];
    private readonly Dictionary<ulong, List<byte[]>> _folded = [];

    // The first two bytes that traces begin with. Most places in a database's files need no further check.
    private readonly bool[] _begins = new bool[1 << 16];

    private Traces()
    {
    }

    /// <summary>
    /// Returns the traces of people: their full addresses, and the local parts alone, which must have at least eight
    /// characters.
    /// </summary>
    public static Traces Of(params IEnumerable<string> addresses)
    {
        var traces = new Traces();
        foreach (var address in addresses)
        {
            traces.Add(address);
            traces.Add(address[..address.LastIndexOf('@')]);
        }

        return traces;
    }

    /// <summary>Adds the traces of a message: a phrase that occurs in no other message.</summary>
    public Traces And(string phrase)
    {
        Add(phrase);
        return this;
    }

    /// <summary>Fails if the content holds a trace.</summary>
    public void AssertNoneIn(string where, ReadOnlySpan<byte> content)
    {
        if (FindIn(content) is { } trace) Assert.Fail($"{where} holds {Encoding.UTF8.GetString(trace)}");
    }

    public void AssertNoneIn(string where, string content) => AssertNoneIn(where, Encoding.UTF8.GetBytes(content));

    /// <summary>Fails if the name or the content of a file below the folder holds a trace.</summary>
    /// <param name="folder">The folder. Sockets and pipes in it have no content.</param>
    /// <param name="mayName">Whether a file may hold traces, as the replies themselves do.</param>
    public void AssertNoneInFilesOf(string folder, Func<string, bool>? mayName = null)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (mayName?.Invoke(file) == true) continue;
            AssertNoneIn("the name of a file", file);
            AssertNoneIn(file, ContentOf(file));
        }
    }

    /// <summary>Fails if a file that was written next to the temporary folders since then holds a trace.</summary>
    public void AssertNoneInTemporaryFilesSince(DateTime started)
    {
        foreach (var folder in (string[])["/tmp", "/var/tmp", "/dev/shm"])
        {
            foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
            {
                if (File.GetLastWriteTimeUtc(file) < started
                    || new FileInfo(file) is not { Exists: true, LinkTarget: null, Length: < 100_000_000 }) continue;
                AssertNoneIn("the name of a file", file);
                AssertNoneIn(file, ContentOf(file));
            }
        }
    }

    private byte[]? FindIn(ReadOnlySpan<byte> content)
    {
        if (FindIn(content, _exact) is { } trace) return trace;
        // Searched in lower case too: one part of an address may have been folded and the other not.
        var lower = content.ToArray();
        foreach (ref var b in lower.AsSpan())
            if (b is >= (byte)'A' and <= (byte)'Z') b += 32;
        return FindIn(lower, _folded);
    }

    private byte[]? FindIn(ReadOnlySpan<byte> content, Dictionary<ulong, List<byte[]>> traces)
    {
        for (var at = 0; at + Key <= content.Length; at++)
        {
            if (content[at] == 0 && content[at..].IndexOfAnyExcept((byte)0) is var zeros && zeros is < 0 or > 2 * Key)
            {
                // A trace may begin with a zero byte, but not with that many.
                if (zeros < 0) break;
                at += zeros - Key;
            }

            if (!_begins[BinaryPrimitives.ReadUInt16LittleEndian(content[at..])]) continue;
            if (!traces.TryGetValue(BinaryPrimitives.ReadUInt64LittleEndian(content[at..]), out var alike)) continue;
            foreach (var trace in alike)
                if (content[at..].StartsWith(trace)) return trace;
        }

        return null;
    }

    private void Add(string text)
    {
        foreach (var form in (string[])[text, text.ToLowerInvariant(), text.ToUpperInvariant()])
            foreach (var trace in FormsOf(form)) Add(_exact, trace);
        foreach (var trace in ClearFormsOf(text.ToLowerInvariant())) Add(_folded, trace);
    }

    private void Add(Dictionary<ulong, List<byte[]>> traces, byte[] trace)
    {
        _begins[BinaryPrimitives.ReadUInt16LittleEndian(trace)] = true;
        Assert.True(trace.Length >= Key, $"a trace of only {trace.Length} bytes would be found everywhere");
        ref var alike = ref CollectionsMarshal.GetValueRefOrAddDefault(
            traces, BinaryPrimitives.ReadUInt64LittleEndian(trace), out _);
        alike ??= new List<byte[]>(1);
        if (!alike.Exists(known => known.AsSpan().SequenceEqual(trace))) alike.Add(trace);
    }

    private static IEnumerable<byte[]> ClearFormsOf(string text)
    {
        yield return Encoding.UTF8.GetBytes(text);
        yield return Encoding.Unicode.GetBytes(text);
        yield return Encoding.UTF8.GetBytes(Uri.EscapeDataString(text).ToLowerInvariant());
    }

    [SuppressMessage("Security", "CA5350", Justification = "Looks for weak digests that others might have written.")]
    [SuppressMessage("Security", "CA5351", Justification = "Looks for weak digests that others might have written.")]
    private static IEnumerable<byte[]> FormsOf(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        yield return plain;
        yield return Encoding.Unicode.GetBytes(text);
        yield return Encoding.UTF8.GetBytes(Uri.EscapeDataString(text));
        foreach (var form in TextForms(plain)) yield return form;
        foreach (var digest in (byte[][])[SHA256.HashData(plain), SHA1.HashData(plain), MD5.HashData(plain),
            SHA512.HashData(plain)])
        {
            yield return digest;
            foreach (var form in TextForms(digest)) yield return form;
        }
    }

    private static IEnumerable<byte[]> TextForms(byte[] bytes)
    {
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(bytes));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));
        // Base64 of a longer text contains one of three forms, depending on where the trace begins in it. The
        // characters at the edges, which hold bits of the neighboring bytes, are left out.
        for (var offset = 0; offset < 3; offset++)
        {
            var form = Convert.ToBase64String([.. new byte[offset], .. bytes])[(offset == 0 ? 0 : 4)..^4];
            if (form.Length >= Key) yield return Encoding.ASCII.GetBytes(form);
        }
    }

    private static byte[] ContentOf(string file)
    {
        try
        {
            // A pipe would block until another process writes to it.
            if (new FileInfo(file).Length == 0) return [];
            using var stream = new FileStream(
                file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!stream.CanSeek) return [];
            var content = new byte[stream.Length];
            return content[..stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // A socket, or another program's temporary file that was deleted meanwhile.
            return [];
        }
    }
}
