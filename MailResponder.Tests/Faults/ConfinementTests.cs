using System.Diagnostics;
using System.Runtime.InteropServices;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;
using MailResponder.Tests.Reply.Rendered;

namespace MailResponder.Tests.Faults;

/// <summary>
/// Runs the program confined as in docs/hardening.md: as its own user, with only its folder writable, and with few
/// permissions, few system calls and small limits. A crash leaves no memory dump behind.
/// </summary>
public sealed class ConfinementTests : IDisposable
{
    // Variables that could make the runtime write dumps or traces, or open a socket for debuggers.
    private const string Tempting =
        "DOTNET_DbgEnableMiniDump=1 DOTNET_DbgMiniDumpType=4 DOTNET_DbgMiniDumpName=dump DOTNET_EnableDiagnostics=1 "
        + "DOTNET_EnableEventPipe=1 " +
        "DOTNET_EventPipeOutputPath=trace DOTNET_gcTrace=1 COMPlus_DbgEnableMiniDump=1";

    // The part of the confinement that applies in the crash tests. It leaves the program free to write a core file.
    private static readonly string[] MayCrash =
        ["User=mail_responder", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict"];

    private readonly Workplace _place = new();
    private readonly string _binary = CopyOfTheProgram();

    [Fact]
    public void NothingWritableButItsFolder_NoRights_FewCalls_SmallLimits_ItAnswers()
    {
        _place.GiveTo("mail_responder");
        RenderedPlace.Settle();
        var narrow = Confinement.OfProgram.Moved("/var/lib/mail_responder", _place.Folder)
            .With("LimitNOFILE=64", "LimitNPROC=200", "LimitAS=600000000", "LimitFSIZE=20000000", "LimitSTACK=1000000",
            "LimitMEMLOCK=0");
        Confined(narrow, $"env -i PATH=/usr/bin LANG=C {Tempting} TMPDIR={_place.PathTo("tmp")}",
            RequestMail.FromSomebodyNew()).AssertDone();

        Assert.Equal(2, ReadMail.All(_place.Outbox).Count(reply => reply.IsSignedByUs));
        Assert.Contains("replied address=get@example.com replies=2", Assert.Single(_place.Log.Reports),
            StringComparison.Ordinal);
        string[] expected = ["address.key", "dkim.key", "files", "log", "outbox", "responder.db", "responder.db.lock",
            "responder.db.rendered", "responses.json", "settings.json", "tmp"];
        Assert.Equal(expected, Directory.GetFileSystemEntries(_place.Folder).Select(file => Path.GetFileName(file)!)
            .Where(file => !file.EndsWith("-wal", StringComparison.Ordinal)
            && !file.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(_place.PathTo("tmp")));
    }

    /// <summary>The lines of the unit take effect even for root, whom file permissions would not stop.</summary>
    [Fact]
    public void UnitOfPostfix_ForbidsWhatItSays() =>
        AssertForbidden(Confinement.OfPostfix.With("ReadWritePaths=/tmp"), new()
        {
            ["chroot"] = "done",
            ["setuid"] = "done",
            ["setpriority"] = "done",
            ["netlink-socket"] = "done",
        });

    [Fact]
    public void UnitOfTheProgram_ForbidsWhatItSays() =>
        AssertForbidden(Confinement.OfProgram.With("ReadWritePaths=/tmp"), new()
        {
            ["chroot"] = "EPERM",
            ["setuid"] = "EPERM",
            ["setpriority"] = "EPERM",
            ["netlink-socket"] = "EAFNOSUPPORT",
        });

    [Theory]
    [InlineData(6)]
    [InlineData(4)]
    public void ProcessThatCrashes_LeavesNoMemoryBehind(int signal)
    {
        _place.GiveTo("mail_responder");
        var request = RequestMail.FromSomebodyNew();
        var run = Confined(
            Crashing, $"env {Tempting} TMPDIR={_place.PathTo("tmp")} LD_PRELOAD={FaultLibrary.File} "
            + $"'FAULTS=rename,.eml,1,1,kill{signal}'", request);

        Assert.Equal(128 + signal, run.ExitCode);
        Assert.Equal("", run.Errors + run.OutputText);
        Assert.Empty(Directory.GetFileSystemEntries(_place.PathTo("tmp")));
        Traces.Of(request.From).AssertNoneInFilesOf(
            _place.Folder, file => file.Contains("/outbox/", StringComparison.Ordinal));
    }

    /// <summary>Shows what the test above would find if the program did leave its memory behind.</summary>
    [Fact]
    public void AnotherProcessThatCrashesThere_LeavesItsMemoryBehind()
    {
        if (!File.ReadAllText("/proc/sys/kernel/core_pattern").StartsWith("core", StringComparison.Ordinal)) return;
        _place.GiveTo("mail_responder");
        Confined(Crashing, "sh -c 'kill -6 $$'", RequestMail.FromSomebodyNew());
        Assert.NotEmpty(Directory.GetFileSystemEntries(_place.PathTo("tmp")));
    }

    /// <summary>
    /// If not even the runtime starts, no settings say where the log is, so the standard place is used.
    /// </summary>
    [Fact]
    public void RuntimeThatCannotStart_SaysSoInOneLine()
    {
        var run = _place.FilterUnder(
            $"""
            exec prlimit --as=50000000 env LD_PRELOAD={FaultLibrary.File} FAULTS_LOG={_place.PathTo("log")} \
                FAULTS=none,none,1,1,0 "$@"
            """,
            RequestMail.FromSomebodyNew().ToBytes());
        run.AssertDeferred();
        Assert.Contains(
            "deferred reason=unexpected address=unknown replies=0 ms=0 queue_id=- problem=\"the program cannot "
            + "start: there is no memory left",
            Assert.Single(_place.Log.Reports), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _place.Dispose();
        Directory.Delete(Path.GetDirectoryName(_binary)!, recursive: true);
    }

    private Confinement Crashing => Confinement.None.With([.. MayCrash, $"ReadWritePaths={_place.Folder}"]);

    private ProgramRun Confined(Confinement unit, string how, RequestMail request)
    {
        Directory.CreateDirectory(_place.PathTo("tmp"));
        using (var chown = Process.Start("chown", ["mail_responder:", _place.PathTo("tmp")])) chown.WaitForExit();
        return ResponderProcess.Run(
            $"cd {_place.PathTo("tmp")}; ulimit -c unlimited; exec {unit.Start} /usr/bin/{how} {_binary} --settings "
            + $"{_place.SettingsFile} --recipient get@example.com",
            request.ToBytes());
    }

    private static void AssertForbidden(Confinement unit, Dictionary<string, string> differing)
    {
        var free = Confinement.None.Try();
        // Some kernels have no i386 calls; trying one then gives SIGSEGV, confined or not.
        var foreign = free["foreign-call"];
        Assert.DoesNotContain(free.Values, outcome => outcome is "EPERM" or "EROFS" or "EAFNOSUPPORT" or "SYS");
        Assert.Equal(Lines(new(differing)
        {
            ["write-tmp"] = "done",
            ["write-shm"] = "EROFS",
            ["write-etc"] = "EROFS",
            ["ptrace"] = "EPERM",
            ["umount"] = "EPERM",
            ["swapoff"] = "EPERM",
            ["delete-module"] = "EPERM",
            ["unknown-call"] = "ENOSYS",
            ["write-execute"] = "EPERM",
            ["make-executable"] = "EPERM",
            ["packet-socket"] = "EAFNOSUPPORT",
            ["unix-socket"] = "done",
            ["unshare"] = "EPERM",
            ["setns"] = "EPERM",
            ["clone3"] = "ENOSYS",
            ["personality"] = "EPERM",
            ["realtime"] = "EPERM",
            ["foreign-call"] = foreign is "done" && RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "SYS"
            : foreign,
        }), Lines(unit.Try()));

        // As a dictionary, a failure would not show which entries differ.
        static string Lines(Dictionary<string, string> outcomes) =>
            string.Join('\n', outcomes.OrderBy(outcome => outcome.Key, StringComparer.Ordinal)
                .Select(outcome => $"{outcome.Key} {outcome.Value}"));
    }

    private static string CopyOfTheProgram()
    {
        var folder = Directory.CreateTempSubdirectory("responder-confined-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("0755", 8));
        var copy = Path.Join(folder, "responder");
        Executable.Copy(ResponderProcess.Binary, copy);
        return copy;
    }
}
