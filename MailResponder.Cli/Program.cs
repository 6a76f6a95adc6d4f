using Dapper;
using Microsoft.Data.Sqlite;

using var connection = new SqliteConnection("Data Source=:memory:");
connection.Open();
Console.WriteLine(connection.ExecuteScalar<string>("select sqlite_version()"));
using var rsa = System.Security.Cryptography.RSA.Create(2048);
Console.WriteLine(rsa.ExportPkcs8PrivateKeyPem().Length);
System.Threading.Thread.Sleep(args.Length > 0 ? 5000 : 0);
