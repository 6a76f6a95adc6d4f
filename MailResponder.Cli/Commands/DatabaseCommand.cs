using MailResponder.Store;
using MailResponder.Store.MySql;

namespace MailResponder.Cli;

/// <summary>`responder database …`: creates the database, and reports whether it can be used.</summary>
internal static class DatabaseCommand
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    public static Command New() => new("database", "The database of quotas and lists") { Init(), Status() };

    private static Command Init()
    {
        var user = CommandLine.TextOption("--admin-user", "NAME",
            "MySQL: log in as this administrator, and also create the database, its user and the user's privileges");
        var passwordFile = CommandLine.TextOption("--admin-password-file", "FILE",
            "A file with the administrator's password on its first line");
        var socket = CommandLine.TextOption("--admin-socket", "PATH",
            "Log in as the administrator over this Unix socket");
        return CommandLine.New("init", "Create whatever is missing; a second run changes nothing", result =>
        {
            var settings = SettingsPath.Load(result);
            CreateForAdministrator(settings.Database, result.GetValue(user), result.GetValue(passwordFile),
                result.GetValue(socket));
            // Not before this point: over a socket, root itself may be the administrator.
            ServiceUser.Become(settings);
            if (result.GetValue(user) is not null && IsForAnotherUser(settings.Database.MySql!))
                return ExitCode.Ok;
            RequesterStore.Open(settings, MaxWait).Dispose();
            return Show(settings.Database);
        }, user, passwordFile, socket);
    }

    private static Command Status() => CommandLine.New(
        "status", "Show where the database is, what it holds, and what is wrong with it", result =>
    {
        var settings = SettingsPath.LoadForService(result);
        var code = Show(settings.Database);
        if (code != ExitCode.Ok)
            return code;
        using var store = RequesterStore.Open(settings, MaxWait);
        var counts = store.Count();
        Console.Out.WriteLine($"holds:   {counts.Requesters.Sum(group => group.Requesters)} requester(s) with a quota, "
            + $"{counts.Messages} message(s), {counts.Blocked + counts.BlockedByFeedback} blocked, "
            + $"{counts.Allowed} allowed, {counts.HostDays} day(s) of hosts");
        if (counts.ClockJump != TimeSpan.Zero)
            Console.Out.WriteLine(
                $"clock:   the last reset: {StoreCounts.InWords(counts.ClockJump)}; check whether the clock is "
                + "right");
        if (store.NextKey is not null)
            Console.Out.WriteLine(
                "key:     a new address key comes into force at the next reset; all hosts need the new file "
                + "before that");
        return ExitCode.Ok;
    });

    private static void CreateForAdministrator(
        DatabaseSettings database, string? user, string? passwordFile, string? socket)
    {
        if (user is null && (passwordFile ?? socket) is not null)
            throw new ResponderException(Cause.Usage, "--admin-password-file and --admin-socket need --admin-user");
        if (user is null)
            return;
        if (database.MySql is not { } mySql)
            throw new ResponderException(Cause.Usage,
                "--admin-user is for a MySQL database; the settings name a SQLite file, which needs no administrator");
        var account = MySqlSetup.CreateDatabaseAndUser(mySql, new MySqlAdministrator(user, passwordFile, socket));
        Console.Out.WriteLine($"user:    {account} may use {mySql.Database}");
    }

    /// <summary>
    /// Returns whether the server accepts only another Unix user than the one who runs this command. If so, prints who
    /// can create the tables.
    /// </summary>
    private static bool IsForAnotherUser(MySqlSettings mySql)
    {
        if (mySql is not { Socket: not null, PasswordFile: null } || mySql.User == RunningUser.Name)
            return false;
        Console.Out.WriteLine(
            $"tables:  the user {mySql.User} must create them: runuser -u {mySql.User} -- responder database init");
        return true;
    }

    /// <summary>Prints the state of the database. The exit code says whether it can be used.</summary>
    private static int Show(DatabaseSettings database)
    {
        var report = DatabaseReport.Of(database);
        Console.Out.WriteLine("kind:    " + report.Kind);
        Console.Out.WriteLine("place:   " + report.Place);
        Console.Out.WriteLine($"schema:  {report.Schema} (this responder needs {Schema.Needed})");
        if (report.Missing is not null)
            Console.Out.WriteLine("missing: " + report.Missing);
        if (report.Problem is not null)
            Console.Out.WriteLine("problem: " + report.Problem);
        return report.Missing is null && report.Problem is null ? ExitCode.Ok : ExitCode.Unavailable;
    }
}
