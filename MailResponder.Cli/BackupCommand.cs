using System.CommandLine;
using MailResponder.Backup;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>`responder backup FILE`: writes everything needed to rebuild a lost host into one file.</summary>
internal sealed class BackupCommand : Command
{
    public BackupCommand() : base("backup", "Write database, keys, settings and response book into one file")
    {
        var file = new Argument<string>("FILE")
        {
            Description = "A .tar.gz for its owner alone; one of before is replaced when the new one is whole",
        };
        Add(file);
        SetAction(result => Write(SettingsPath.Load(result), Path.GetFullPath(result.GetValue(file)!)));
    }

    private static int Write(ResponderSettings settings, string path)
    {
        var files = BackupWriter.Write(settings, path);
        foreach (var file in files)
            Console.Out.WriteLine($"{file.Name}: {file.Path}");
        Console.Out.WriteLine(
            $"Wrote {path}, {new FileInfo(path).Length} bytes. It holds the keys: keep it closed to others");
        if (settings.Database.MySql is { } mySql)
        {
            Console.Out.WriteLine("The database is not in it. Keep it too, as root:");
            Console.Out.WriteLine(MySqlDump.Writing(mySql, path + ".sql"));
        }

        return ExitCode.Ok;
    }
}
