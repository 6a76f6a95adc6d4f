using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MailResponder.Native;

/// <summary>Runs an action after a time on a thread of its own, even while all other threads are blocked.</summary>
/// <remarks>
/// Uses timer_create(2) with SIGEV_THREAD: a small thread of the C library waits. A .NET timer's thread costs ten times
/// as much, and most messages are answered before the time is over.
/// </remarks>
internal sealed unsafe partial class Alarm : IDisposable
{
    private const int Monotonic = 1, NotifyByThread = 2;
    private readonly nint _timer;

    /// <exception cref="Win32Exception">The system has no timers left.</exception>
    public Alarm(Action action, TimeSpan length)
    {
        delegate* unmanaged[Cdecl]<nint, void> ring = &Ring;
        // The handle is never freed: the alarm may be about to go off when it is disposed.
        var value = GCHandle.ToIntPtr(GCHandle.Alloc(action));
        var notification = new Notification { Value = value, How = NotifyByThread, Function = (nint)ring };
        nint timer;
        Check(Create(Monotonic, &notification, &timer));
        _timer = timer;
        Set(length);
    }

    /// <summary>Starts the wait again, with another length.</summary>
    public void Set(TimeSpan length)
    {
        // A zero time would disarm the timer.
        var ticks = Math.Max(length.Ticks, 1);
        // Interval, then time; each in seconds and nanoseconds.
        var setting = stackalloc long[] { 0, 0, ticks / TimeSpan.TicksPerSecond,
            ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick };
        Check(SetTime(_timer, 0, setting, null));
    }

    /// <summary>
    /// Makes the kernel kill the process after the time, rounded up to seconds. Postfix then tries again. This works
    /// even when no memory is left for an alarm's thread.
    /// </summary>
    public static void EndProcessAfter(TimeSpan length) => _ = EndAfter((uint)Math.Ceiling(length.TotalSeconds));

    public void Dispose() => _ = Delete(_timer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ring(nint value) => ((Action)GCHandle.FromIntPtr(value).Target!)();

    private static void Check(int result)
    {
        if (result != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>struct sigevent of sigevent(7).</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Notification
    {
        public nint Value;
        public int Signal;
        public int How;
        public nint Function;
        public nint Attributes;
    }

    [LibraryImport("libc.so.6", EntryPoint = "timer_create", SetLastError = true)]
    private static partial int Create(int clock, Notification* notification, nint* timer);

    [LibraryImport("libc.so.6", EntryPoint = "timer_settime", SetLastError = true)]
    private static partial int SetTime(nint timer, int flags, long* setting, long* before);

    // alarm(2) sends SIGALRM, which ends the process because nothing handles it.
    [LibraryImport("libc.so.6", EntryPoint = "alarm")]
    private static partial uint EndAfter(uint seconds);

    [LibraryImport("libc.so.6", EntryPoint = "timer_delete")]
    private static partial int Delete(nint timer);
}
