using MailResponder.Book;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The bucket with the response book, and how old its copy on this host is.</summary>
internal static class S3Checks
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Late = TimeSpan.FromHours(3);
    private static readonly TimeSpan Stale = TimeSpan.FromHours(24);

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings) =>
        settings.S3 is { } s3 ? [.. Reach(host, s3), .. LastPull(host, settings)] : [];

    private static Check Reach(Host host, S3Settings s3)
    {
        var (check, folder) = (new Check("s3"), Directory.CreateTempSubdirectory("responder-doctor-"));
        try
        {
            using var bucket = new Bucket(s3, new Deadline(host.Clock, MaxWait));
            bucket.Fetch(s3.BookBucket, s3.BookKey, null, Path.Join(folder.FullName, "book"));
            return check.Ok($"s3://{s3.BookBucket}/{s3.BookKey} can be read");
        }
        catch (ResponderException exception)
        {
            return check.Fault(exception.Message, "see docs/s3.md; then: responder config pull --check-only");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Check LastPull(Host host, ResponderSettings settings)
    {
        const string remedy =
            "look at /etc/cron.d/mail_responder and cron's mail; now: sudo -u mail_responder responder config pull";
        var check = new Check("s3-pull");
        if (PullState.LastRefusal(settings.FilesRoot) is { } refusal)
            return check.Fault($"the last pull was refused, {(host.Now - refusal.Time).InWords()} ago: {refusal.Fault}",
                "follow what it says; then: sudo -u mail_responder responder config pull");
        if (PullState.LastSaved(settings.FilesRoot) is not { } saved)
            return check.Fault("nothing was ever pulled to " + settings.FilesRoot, remedy);
        var age = host.Now - saved;
        return age > Stale ? check.Fault($"the last good pull was {age.InWords()} ago", remedy)
            : age > Late ? check.Warning($"the last good pull was {age.InWords()} ago; it is due each hour", remedy)
            : check.Ok(age.InWords() + " ago");
    }
}
