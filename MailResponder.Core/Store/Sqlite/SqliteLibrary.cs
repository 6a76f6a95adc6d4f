using System.Reflection;
using System.Runtime.InteropServices;

namespace MailResponder.Store.Sqlite;

/// <summary>
/// Finds SQLite: inside the native binary, beside the program under `dotnet run`, or else (ReadyToRun) the host's
/// libsqlite3.so.0.
/// </summary>
internal static class SqliteLibrary
{
    private static readonly Lock Loading = new();
    private static bool _loaded;

    /// <exception cref="ResponderException">There is none; names the Debian package.</exception>
    public static void Load()
    {
        using var _ = Loading.EnterScope();
        if (_loaded)
            return;
        try
        {
            if (System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported)
                NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, Resolve);
            SQLitePCL.Batteries_V2.Init();
            _loaded = true;
        }
        catch (Exception exception) when (
            exception is DllNotFoundException or TypeInitializationException or TargetInvocationException)
        {
            throw new ResponderException(Cause.Database,
                "SQLite is missing on this host; run: apt-get install libsqlite3-0", exception);
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        NativeLibrary.TryLoad(name, assembly, path, out var library)
            || NativeLibrary.TryLoad("libsqlite3.so.0", out library)
            ? library
            : IntPtr.Zero;
}
