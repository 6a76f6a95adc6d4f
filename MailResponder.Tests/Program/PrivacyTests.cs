using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MailResponder.Tests.Program;

/// <summary>Whatever happens to a request, nothing that is written tells whose it was, except the reply itself.</summary>
public sealed class PrivacyTests
{
    [Fact]
    public void RequesterAddress_IsWrittenNowhereButInTheReplies()
    {
        using var place = new Workplace();
        var started = DateTime.UtcNow;
        var token = Guid.NewGuid().ToString("N");
        var request = new RequestMail($"Zahra.{token}+News@Freemail.test");
        var output = LiveThroughEverything(place, request);

        byte[][] traces = [.. AddressForms($"Zahra.{token}+News@Freemail.test", $"Zahra.{token}@Freemail.test").SelectMany(TracesOf)];
        AssertNoTrace(traces, "standard output and error", Encoding.UTF8.GetBytes(output));
        AssertNoTrace(traces, "syslog", Encoding.UTF8.GetBytes(string.Join('\n', place.Log.Lines)));
        foreach (var file in FilesOf(place).Concat(TemporaryFilesSince(started)))
        {
            AssertNoTrace(traces, "the name of a file", Encoding.UTF8.GetBytes(file));
            AssertNoTrace(traces, file, ReadShared(file));
        }
        // The search itself finds what is there to be found.
        Assert.ThrowsAny<Exception>(() => AssertNoTrace(traces, "a reply", File.ReadAllBytes(place.Outbox[0])));
    }

    static string LiveThroughEverything(Workplace place, RequestMail request)
    {
        var output = new StringBuilder();
        void Run(ProgramRun run) => output.Append(run.OutputText).Append(run.Errors);
        void Filter(RequestMail mail, params string[] more) => Run(place.Filter(mail, ["--sender", request.From, .. more]));

        File.Move(place.PathTo("files/tools/tool.zip"), place.PathTo("away"));
        Filter(request);
        File.Move(place.PathTo("away"), place.PathTo("files/tools/tool.zip"));
        Filter(request);
        for (var i = 0; i < 4; i++) Filter(request.Again());
        Filter(request.Again(), "--log-to", "stderr");
        Filter(request.Again(), "--recipient", request.From);
        Filter(request.Again() with { MoreHeaders = "Auto-Submitted: auto-replied\r\n" });
        Filter(request.Again() with { To = request.From }, "--log-to", "stderr");
        Filter(new RequestMail(request.From + ", " + request.From));
        Run(place.Command("blacklist", "check", request.From.ToLowerInvariant()) with { Output = [] });
        Run(place.Command("blacklist", "block", request.From) with { Output = [] });
        Filter(request.Again());
        place.Settings["send_method"] = "sendmail";
        place.Settings["sendmail"] = "/nonexistent/sendmail";
        place.Write();
        Run(place.Command("blacklist", "remove", request.From) with { Output = [] });
        Run(place.Command("blacklist", "reset"));
        Filter(request.Again());
        Run(place.Command("blacklist", "show"));
        return output.ToString();
    }

    static IEnumerable<string> AddressForms(params string[] addresses) =>
        addresses.SelectMany(address => new[] { address, address.ToLowerInvariant() }).Distinct();

    /// <summary>The bytes that would betray <paramref name="address"/>: itself, encodings, digests anyone can repeat.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Looks for weak digests that others might have written.")]
    [SuppressMessage("Security", "CA5351", Justification = "Looks for weak digests that others might have written.")]
    static IEnumerable<byte[]> TracesOf(string address)
    {
        var plain = Encoding.UTF8.GetBytes(address);
        yield return plain;
        yield return Encoding.Unicode.GetBytes(address);
        yield return Encoding.UTF8.GetBytes(Uri.EscapeDataString(address));
        foreach (var digest in (byte[][])[SHA256.HashData(plain), SHA1.HashData(plain), MD5.HashData(plain), SHA512.HashData(plain)])
        {
            yield return digest;
            foreach (var text in TextForms(digest)) yield return text;
        }
        foreach (var text in TextForms(plain)) yield return text;
    }

    static IEnumerable<byte[]> TextForms(byte[] bytes)
    {
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(bytes));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));
        // Base64 of a longer text contains one of three forms, according to where the address begins in it; the
        // characters at its edges, which hold bits of its neighbours, are left out.
        for (var offset = 0; offset < 3; offset++)
            yield return Encoding.ASCII.GetBytes(Convert.ToBase64String([.. new byte[offset], .. bytes])[4..^4]);
    }

    static void AssertNoTrace(byte[][] traces, string where, byte[] content)
    {
        // Lower-case too: a part of an address may have been folded and the other not.
        var folded = Array.ConvertAll(content, b => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b + 32) : b);
        foreach (var trace in traces)
            Assert.True(
                content.AsSpan().IndexOf(trace) < 0 && folded.AsSpan().IndexOf(trace) < 0,
                $"{where} holds {Encoding.UTF8.GetString(trace)}");
    }

    static IEnumerable<string> FilesOf(Workplace place) =>
        Directory.EnumerateFiles(place.Folder, "*", SearchOption.AllDirectories)
            .Where(file => file != place.PathTo("log") && !place.Outbox.Contains(file));

    static IEnumerable<string> TemporaryFilesSince(DateTime started)
    {
        foreach (var folder in (string[])["/tmp", "/var/tmp", "/dev/shm"])
            foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
                if (File.GetLastWriteTimeUtc(file) >= started && new FileInfo(file) is { LinkTarget: null, Length: > 0 and < 100_000_000 })
                    yield return file;
    }

    static byte[] ReadShared(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (IOException)
        {
            // Another program's temporary file that has gone meanwhile.
            return [];
        }
    }
}
