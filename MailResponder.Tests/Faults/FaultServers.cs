using MailResponder.Tests.S3;
using MailResponder.Tests.Store;

namespace MailResponder.Tests.Faults;

/// <summary>
/// Servers that the cells share. The first cell that needs one starts it. A cell makes its own calls to a server fail,
/// never the server.
/// </summary>
internal sealed class FaultServers : IDisposable
{
    private readonly Lazy<PrivateMariaDb> _mariaDb = new(() => new PrivateMariaDb());
    private readonly Lazy<S3Server> _s3 = new(() => new S3Server());

    public PrivateMariaDb MariaDb => _mariaDb.Value;

    public S3Server S3 => _s3.Value;

    public void Dispose()
    {
        if (_mariaDb.IsValueCreated) _mariaDb.Value.Dispose();
        if (_s3.IsValueCreated) _s3.Value.Dispose();
    }
}
