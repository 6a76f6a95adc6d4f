using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>Reads what the sections of all services of AWS have in common.</summary>
internal static class AwsSection
{
    public static readonly string[] Names = ["region", "endpoint", "credentials_file", "profile"];

    /// <summary>The connection with endpoint and credentials as the section has them.</summary>
    /// <param name="section">Of the service.</param>
    /// <param name="connection">With its region.</param>
    /// <param name="filePath">Makes a path absolute.</param>
    /// <param name="roots">The file of the authorities that may vouch for the service.</param>
    public static T Read<T>(SettingsSection section, T connection, Func<string, string> filePath, string roots)
        where T : AwsConnection
    {
        var credentialsFile = section.Text("credentials_file");
        var profile = section.Text("profile");
        if (profile.Length > 0 && credentialsFile.Length == 0)
            section.Add(section.LineOf("profile"), "profile", "is a section of the credentials_file, which is not set");
        return (T)((AwsConnection)connection with
        {
            Endpoint = section.Endpoint("endpoint"),
            CredentialsFile = credentialsFile.Length > 0 ? filePath(credentialsFile) : null,
            Profile = profile.Length > 0 ? profile : connection.Profile,
            Roots = roots,
        });
    }
}
