using System.Diagnostics;
using System.Text.Json.Nodes;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Mail;

/// <summary>A reply as Python's email package reads it (see read_mail.py).</summary>
internal sealed record ReadMail(JsonNode Description)
{
    public string[] Defects => Texts("defects");

    /// <summary>The content type of every part, including containers, in order.</summary>
    public string[] Types => Texts("types");

    public bool IsSignedByUs => Description["dkim"]?.GetValue<bool>() == true;

    public int LongestLine => Description["longest"]!.GetValue<int>();

    public bool IsAscii => Description["ascii"]!.GetValue<bool>();

    public JsonArray Parts => Description["parts"]!.AsArray();

    public string? this[string header] => Description["headers"]![header]?.GetValue<string>();

    public static IReadOnlyList<ReadMail> All(IEnumerable<string> files) => All(files, Workplace.DkimPublicKey);

    /// <param name="files">The files, with one mail each.</param>
    /// <param name="publicKey">The public key that must have signed them, as in DNS after <c>p=</c>.</param>
    public static IReadOnlyList<ReadMail> All(IEnumerable<string> files, string publicKey) =>
        files.Any() ? Described([Record(publicKey), .. files]) : [];

    public static IReadOnlyList<ReadMail> Mbox(string file) =>
        Described([Record(Workplace.DkimPublicKey), "--mbox", file]);

    /// <summary>Returns the facts about a mail, including defects, one per line, in the order of the script.</summary>
    /// <param name="mail">The whole mail.</param>
    /// <param name="dnsRecord">The TXT record of its signature; null for an unsigned mail.</param>
    public static string Facts(byte[] mail, string? dnsRecord) => OfFile(mail, dnsRecord ?? "", "--facts");

    /// <summary>Returns whether dkimpy and OpenDKIM accept the signature; they must agree.</summary>
    public static bool IsSigned(byte[] mail, string publicKey)
    {
        var verdicts = OfFile(mail, Record(publicKey), "--judges").Trim().Split(' ');
        Assert.Equal(verdicts[0], verdicts[1]);
        return verdicts[0] == "valid";
    }

    public byte[] Content(string type) => Convert.FromBase64String(
        Parts.Single(part => part!["type"]!.GetValue<string>() == type)!["content"]!.GetValue<string>());

    public byte[] Attachment(string name) => Convert.FromBase64String(
        Parts.Single(part => part!["filename"]?.GetValue<string>() == name)!["content"]!.GetValue<string>());

    private string[] Texts(string name) => [.. Description[name]!.AsArray().Select(node => node!.GetValue<string>())];

    private static string Record(string publicKey) => "v=DKIM1; k=rsa; p=" + publicKey;

    private static IReadOnlyList<ReadMail> Described(string[] arguments) =>
        [.. JsonNode.Parse(Python(arguments))!.AsArray().Select(mail => new ReadMail(mail!))];

    private static string OfFile(byte[] mail, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "mail.eml");
        File.WriteAllBytes(file, mail);
        return Python([.. arguments, file]);
    }

    private static string Python(string[] arguments)
    {
        // Debian's Python, which finds Debian's python3-dkim. PATH may name another Python first.
        var script = Repository.PathTo("MailResponder.Tests", "Mail", "read_mail.py");
        var start = new ProcessStartInfo("/usr/bin/python3", [script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var python = Process.Start(start)!;
        var errors = python.StandardError.ReadToEndAsync();
        var output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, $"{script}: {errors.Result} (run.sh installs what is missing)");
        return output;
    }
}
