using MailResponder.Files;

namespace MailResponder.Logs;

/// <summary>
/// The messages in Postfix's queue: files that are counted and never opened, because they name who wrote. postqueue(1)
/// opens each, which takes long in a long queue.
/// </summary>
internal static class PostfixQueue
{
    /// <summary>Where messages wait until somebody releases them.</summary>
    public const string Held = "hold";

    /// <summary>Where pickup(8) and qmgr(8) take messages from.</summary>
    public static readonly string[] Delivered = ["maildrop", "incoming", "active", "deferred"];

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    /// <summary>How many messages wait in each of its folders, empty ones left out.</summary>
    /// <exception cref="ResponderException">
    /// There is no Postfix, it does not say where its queue is, or this user may not look into it (root may).
    /// </exception>
    public static OrderedDictionary<string, long> CountByName()
    {
        var postconf = new HostPrograms(MaxWait).Run("postconf", ["-h", "queue_directory"]);
        if (!postconf.Succeeded)
            throw new ResponderException(Cause.Unexpected, "postconf " + postconf.Complaint);
        var queue = postconf.Output.Trim();
        try
        {
            return new OrderedDictionary<string, long>(Delivered.Append(Held)
                .Select(folder => KeyValuePair.Create(folder, (long)MessagesIn(queue, folder).Count))
                .Where(counted => counted.Value > 0));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ResponderException(Cause.Unexpected, $"only root may count the messages in {queue}", exception);
        }
    }

    /// <summary>The messages in one of its folders. A missing folder has none.</summary>
    /// <exception cref="UnauthorizedAccessException">This user may not look into the folder.</exception>
    public static List<FileInfo> MessagesIn(string queue, string folder)
    {
        var found = new List<FileInfo>();
        try
        {
            found.AddRange(
                new DirectoryInfo(Path.Join(queue, folder)).EnumerateFiles("*", SearchOption.AllDirectories));
        }
        catch (IOException)
        {
            // Deferred mail lies in folders by the first letter of its id, and such a folder may go meanwhile.
        }

        return found;
    }
}
