using MailResponder.Aws;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The authorities that may vouch for AWS: the host may have got new ones since the file was made.</summary>
internal static class RootChecks
{
    private const string Folder = "/usr/share/ca-certificates/mozilla";

    /// <summary>The roots of Amazon Trust Services, as the package ca-certificates names them.</summary>
    private static readonly string[] Patterns =
        ["Amazon_Root_CA_*.crt", "Starfield_Services_Root_Certificate_Authority_*.crt"];

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings)
    {
        const string name = "aws-roots";
        const string remedy = "run install.sh again; or see docs/ses.md, TLS";
        if (settings is not ({ Ses.Endpoint: null, Ses: not null } or { S3.Endpoint: null, S3: not null }
            or { Metrics.CloudWatch: { Endpoint: null } }))
        {
            return [];
        }

        try
        {
            var roots = TlsTrust.ReadEncoded(AwsClients.Setting, settings.AwsRoots);
            var missing = HostRoots(host)
                .Where(file => !TlsTrust.ReadEncoded(AwsClients.Setting, file)
                    .TrueForAll(root => roots.Exists(known => known.AsSpan().SequenceEqual(root))))
                .Select(Path.GetFileName).ToList();
            return [missing.Count == 0
                ? Finding.Ok(name, $"{settings.AwsRoots} has what the host has of Amazon")
                : Finding.Warning(
                    name, $"{settings.AwsRoots} lacks {string.Join(", ", missing)}, which AWS may use", remedy)];
        }
        catch (ResponderException exception)
        {
            return [Finding.Fault(name, exception.Message, remedy)];
        }
    }

    private static IEnumerable<string> HostRoots(Host host)
    {
        var folder = host.PathTo(Folder);
        return !Directory.Exists(folder) ? []
            : Patterns.SelectMany(pattern => Directory.GetFiles(folder, pattern)).Order();
    }
}
