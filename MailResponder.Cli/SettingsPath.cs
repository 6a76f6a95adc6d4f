namespace MailResponder.Cli;

/// <summary>Finds and reads the settings file of a command.</summary>
internal static class SettingsPath
{
    /// <summary>
    /// Returns the file named on the command line, else the one in the environment variable, else the default.
    /// </summary>
    public static string Find(string? named) =>
        named ?? (Environment.GetEnvironmentVariable(ResponderSettings.PathVariable) is { Length: > 0 } path
            ? path : ResponderSettings.DefaultPath);

    /// <inheritdoc cref="Find(string?)"/>
    public static string Find(ParseResult result) => Find(result.GetValue(CommandLine.SettingsOption));

    /// <summary>Reads the settings for a command.</summary>
    /// <exception cref="ResponderException">The file is missing or has a fault.</exception>
    public static ResponderSettings Load(ParseResult result) => SettingsFile.Load(Find(result));

    /// <inheritdoc cref="LoadForService(string?)"/>
    public static ResponderSettings LoadForService(ParseResult result) =>
        LoadForService(result.GetValue(CommandLine.SettingsOption));

    /// <summary>
    /// Reads the settings for a command that writes in the service's folder. If root runs the command, the process
    /// continues as the owner of that folder: <see cref="ServiceUser.Become"/>.
    /// </summary>
    /// <exception cref="ResponderException">
    /// The file is missing or has a fault, or the process cannot become that user.
    /// </exception>
    public static ResponderSettings LoadForService(string? named)
    {
        var settings = SettingsFile.Load(Find(named));
        ServiceUser.Become(settings);
        return settings;
    }
}
