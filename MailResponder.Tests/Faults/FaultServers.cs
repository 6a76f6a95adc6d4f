using MailResponder.Tests.S3;
using MailResponder.Tests.Store;

namespace MailResponder.Tests.Faults;

/// <summary>
/// Servers that cells share, started by the first that needs one. A cell breaks its own calls to them, never them.
/// </summary>
internal sealed class FaultServers : IDisposable
{
    readonly Lazy<PrivateMariaDb> mariaDb = new(() => new PrivateMariaDb());
    readonly Lazy<S3Server> s3 = new(() => new S3Server());

    public PrivateMariaDb MariaDb => mariaDb.Value;

    public S3Server S3 => s3.Value;

    public void Dispose()
    {
        if (mariaDb.IsValueCreated) mariaDb.Value.Dispose();
        if (s3.IsValueCreated) s3.Value.Dispose();
    }
}
