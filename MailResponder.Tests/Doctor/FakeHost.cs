using MailResponder.Doctor;
using MailResponder.Files;
using Machine = MailResponder.Doctor.Host;

namespace MailResponder.Tests.Doctor;

/// <summary>A machine whose files are below a folder, and some of whose programs are test scripts.</summary>
internal sealed class FakeHost : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public TemporaryFolder Folder { get; } = new();

    /// <summary>The machine as the responder's user sees it, so that no other user needs to be impersonated.</summary>
    public Machine Host => new()
    {
        Programs = new HostPrograms([Folder.PathTo("bin"), "/usr/bin", "/bin"], TimeSpan.FromSeconds(10)),
        Clock = new FixedClock(Now),
        Root = Folder.Path,
        IsRoot = false,
        UserName = Machine.ResponderUser,
        Program = (Folder.PathTo("bin/responder"), "responder 0"),
    };

    /// <summary>The machine with only the test's programs, and none of the real machine's.</summary>
    public Machine BareHost => Host with
    {
        Programs = new HostPrograms([Folder.PathTo("bin")], TimeSpan.FromSeconds(10)),
    };

    public FakeHost With(string program, string script)
    {
        Executable.Write(Folder.PathTo("bin/" + program), "#!/bin/sh\n" + script + "\n");
        return this;
    }

    /// <summary>Adds a program that prints a text, whatever its arguments.</summary>
    public FakeHost Saying(string program, string text)
    {
        Folder.Write("said/" + program, text);
        return With(program, $"/bin/cat {Folder.PathTo("said/" + program)}");
    }

    public void Dispose() => Folder.Dispose();
}
