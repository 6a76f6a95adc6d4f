namespace MailResponder.Tests.Host;

/// <summary>Sends each line of a growing Postfix log to rsyslogd, as Postfix itself would with syslog(3).</summary>
internal sealed class LogForwarder : IDisposable
{
    readonly string path;
    readonly PrivateRsyslogd daemon;
    readonly Thread thread;
    volatile bool isDone;

    public LogForwarder(string path, PrivateRsyslogd daemon)
    {
        this.path = path;
        this.daemon = daemon;
        thread = new Thread(Forward) { IsBackground = true };
        thread.Start();
    }

    /// <summary>Returns when all that is in the file has been sent.</summary>
    public void Dispose()
    {
        isDone = true;
        thread.Join();
    }

    void Forward()
    {
        while (!File.Exists(path)) Thread.Sleep(5);
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var line = "";
        while (true)
        {
            var last = isDone;
            for (var next = reader.Read(); next >= 0; next = reader.Read())
            {
                if (next != '\n')
                {
                    line += (char)next;
                    continue;
                }

                // "Nov 22 10:00:00 HOST postfix/…": syslog(3) names no host.
                daemon.Send("<22>" + line[..16] + line[(line.IndexOf(' ', 16) + 1)..]);
                line = "";
            }

            if (last) return;
            Thread.Sleep(5);
        }
    }
}
