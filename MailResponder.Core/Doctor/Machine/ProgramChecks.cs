using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The installed program, the libraries that it takes from the host, and the user that runs it.</summary>
internal static class ProgramChecks
{
    public static IEnumerable<Finding> Look(Host host) =>
        [.. User(host), .. Program(host), .. Libraries(host)];

    private static IEnumerable<Finding> User(Host host)
    {
        const string name = "user";
        var user = host.PasswdEntry(Host.ResponderUser);
        if (user is null)
            yield return Finding.Fault(name, $"there is no user {Host.ResponderUser}: Postfix cannot run the responder",
                "run install.sh");
        else if (user is [_, _, "0", ..])
            yield return Finding.Fault(name, $"{Host.ResponderUser} is another name of root; pipe(8) refuses it",
                "delete the user and run install.sh");
        else if (user is [.., var home, var shell] && !shell.EndsWith("/nologin", StringComparison.Ordinal)
            && !shell.EndsWith("/false", StringComparison.Ordinal))
            yield return Finding.Warning(name, $"{Host.ResponderUser} can log in (shell {shell}, home {home})",
            $"run: usermod --shell /usr/sbin/nologin {Host.ResponderUser}");
        else
            yield return Finding.Ok(name, Host.ResponderUser + ", without a login");
    }

    private static IEnumerable<Finding> Program(Host host)
    {
        const string name = "program";
        const string path = Host.InstalledProgram;
        if (!File.Exists(host.PathTo(path)))
        {
            yield return Finding.Fault(name, path + " is not installed", "run install.sh");
            yield break;
        }

        var isOpen = (File.GetUnixFileMode(host.PathTo(path)) & UnixFileMode.OtherWrite) != 0;
        List<Finding> open = [.. FolderChecks.Look(name, [host.PathTo(path)])];
        if (isOpen)
        {
            open.Add(Finding.Fault(name, $"every user can change {path}, which others run",
                $"run install.sh again, and: chmod 755 {path}"));
        }

        foreach (var finding in open)
            yield return finding;
        if (open.Count > 0)
            yield break;
        if (!host.MayActAsResponder)
        {
            yield return Finding.Ok(name, path + " is there");
            yield break;
        }

        var installed = host.RunAsResponder(path, "--version");
        var own = host.RunResponder("--version");
        if (!installed.Succeeded)
            yield return Finding.Fault(name, $"{Host.ResponderUser} cannot run {path}: {installed.Complaint}",
                $"run install.sh again, or: chmod 755 {path}");
        else if (own.Succeeded && installed.Output != own.Output)
            yield return Finding.Warning(name,
                $"{path} is {installed.Output.OneLine()}, and this is {own.Output.OneLine()}",
                "run install.sh of the version that you want");
        else
            yield return Finding.Ok(name, $"{path}: {installed.Output.OneLine()}");
    }

    private static IEnumerable<Finding> Libraries(Host host)
    {
        const string name = "libraries";
        var known = host.Run("ldconfig", "-p");
        if (!known.Succeeded)
            return [Finding.Warning(name, $"ldconfig {known.Complaint}: libraries were not looked for",
                "apt-get install libc-bin")];
        List<Finding> missing = [];
        if (!known.Output.Contains("libssl.so.3", StringComparison.Ordinal)
            || !known.Output.Contains("libcrypto.so.3", StringComparison.Ordinal))
            missing.Add(Finding.Fault(name,
            "OpenSSL 3 (libssl.so.3, libcrypto.so.3) is missing: no reply can be signed, nor sent to Amazon",
            "apt-get install libssl3"));
        return missing.OrOk(name, "all there");
    }
}
