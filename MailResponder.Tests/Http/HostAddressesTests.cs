using System.Net;
using MailResponder.Http;

namespace MailResponder.Tests.Http;

/// <summary>Addresses as connect(2) takes them. That a name is looked up in DNS is seen through SES and S3.</summary>
public class HostAddressesTests
{
    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("2001:db8::7")]
    public void Literal_IsTheAddressItself(string literal) =>
        Assert.Equal([new IPEndPoint(IPAddress.Parse(literal), 8443)], Of(literal));

    [Fact]
    public void Name_HasTheAddressesOfTheResolver() =>
        Assert.Contains(new IPEndPoint(IPAddress.Loopback, 8443), Of("localhost"));

    [Fact]
    public void NameOfNobody_IsSaidToBeUnknown()
    {
        var trouble = Assert.Throws<HttpRequestException>(() => Of("nobody.invalid"));
        Assert.Equal(HttpRequestError.NameResolutionError, trouble.HttpRequestError);
    }

    [Fact]
    public void TimeThatIsUp_EndsTheWait() =>
        Assert.Throws<TimeoutException>(() => HostAddresses.Of("localhost", 8443, () => TimeSpan.Zero));

    static IEnumerable<IPEndPoint> Of(string host) =>
        HostAddresses.Of(host, 8443, () => TimeSpan.FromSeconds(20)).Select(bytes =>
        {
            var address = new SocketAddress((System.Net.Sockets.AddressFamily)(bytes[0] == 2 ? 2 : 23), bytes.Length);
            bytes.CopyTo(address.Buffer.Span);
            return (IPEndPoint)new IPEndPoint(bytes[0] == 2 ? IPAddress.Any : IPAddress.IPv6Any, 0).Create(address);
        });
}
