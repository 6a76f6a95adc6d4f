using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.SimpleEmail;
using MailResponder.Crypto;
using MailResponder.Settings;

namespace MailResponder.Delivery;

/// <summary>
/// The account through which replies go out. No file is read and nobody is asked before the first call; the
/// connection is kept for the ones after it.
/// </summary>
internal sealed class SesAccount(SesSettings settings)
{
    private Task<AmazonSimpleEmailServiceClient>? _client;

    /// <summary>One call of the service, tried once.</summary>
    /// <param name="budget">How long credentials and answer may take together.</param>
    /// <param name="call">Makes the call.</param>
    /// <exception cref="ResponderException">There are no credentials that can be used.</exception>
    /// <exception cref="Exception">Whatever the call threw; see <see cref="SesFailure"/>.</exception>
    public T Call<T>(TimeSpan budget, Func<AmazonSimpleEmailServiceClient, CancellationToken, Task<T>> call)
    {
        using var cancellation = new CancellationTokenSource(budget);
        // The wait has a bound of its own: not all of the SDK looks at the token.
        return Run(cancellation.Token).WaitAsync(cancellation.Token).GetAwaiter().GetResult();

        async Task<T> Run(CancellationToken token)
        {
            _client ??= Connect();
            return await call(await _client.ConfigureAwait(false), token).ConfigureAwait(false);
        }
    }

    private async Task<AmazonSimpleEmailServiceClient> Connect()
    {
        LibCrypto.LoadConfiguration();
        var config = new AmazonSimpleEmailServiceConfig
        {
            AuthenticationRegion = settings.Region,
            // Which failures are worth another try, and until when, is the sender's affair.
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            AllowAutoRedirect = false,
            DisableLogging = true,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (settings.Endpoint is { } endpoint)
            config.ServiceURL = endpoint.AbsoluteUri;
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region);
        var credentials = settings.CredentialsFile is { } file
            ? CredentialsFile.Read(file, settings.Profile)
            : await OfHost(config).ConfigureAwait(false);
        return new AmazonSimpleEmailServiceClient(credentials, config);
    }

    /// <summary>Credentials as every AWS program finds them; they are fetched here, so that a failure is told apart.</summary>
    private static async Task<AWSCredentials> OfHost(AmazonSimpleEmailServiceConfig config)
    {
        try
        {
            var credentials = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(config).ConfigureAwait(false);
            await credentials.GetCredentialsAsync().ConfigureAwait(false);
            return credentials;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new ResponderException(Cause.Send, "no AWS credentials: neither in the environment, nor from a container, " +
                "nor from an instance role; give the host a role, or name a file in ses.credentials_file", exception);
        }
    }
}
