namespace MailResponder.Tests.Install;

/// <summary>A first run on a host that has users, aliases and a name of its own.</summary>
[Collection(ServerRoots.SecondCollection)]
public sealed class ExistingHostTests : IDisposable
{
    private readonly ServerRoot _root = new(ServerRoots.Debian);
    private readonly string _release;

    public ExistingHostTests() => _release = _root.Unpack();

    public void Dispose() => _root.Dispose();

    /// <summary>Reports about replies name requesters, so they lead to no person.</summary>
    [Theory]
    [InlineData("bounces: alice\n")]
    [InlineData("\"Bounces\" : alice,\n# a comment\n   bob\nother: alice\n  bob\nbounces: carol\n")]
    public void AliasOfTheBounceAddress_IsReplacedAndComesBack(string theirs)
    {
        theirs = "postmaster: alice\n" + theirs;
        _root.Write("/etc/aliases", theirs);

        var said = Install("--domain example.com").Good().Output;

        Assert.Contains("replace the alias bounces in /etc/aliases, because bounces name requesters\n", said,
            StringComparison.Ordinal);
        Assert.Contains("alice", said.Split("note: this run replaced these")[1].Split("/etc/aliases: ")[1],
            StringComparison.Ordinal);
        Assert.Equal("mail_responder_feedback@localhost\n", Bounces());
        Assert.Equal("alice\n", _root.Run("postmap -q postmaster hash:/etc/aliases").Output);
        Assert.Equal("nothing to do\n", Install().Good().Output);

        Install("--uninstall").Good();
        Assert.Equal(theirs, _root.Read("/etc/aliases"));
    }

    /// <summary>An earlier version kept that alias, and noted it without a text.</summary>
    [Fact]
    public void AliasThatAnEarlierVersionKept_IsReplaced_AndAnEditSinceIsKept()
    {
        Install("--domain example.com").Good();
        _root.Run("sed -i 's/^bounces: .*/bounces: alice/' /etc/aliases && newaliases && "
            + ": >/var/backups/mail_responder/aliases/bounces").Good();
        Install().Good();
        Assert.Equal("mail_responder_feedback@localhost\n", Bounces());

        _root.Run("sed -i 's/^bounces: .*/bounces: bob/' /etc/aliases && newaliases").Good();
        Assert.StartsWith("kept, edited: alias bounces in /etc/aliases\n", Install().Good().Output,
            StringComparison.Ordinal);
        Assert.Equal("bob\n", Bounces());
    }

    /// <summary>useradd on a full disk writes the first file and not the second. useradd -N makes no group.</summary>
    [Fact]
    public void UserWithoutItsGroup_GetsIt()
    {
        _root.Run("useradd --system -N mail_responder && "
            + "echo 'forwarder:x:990:990::/var/lib/forwarder:/usr/sbin/nologin' >>/etc/passwd").Good();
        Install("--domain example.com").Good();
        Assert.Equal("mail_responder\nforwarder\n", _root.Run("id -gn mail_responder; id -gn forwarder").Output);
        Assert.Contains("750 root:mail_responder", _root.Run("stat -c '%a %U:%G' /etc/mail_responder").Output,
            StringComparison.Ordinal);
        Assert.Equal("nothing to do\n", Install().Good().Output);
    }

    [Fact]
    public void GroupWithoutItsUser_GetsIt()
    {
        _root.Run("groupadd --system mail_responder && groupadd forwarder").Good();
        Install("--domain example.com").Good();
        Assert.Equal("mail_responder\nforwarder\n", _root.Run("id -gn mail_responder; id -gn forwarder").Output);
    }

    /// <summary>localhost.com is somebody else's.</summary>
    [Fact]
    public void HostNamedAsItsDomain_TakesNoOtherName()
    {
        Install("--domain example.com --hostname example.com").Good();
        Assert.Contains("\"own_domains\": [\"example.com\", \"localhost.example.com\"],",
            _root.Read("/etc/mail_responder/settings.json"), StringComparison.Ordinal);
        Assert.Equal("example.com, localhost.example.com, localhost, example.com\n",
            _root.Run("postconf -x -h mydestination").Output);
        Assert.Equal("nothing to do\n", Install().Good().Output);
    }

    private HostRun Install(string options = "") => _root.Run($"{_release}/install.sh {options}");

    private string Bounces() => _root.Run("postmap -q bounces hash:/etc/aliases").Output;
}
