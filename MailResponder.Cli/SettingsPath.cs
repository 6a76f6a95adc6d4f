using MailResponder.Settings;

namespace MailResponder.Cli;

internal static class SettingsPath
{
    /// <summary>The file named on the command line, else in the environment, else the standard one.</summary>
    public static string Find(string? named)
    {
        if (named is not null)
            return named;
        var fromEnvironment = Environment.GetEnvironmentVariable(ResponderSettings.PathVariable);
        return string.IsNullOrEmpty(fromEnvironment) ? ResponderSettings.DefaultPath : fromEnvironment;
    }

    /// <summary>
    /// Reads the settings for something that writes in the service's folder; root goes on as its owner.
    /// </summary>
    public static ResponderSettings LoadForService(string? named)
    {
        var settings = SettingsFile.Load(Find(named));
        ServiceUser.Become(settings);
        return settings;
    }
}
