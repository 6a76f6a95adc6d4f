using System.Reflection;

namespace MailResponder.Cli;

/// <summary>The version of this program, and how it was built.</summary>
internal static class BuildVersion
{
    /// <summary>
    /// One line with the version, the commit and the kind of build, which publish.sh sets, and the version of .NET.
    /// </summary>
    public static string Text
    {
        get
        {
            var assembly = typeof(BuildVersion).Assembly;
            var version = (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
                ?? "0").Split('+', 2);
            var commit = version is [_, var stamped] ? stamped : "unknown";
            var kind = assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .FirstOrDefault(metadata => metadata is { Key: "BuildKind", Value.Length: > 0 })?.Value
                ?? "not published";
            return $"responder {version[0]} (commit {commit}, {kind}, .NET {Environment.Version})";
        }
    }
}
