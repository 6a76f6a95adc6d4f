using Amazon.Runtime;

namespace MailResponder.Http;

/// <summary>Has clients of AWS speak through <see cref="DirectHandler"/>.</summary>
/// <param name="timeLeft">How long the call may still take.</param>
internal sealed class DirectClients(Func<TimeSpan> timeLeft) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(new DirectHandler(timeLeft)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Each client has its own time.</summary>
    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    /// <summary>The connection is kept from call to call.</summary>
    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
}
