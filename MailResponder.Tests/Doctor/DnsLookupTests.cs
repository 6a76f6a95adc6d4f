using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MailResponder.Doctor;
using MailResponder.Tests.Postfix;
using QueryType = DnsClient.QueryType;

namespace MailResponder.Tests.Doctor;

/// <summary>Look-ups at a real name server and at broken ones.</summary>
public sealed class DnsLookupTests : IDisposable
{
    private readonly FakeHost _fake = new();

    public void Dispose() => _fake.Dispose();

    [Fact]
    public void StringsOfARecord_AreJoined() => Assert.Equal(["v=DKIM1; p=AABB"],
        Ask("example.com", QueryType.TXT, "txt-record=example.com,v=DKIM1; p=AA,BB"));

    [Fact]
    public void MailServer_IsANameInLowerCase_BehindAnAlias() => Assert.Equal(["mail.example.com"],
        Ask("example.com", QueryType.MX, "host-record=other.example,192.0.2.7", "cname=example.com,other.example",
            "mx-host=other.example,Mail.Example.COM,10"));

    [Fact]
    public void Names_AreThoseOfTheAddress()
    {
        using var server = new NameServer("host-record=mail.example.com,192.0.2.7,2001:db8::7");
        var dns = Lookup(server.Address);
        Assert.Equal(["192.0.2.7", "2001:db8::7"], dns.Addresses("mail.example.com"));
        Assert.Equal(["mail.example.com"], dns.Names(IPAddress.Parse("192.0.2.7")));
        Assert.Equal(["mail.example.com"], dns.Names(IPAddress.Parse("2001:db8::7")));
    }

    /// <summary>The server sets the TC bit, and returns the whole answer over TCP.</summary>
    [Fact]
    public void AnswerThatIsTooLongForUdp_IsWhole()
    {
        var parts = Enumerable.Range(0, 4).Select(i => new string((char)('a' + i), 250)).ToList();
        var answer = Ask("example.com", QueryType.TXT, "edns-packet-max=512",
            "txt-record=example.com," + string.Join(',', parts));
        Assert.Equal([string.Concat(parts)], answer);
    }

    [Theory]
    [InlineData("missing.example.com")]
    [InlineData("example.com")]
    public void MissingNameOrRecord_IsAnAnswer(string name)
    {
        var answer = Ask(name, QueryType.TXT, "host-record=example.com,192.0.2.7");
        Assert.NotNull(answer);
        Assert.Empty(answer);
    }

    /// <summary>A validating server sets AD. dnsmasq, which only forwards, does not.</summary>
    [Theory]
    [InlineData(true, 0, true)]
    [InlineData(false, 0, false)]
    [InlineData(true, 2, false)]
    public void Validation_IsWhatTheServerSaysOfTheRoot(bool saysGenuine, int code, bool expected)
    {
        using var server = new RootAnswer(saysGenuine, code);
        Resolve(server.Address);
        Assert.Equal([(IPAddress.Parse(server.Address), expected)], DnsLookup.Validation(_fake.Host));
        var findings = TlsChecks.Resolvers(_fake.Host);
        Assert.Equal(expected ? FindingState.Ok : FindingState.Fault, Assert.Single(findings).State);
    }

    [Fact]
    public void OneServerThatDoesNotValidate_IsEnough()
    {
        using var genuine = new RootAnswer(true, 0);
        using var other = new NameServer("host-record=mail.example.com,192.0.2.7");
        Resolve(genuine.Address, other.Address);
        var finding = Assert.Single(TlsChecks.Resolvers(_fake.Host));
        Assert.Equal(FindingState.Fault, finding.State);
        Assert.Contains(other.Address, finding.Text, StringComparison.Ordinal);
    }

    private void Resolve(params string[] servers) =>
        _fake.Folder.Write("etc/resolv.conf", string.Concat(servers.Select(server => $"nameserver {server}\n")));

    [Fact]
    public void ServerThatFails_GivesNoAnswer()
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var failing = Task.Run(async () =>
        {
            for (; ; )
            {
                var query = await socket.ReceiveAsync();
                // The QR bit, and SERVFAIL.
                (query.Buffer[2], query.Buffer[3]) = ((byte)(query.Buffer[2] | 0x80), 2);
                await socket.SendAsync(query.Buffer, query.RemoteEndPoint);
            }
        });
        Assert.Null(new DnsLookup((IPEndPoint)socket.Client.LocalEndPoint!).Ask("example.com", QueryType.MX));
        Assert.False(failing.IsCompleted);
    }

    [Fact]
    public void SilentServer_GivesNone_InSeconds()
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var watch = Stopwatch.StartNew();
        Assert.Null(new DnsLookup((IPEndPoint)socket.Client.LocalEndPoint!).Ask("example.com", QueryType.MX));
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a..example.com")]
    [InlineData("{ x }\u0001.example.com")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg.example.com")]
    public void NameThatIsNone_IsNoFailure(string name) => Assert.True(Ask(name, QueryType.A) is null or []);

    [Fact]
    public void NextServer_IsAskedWhenTheFirstIsDead()
    {
        using var server = new NameServer("txt-record=example.com,here");
        // No server listens at the first address.
        Assert.Equal(["here"], Lookup("127.0.0.53", server.Address).Ask("example.com", QueryType.TXT));
    }

    [Fact]
    public void DeadResolver_IsOneFinding()
    {
        _fake.Folder.Write("etc/resolv.conf", "nameserver 127.0.0.53\n");
        var finding = Assert.Single(DnsChecks.Look(_fake.Host, TestSettings.In(_fake.Folder.Path), null));
        Assert.Equal(("dns", FindingState.Warning), (finding.Name, finding.State));
        Assert.Contains("/etc/resolv.conf", finding.Remedy, StringComparison.Ordinal);
    }

    private IReadOnlyList<string>? Ask(string name, QueryType type, params string[] records)
    {
        using var server = new NameServer(records);
        return Lookup(server.Address).Ask(name, type);
    }

    /// <summary>Looks up through a resolv.conf(5) that names these servers and has comments.</summary>
    private DnsLookup Lookup(params string[] servers)
    {
        _fake.Folder.Write("etc/resolv.conf", "# made by a test\nsearch example.net\n"
            + string.Concat(servers.Select(address => $"nameserver\t{address} \n")) + "options edns0 trust-ad\n");
        return new DnsLookup(_fake.Host);
    }
}
