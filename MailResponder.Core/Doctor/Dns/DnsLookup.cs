using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace MailResponder.Doctor;

/// <summary>Queries the name servers of the host, over TCP if an answer is too long for UDP.</summary>
internal sealed class DnsLookup
{
    /// <summary>The maximum number of name servers that the resolver uses (MAXNS in resolv.conf(5)).</summary>
    private const int MaxServers = 3;

    private readonly LookupClient _client;

    /// <param name="host">
    /// The host whose /etc/resolv.conf names the servers. If it names none, the server is the host itself.
    /// </param>
    public DnsLookup(Host host) : this(ServersOf(host))
    {
    }

    /// <param name="servers">
    /// The servers in the order in which they are tried. The next one is tried if one fails or does not answer.
    /// </param>
    public DnsLookup(params IPEndPoint[] servers) => _client = new LookupClient(Options(servers));

    /// <summary>
    /// Returns each name server of the host, and whether it reports the root zone's signatures as genuine.
    /// </summary>
    public static List<(IPAddress Server, bool Validates)> Validation(Host host) =>
        [.. ServersOf(host).Select(server => (server.Address, Validates(server)))];

    private static bool Validates(IPEndPoint server)
    {
        var options = Options(server);
        options.RequestDnsSecRecords = true;
        try
        {
            var answer = new LookupClient(options).Query(DnsString.RootLabel, QueryType.NS);
            return answer is { HasError: false, Answers.Count: > 0 } && answer.Header.IsAuthenticData;
        }
        catch (DnsResponseException)
        {
            return false;
        }
    }

    private static LookupClientOptions Options(params IPEndPoint[] servers) => new(servers)
    {
        Timeout = TimeSpan.FromSeconds(3),
        Retries = 1,
        UseRandomNameServer = false,
        // An answer without records is final: do not try another server.
        ContinueOnEmptyResponse = false,
    };

    /// <param name="type">The record type: TXT, MX, A, AAAA or PTR.</param>
    /// <returns>
    /// The data of the records. The strings of a TXT record are joined (RFC 7208, section 3.3). MX and PTR are host
    /// names in lower case without a final dot. Empty if the name has no such record. Null if no server answered or all
    /// failed.
    /// </returns>
    public IReadOnlyList<string>? Ask(string name, QueryType type)
    {
        try
        {
            var response = _client.Query(name, type);
            return response.Header.ResponseCode
                is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain) ? null
                : [.. response.Answers.Select(DataOf).OfType<string>()];
        }
        catch (Exception exception) when (exception is DnsResponseException or ArgumentException)
        {
            // No server answered, or the name is not a valid domain name.
            return null;
        }
    }

    /// <summary>Returns the addresses of a host, IPv4 first. Null if no server answered.</summary>
    public IReadOnlyList<string>? Addresses(string name) =>
        Ask(name, QueryType.A) is { } four ? [.. four, .. Ask(name, QueryType.AAAA) ?? []] : null;

    /// <summary>Returns the host names of an address. Null if no server answered.</summary>
    public IReadOnlyList<string>? Names(IPAddress address) => Ask(address.GetArpaName(), QueryType.PTR);

    private static IPEndPoint[] ServersOf(Host host) => [.. (host.Lines("/etc/resolv.conf") ?? [])
        .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Select(words => words is ["nameserver", var text, ..] && IPAddress.TryParse(text, out var address)
            ? address : null)
        .OfType<IPAddress>().Take(MaxServers).DefaultIfEmpty(IPAddress.Loopback)
        .Select(address => new IPEndPoint(address, NameServer.DefaultPort))];

    /// <summary>Returns the data of a record. Null for the CNAME records that lead to the name.</summary>
    private static string? DataOf(DnsResourceRecord record) => record switch
    {
        TxtRecord text => string.Concat(text.Text),
        MxRecord mx => NameOf(mx.Exchange),
        PtrRecord pointer => NameOf(pointer.PtrDomainName),
        AddressRecord host => host.Address.ToString(),
        _ => null,
    };

    private static string NameOf(DnsString name) =>
        name.Value is "." ? "." : name.Value.TrimEnd('.').ToLowerInvariant();
}
