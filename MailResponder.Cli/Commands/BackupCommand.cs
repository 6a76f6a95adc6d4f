using MailResponder.Backup;

namespace MailResponder.Cli;

/// <summary>`responder backup FILE`: writes everything needed to rebuild a lost host into one file.</summary>
internal static class BackupCommand
{
    public static Command New()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "The .tar.gz file to write, readable only by its owner; an existing file is replaced once "
                + "the new one is complete",
        };
        const string description = "Write the database, keys, settings and response book to one file";
        return CommandLine.New("backup", description, result =>
        {
            var (settings, path) = (SettingsPath.Load(result), Path.GetFullPath(result.GetValue(file)!));
            foreach (var written in BackupWriter.Write(settings, path))
                Console.Out.WriteLine($"{written.Name}: {written.Path}");
            Console.Out.WriteLine(
                $"Wrote {path}, {new FileInfo(path).Length} bytes. It holds the keys: keep it private");
            if (settings.Database.MySql is { } mySql)
            {
                Console.Out.WriteLine("The database is not in it. To back it up too, run as root:");
                Console.Out.WriteLine(MySqlDump.Writing(mySql, path + ".sql"));
            }

            return ExitCode.Ok;
        }, file);
    }
}
