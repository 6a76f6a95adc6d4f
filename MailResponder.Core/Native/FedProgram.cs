using System.Collections;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailResponder.Native;

/// <summary>
/// A program that reads its input from a file in memory, which is complete before the program starts: from a pipe, it
/// would take the first part for all of it if this process died. Its output is discarded; the beginning of its standard
/// error is kept. .NET's Process reads the output on threads, through sockets, which made a reply ten percent more
/// expensive.
/// </summary>
internal sealed unsafe partial class FedProgram : IDisposable
{
    /// <summary>Added to the number of the signal that ended the program; see <see cref="WaitForExit"/>.</summary>
    private const int BySignal = 128;

    private const int WriteOnly = 1, KillSignal = 9, PipeSignal = 13, LastSignal = 64;
    private const short SetSignalDefaults = 0x04, SetSignalMask = 0x08;
    private const int ById = 1, WaitExited = 4, WaitNoReap = 0x01000000, Interrupted = 4;

    /// <summary>The bytes reserved for a glibc structure; more than any of them has on any processor.</summary>
    private const int Room = 1024;

    private const int MemoryCloseOnExec = 1, MemorySealable = 2, AddSeals = 1033, SealGrow = 4;

    private const int MaxErrorBytes = 4096;

    private readonly Lock _end = new();
    private readonly int _id;
    private readonly SafeFileHandle _errors;
    private bool _hasEnded;

    private FedProgram(int id, SafeFileHandle errors) => (_id, _errors) = (id, errors);

    /// <param name="write">Writes the program's standard input. If this fails, the program is not started.</param>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public static FedProgram Start(Action<Stream> write, string path, params string[] arguments)
    {
        using var input = new FileStream(MemoryFile("input"), FileAccess.ReadWrite, bufferSize: 0);
        write(input);
        input.Position = 0;
        var errors = ErrorFile();
        byte* actions = stackalloc byte[Room], attributes = stackalloc byte[Room], signals = stackalloc byte[Room];
        new Span<byte>(signals, Room).Clear();
        Check(posix_spawn_file_actions_init(actions));
        Check(posix_spawnattr_init(attributes));
        try
        {
            Check(posix_spawn_file_actions_adddup2(actions, (int)input.SafeFileHandle.DangerousGetHandle(), 0));
            Check(posix_spawn_file_actions_addopen(actions, 1, "/dev/null", WriteOnly, 0));
            Check(posix_spawn_file_actions_adddup2(actions, (int)errors.DangerousGetHandle(), 2));
            // .NET ignores SIGPIPE, and the program would inherit that.
            Check(posix_spawnattr_setsigmask(attributes, signals));
            Check(sigaddset(signals, PipeSignal));
            Check(posix_spawnattr_setsigdefault(attributes, signals));
            Check(posix_spawnattr_setflags(attributes, SetSignalDefaults | SetSignalMask));
            Check(posix_spawn(out var id, path, actions, attributes, [path, .. arguments, null], Surroundings()));
            return new FedProgram(id, errors);
        }
        catch
        {
            errors.Dispose();
            throw;
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
        }
    }

    /// <summary>
    /// Waits for the program to end, and returns its exit code, or 128 plus the number of the signal that ended it.
    /// </summary>
    /// <exception cref="Win32Exception">The system reports no result.</exception>
    public int WaitForExit()
    {
        var told = stackalloc byte[128];
        // Wait without reaping first, so that Kill cannot hit another process with a reused number.
        while (waitid(ById, _id, told, WaitExited | WaitNoReap) != 0)
            Check(Marshal.GetLastPInvokeError() is var error && error == Interrupted ? 0 : error);
        lock (_end)
        {
            _hasEnded = true;
            Check(waitpid(_id, out var status, 0) == _id ? 0 : Marshal.GetLastPInvokeError());
            var signal = status & 0x7f;
            return signal != 0 ? BySignal + signal : (status >> 8) & 0xff;
        }
    }

    /// <summary>Whether this exit code means a signal, of the program or of one that a shell ran.</summary>
    public static bool WasKilled(int exitCode) => exitCode is > BySignal and <= BySignal + LastSignal;

    /// <summary>
    /// Returns the beginning of what the program has written to standard error so far. A last word that did not fit is
    /// left out.
    /// </summary>
    public byte[] ReadErrors()
    {
        var said = new byte[MaxErrorBytes];
        RandomAccess.Read(_errors, said, 0);
        var end = said.AsSpan().IndexOf((byte)0);
        return said[..(end >= 0 ? end : said.AsSpan().LastIndexOfAny((byte)' ', (byte)'\n') + 1)];
    }

    /// <summary>Kills the program, unless it has already been reaped.</summary>
    public void Kill()
    {
        lock (_end)
            _ = _hasEnded ? 0 : kill(_id, KillSignal);
    }

    public void Dispose() => _errors.Dispose();

    /// <summary>
    /// Makes the file for standard error, which cannot grow. A full pipe would block the program. A closed pipe would
    /// kill a process that the program left behind to deliver the mail.
    /// </summary>
    private static SafeFileHandle ErrorFile()
    {
        var errors = MemoryFile("errors");
        Check(ftruncate(errors, MaxErrorBytes) == 0 ? 0 : Marshal.GetLastPInvokeError());
        Check(fcntl(errors, AddSeals, SealGrow) == 0 ? 0 : Marshal.GetLastPInvokeError());
        return errors;
    }

    private static SafeFileHandle MemoryFile(string name)
    {
        var file = memfd_create(name, MemoryCloseOnExec | MemorySealable);
        Check(file >= 0 ? 0 : Marshal.GetLastPInvokeError());
        return new SafeFileHandle(file, ownsHandle: true);
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new Win32Exception(error);
    }

    private static string?[] Surroundings()
    {
        var variables = new List<string?>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables.Add($"{variable.Key}={variable.Value}");
        return [.. variables, null];
    }

    [LibraryImport("libc.so.6", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int ftruncate(SafeFileHandle file, nint length);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int fcntl(SafeFileHandle file, int command, nint argument);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int file, int number);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(
        byte* actions, int number, string path, int flags, uint mode);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc.so.6")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc.so.6")]
    private static partial int sigaddset(byte* signals, int signal);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(
        out int id, string path, byte* actions, byte* attributes, string?[] arguments, string?[] variables);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int waitid(int kind, int id, byte* told, int options);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int waitpid(int id, out int status, int options);

    [LibraryImport("libc.so.6")]
    private static partial int kill(int id, int signal);
}
