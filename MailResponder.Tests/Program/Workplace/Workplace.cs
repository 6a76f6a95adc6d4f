using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MailResponder.Native;

namespace MailResponder.Tests.Program;

/// <summary>
/// A folder with everything the program needs to answer: settings, response book, an attachment, a DKIM key and a
/// syslog socket. A test changes <see cref="Settings"/> and <see cref="Book"/>, and then calls <see cref="Write"/>.
/// </summary>
internal sealed class Workplace : IDisposable
{
    private static readonly Lazy<RSA> DkimKey = new(() => RSA.Create(2048));

    public Workplace()
    {
        Folder = Directory.CreateTempSubdirectory("responder-").FullName;
        Log = new SyslogSocket(PathTo("log"));
        Directory.CreateDirectory(PathTo("files/tools"));
        Directory.CreateDirectory(PathTo("outbox"));
        Attachment = [.. Enumerable.Range(0, 70_000).Select(i => (byte)(i * 7 + i / 256))];
        File.WriteAllBytes(PathTo("files/tools/tool.zip"), Attachment);
        WriteSecret("dkim.key", DkimKey.Value.ExportRSAPrivateKeyPem());
        Settings = JsonNode.Parse("""
            {
              "response_from": "Example Tools <get-help@example.com>",
              "bounce_address": "bounces@example.com",
              "own_domains": ["example.com"],
              "response_book": "responses.json",
              "files_root": "files",
              "address_key_file": "address.key",
              "database": { "sqlite": "responder.db" },
              "outbox": "outbox",
              "send_method": "outbox",
              "dkim": { "domain": "example.com", "selector": "mail", "key_file": "dkim.key" },
              "limits": { "domain_per_minute": 0, "domain_per_day": 0 },
              "postfix_log": { "database": "postfix-log/rows.db" },
              "syslog_socket": "log"
            }
            """)!.AsObject();
        Book = JsonNode.Parse("""
            [
              { "email_addr": "get@example.com", "body": "Links: https://example.com/tools\n", "attachments": null },
              { "email_addr": "get@example.com",
                "body": [["plain", "The tool is attached.\n"], ["html", "<p>The tool is attached.</p>\n"]],
                "attachments": [["tools", "tool.zip", "tool.zip"]] },
              { "email_addr": "links@example.com", "body": "Links: https://example.com/tools\n", "attachments": null },
              { "email_addr": "fa@example.com",
                "body": [["plain", "پیوندها: https://example.com/ابزار\n"], ["html", "<p dir=\"rtl\">پیوندها</p>\n"]],
                "attachments": [["tools", "tool.zip", "ابزار.zip"]] }
            ]
            """)!.AsArray();
        Write();
    }

    public string Folder { get; }

    public JsonObject Settings { get; }

    public JsonArray Book { get; }

    public SyslogSocket Log { get; }

    public byte[] Attachment { get; }

    /// <summary>The p= value of the DNS record that verifies the replies.</summary>
    public static string DkimPublicKey => Convert.ToBase64String(DkimKey.Value.ExportSubjectPublicKeyInfo());

    public string SettingsFile => PathTo("settings.json");

    /// <summary>The replies sent so far, complete files only, oldest first.</summary>
    public IReadOnlyList<string> Outbox => RepliesIn("outbox");

    public string PathTo(string name) => Path.Combine(Folder, name);

    public IReadOnlyList<string> RepliesIn(string folder) =>
        Directory.Exists(PathTo(folder))
            ? [.. Directory.GetFiles(PathTo(folder), "*.eml").OrderBy(File.GetLastWriteTimeUtc)]
            : [];

    public void Write()
    {
        Replace(SettingsFile, Settings.ToJsonString());
        Replace(PathTo("responses.json"), Book.ToJsonString());
    }

    /// <summary>
    /// Replaces a file by one rename, and keeps its owner and mode. Postfix may start the responder at any moment, and
    /// a process that read half of the settings would log to another place.
    /// </summary>
    private static void Replace(string path, string text)
    {
        if (!File.Exists(path) || File.ResolveLinkTarget(path, returnFinalTarget: false) is not null)
        {
            File.WriteAllText(path, text);
            return;
        }

        var unfinished = path + ".unfinished";
        File.WriteAllText(unfinished, text);
        FileStatus.TryRead(path, out var old);
        FileSystem.ChangeOwner(unfinished, old.Owner, old.Group);
        File.SetUnixFileMode(unfinished, File.GetUnixFileMode(path));
        File.Move(unfinished, path, overwrite: true);
    }

    public void WriteSecret(string name, string text)
    {
        File.WriteAllText(PathTo(name), text);
        File.SetUnixFileMode(PathTo(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Sends replies through a shell script instead of the outbox. The script's folder is $here.</summary>
    public void SendThrough(string script)
    {
        Executable.Write(PathTo("sendmail"), $"#!/bin/sh\nhere='{Folder}'\n{script}\n");
        Settings["send_method"] = "sendmail";
        Settings["sendmail"] = PathTo("sendmail");
        Write();
    }

    /// <summary>
    /// Runs the filter on a request to get@example.com, or to the recipient that <paramref name="more"/> names.
    /// </summary>
    public ProgramRun Filter(RequestMail mail, params string[] more) => Filter(mail.ToBytes(), more);

    public ProgramRun Filter(byte[] mail, params string[] more) => FilterUnder(ResponderProcess.Plainly, mail, more);

    public ProgramRun FilterUnder(string how, byte[] mail, params string[] more) =>
        ResponderProcess.Run(how, mail, FilterArguments(more));

    public ResponderProcess StartFilter(params string[] more) =>
        ResponderProcess.Start(ResponderProcess.Plainly, FilterArguments(more));

    /// <summary>Runs a command other than the filter, with this workplace's settings.</summary>
    public ProgramRun Command(params string[] arguments) =>
        ResponderProcess.Run(ResponderProcess.Plainly, [], [.. arguments, "--settings", SettingsFile]);

    /// <summary>
    /// Gives everything to another user, who can then have fewer permissions than root. Files that the user already
    /// owns are left alone: a file counts as changed even if its owner is set to the same user.
    /// </summary>
    public void GiveTo(string user)
    {
        using var chown = Process.Start(
            "find", [Folder, "!", "-user", user, "-exec", "chown", "--no-dereference", $"{user}:", "{}", "+"]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }

    public void Dispose()
    {
        Log.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private string[] FilterArguments(string[] more)
    {
        string[] recipient = more.Contains("--recipient") ? [] : ["--recipient", "get@example.com"];
        return ["--settings", SettingsFile, .. recipient, "--queue-id", "4bXyz", .. more];
    }
}
