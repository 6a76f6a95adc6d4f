using System.Diagnostics;
using MailResponder.Files;
using MailResponder.Tests.Doctor;

namespace MailResponder.Tests.Files;

/// <summary>Programs of the host never make the doctor wait, fill its memory, or see its environment.</summary>
public sealed class HostProgramTests : IDisposable
{
    private readonly FakeHost _fake = new();

    public void Dispose() => _fake.Dispose();

    [Fact]
    public void SlowProgram_IsKilledWithAllThatItStarted()
    {
        _fake.With("slow", $"sleep 600 & echo $! >{_fake.Folder.PathTo("child")}; wait");
        var watch = Stopwatch.StartNew();
        var result = new HostPrograms([_fake.Folder.PathTo("bin"), "/usr/bin", "/bin"], TimeSpan.FromSeconds(1))
            .Run("slow", []);
        Assert.Null(result.Code);
        Assert.Equal("did not answer in time", result.Complaint);
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(30));
        var child = int.Parse(File.ReadAllText(_fake.Folder.PathTo("child")),
            System.Globalization.CultureInfo.InvariantCulture);
        Patience.UntilEnded("what it started", child);
    }

    [Fact]
    public void DaemonThatKeepsThePipeOpen_IsNotWaitedForForLong()
    {
        _fake.With("starter", "sleep 20 & exit 0");
        var watch = Stopwatch.StartNew();
        var result = new HostPrograms([_fake.Folder.PathTo("bin"), "/usr/bin", "/bin"], TimeSpan.FromSeconds(1))
            .Run("starter", []);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.False(result.Succeeded);
    }

    [Fact]
    public void EndlessOutput_IsCutOff()
    {
        _fake.With("loud", "yes | head -c 5000000");
        var result = _fake.Host.Run("loud");
        Assert.True(result.Succeeded);
        Assert.InRange(result.Output.Length, 1, 1 << 18);
    }

    [Fact]
    public void MissingProgram_IsToldApart()
    {
        var result = _fake.Host.Run("no-such-program");
        Assert.False(result.IsInstalled);
        Assert.Equal("is not installed", result.Complaint);
    }

    [Fact]
    public void Environment_IsEnglishAndEmpty()
    {
        Environment.SetEnvironmentVariable("RESPONDER_TEST_SECRET", "seen");
        var lines = _fake.Host.Run("env").Lines.Select(line => line.Split('=')[0]);
        Assert.Equal(["LANG", "LC_ALL", "PATH"], lines.Where(name => name is not ("PWD" or "_" or "SHLVL")).Order());
    }

    [Fact]
    public void RefusedFiles_AreAskedOfTheKernel()
    {
        var readable = _fake.Folder.Write("readable", "");
        var missing = _fake.Folder.PathTo("missing");
        Assert.Equal([missing], _fake.Host.Refused('r', [readable, missing]));
        Assert.Empty((_fake.Host with { UserName = "somebody" }).Refused('r', [missing]));
    }
}
