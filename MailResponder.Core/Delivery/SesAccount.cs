using System.Net;
using Amazon.Runtime;
using Amazon.SimpleEmail;
using MailResponder.Aws;
using MailResponder.Native;

namespace MailResponder.Delivery;

/// <summary>
/// The account through which replies go out. No file is read and nobody is asked before the first call; the
/// connection is kept for the ones after it.
/// </summary>
internal sealed class SesAccount(AwsConnection connection)
{
    private Task<AmazonSimpleEmailServiceClient>? _client;

    /// <summary>One call of the service, tried once.</summary>
    /// <param name="budget">How long credentials and answer may take together.</param>
    /// <param name="call">Makes the call.</param>
    /// <exception cref="ResponderException">There are no credentials that can be used.</exception>
    /// <exception cref="Exception">Whatever the call threw; see <see cref="SesFailure"/>.</exception>
    public T Call<T>(TimeSpan budget, Func<AmazonSimpleEmailServiceClient, CancellationToken, Task<T>> call)
    {
        // Not disposed: the alarm may be about to ring when the call ends.
        var cancellation = new CancellationTokenSource();
        using var alarm = new Alarm(cancellation.Cancel, budget);
        // The wait has a bound of its own: not all of the SDK looks at the token.
        try
        {
            return Run(cancellation.Token).WaitAsync(cancellation.Token).GetAwaiter().GetResult();
        }
        catch (AmazonServiceException exception) when (exception.StatusCode == HttpStatusCode.Forbidden)
        {
            connection.ForgetRole();
            throw;
        }

        async Task<T> Run(CancellationToken token)
        {
            _client ??= Connect();
            return await call(await _client.ConfigureAwait(false), token).ConfigureAwait(false);
        }
    }

    private async Task<AmazonSimpleEmailServiceClient> Connect()
    {
        var config = new AmazonSimpleEmailServiceConfig();
        connection.Configure(config);
        return new AmazonSimpleEmailServiceClient(await connection.Credentials(config).ConfigureAwait(false), config);
    }
}
