using MailResponder.Backup;

namespace MailResponder.Cli;

/// <summary>`responder restore FILE`: restores the files that `responder backup` wrote.</summary>
internal static class RestoreCommand
{
    public static Command New()
    {
        var file = new Argument<string>("FILE") { Description = "The backup; it is checked before anything changes" };
        var replace = CommandLine.Switch("--replace", "Replace existing files");
        return CommandLine.New("restore", "Restore the files of a backup to the paths in its settings", result =>
        {
            using var archive = SecretFile.Open(Path.GetFullPath(result.GetValue(file)!), Cause.Input, "backup");
            var restoration = new Restoration(archive, SettingsPath.Find(result));
            restoration.PutInPlace(result.GetValue(replace));
            foreach (var restored in restoration.Files)
                Console.Out.WriteLine($"{restored.Name}: {restored.Path}");
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
        }, file, replace);
    }
}
