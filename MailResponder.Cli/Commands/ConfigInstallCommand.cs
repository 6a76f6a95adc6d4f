using System.Text;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Reply.Rendered;

namespace MailResponder.Cli;

/// <summary>
/// `responder config install`: checks a new response book and then puts it in force on this host. Editing the book in
/// place would answer messages from a half-edited file.
/// </summary>
internal static class ConfigInstallCommand
{
    public static Command New()
    {
        var file = new Argument<string>("NEW") { Description = "The new response book, at any other path" };
        return CommandLine.New("install", "Check a new response book, show what it changes, and put it in force",
            result => Install(SettingsPath.Load(result), result.GetValue(file)!), file);
    }

    private static int Install(ResponderSettings settings, string file)
    {
        if (settings.S3 is { } s3)
        {
            throw new ResponderException(Cause.Settings,
                $"{settings.File} names S3, and the next pull would undo this; "
                + $"upload the book to s3://{s3.BookBucket}/{s3.BookKey}, then run: responder config pull");
        }

        if (Path.GetFullPath(file) == settings.ResponseBook)
        {
            throw new ResponderException(Cause.Usage,
                $"{file} is the book in force itself; put the new one in another file");
        }

        var text = Read(file);
        var faults = new List<Fault>();
        var seal = new BookSeal(settings, Path.GetFullPath(file));
        var book = Check(text, file, settings, seal, faults);
        foreach (var fault in faults)
            StandardError.WriteLine(fault.ToString());
        if (book is null || faults.Exists(fault => !fault.IsWarning))
        {
            Console.Out.WriteLine("not put in force: nothing was changed");
            return ExitCode.DataError;
        }

        Tell(settings, book);
        Replace(settings, text, seal);
        ServiceUser.Become(settings);
        new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings)).RenderAll();
        Console.Out.WriteLine("in force: " + settings.ResponseBook);
        if (settings.PostfixMaps is { } maps)
        {
            var changed = PostfixMaps.Write(maps, book);
            Console.Out.WriteLine(changed ? "maps: changed; run: postfix reload" : "maps: unchanged");
        }

        return ExitCode.Ok;
    }

    private static byte[] Read(string file) =>
        FileTrouble.InWords(Cause.Input, file, () => RegularFile.ReadAllBytes(file));

    /// <summary>
    /// Reads and checks the new book. Null if it cannot be parsed. Looks for the attachments as the service's user, who
    /// need not be able to read the new file.
    /// </summary>
    private static ResponseBook? Check(
        byte[] text, string file, ResponderSettings settings, BookSeal seal, List<Fault> faults)
    {
        if (seal.FaultOf(text) is { } unsigned)
            faults.Add(unsigned);
        if (ResponseBookFile.Check(text, file, faults) is not { } book)
            return null;
        var postfixLimit = ConfigCommand.PostfixLimit();
        using var asService = ServiceUser.Act(settings);
        ConfigurationCheck.CheckUse(
            book, file, settings, faults, postfixLimit, ConfigurationCheck.InFilesRoot(settings, seal));
        return book;
    }

    /// <summary>
    /// Replaces the book and the signatures next to it, each with one rename. The new files keep the owner, group and
    /// mode of the old.
    /// </summary>
    private static void Replace(ResponderSettings settings, byte[] text, BookSeal seal)
    {
        var group = ServiceUser.GroupOf(settings);
        using var files = new PreparedFiles();
        void Add(string path, byte[] content) =>
            files.Add(SecretFile.Prepare(path, Encoding.UTF8.GetString(content), group, "response book"));
        try
        {
            // Copy only what was checked, in case the files have changed since.
            foreach (var (path, inForce) in seal.Files.Zip(new BookSeal(settings).Files))
            {
                if (path != inForce && RegularFile.Exists(path))
                    Add(inForce, Read(path));
            }

            Add(settings.ResponseBook, text);
            files.PutInPlace();
        }
        catch (ResponderException)
        {
            Console.Out.WriteLine(files.Placed == 0 ? "not put in force: nothing was changed"
                : "put in force only in part: do what the error says, and install it again");
            throw;
        }
    }

    /// <summary>Prints what the new book changes compared with the book in force.</summary>
    private static void Tell(ResponderSettings settings, ResponseBook after)
    {
        IResponseBook? before = null;
        // The service's user stored the last good book, and uses only files of its own there.
        using (ServiceUser.Act(settings))
        {
            var renderings = new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings));
            try
            {
                before = renderings.Book();
                if (renderings.Fault is not null)
                    Console.Out.WriteLine("the present book has a fault: compared with the last good one");
            }
            catch (ResponderException)
            {
                Console.Out.WriteLine("there is no good book to compare with: every address is shown as new");
            }
        }

        var changes = BookChanges.Tell(before, after);
        foreach (var change in changes)
            Console.Out.WriteLine(change);
        Console.Out.WriteLine(
            $"{changes.Count} address(es) changed; the new book has {after.Addresses.Count}");
    }
}
