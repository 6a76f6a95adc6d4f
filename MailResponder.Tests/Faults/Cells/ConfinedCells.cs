using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Faults;

/// <summary>
/// Nothing is broken, but the program may make few system calls: it is answered all the same, by way of each database,
/// source and way out.
/// </summary>
internal static class ConfinedCells
{
    public static IEnumerable<FaultCell> All =>
    [
        Confined("outbox", _ => { }),
        Confined("MariaDB", host => host.UseMariaDb()),
        Confined("sendmail", host => host.UseSendmail()),
        Confined("S3", host => host.UseS3()),
        new("confinement", "SES over TLS") { IsFirstStart = true, Harm = UseSesOverTls },
    ];

    // At a first start there are a key, a database and a cache to be made.
    private static FaultCell Confined(string fault, Action<FaultHost> prepare) =>
        new("confinement", fault) { IsFirstStart = true, Prepare = prepare, Harm = host => host.Confine() };

    private static void UseSesOverTls(FaultHost host)
    {
        var chain = new TlsChain();
        host.AtEnd(chain.Dispose);
        host.Overwrite("root.pem", chain.Root.ExportCertificatePem());
        host.Place.Settings["aws_roots"] = "root.pem";
        host.UseSes(chain: chain);
        host.Confine();
    }
}
