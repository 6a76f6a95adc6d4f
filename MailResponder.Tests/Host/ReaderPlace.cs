using System.Globalization;
using MailResponder.Tests.Program;
using Microsoft.Data.Sqlite;

namespace MailResponder.Tests.Host;

/// <summary>Settings of the user mail_responder for `responder postfix-log`, and a look into its rows.</summary>
internal sealed class ReaderPlace : IDisposable
{
    readonly Workplace place = new();

    public ReaderPlace()
    {
        SQLitePCL.Batteries_V2.Init();
        place.Settings["postfix_log"] = new System.Text.Json.Nodes.JsonObject { ["database"] = Database };
        place.Write();
        Executable.Copy(ResponderProcess.Binary, place.PathTo("responder"));
        place.GiveTo("mail_responder");
    }

    public string Database => place.PathTo("postfix-log/rows.db");

    /// <summary>The reader's command line.</summary>
    public string Reader => $"{place.PathTo("responder")} postfix-log --settings {place.SettingsFile}";

    /// <summary>All the lines of one request that is answered, its queue id these hexadecimal digits.</summary>
    public static void SendRequest(PrivateRsyslogd daemon, int queueId)
    {
        var id = queueId.ToString("X", CultureInfo.InvariantCulture);
        foreach (var line in (string[])
            [
                $"smtpd[5]: {id}: client=mail.freemail.test[198.51.100.7]",
                $"cleanup[6]: {id}: message-id=<1@freemail.test>",
                $"qmgr[7]: {id}: from=<zahra@freemail.test>, size=700, nrcpt=1 (queue active)",
                $"pipe[8]: {id}: to=<get@example.com>, relay=responder, delay=0.01, delays=0/0/0/0.01, dsn=2.0.0, status=sent (delivered via responder service)",
                $"qmgr[7]: {id}: removed",
            ])
            Assert.True(daemon.Send("<22>Nov 22 10:00:00 postfix/" + line));
    }

    public void WaitForRequests(PrivateRsyslogd daemon, long count) =>
        Patience.Until($"{count} requests", () => Number("SELECT count(*) FROM message WHERE requested = 1") == count, () => daemon.Errors);

    /// <summary>0 as long as there are no tables, or a killed reader left its last step for the next one to undo.</summary>
    public long Number(string sql)
    {
        if (!File.Exists(Database)) return 0;
        using var connection = new SqliteConnection($"Data Source={Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        try
        {
            return (long)command.ExecuteScalar()!;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is 1 or 8)
        {
            return 0;
        }
    }

    /// <summary>Keeps everybody else from writing until it is disposed of.</summary>
    public IDisposable Hold()
    {
        var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        connection.BeginTransaction(deferred: false);
        return connection;
    }

    /// <summary>Kills the reader as the kernel would that has no memory left. False when none runs.</summary>
    public bool KillReader()
    {
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id) || CommandLine(id) is not { } line || !line.StartsWith(place.PathTo("responder") + "\0", StringComparison.Ordinal))
                continue;
            ToolRun.Of("kill", "-9", $"{id}").AssertDone();
            return true;
        }

        return false;
    }

    public void Dispose() => place.Dispose();

    static string? CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
