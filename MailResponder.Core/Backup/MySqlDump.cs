using MailResponder.Settings;

namespace MailResponder.Backup;

/// <summary>
/// The shell commands that back up and restore a database on a server, with the server's own programs. No command line
/// contains a password: mariadb-dump reads it from the environment, which only its own user and root can see.
/// </summary>
internal static class MySqlDump
{
    /// <summary>
    /// Returns the command that writes a consistent state of the database into a file that only its owner can read.
    /// Root runs it.
    /// </summary>
    public static string Writing(MySqlSettings mySql, string file)
    {
        var login = mySql.PasswordFile is { } password ? $"MYSQL_PWD=$(head -n 1 {Quoted(password)}) "
            : $"runuser -u {Quoted(mySql.User)} -- ";
        return $"(umask 077; {login}mariadb-dump {Way(mySql)} --user={Quoted(mySql.User)} --single-transaction "
            + $"--no-tablespaces {Quoted(mySql.Database)} > {Quoted(file)})";
    }

    /// <summary>
    /// Returns the command that restores the database. It logs in as root, because it creates the tables again, which
    /// the service's user may not do.
    /// </summary>
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
