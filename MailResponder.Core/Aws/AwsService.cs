using System.Net;
using Amazon.Runtime;
using MailResponder.Native;

namespace MailResponder.Aws;

/// <summary>
/// A client of an AWS service. It reads no file and sends no request before the first call. Later calls reuse the
/// connection.
/// </summary>
/// <param name="connection">How to reach the service, and with which credentials.</param>
/// <param name="connect">Creates the client.</param>
internal abstract class AwsService<TClient, TConfig>(
    AwsConnection connection, Func<AWSCredentials, TConfig, TClient> connect) where TConfig : ClientConfig, new()
{
    private TConfig? _config;
    private Task<TClient>? _client;

    /// <summary>Whether the service was reached. Before that, no request was sent.</summary>
    public bool HasConnected => _config?.HttpClientFactory is AwsClients { HasConnected: true };

    /// <summary>Calls the service once, without a retry.</summary>
    /// <param name="budget">How long fetching the credentials and the call may take together.</param>
    /// <param name="call">Makes the call.</param>
    /// <exception cref="ResponderException">No usable credentials were found.</exception>
    /// <exception cref="Exception">The exception that the call threw.</exception>
    public T Call<T>(TimeSpan budget, Func<TClient, CancellationToken, Task<T>> call)
    {
        // Do not dispose this: the alarm may be about to go off when the call ends.
        var cancellation = new CancellationTokenSource();
        using var alarm = new Alarm(cancellation.Cancel, budget);
        // Limit the wait as well: parts of the SDK ignore the token.
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

    /// <inheritdoc cref="Call{T}(TimeSpan, Func{TClient, CancellationToken, Task{T}})"/>
    /// <param name="inWords">Converts the exception that the call threw into a message for the operator.</param>
    /// <exception cref="ResponderException">The call failed.</exception>
    protected T Call<T>(
        TimeSpan budget, Func<TClient, CancellationToken, Task<T>> call, Func<Exception, ResponderException> inWords)
    {
        try
        {
            return Call(budget, call);
        }
        catch (Exception exception) when (exception is not ResponderException)
        {
            throw inWords(exception);
        }
    }

    private async Task<TClient> Connect()
    {
        _config = new TConfig();
        connection.Configure(_config);
        return connect(await connection.Credentials(_config).ConfigureAwait(false), _config);
    }
}
