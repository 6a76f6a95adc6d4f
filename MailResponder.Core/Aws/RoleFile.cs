using System.Globalization;
using System.Text;
using Amazon.Runtime;
using Amazon.Util;
using MailResponder.Files;

namespace MailResponder.Aws;

/// <summary>
/// The credentials of the instance's role in a private file, until shortly before they expire: else each message would
/// ask the instance metadata service. A file that is missing, broken or open to others counts as none, and one that
/// cannot be written costs time only.
/// </summary>
/// <param name="path">Replaced whole; any process may at any time.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class RoleFile(string path, TimeProvider clock)
{
    private const string Mark = "credentials of the instance's role; made by responder, and may be deleted at any time";
    private const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

    /// <summary>
    /// The service has the next ones five minutes before the old ones expire; a call takes a minute at most.
    /// </summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(4);

    /// <summary>No role's credentials are valid for longer: then this host's clock was wrong, or the file is.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>Variables that do not tell where credentials are.</summary>
    private static readonly string[] OtherVariables =
        [EndpointVariable, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "AWS_REGION", "AWS_DEFAULT_REGION"];

    /// <summary>Whether nothing but the instance can have credentials for this process.</summary>
    public static bool IsLastResort =>
        !Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Any(name => name.StartsWith("AWS_", StringComparison.Ordinal) && !OtherVariables.Contains(name))
        && !Directory.Exists(Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws"));

    private static string Endpoint => Environment.GetEnvironmentVariable(EndpointVariable) ?? "";

    /// <summary>Null: there are none that can still be used.</summary>
    public AWSCredentials? Read() => FileTrouble.OrNull(() =>
        RegularFile.Exists(path) && File.GetUnixFileMode(path) == RegularFile.OwnerOnly
        && File.ReadAllLines(path) is [Mark, var endpoint, var expiry, var key, var secret, var token, Mark]
        && key.Length * secret.Length * token.Length > 0 && endpoint == Endpoint
        && DateTimeOffset.TryParseExact(
            expiry, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)
        && until - clock.GetUtcNow() is var left && left > Margin && left <= Longest
            ? new SessionAWSCredentials(key, secret, token) : null);

    /// <summary>Asks the instance for its credentials, for the next processes.</summary>
    public async Task Fetch()
    {
        var roles = await EC2InstanceMetadata.GetIAMSecurityCredentialsAsync().ConfigureAwait(false);
        if (roles?.Values.FirstOrDefault() is not { } role || Array.Exists(
            [role.AccessKeyId, role.SecretAccessKey, role.Token], string.IsNullOrEmpty))
        {
            return;
        }

        var expiry = new DateTimeOffset(role.Expiration.ToUniversalTime()).ToString("O", CultureInfo.InvariantCulture);
        string[] lines = [Mark, Endpoint, expiry, role.AccessKeyId, role.SecretAccessKey, role.Token, Mark];
        // The next process asks again when it cannot be written.
        FileTrouble.Try(() => AtomicFile.Write(
            path, RegularFile.OwnerOnly, stream => stream.Write(Encoding.ASCII.GetBytes(string.Join('\n', lines)))));
    }

    /// <summary>For the next process the instance is asked again. A file that stays expires by itself.</summary>
    public void Forget() => FileTrouble.Try(() => File.Delete(path));
}
