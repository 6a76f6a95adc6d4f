using System.Diagnostics;
using System.Text.Json.Nodes;

namespace MailResponder.Tests.Program;

/// <summary>A reply as Python's email package reads it (see read_mail.py).</summary>
internal sealed record ReadMail(JsonNode Description)
{
    public string[] Defects => Texts("defects");

    /// <summary>The type of every part, containers too, in order.</summary>
    public string[] Types => Texts("types");

    public bool IsSignedByUs => Description["dkim"]?.GetValue<bool>() == true;

    public int LongestLine => Description["longest"]!.GetValue<int>();

    public bool IsAscii => Description["ascii"]!.GetValue<bool>();

    public JsonArray Parts => Description["parts"]!.AsArray();

    public string? this[string header] => Description["headers"]![header]?.GetValue<string>();

    public static IReadOnlyList<ReadMail> All(IEnumerable<string> files) => All(files, Workplace.DkimPublicKey);

    /// <param name="files">One mail each.</param>
    /// <param name="publicKey">Of the key that is to have signed them, as it stands in DNS behind <c>p=</c>.</param>
    public static IReadOnlyList<ReadMail> All(IEnumerable<string> files, string publicKey) =>
        files.Any() ? Python([publicKey, .. files]) : [];

    public static IReadOnlyList<ReadMail> Mbox(string file) => Python([Workplace.DkimPublicKey, "--mbox", file]);

    public byte[] Content(string type) => Convert.FromBase64String(
        Parts.Single(part => part!["type"]!.GetValue<string>() == type)!["content"]!.GetValue<string>());

    public byte[] File(string name) => Convert.FromBase64String(
        Parts.Single(part => part!["filename"]?.GetValue<string>() == name)!["content"]!.GetValue<string>());

    string[] Texts(string name) => [.. Description[name]!.AsArray().Select(node => node!.GetValue<string>())];

    static IReadOnlyList<ReadMail> Python(string[] arguments)
    {
        // Debian's Python, which has Debian's python3-dkim; another one may come first in PATH.
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Repository.PathTo("MailResponder.Tests", "Program", "read_mail.py"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var python = Process.Start(start)!;
        var errors = python.StandardError.ReadToEndAsync();
        var json = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors.GetAwaiter().GetResult());
        return [.. JsonNode.Parse(json)!.AsArray().Select(mail => new ReadMail(mail!))];
    }
}
