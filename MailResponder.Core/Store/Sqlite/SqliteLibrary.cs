using System.Reflection;
using System.Runtime.InteropServices;

namespace MailResponder.Store.Sqlite;

/// <summary>
/// Loads SQLite. It is part of the native binary. With `dotnet run`, it is a library next to the program. For a
/// ReadyToRun build, it is the host's libsqlite3.so.0.
/// </summary>
internal static class SqliteLibrary
{
    private static readonly Lock Loading = new();
    private static bool _loaded;

    /// <summary>Loads SQLite unless it is already loaded.</summary>
    /// <exception cref="ResponderException">
    /// The host has no SQLite library. The message names the Debian package.
    /// </exception>
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
