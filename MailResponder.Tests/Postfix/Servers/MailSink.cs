using System.Diagnostics;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Stands for all mail servers on the internet. It keeps the mail it receives, one file per mail, with the envelope
/// first (smtp-sink(1)).
/// </summary>
internal sealed class MailSink : IDisposable
{
    private readonly string _folder;
    private readonly Process _process;

    /// <param name="folder">A folder to which the user <paramref name="user"/> may write.</param>
    /// <param name="user">The user to run as; smtp-sink refuses to run as root.</param>
    public MailSink(string folder, string user)
    {
        _folder = folder;
        _process = Process.Start("smtp-sink",
            ["-u", user, "-d", Path.Combine(folder, "%Y%m%d%H%M%S."), $"127.0.0.1:{Port}", "100"]);
    }

    public int Port { get; } = Loopback.FreePort();

    /// <summary>
    /// All mail received: lines X-Mail-Args and X-Rcpt-Args with the envelope, then the mail as received.
    /// </summary>
    public IReadOnlyList<string> Mails => [.. Directory.GetFiles(_folder).Select(File.ReadAllText)];

    public IReadOnlyList<string> MailsTo(string recipient) =>
        [.. Mails.Where(mail => mail.Contains($"X-Rcpt-Args: <{recipient}>", StringComparison.OrdinalIgnoreCase))];

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
