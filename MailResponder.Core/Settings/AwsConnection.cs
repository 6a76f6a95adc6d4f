using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using MailResponder.Crypto;

namespace MailResponder.Settings;

/// <summary>How a service of AWS is reached, and by whose right.</summary>
/// <param name="Name">The service's section of the settings file.</param>
/// <param name="Region">An AWS region, like eu-west-1.</param>
internal sealed record AwsConnection(string Name, string Region)
{
    /// <summary>Null: the region's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>An AWS credentials file (INI). Null: environment, container or instance role.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>The section of the credentials file.</summary>
    public string Profile { get; init; } = "default";

    /// <summary>Sets up a client that tries each call once: whether a failure is worth another try is its caller's affair.</summary>
    public void Configure(ClientConfig config)
    {
        LibCrypto.LoadConfiguration();
        config.AuthenticationRegion = Region;
        config.MaxErrorRetry = 0;
        config.MaxStaleConnectionRetries = 0;
        config.AllowAutoRedirect = false;
        config.DisableLogging = true;
        config.Timeout = Timeout.InfiniteTimeSpan;
        if (Endpoint is not null)
            config.ServiceURL = Endpoint.AbsoluteUri;
        else
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(Region);
    }

    /// <exception cref="ResponderException">There are none that can be used.</exception>
    public async Task<AWSCredentials> Credentials(ClientConfig config) => CredentialsFile is { } file
        ? Settings.CredentialsFile.Read(file, Profile)
        : await OfHost(config).ConfigureAwait(false);

    /// <summary>Credentials as every AWS program finds them; they are fetched here, so that a failure is told apart.</summary>
    private async Task<AWSCredentials> OfHost(ClientConfig config)
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
                $"nor from an instance role; give the host a role, or name a file in {Name}.credentials_file", exception);
        }
    }
}
