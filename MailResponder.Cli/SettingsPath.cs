using System.CommandLine;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>Which settings file a command uses.</summary>
internal static class SettingsPath
{
    /// <summary>The file named on the command line, else in the environment, else the standard one.</summary>
    public static string Find(string? named) =>
        named ?? (Environment.GetEnvironmentVariable(ResponderSettings.PathVariable) is { Length: > 0 } path
            ? path : ResponderSettings.DefaultPath);

    /// <inheritdoc cref="Find(string?)"/>
    public static string Find(ParseResult result) => Find(result.GetValue(CommandLine.SettingsOption));

    /// <summary>Reads the settings of a command.</summary>
    /// <exception cref="ResponderException">The file is missing or has a fault.</exception>
    public static ResponderSettings Load(ParseResult result) => SettingsFile.Load(Find(result));

    /// <inheritdoc cref="LoadForService(string?)"/>
    public static ResponderSettings LoadForService(ParseResult result) =>
        LoadForService(result.GetValue(CommandLine.SettingsOption));

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
