using System.Globalization;
using MailResponder.Settings;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Book.Signature;

/// <summary>A key made by the real minisign, without a password, and signatures with it.</summary>
public sealed class Minisign : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Minisign()
    {
        ToolRun.Of("minisign", "-G", "-W", "-p", _folder.PathTo("pub"), "-s", _folder.PathTo("key")).AssertDone();
        PublicKey = File.ReadAllLines(_folder.PathTo("pub"))[1];
    }

    /// <summary>The public key in the form used in the settings.</summary>
    public string PublicKey { get; }

    internal PublicKey Key => MailResponder.Settings.PublicKey.Parse(PublicKey)!;

    /// <summary>Signs a file. The signature is written next to it.</summary>
    public void Sign(string file, params string[] more) =>
        ToolRun.Of("minisign", ["-S", "-s", _folder.PathTo("key"), .. more, "-m", file]).AssertDone();

    /// <summary>Signs a file with another time.</summary>
    public void Sign(string file, DateTimeOffset time) => Sign(file, "-t", Comment(Path.GetFileName(file), time));

    /// <summary>Returns the signature of a content under a file name.</summary>
    public byte[] SignatureOf(byte[] content, string name, DateTimeOffset? time = null, string? comment = null)
    {
        var file = _folder.PathTo(name);
        File.WriteAllBytes(file, content);
        Sign(file, comment is not null ? ["-t", comment] : time is { } at ? ["-t", Comment(name, at)] : []);
        return File.ReadAllBytes(file + ".minisig");
    }

    public void Dispose() => _folder.Dispose();

    private static string Comment(string name, DateTimeOffset time) => string.Create(
        CultureInfo.InvariantCulture, $"timestamp:{time.ToUnixTimeSeconds()}\tfile:{name}\thashed");
}
