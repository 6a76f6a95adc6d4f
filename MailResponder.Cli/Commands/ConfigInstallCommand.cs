using System.CommandLine;
using System.Text;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Files;
using MailResponder.Logs;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>
/// `responder config install`: a new response book of this host, checked before anybody is answered from it. Editing
/// the book in its place would show each message whatever state it is in.
/// </summary>
internal sealed class ConfigInstallCommand : Command
{
    public ConfigInstallCommand()
        : base("install", "Check a new response book, show what it changes, and put it in force")
    {
        var file = new Argument<string>("NEW") { Description = "The new response book, in any other place" };
        Add(file);
        SetAction(result => Install(SettingsPath.Load(result), result.GetValue(file)!));
    }

    private static int Install(ResponderSettings settings, string file)
    {
        if (settings.S3 is { } s3)
        {
            throw new ResponderException(Cause.Settings,
                $"{settings.File} names S3, and the next pull would undo it: "
                + $"upload it to s3://{s3.BookBucket}/{s3.BookKey}, then: responder config pull");
        }

        if (Path.GetFullPath(file) == settings.ResponseBook)
        {
            throw new ResponderException(Cause.Usage,
                $"{file} is the book in force itself; write the new one into another file");
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
        // Only what was checked, whatever has become of the files since.
        foreach (var (path, inForce) in seal.Files.Zip(new BookSeal(settings).Files))
        {
            if (path != inForce && RegularFile.Exists(path))
                Replace(settings, inForce, Read(path));
        }

        Replace(settings, settings.ResponseBook, text);
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

    /// <summary>Looks for the attachments with the rights of the service, which need not reach the new file.</summary>
    private static ResponseBook? Check(
        byte[] text, string file, ResponderSettings settings, BookSeal seal, List<Fault> faults)
    {
        if (seal.FaultOf(text) is { } unsigned)
            faults.Add(unsigned);
        if (ResponseBookFile.Check(text, file, faults) is not { } book)
            return null;
        var postfixLimit = ConfigCommand.PostfixLimit();
        using var asService = ServiceUser.Act(settings);
        ConfigurationCheck.CheckUse(book, file, settings, faults, postfixLimit, seal);
        return book;
    }

    /// <summary>By one rename; owner, group and mode are those of the old one.</summary>
    private static void Replace(ResponderSettings settings, string path, byte[] content)
    {
        var text = Encoding.UTF8.GetString(content);
        if (!SecretFile.TryCreate(path, text, SecretFile.Mode, ServiceUser.GroupOf(settings)))
            SecretFile.Replace(path, text, "response book");
    }

    /// <summary>Shows what the new book changes against the one that messages are answered from.</summary>
    private static void Tell(ResponderSettings settings, ResponseBook after)
    {
        IResponseBook? before = null;
        // The service's user has rendered the last good book, and takes none of anybody else.
        using (ServiceUser.Act(settings))
        {
            var renderings = new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings));
            try
            {
                before = renderings.Book();
                if (renderings.Fault is not null)
                    Console.Out.WriteLine("the book in place has a fault: compared with the last good one");
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
            $"{changes.Count} address(es) get something else, of {after.Addresses.Count} in the new book");
    }
}
