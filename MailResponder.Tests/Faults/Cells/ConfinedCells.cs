using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Faults;

/// <summary>
/// Nothing is broken, but the program may make only few system calls. It still answers, with each database, each source
/// and each way of sending.
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

    // A first start must create a key, a database and a cache.
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
