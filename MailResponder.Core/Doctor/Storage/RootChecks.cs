using MailResponder.Aws;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// The authorities that may vouch for AWS. The host may have got new ones since install.sh made the file.
/// </summary>
internal static class RootChecks
{
    private const string Folder = "/usr/share/ca-certificates/mozilla";

    /// <summary>The roots of Amazon Trust Services, as the package ca-certificates names them.</summary>
    private static string[] Patterns =>
        ["Amazon_Root_CA_*.crt", "Starfield_Services_Root_Certificate_Authority_*.crt"];

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings)
    {
        const string remedy = "run install.sh again; or see docs/ses.md, TLS";
        if (settings is not ({ Ses.Endpoint: null, Ses: not null } or { S3.Endpoint: null, S3: not null }
            or { Metrics.CloudWatch: { Endpoint: null } }))
            return [];
        var check = new Check("aws-roots");
        try
        {
            var known = TlsTrust.ReadEncoded(AwsClients.Setting, settings.AwsRoots).ConvertAll(Convert.ToHexString);
            var missing = Patterns.SelectMany(pattern => host.FilesIn(Folder, pattern))
                .Where(file => TlsTrust.ReadEncoded(AwsClients.Setting, host.PathTo(file))
                    .ConvertAll(Convert.ToHexString).Except(known).Any())
                .Select(Path.GetFileName).ToList();
            return missing.Count == 0 ? check.Ok($"{settings.AwsRoots} has what the host has of Amazon")
                : check.Warning($"{settings.AwsRoots} lacks {string.Join(", ", missing)}, which AWS may use", remedy);
        }
        catch (ResponderException exception)
        {
            return check.Fault(exception.Message, remedy);
        }
    }
}
