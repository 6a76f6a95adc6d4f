namespace MailResponder.Doctor;

/// <summary>The installed program, the libraries that it takes from the host, and the user that runs it.</summary>
internal static class ProgramChecks
{
    public static IEnumerable<Finding> Look(Host host) => [.. User(host), .. Program(host), .. Libraries(host)];

    private static Check User(Host host)
    {
        var (check, user) = (new Check("user"), host.PasswdEntry(Host.ResponderUser));
        if (user is null)
            return check.Fault($"there is no user {Host.ResponderUser}: Postfix cannot run the responder",
                "run install.sh");
        if (user is [_, _, "0", ..])
            return check.Fault($"{Host.ResponderUser} is another name of root; pipe(8) refuses it",
                "delete the user and run install.sh");
        return user is [.., var home, var shell] && Path.GetFileName(shell) is not ("nologin" or "false")
            ? check.Warning($"{Host.ResponderUser} can log in (shell {shell}, home {home})",
                $"run: usermod --shell /usr/sbin/nologin {Host.ResponderUser}")
            : check.Ok(Host.ResponderUser + ", without a login");
    }

    private static Check Program(Host host)
    {
        const string name = "program", path = Host.InstalledProgram;
        var (check, file) = (new Check(name), host.PathTo(path));
        if (!File.Exists(file))
            return check.Fault(path + " is not installed", "run install.sh");
        check.AddRange(FileModeChecks.Folders(name, [file]));
        if (Host.IsOpen(file, UnixFileMode.OtherWrite))
            check.Fault($"every user can change {path}, which others run",
                $"run install.sh again, and: chmod 755 {path}");
        if (check.Count > 0)
            return check;
        if (!host.MayActAsResponder)
            return check.Ok(path + " is there");
        var installed = host.RunAsResponder(path, "--version");
        if (!installed.Succeeded)
            return check.Fault($"{Host.ResponderUser} cannot run {path}: {installed.Complaint}",
                $"run install.sh again, or: chmod 755 {path}");
        return installed.Output.OneLine() == host.Program.Version
            ? check.Ok($"{path}: {host.Program.Version}")
            : check.Warning($"{path} is {installed.Output.OneLine()}, and this is {host.Program.Version}",
                "run install.sh of the version that you want");
    }

    private static Check Libraries(Host host)
    {
        var (check, known) = (new Check("libraries"), host.Run("ldconfig", "-p"));
        if (!known.Succeeded)
            return check.Warning($"ldconfig {known.Complaint}: libraries were not looked for",
                "apt-get install libc-bin");
        return known.Output.Contains("libssl.so.3", StringComparison.Ordinal)
            && known.Output.Contains("libcrypto.so.3", StringComparison.Ordinal)
            ? check.Ok("all there")
            : check.Fault("OpenSSL 3 (libssl.so.3, libcrypto.so.3) is missing: no reply can be signed, nor sent to "
                + "Amazon", "apt-get install libssl3");
    }
}
