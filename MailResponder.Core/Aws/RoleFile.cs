using System.Globalization;
using System.Text;
using Amazon.Runtime;
using Amazon.Util;
using MailResponder.Files;

namespace MailResponder.Aws;

/// <summary>
/// Keeps the credentials of the instance's role in a private file until shortly before they expire. Without it, each
/// message would ask the instance metadata service. A file that is missing, broken or open to others is ignored. If the
/// file cannot be written, only time is lost.
/// </summary>
/// <param name="path">The path of the file. Any process may replace the whole file at any time.</param>
/// <param name="clock">Tells the time.</param>
internal sealed class RoleFile(string path, TimeProvider clock)
{
    private const string Mark = "credentials of the instance's role; made by responder, and may be deleted at any time";
    private const string EndpointVariable = "AWS_EC2_METADATA_SERVICE_ENDPOINT";

    /// <summary>
    /// Credentials that expire sooner are not used. The service has new ones five minutes before the old ones expire,
    /// and a call takes a minute at most.
    /// </summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(4);

    /// <summary>
    /// The longest validity of a role's credentials. A longer one means that this host's clock was wrong, or that the
    /// file is damaged.
    /// </summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary>Variables that do not say where credentials are.</summary>
    private static readonly string[] OtherVariables =
        [EndpointVariable, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "AWS_REGION", "AWS_DEFAULT_REGION"];

    /// <summary>Whether the instance is the only possible source of credentials for this process.</summary>
    public static bool IsLastResort =>
        !Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Any(name => name.StartsWith("AWS_", StringComparison.Ordinal) && !OtherVariables.Contains(name))
        && !Directory.Exists(Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws"));

    private static string Endpoint => Environment.GetEnvironmentVariable(EndpointVariable) ?? "";

    /// <summary>Reads the credentials. Null if there are none that can still be used.</summary>
    public AWSCredentials? Read() => FileTrouble.OrNull(() =>
        RegularFile.Exists(path) && File.GetUnixFileMode(path) == RegularFile.OwnerOnly
        && File.ReadAllLines(path) is [Mark, var endpoint, var expiry, var key, var secret, var token, Mark]
        && key.Length * secret.Length * token.Length > 0 && endpoint == Endpoint
        && DateTimeOffset.TryParseExact(
            expiry, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)
        && until - clock.GetUtcNow() is var left && left > Margin && left <= Longest
            ? new SessionAWSCredentials(key, secret, token) : null);

    /// <summary>Fetches credentials from the instance and stores them for the next processes.</summary>
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
        // If the file cannot be written, the next process asks again.
        FileTrouble.Try(() => AtomicFile.Write(
            path, RegularFile.OwnerOnly, stream => stream.Write(Encoding.ASCII.GetBytes(string.Join('\n', lines)))));
    }

    /// <summary>
    /// Deletes the file, so that the next process asks the instance. If that fails, the credentials still expire.
    /// </summary>
    public void Forget() => FileTrouble.Try(() => File.Delete(path));
}
