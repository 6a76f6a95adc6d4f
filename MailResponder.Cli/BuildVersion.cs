using System.Reflection;

namespace MailResponder.Cli;

/// <summary>What this program was made of.</summary>
internal static class BuildVersion
{
    /// <summary>Version, commit and kind of build, as publish.sh stamps them.</summary>
    public static string Text
    {
        get
        {
            var assembly = typeof(BuildVersion).Assembly;
            var whole = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
                ?? "0";
            var plus = whole.IndexOf('+');
            var commit = plus < 0 ? "unknown" : whole[(plus + 1)..];
            var kind = assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .FirstOrDefault(metadata => metadata is { Key: "BuildKind", Value.Length: > 0 })?.Value
                ?? "not published";
            return $"responder {(plus < 0 ? whole : whole[..plus])} (commit {commit}, {kind}, .NET "
                + $"{Environment.Version})";
        }
    }
}
