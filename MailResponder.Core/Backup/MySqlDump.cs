using MailResponder.Settings;

namespace MailResponder.Backup;

/// <summary>
/// The shell commands that keep and bring back a database on a server, for which the server's own programs are there.
/// No command line has a password: mariadb-dump gets it in the environment, where only its own user and root see it.
/// </summary>
internal static class MySqlDump
{
    /// <summary>
    /// Writes the database, as it is at one moment, into a file that its owner alone can read; to be run by root.
    /// </summary>
    public static string Writing(MySqlSettings mySql, string file)
    {
        var login = mySql.PasswordFile is { } password ? $"MYSQL_PWD=$(head -n 1 {Quoted(password)}) "
            : $"runuser -u {Quoted(mySql.User)} -- ";
        return $"(umask 077; {login}mariadb-dump {Way(mySql)} --user={Quoted(mySql.User)} --single-transaction "
            + $"--no-tablespaces {Quoted(mySql.Database)} > {Quoted(file)})";
    }

    /// <summary>Brings it back, with rights that the service has not: it makes the tables anew.</summary>
    public static string Reading(MySqlSettings mySql) =>
        $"mariadb {Way(mySql)} --user=root --password {Quoted(mySql.Database)} < FILE";

    private static string Way(MySqlSettings mySql)
    {
        if (mySql.Socket is { } socket)
            return "--socket=" + Quoted(socket);
        var authorities = mySql.TlsAuthorities is { } file ? $" --ssl-ca={Quoted(file)}" : "";
        var tls = mySql.Tls switch
        {
            TlsMode.VerifyFull => $" --ssl{authorities} --ssl-verify-server-cert",
            TlsMode.VerifyCa or TlsMode.Required => $" --ssl{authorities}",
            _ => "",
        };
        return $"--host={Quoted(mySql.Server!)} --port={mySql.Port}{tls}";
    }

    private static string Quoted(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || "_./:@+=-".Contains(c))
        ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
