using System.Collections;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailResponder.Native;

/// <summary>
/// A program that reads its input from a pipe. Its output is discarded; the beginning of its standard error is kept.
/// .NET's Process reads the output on threads, through sockets, which made a reply ten percent more expensive.
/// </summary>
internal sealed unsafe partial class FedProgram : IDisposable
{
    /// <summary>The value that <see cref="WaitForExit"/> returns for a killed program.</summary>
    public const int Killed = 128 + KillSignal;

    private const int CloseOnExec = 0x80000, WriteOnly = 1, KillSignal = 9, PipeSignal = 13;
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

    private FedProgram(int id, SafeFileHandle input, SafeFileHandle errors)
    {
        _id = id;
        _errors = errors;
        Input = new FileStream(input, FileAccess.Write, bufferSize: 0);
    }

    /// <summary>The program's standard input. The program sees its end when this is disposed.</summary>
    public FileStream Input { get; }

    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    public static FedProgram Start(string path, params string[] arguments)
    {
        var ends = stackalloc int[2];
        Check(pipe2(ends, CloseOnExec) == 0 ? 0 : Marshal.GetLastPInvokeError());
        using var reading = new SafeFileHandle(ends[0], ownsHandle: true);
        var writing = new SafeFileHandle(ends[1], ownsHandle: true);
        var errors = Memory();
        byte* actions = stackalloc byte[Room], attributes = stackalloc byte[Room], signals = stackalloc byte[Room];
        new Span<byte>(signals, Room).Clear();
        Check(posix_spawn_file_actions_init(actions));
        Check(posix_spawnattr_init(attributes));
        try
        {
            Check(posix_spawn_file_actions_adddup2(actions, ends[0], 0));
            Check(posix_spawn_file_actions_addopen(actions, 1, "/dev/null", WriteOnly, 0));
            Check(posix_spawn_file_actions_adddup2(actions, (int)errors.DangerousGetHandle(), 2));
            // .NET ignores SIGPIPE, and the program would inherit that.
            Check(posix_spawnattr_setsigmask(attributes, signals));
            Check(sigaddset(signals, PipeSignal));
            Check(posix_spawnattr_setsigdefault(attributes, signals));
            Check(posix_spawnattr_setflags(attributes, SetSignalDefaults | SetSignalMask));
            Check(posix_spawn(out var id, path, actions, attributes, [path, .. arguments, null], Surroundings()));
            return new FedProgram(id, writing, errors);
        }
        catch
        {
            writing.Dispose();
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
            return signal != 0 ? 128 + signal : (status >> 8) & 0xff;
        }
    }

    /// <summary>Returns the beginning of what the program has written to standard error so far.</summary>
    public byte[] ReadErrors()
    {
        var said = new byte[MaxErrorBytes];
        RandomAccess.Read(_errors, said, 0);
        var end = said.AsSpan().IndexOf((byte)0);
        return end < 0 ? said : said[..end];
    }

    /// <summary>Kills the program, unless it has already been reaped.</summary>
    public void Kill()
    {
        lock (_end)
            _ = _hasEnded ? 0 : kill(_id, KillSignal);
    }

    public void Dispose()
    {
        Input.Dispose();
        _errors.Dispose();
    }

    /// <summary>
    /// Makes a file in memory that cannot grow. A full pipe would block the program. A closed pipe would kill a process
    /// that the program left behind to deliver the mail.
    /// </summary>
    private static SafeFileHandle Memory()
    {
        var file = memfd_create("errors", MemoryCloseOnExec | MemorySealable);
        Check(file >= 0 ? 0 : Marshal.GetLastPInvokeError());
        var errors = new SafeFileHandle(file, ownsHandle: true);
        Check(ftruncate(file, MaxErrorBytes) == 0 ? 0 : Marshal.GetLastPInvokeError());
        Check(fcntl(file, AddSeals, SealGrow) == 0 ? 0 : Marshal.GetLastPInvokeError());
        return errors;
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

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc.so.6", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int ftruncate(int file, nint length);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int fcntl(int file, int command, nint argument);

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
