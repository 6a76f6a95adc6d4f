using System.CommandLine;
using MailResponder.Backup;
using MailResponder.Files;

namespace MailResponder.Cli;

/// <summary>`responder restore FILE`: restores the files that `responder backup` wrote.</summary>
internal static class RestoreCommand
{
    public static Command New()
    {
        var file = new Argument<string>("FILE") { Description = "The backup; it is checked before anything changes" };
        var replace = CommandLine.Switch("--replace", "Replace existing files");
        return CommandLine.New("restore", "Restore the files of a backup to the paths in its settings",
            result => Restore(
                Path.GetFullPath(result.GetValue(file)!), SettingsPath.Find(result), result.GetValue(replace)),
            file, replace);
    }

    private static int Restore(string path, string settingsPath, bool replace)
    {
        using var archive = SecretFile.Open(path, Cause.Input, "backup");
        var restoration = new Restoration(archive, settingsPath);
        restoration.PutInPlace(replace);
        foreach (var file in restoration.Files)
            Console.Out.WriteLine($"{file.Name}: {file.Path}");
        if (restoration.Settings.Database.MySql is { } mySql)
        {
            Console.Out.WriteLine(
                "The database is on its server. To restore it too, create it as docs/database.md says");
            Console.Out.WriteLine(
                "(responder database init --admin-user …), and load the FILE that mariadb-dump wrote:");
            Console.Out.WriteLine(MySqlDump.Reading(mySql));
        }

        Console.Out.WriteLine("Restored. Check it with: responder config check");
        return ExitCode.Ok;
    }
}
