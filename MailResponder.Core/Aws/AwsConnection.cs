using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace MailResponder.Aws;

/// <summary>How a service of AWS is reached, and by whose right.</summary>
/// <param name="Name">The service's section of the settings file.</param>
/// <param name="Region">An AWS region, like eu-west-1.</param>
internal record AwsConnection(string Name, string Region)
{
    /// <summary>Where install.sh puts the roots of AWS.</summary>
    public const string DefaultRoots = "/etc/mail_responder/aws-roots.pem";

    /// <summary>Null: the region's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>An AWS credentials file (INI). Null: environment, container or instance role.</summary>
    public string? CredentialsFile { get; init; }

    /// <summary>The section of the credentials file.</summary>
    public string Profile { get; init; } = "default";

    /// <summary>The file of the authorities that may vouch for the service.</summary>
    public string Roots { get; init; } = DefaultRoots;

    /// <summary>Where the credentials of the instance's role are kept from process to process. Null: nowhere.</summary>
    public string? RoleFile { get; init; }

    private RoleFile? Role => RoleFile is not null && Aws.RoleFile.IsLastResort
        ? new RoleFile(RoleFile, TimeProvider.System) : null;

    /// <summary>
    /// Sets up a client that tries each call once: whether a failure is worth another try is its caller's affair.
    /// </summary>
    /// <exception cref="ResponderException"><see cref="Roots"/> cannot be used.</exception>
    public void Configure(ClientConfig config)
    {
        config.HttpClientFactory = new AwsClients(Endpoint, Roots);
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
        ? Aws.CredentialsFile.Read(file, Profile)
        : await OfHost(config).ConfigureAwait(false);

    /// <summary>
    /// Credentials as every AWS program finds them; they are fetched here, so that a failure is told apart.
    /// </summary>
    private async Task<AWSCredentials> OfHost(ClientConfig config)
    {
        var role = Role;
        if (role?.Read() is { } kept)
            return kept;
        try
        {
            var credentials = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(config)
                .ConfigureAwait(false);
            await credentials.GetCredentialsAsync().ConfigureAwait(false);
            if (role is not null)
                await role.Fetch().ConfigureAwait(false);
            return credentials;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new ResponderException(Cause.Send,
                "no AWS credentials: neither in the environment, nor from a container, " +
                $"nor from an instance role; give the host a role, or name a file in {Name}.credentials_file",
                exception);
        }
    }

    /// <summary>
    /// What a role may do, or whether it is still this host's, may have changed: the next process asks the instance.
    /// </summary>
    public void ForgetRole() => Role?.Forget();
}

/// <summary>Names of AWS regions. New ones come, so only their form is looked at.</summary>
internal static class AwsRegion
{
    /// <summary>Whether it could be one, like eu-west-1 or us-gov-east-1.</summary>
    public static bool IsName(string text)
    {
        var labels = text.Split('-');
        return labels.Length >= 3 && labels[^1].Length > 0 && labels[^1].All(char.IsAsciiDigit)
            && Array.TrueForAll(labels, label => label.Length > 0
                && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)));
    }
}
