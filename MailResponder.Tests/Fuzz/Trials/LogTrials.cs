using System.Text;
using MailResponder.Logs;
using MailResponder.PostfixLog;

namespace MailResponder.Tests.Fuzz;

/// <summary>What the readers of logs promise for any line.</summary>
internal static class LogTrials
{
    private static readonly DateTimeOffset Now = FixedClock.Start;

    public static void Event(byte[] input)
    {
        if (MessageEvent.Read(input) is not { } read)
            return;
        Assert.True(read is { Ms: >= 0, Replies: >= 0, Address.Length: > 0 }
            && Enum.IsDefined(read.Result) && !read.Receipts.Contains(null!), "a whole event");
    }

    public static void PostfixLine(byte[] input)
    {
        if (!SyslogLine.TryParse(Encoding.Latin1.GetString(input), Now, out var line))
            return;
        if (PostfixText.TryStatus(line.Text, out var status, out var delay))
            Assert.True(delay >= 0 && !status.Contains('@'), "a status, and no address");
    }

    /// <summary>Returns a trial with a database, which is emptied from time to time so that it stays small.</summary>
    public static Action<byte[]> PostfixLog()
    {
        var folder = new TemporaryFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        folder.Write("responses.json",
            """[ { "email_addr": "get@example.com", "body": "Links\n", "attachments": null } ]""");
        var settings = TestSettings.In(folder.Path);
        var database = PostfixLogDatabase.Open(folder.PathTo("rows.db"));
        var follower = new PostfixLogFollower(database, settings, new FixedClock());
        var lines = 0;
        database.Run("BEGIN");
        return input =>
        {
            follower.ReadMail(input);
            follower.ReadEvent(input);
            if (++lines % 2000 != 0)
                return;
            database.Run("DELETE FROM message");
            database.Run("DELETE FROM rejection");
            database.Run("COMMIT");
            database.Run("BEGIN");
        };
    }
}
