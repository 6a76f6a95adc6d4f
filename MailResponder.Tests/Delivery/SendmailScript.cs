namespace MailResponder.Tests.Delivery;

/// <summary>
/// A sendmail program that keeps each mail it accepts. A subject "exit N" makes it refuse with that code, until a file
/// named "mended" exists next to it.
/// </summary>
internal sealed class SendmailScript
{
    private const string Text = """
        #!/bin/sh
        echo "$@" >> "$0.arguments"
        cat > "$0.$$.unfinished"
        code=$(sed -n 's/^Subject: exit //p;/^$/q' "$0.$$.unfinished")
        echo "recipient joe@example.net is none of my business" >&2
        if [ -n "$code" ] && [ ! -e "$(dirname "$0")/mended" ]; then exit "$code"; fi
        mv "$0.$$.unfinished" "$0.$$.mail"

        """;

    private readonly TemporaryFolder _folder;

    public SendmailScript(TemporaryFolder folder, string text = Text)
    {
        _folder = folder;
        Path = folder.PathTo("sendmail");
        Executable.Write(Path, text);
    }

    public string Path { get; }

    public string Arguments => File.ReadAllText(Path + ".arguments");

    public List<string> Mails => [.. Directory.GetFiles(_folder.Path, "sendmail.*.mail").Select(File.ReadAllText)];

    public void Mend() => _folder.Write("mended", "");
}
