namespace MailResponder.Tests.Install;

/// <summary>Cases in which install.sh refuses to start, and its messages.</summary>
[Collection(ServerRoots.Collection)]
public sealed class RefusalTests(RefusalTests.Server server) : IClassFixture<RefusalTests.Server>
{
    public sealed class Server : IDisposable
    {
        public Server() => Release = Root.Unpack();

        internal ServerRoot Root { get; } = new(ServerRoots.Debian, "bare");

        internal string Release { get; }

        public void Dispose() => Root.Dispose();
    }

    [Theory]
    [InlineData("", "no domain to answer for: the first run needs --domain")]
    [InlineData("--domain", "--domain needs a value")]
    [InlineData("--domain ''", "--domain needs a value")]
    [InlineData("--domain example", "--domain example: not a domain name")]
    [InlineData("--domain 'example.com example.org'", "not a domain name")]
    [InlineData("--domain -example.com", "not a domain name")]
    [InlineData("--domain 'a\".com'", "not a domain name")]
    [InlineData("--add-domain example", "--add-domain example: not a domain name")]
    [InlineData("--remove-domain example.com", "not one of the domains answered for")]
    [InlineData("--domain example.com --hostname mail", "--hostname mail: not a host name with its domain")]
    [InlineData("--domain example.com --from example.com", "--from example.com: not an address")]
    [InlineData("--domain example.com --from 'a b@example.com'", "not an address")]
    [InlineData("--domain example.com --support '|sh@example.com'", "not an address")]
    [InlineData("--domain example.com --database oracle", "neither sqlite nor mysql")]
    [InlineData("--domain example.com --ses-region Ireland", "not a region")]
    [InlineData("--domain example.com --ssh-port 0", "not a port from 1 to 65535")]
    [InlineData("--domain example.com --ssh-port 65536", "not a port from 1 to 65535")]
    [InlineData("--domain example.com --ssh-port 22a", "not a port from 1 to 65535")]
    [InlineData("--domian example.com", "unknown option: --domian")]
    [InlineData("example.com", "unknown option: example.com")]
    public void WrongOptions_AreExplained(string options, string explanation)
    {
        var before = server.Root.Listing();
        var run = server.Root.Run($"{server.Release}/install.sh {options}");
        Assert.Equal(64, run.ExitCode);
        Assert.Contains(explanation, run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
        Assert.Equal(before, server.Root.Listing());
    }

    [Fact]
    public void Help_IsTheManual()
    {
        var run = server.Root.Run($"{server.Release}/install.sh --help").Good();
        foreach (var option in (string[])["--domain D", "--add-domain D", "--remove-domain D", "--hostname H",
            "--from ADDR", "--support ADDR", "--database KIND", "--ses-region R",
            "--strict-recipients", "--no-authentication", "--ssh-port N", "--no-packages", "--dry-run", "--uninstall",
            "Exit status: "])
            Assert.Contains(option, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("#", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void OrdinaryUser_IsTold()
    {
        var run = server.Root.Run(
            "chmod 755 /root && "
            + $"setpriv --reuid=65534 --clear-groups {server.Release}/install.sh --domain example.com");
        Assert.Equal(77, run.ExitCode);
        Assert.Contains("run this as root", run.Errors, StringComparison.Ordinal);
    }

    /// <summary>Two runs at once would destroy each other's records. No other user can hold up a run.</summary>
    [Fact]
    public void OtherRun_IsNotDisturbed()
    {
        const string turn = "/run/mail_responder-install.lock";
        var install = $"{server.Release}/install.sh --domain example.com --dry-run";
        server.Root.Run(install).Good();
        var before = server.Root.Listing();
        Assert.NotEqual(0, server.Root.Run(
            $"setpriv --reuid=65534 --clear-groups flock -n {turn} true").ExitCode);

        var run = server.Root.Run($"flock {turn} {install}");

        Assert.Equal(75, run.ExitCode);
        Assert.Equal("install.sh: another install.sh is running: wait until it has ended, then run this again\n",
            run.Errors);
        Assert.Equal("", run.Output);
        Assert.Equal(before, server.Root.Listing());
    }

    [Fact]
    public void OtherSystem_IsTold()
    {
        using var root = new ServerRoot(ServerRoots.Debian, "bare");
        root.Run("rm /etc/os-release && echo ID=fedora >/etc/os-release").Good();
        var run = root.Run($"{root.Unpack()}/install.sh --domain example.com");
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("neither Debian nor Ubuntu", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingProgram_IsTold()
    {
        using var root = new ServerRoot(ServerRoots.Debian, "bare");
        var release = root.Unpack();
        var run = root.Run($"rm {release}/responder && {release}/install.sh --domain example.com");
        Assert.Equal(66, run.ExitCode);
        Assert.Contains("run MailResponder.Cli/publish.sh first", run.Errors, StringComparison.Ordinal);
    }
}
