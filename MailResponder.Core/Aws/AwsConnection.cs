using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace MailResponder.Aws;

/// <summary>How to reach an AWS service, and with which credentials.</summary>
/// <param name="Name">The section of the service in the settings file.</param>
/// <param name="Region">An AWS region, like eu-west-1.</param>
internal record AwsConnection(string Name, string Region)
{
    /// <summary>Where install.sh puts the roots of AWS.</summary>
    public const string DefaultRoots = "/etc/mail_responder/aws-roots.pem";

    /// <summary>What to do if a role gives no credentials. The SDK reports no role and no answer alike.</summary>
    public const string MendRole = "give the host a role, or, if it has one, see why its metadata service does not "
        + "answer (curl 169.254.169.254 as mail_responder)";

    /// <summary>The endpoint of the service. Null: the one of the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>
    /// The path of an AWS credentials file (INI). Null: the environment, or the role of the container or instance.
    /// </summary>
    public string? CredentialsFile { get; init; }

    /// <summary>The section of the credentials file.</summary>
    public string Profile { get; init; } = "default";

    /// <summary>The file of the certificate authorities that are trusted for the service.</summary>
    public string Roots { get; init; } = DefaultRoots;

    /// <summary>
    /// The file that keeps the credentials of the instance's role for the next process. Null: they are not kept.
    /// </summary>
    public string? RoleFile { get; init; }

    private RoleFile? Role => RoleFile is not null && Aws.RoleFile.IsLastResort
        ? new RoleFile(RoleFile, TimeProvider.System) : null;

    /// <summary>Configures a client to try each call once. The caller decides whether to retry.</summary>
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

    /// <exception cref="ResponderException">No usable credentials were found.</exception>
    public async Task<AWSCredentials> Credentials(ClientConfig config) => CredentialsFile is { } file
        ? Aws.CredentialsFile.Read(file, Profile)
        : await OfHost(config).ConfigureAwait(false);

    /// <summary>
    /// Finds credentials as any AWS program does. Fetches them now, so that a failure here can be told from a failure
    /// of the call.
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
                $"nor from an instance role; {MendRole}, or name a file in {Name}.credentials_file",
                exception);
        }
    }

    /// <summary>
    /// Deletes the kept credentials of the role, so that the next process asks the instance. The role's permissions may
    /// have changed, or the host may have another role by now.
    /// </summary>
    public void ForgetRole() => Role?.Forget();
}

/// <summary>Checks the names of AWS regions. Amazon adds new regions, so only the form is checked.</summary>
internal static class AwsRegion
{
    /// <summary>Whether the text can be a part of the name of a service's host, as each region is.</summary>
    public static bool IsPartOfHostName(string text) =>
        System.Text.Ascii.IsValid(text) && Uri.CheckHostName($"s3.{text}.amazonaws.com") == UriHostNameType.Dns;

    /// <summary>Whether the text has the form of a region, like eu-west-1 or us-gov-east-1.</summary>
    public static bool IsName(string text)
    {
        var labels = text.Split('-');
        return labels.Length >= 3 && labels[^1].Length > 0 && labels[^1].All(char.IsAsciiDigit)
            && Array.TrueForAll(labels, label => label.Length > 0
                && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)));
    }
}
