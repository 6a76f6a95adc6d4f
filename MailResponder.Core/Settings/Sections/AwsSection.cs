using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>Reads what the sections of all services of AWS have in common.</summary>
internal static class AwsSection
{
    public static readonly string[] Names = ["region", "endpoint", "credentials_file", "profile"];

    /// <summary>The connection with endpoint and credentials as the section has them.</summary>
    /// <param name="section">The service's.</param>
    /// <param name="connection">With its region.</param>
    /// <param name="roots">The file of the authorities that may vouch for the service.</param>
    public static T Read<T>(SettingsSection section, T connection, string roots) where T : AwsConnection
    {
        var credentialsFile = section.FilePathOrNull("credentials_file");
        var profile = section.TextOrNull("profile");
        if (profile is not null && credentialsFile is null)
            section.Add("profile", "is a section of the credentials_file, which is not set");
        return (T)((AwsConnection)connection with
        {
            Endpoint = section.Endpoint("endpoint"),
            CredentialsFile = credentialsFile,
            Profile = profile ?? connection.Profile,
            Roots = roots,
        });
    }
}
