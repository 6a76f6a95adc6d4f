using MailResponder.Aws;

namespace MailResponder.Settings;

/// <summary>Reads the settings that the sections of all AWS services have in common.</summary>
internal static class AwsSection
{
    public static readonly string[] Names = ["region", "endpoint", "credentials_file", "profile"];

    /// <summary>Returns the connection with the endpoint and the credentials that the section names.</summary>
    /// <param name="section">The section of the service.</param>
    /// <param name="connection">A connection that has the region of the service.</param>
    /// <param name="roots">The file of the certificate authorities that are trusted for the service.</param>
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
