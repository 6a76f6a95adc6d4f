using System.Diagnostics;
using System.Text;
using MailResponder.Reply.Rendered;

namespace MailResponder.Tests.Reply.Rendered;

/// <summary>A build's identity depends on its sources. Renderings of another build are not used.</summary>
public sealed class ProgramNames : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ProgramNames()
    {
        foreach (var file in new[] { "Directory.Build.props", "Directory.Packages.props", "global.json" })
            File.Copy(Repository.PathTo(file), _folder.PathTo(file));
        var project = Directory.CreateDirectory(_folder.PathTo("MailResponder.Core")).FullName;
        foreach (var file in new[] { "MailResponder.Core.csproj", "Reply/ReplyComposer.cs", "Reply/MimeBody.cs" })
            File.Copy(Repository.PathTo("MailResponder.Core", file), Path.Join(project, Path.GetFileName(file)));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OtherSourcesVersionsAndPackages_HaveOtherNames()
    {
        var names = new List<string> { Name() };
        Assert.Equal(names[0], Name());
        Change("MailResponder.Core/MimeBody.cs", "mixed", "nixed");
        names.Add(Name());
        Change("Directory.Packages.props", "\"MimeKit\" Version=\"", "\"MimeKit\" Version=\"1");
        names.Add(Name());
        names.Add(Name("-p:Version=9.9.9"));
        names.Add(Name("-p:SourceRevisionId=0123456"));
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void ThisBuild_HasItsName() =>
        Assert.Matches("^[0-9a-fA-F]{32}$", ProgramIdentity.Name);

    private void Change(string file, string from, string to)
    {
        var text = File.ReadAllText(_folder.PathTo(file));
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(_folder.PathTo(file), text.Replace(from, to, StringComparison.Ordinal));
    }

    /// <summary>
    /// Returns the identity that a build would compile in. Nothing is compiled, and no package is restored.
    /// </summary>
    private string Name(params string[] properties)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, WorkingDirectory = _folder.Path };
        foreach (var argument in (string[])["msbuild", "MailResponder.Core/MailResponder.Core.csproj", "-t:NameProgram",
            "-getProperty:ProgramIdentity", "-nodeReuse:false", .. properties])
        {
            start.ArgumentList.Add(argument);
        }

        using var build = Process.Start(start)!;
        var output = build.StandardOutput.ReadToEnd().Trim();
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, output);
        return output;
    }
}
